"""How long it takes before anything happens: importing the package, and printing the help."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from arena.bench.measure import Measure

RUNS = 5
IMPORT_BAR, HELP_BAR = 0.5, 0.7
HEAVY = ("torch", "transformers", "OpenAttack", "ray")
_COUNT_AFTER_HELP = f"""
import contextlib, io, sys
import arena.cli
with contextlib.redirect_stdout(io.StringIO()):
    arena.cli.main(["--help"])
print(sum(name in sys.modules for name in {HEAVY!r}))
"""


def run(runs: int = RUNS) -> list[Measure]:
    """Start Python again and again, and take the median of each figure. The first start of each kind is not counted."""
    bare = _seconds(["-c", "pass"], runs)
    imported = _seconds(["-c", "import arena"], runs)
    return [
        Measure("import arena, less a bare Python", max(0.0, imported - bare), "s", IMPORT_BAR),
        Measure("a bare Python", bare, "s"),
        Measure("taboo --help", _seconds(["-m", "arena", "--help"], runs), "s", HELP_BAR),
        Measure("heavy libraries loaded by it", _heavy_loaded(), "libraries"),
    ]


def _seconds(arguments: Sequence[str], runs: int) -> float:
    """The median time by the clock from start to exit, in seconds."""
    _start(arguments)
    taken = []
    for _ in range(runs):
        before = time.perf_counter()
        _start(arguments)
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def _start(arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)


def _heavy_loaded() -> int:
    """How many of the libraries that must load late are loaded by `taboo --help`."""
    done = subprocess.run([sys.executable, "-c", _COUNT_AFTER_HELP], stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout)
