"""Blind search: draw a perturbation, show it, draw another; nothing is learnt from an answer but whether it will do."""

from collections.abc import Callable

from attacks.core.perturbation import Perturbation
from attacks.core.searching import Search


def redrawn(draw: Callable[[], Perturbation], tries: int) -> Search:
    """Show one draw after the other until one reaches the goal, at most `tries`; else the nearest of them.

    A draw that changes nothing is not shown, but is one of the tries.
    """
    best: Perturbation | None = None
    score = -1.0
    for _ in range(tries):
        drawn = draw()
        if not drawn.changes:
            continue
        (came,) = yield (drawn,)
        if came.is_reached:
            return drawn
        if came.score > score:
            best, score = drawn, came.score
    return best
