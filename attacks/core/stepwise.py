"""Greedy search that looks at the candidates of one word at a time, the most telling word first.

It differs from `greedy`: candidates of a word are tried in the text as it stands by then, so a text that falls early
costs few questions. Every place is taken up once: no word is replaced twice.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

import numpy as np

from attacks.core.goals import Flags, Floats
from attacks.core.greedy import Candidates, Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text

Rank: TypeAlias = Callable[[Floats, Flags], Floats]
"""Weights of places by what blanking each loses and whether that alone reaches the goal; all of shape `(places,)`."""


def by_loss(losses: Floats, reached: Flags) -> Floats:  # noqa: ARG001 - one of the ways to rank
    """A place weighs what its blanking loses."""
    return losses


def stepwise_greedy(
    original: Text, base: float, candidates: Candidates, rank: Rank, blank: str, allowed: Constraint
) -> Search:
    """Take up one word after the other, the heaviest first, until the goal is reached or no word is left.

    `base` is the score of the original. Every place is first shown with `blank` in its stead (empty: the word is taken
    out), all in one question; a text of a single word needs no order and is not asked. Then all candidates of a place
    are asked in one question. Of those that reach the goal the first is the result; otherwise the one with the
    highest score stays, provided that it brings the text nearer the goal than it was.
    """
    at, nearest = Perturbation(original), base
    for place in (yield from _order(at, base, rank, blank)):
        offered = _offered(at, place, candidates, allowed)
        if not offered:
            continue
        outcomes = yield offered
        there = next((it for it, came in zip(offered, outcomes, strict=True) if came.is_reached), None)
        if there is not None:
            return there
        top = max(range(len(offered)), key=lambda number: outcomes[number].score)
        if outcomes[top].score > nearest:
            at, nearest = offered[top], outcomes[top].score
    return at if at.changes else None


def _order(
    start: Perturbation, base: float, rank: Rank, blank: str
) -> Generator[tuple[Perturbation, ...], Sequence[Outcome], list[int]]:
    """The places, heaviest first; of equals the earlier."""
    places = range(len(start.original))
    if len(places) < 2:
        return list(places)
    outcomes = yield tuple(start.with_word(place, blank) for place in places)
    losses = np.array([came.score - base for came in outcomes])
    reached = np.array([came.is_reached for came in outcomes])
    ordered: list[int] = np.argsort(-rank(losses, reached), kind="stable").tolist()
    return ordered


def _offered(at: Perturbation, place: int, candidates: Candidates, allowed: Constraint) -> tuple[Perturbation, ...]:
    tried = (at.with_word(place, word) for word in candidates(at.original, place))
    return tuple(it for it in tried if it != at and allowed(it))
