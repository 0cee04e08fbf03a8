"""A search is a generator: it yields perturbations and is sent what each came to, until it has found one or gives up.

    search = ranked_greedy(...)
    asked = next(search)            # perturbations
    asked = search.send(outcomes)   # one outcome for each, in order; then more are asked, or StopIteration

It never calls a model and knows no clock, no budget and no chance but its arguments, so whoever drives it may run
hundreds side by side, ask each text once, and go on after a kill. What it returns is the perturbation it settled on:
one that reached the goal, or the best it saw, or None where it saw none.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from attacks.core.perturbation import Perturbation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a perturbation came to: how near the goal it is, in [0, 1], and whether it is there."""

    score: float
    is_reached: bool


Search: TypeAlias = Generator[tuple[Perturbation, ...], Sequence[Outcome], Perturbation | None]
