"""How the kits of attacks and victims go about it; what they find is told as by `arena.testing`."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import numpy as np

from arena.testing.report import BreachError, ConformanceError, Examination, Finding, Report, check_fingerprint, require

__all__ = [
    "BreachError",
    "ConformanceError",
    "Finding",
    "Law",
    "Report",
    "check_fingerprint",
    "examined",
    "require",
]

Law: TypeAlias = Callable[[], None]
"""Tries one law: raises where it does not hold."""


def examined(subject: str, laws: Sequence[tuple[str, Law]]) -> Report:
    """Every law is tried by itself, and whatever is raised breaks it; so does chance that is everybody's."""
    examination = Examination(subject)
    with _watched_chance() as touched:
        for law, tried in laws:
            with examination.law(law):
                tried()
    with examination.law("touches no chance that is the process's own"):
        require(not touched, f"{' and '.join(touched)} moved")
    return examination.report()


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
