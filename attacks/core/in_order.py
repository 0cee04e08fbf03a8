"""Greedy search in a given order: one place after the other, each shown with all its candidates, the best kept."""

from collections.abc import Iterable

from attacks.core.candidates import Candidates, Constraint, first_reached, nearest, offered
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Search
from attacks.core.text import Text


def greedy_in_order(
    original: Text,
    base: float,
    order: Iterable[int],
    candidates: Candidates,
    allowed: Constraint,
    *,
    as_it_stands: bool = False,
) -> Search:
    """Take up places in this order until the goal is reached; a candidate stays only if it is nearer than what stood.

    `base` is the score of the original. The candidates of a place are one question, and the first that reaches the goal
    is the result; a place that has none, or none that is allowed in addition to what was kept, asks nothing. Candidates
    are those of the original text, or each time of the text as it stands by then.
    """
    at, score = Perturbation(original), base
    for place in order:
        asked = offered(at, place, candidates, allowed, as_it_stands=as_it_stands)
        if not asked:
            continue
        outcomes = yield asked
        there = first_reached(asked, outcomes)
        if there is not None:
            return there
        top = nearest(outcomes)
        if outcomes[top].score > score:
            at, score = asked[top], outcomes[top].score
    return at if at.changes else None
