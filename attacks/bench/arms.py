"""Runs the programs of `scripts/peers`, each in the environment of its library, and reads what they say."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from attacks.core.errors import AttackError

PROGRAMS = Path(__file__).parents[2] / "scripts" / "peers"
_SECONDS = 3000
"""How long one arm may take."""


@dataclass(eq=False)
class ArmError(AttackError):
    """An arm of the comparison that cannot be run, or that broke."""

    program: str
    problem: str

    def __str__(self) -> str:
        return f"{self.program}: {self.problem}; make bench-peers sets the libraries up"


@dataclass(frozen=True)
class Told:
    """What an arm said of its attacks: CPU seconds, and (success, distinct queries, words changed) of each sentence."""

    version: str
    seconds: float
    victim_seconds: float
    rows: Sequence[tuple[bool, int, int]]

    @property
    def success(self) -> float:
        """In percent of the sentences."""
        return 100 * fmean(reached for reached, _, _ in self.rows)

    @property
    def queries(self) -> float:
        """Distinct queries a sentence, in the mean."""
        return fmean(asked for _, asked, _ in self.rows)

    @property
    def changed(self) -> float:
        """Words changed, in the mean of successes."""
        return fmean(changed for reached, _, changed in self.rows if reached)

    @property
    def milliseconds(self) -> float:
        """CPU time a sentence, the victim's included."""
        return 1000 * self.seconds / len(self.rows)

    @property
    def overhead(self) -> float:
        """CPU microseconds a query outside the victim."""
        return 1e6 * (self.seconds - self.victim_seconds) / max(1, sum(asked for _, asked, _ in self.rows))


def ours() -> str:
    """The Python of our own arm."""
    return sys.executable


def run(
    python: str, program: str, folder: Path, algorithm: str, victim: str, count: int, sentences: str | None = None
) -> Told:
    """One arm, on one thread. Raises ArmError."""
    file = PROGRAMS / program
    if not file.is_file():
        raise ArmError(program, "is not here: the comparison needs a checkout of the project")
    if not Path(python).is_file():
        raise ArmError(program, f"there is no Python at {python}")
    told = [python, str(file), str(folder), algorithm, "--victim", victim, "--count", str(count)]
    told += [] if sentences is None else ["--sentences", sentences]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(told, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ArmError(program, f"ended with {done.returncode} ({last})")
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return Told(said["version"], said["seconds"], said["victim_seconds"], [tuple(row) for row in said["rows"]])
