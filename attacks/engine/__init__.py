"""Runs attacks over many examples in lock-step: every question is pooled, every text is asked once, nothing is lost.

desk      asks the victim: pooled, in batches of like lengths, each text once; checks what it answers
answers   what a victim answered, on disk for runs to come
run       one example: its search, its meter, its budget
engine    all examples side by side
rows      what became of each, as a line of JSON
"""

from attacks.engine.answers import AnswersFile
from attacks.engine.engine import Engine, Example, unfit
from attacks.engine.rows import Label, Row, Status, read_rows

__all__ = ["AnswersFile", "Engine", "Example", "Label", "Row", "Status", "read_rows", "unfit"]
