"""What a conformance kit finds, and how it goes about it."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np

Law: TypeAlias = Callable[[], None]
"""Tries one law: raises where it does not hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One law and what breaks it; None where it holds."""

    law: str
    problem: str | None = None


class ConformanceError(AssertionError):
    """An extension breaks a law of its port. The message is the report."""

    def __init__(self, report: "Report") -> None:
        super().__init__(str(report))
        self.report = report


@dataclass(frozen=True, slots=True)
class Report:
    """What a kit found."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The laws that do not hold."""
        return tuple(it for it in self.findings if it.problem is not None)

    def require(self) -> "Report":
        """This report. Raises ConformanceError where a law is broken."""
        if self.broken:
            raise ConformanceError(self)
        return self

    def __str__(self) -> str:
        lines = [f"{self.subject}: {len(self.findings) - len(self.broken)} of {len(self.findings)} laws hold"]
        return "\n".join([*lines, *(f"  broken: {it.law}: {it.problem}" for it in self.broken)])


class BreachError(Exception):
    """A law does not hold, and why."""


def examined(subject: str, laws: Sequence[tuple[str, Law]]) -> Report:
    """Every law is tried by itself, and whatever is raised breaks it; so does chance that is everybody's."""
    found: list[Finding] = []
    with _watched_chance() as touched:
        for law, tried in laws:
            try:
                tried()
            except BreachError as breach:
                found.append(Finding(law, str(breach)))
            except Exception as crash:  # noqa: BLE001 - the subject is anyone's code
                found.append(Finding(law, f"raised {type(crash).__name__}: {crash}"))
            else:
                found.append(Finding(law))
    problem = f"{' and '.join(touched)} moved" if touched else None
    return Report(subject, (*found, Finding("touches no chance that is the process's own", problem)))


@contextmanager
def _watched_chance() -> Iterator[list[str]]:
    """The names of the generators that moved meanwhile, known at the end."""
    moved: list[str] = []
    before = _chances()
    yield moved
    after = _chances()
    moved += [name for name, value in before.items() if after[name] != value]


def _chances() -> dict[str, object]:
    """Where each generator of the process stands."""
    name, keys, *rest = cast("tuple[Any, ...]", np.random.get_state(legacy=True))
    told: dict[str, object] = {"random": random.getstate(), "numpy.random": (name, keys.tobytes(), rest)}
    if "torch" in sys.modules:
        told["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return told


def require(holds: bool, problem: str) -> None:
    """Raise BreachError with the problem where something does not hold."""
    if not holds:
        raise BreachError(problem)
