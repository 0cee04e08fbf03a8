"""Searches over whole rewritings of a text: those that it offers and pairs of them, or draws ever further away.

Both need no scores, and use them where there are some.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TypeAlias

from attacks.core.edits import with_edit
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Search

Nearness: TypeAlias = Callable[[Perturbation], float]
"""How near a perturbation is to its original; higher is nearer."""


def most_similar(offered: Sequence[Perturbation], nearness: Nearness) -> Search:
    """Ask all in one question; of those that reach the goal the one most like the original, else the best."""
    offered = tuple(dict.fromkeys(it for it in offered if it.changes))
    if not offered:
        return None
    outcomes = yield offered
    return _nearest(offered, outcomes, nearness) or _best(offered, outcomes)[0]


def singles_then_pairs(offered: Sequence[Perturbation], most_pairs: int, nearness: Nearness) -> Search:
    """Ask every rewriting by itself, then pairs that touch different places, the two that did best first.

    The first is one question, at most `most_pairs` pairs are the other. Of those that reach the goal the one most like
    the original is the result; without a success it is the one that came nearest the goal.
    """
    offered = tuple(dict.fromkeys(it for it in offered if it.changes))
    if not offered:
        return None
    outcomes = yield offered
    found = _nearest(offered, outcomes, nearness)
    if found is not None:
        return found
    scores = {it: came.score for it, came in zip(offered, outcomes, strict=True)}
    apart = [pair for pair in combinations(offered, 2) if not set(pair[0].places) & set(pair[1].places)]
    apart.sort(key=lambda pair: -(scores[pair[0]] + scores[pair[1]]))
    pairs = tuple(with_edit(one, other.changes) for one, other in apart[:most_pairs])
    best, score = _best(offered, outcomes)
    if not pairs:
        return best
    outcomes = yield pairs
    further = _best(pairs, outcomes)
    return _nearest(pairs, outcomes, nearness) or (further[0] if further[1] > score else best)


def growing(draw: Callable[[int], Sequence[Perturbation]], reaches: Sequence[int], nearness: Nearness) -> Search:
    """Ask what is drawn at one reach, then at the next, until a draw reaches the goal; of several the nearest.

    `draw(reach)` gives perturbations; those that changed nothing are not shown. Source: Zhao, Dua and Singh,
    'Generating Natural Adversarial Examples', ICLR 2018, algorithm 1, where a reach is a radius in a latent space.
    """
    best: Perturbation | None = None
    score = -1.0
    for reach in reaches:
        offered = tuple(dict.fromkeys(it for it in draw(reach) if it.changes))
        if not offered:
            continue
        outcomes = yield offered
        found = _nearest(offered, outcomes, nearness)
        if found is not None:
            return found
        top = _best(offered, outcomes)
        if top[1] > score:
            best, score = top
    return best


def _nearest(asked: Sequence[Perturbation], outcomes: Sequence[Outcome], nearness: Nearness) -> Perturbation | None:
    """Of those that reach the goal the one most like the original, the first of equals."""
    there = [it for it, came in zip(asked, outcomes, strict=True) if came.is_reached]
    return max(there, key=nearness, default=None)


def _best(asked: Sequence[Perturbation], outcomes: Sequence[Outcome]) -> tuple[Perturbation, float]:
    """The one with the highest score, and it; the first of equals."""
    scored = [(it, came.score) for it, came in zip(asked, outcomes, strict=True)]
    return max(scored, key=lambda it: it[1])
