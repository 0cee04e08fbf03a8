"""Runs attacks over many examples in lock-step: every question is pooled, every text is asked once, nothing is lost.

desk      asks the victim: pooled, in batches of like lengths, each text once; checks what it answers
run       one example: its search, its meter, its budget
engine    all examples side by side
rows      what became of each, as a line of JSON
"""

from attacks.engine.engine import Engine, Example
from attacks.engine.rows import Row, Status, read_rows

__all__ = ["Engine", "Example", "Row", "Status", "read_rows"]
