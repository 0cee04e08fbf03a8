"""A search is a generator: it yields perturbations and is sent what each came to, until it has found one or gives up.

    search = ranked_greedy(...)
    asked = next(search)            # perturbations
    asked = search.send(outcomes)   # one outcome for each, in order; then more are asked, or StopIteration

It never calls a model and knows no clock, no budget and no chance but its arguments, so whoever drives it may run
hundreds side by side, ask each text once, and go on after a kill. What it returns is the perturbation it settled on:
one that reached the goal, or the best it saw, or None where it saw none.
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple, TypeAlias

from attacks.core.goals import Floats
from attacks.core.perturbation import Perturbation
from attacks.core.slopes import Slope, Slopes


class Outcome(NamedTuple):
    """What a perturbation came to: how near the goal it is, in [0, 1], and whether it is there.

    `slope` is there where the question was `Slopes(...)`, and only there. `answer` is the victim's probabilities, shape
    `(classes,)`, or 1 for the class that it chose and 0 for the others where the goal lets no more be seen; None of a
    victim that writes.
    """

    score: float
    is_reached: bool
    slope: Slope | None = None
    answer: Floats | None = None


Question: TypeAlias = tuple[Perturbation, ...] | Slopes
"""What a search asks: what perturbations come to, or also which way their answers lean (needs GRADIENTS)."""
Search: TypeAlias = Generator[Question, Sequence[Outcome], Perturbation | None]


def slope_of(came: Outcome) -> Slope:
    """The slope of what was asked with slopes. Raises RuntimeError where none came."""
    if came.slope is None:
        raise RuntimeError("a slope was asked for and did not come")
    return came.slope
