"""Which words of a text matter most to a victim: orders of its places, by what blanking loses or by gradients.

An order is had by asking, so each of these is a generator whose value is the order:

    order = yield from order_by_blanks(text, base, by_loss, "[UNK]")
    return (yield from greedy_in_order(text, base, order, candidates, allowed))
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

import numpy as np

from attacks.core.goals import Flags, Floats
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Question, slope_of
from attacks.core.slopes import Slope, Slopes
from attacks.core.text import Text

Rank: TypeAlias = Callable[[Floats, Flags], Floats]
"""Weights of places by what blanking each loses and whether that alone reaches the goal; all of shape `(places,)`."""
SlopeRank: TypeAlias = Callable[[Slope], Floats]
"""Weights of places by the slope of the text, shape `(places,)`."""
Ordering: TypeAlias = Generator[Question, Sequence[Outcome], list[int]]
"""A dialogue that ends with places, the heaviest first; of equals the earlier."""


def by_loss(losses: Floats, reached: Flags) -> Floats:  # noqa: ARG001 - one of the ways to rank
    """A place weighs what its blanking loses."""
    return losses


def by_norm(slope: Slope) -> Floats:
    """A place weighs the Euclidean length of its gradient: how much the answer can move there, whichever way.

    Source: Li et al., 'TextBugger', NDSS 2019, section III.B, where it is the Jacobian's column of a word.
    """
    return np.asarray(np.linalg.norm(slope.gradients, axis=1), dtype=np.float64)


def by_best_gain(slope: Slope) -> Floats:
    """A place weighs what the best word of the victim's vocabulary would gain there, to first order.

    Source: Ebrahimi et al., 'HotFlip', ACL 2018, equation 10, of words in place of characters.
    """
    places = range(len(slope.gradients))
    return np.array([slope.gains(place).max(initial=-np.inf) for place in places], dtype=np.float64)


def order_by_blanks(original: Text, base: float, rank: Rank, blank: str) -> Ordering:
    """All places by what the score gains when `blank` stands there instead: one question, a query for each place.

    `base` is the score of the original. An empty `blank` takes the word out. A text of fewer than two words needs no
    order and is not asked.
    """
    start, places = Perturbation(original), range(len(original))
    if len(places) < 2:
        return list(places)
    outcomes = yield tuple(start.with_word(place, blank) for place in places)
    losses = np.array([came.score - base for came in outcomes])
    reached = np.array([came.is_reached for came in outcomes])
    return heaviest_first(rank(losses, reached))


def order_by_slope(original: Text, rank: SlopeRank) -> Ordering:
    """All places by the slope of the original: a single query, which needs GRADIENTS.

    A text of fewer than two words needs no order and is not asked. Raises RuntimeError where no slope comes.
    """
    if len(original) < 2:
        return list(range(len(original)))
    (came,) = yield Slopes(of=(Perturbation(original),))
    return heaviest_first(rank(slope_of(came)))


def heaviest_first(weights: Floats) -> list[int]:
    """The places in descending order of their weights; of equals the earlier."""
    ordered: list[int] = np.argsort(-weights, kind="stable").tolist()
    return ordered
