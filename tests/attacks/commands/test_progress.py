"""The progress of an attack: what a terminal of each width is told, and that nobody else is told anything."""

import io
import re

import pytest
from attacks_doubles import Counting, Swapping
from attacks_folders import EXAMPLES
from rich.console import Console

from attacks.commands.progress import watched
from attacks.engine import Engine


def said(width: int, *, is_terminal: bool = True, off: bool = False) -> str:
    """What a terminal of that width is shown while `Swapping` attacks `Counting`."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=is_terminal, width=width)
    engine = Engine(Counting(), Swapping(), width=1)
    rows = list(watched(engine.run(EXAMPLES), engine, "[b]\x1b[31mme", (), len(EXAMPLES), off=off, console=console))
    assert len(rows) == len(EXAMPLES)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())


@pytest.mark.parametrize(
    ("width", "there", "absent"),
    [
        (140, ["[b]", "6/6", "% fell, 1 broke", "queries,", "/s", "0:00"], []),
        (80, ["[b]", "6/6", "% fell", "0:00"], ["queries,"]),
        (50, ["6/6", "% fell"], ["[b]", "queries,", "0:00"]),
    ],
)
def test_a_narrow_terminal_is_told_less(width, there, absent):
    shown = said(width)
    assert all(it in shown for it in there), shown
    assert not any(it in shown for it in absent), shown
    assert all(len(line) <= width for line in re.split(r"[\r\n]", shown))


def test_what_is_no_terminal_is_told_nothing():
    assert said(140, is_terminal=False).strip() == ""
    assert said(140, off=True) == ""
