"""`python -m arena` is `taboo`."""

from arena.cli import run

run()
