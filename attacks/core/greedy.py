"""Greedy search by importance: word after word, the most telling first, each replaced by its best candidate."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from attacks.core.candidates import Candidates, Constraint, nearest, offered
from attacks.core.goals import Floats
from attacks.core.perturbation import Perturbation
from attacks.core.ranking import heaviest_first
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text

Weigh: TypeAlias = Callable[[Floats, Floats], Floats]
"""Weights of places by what blanking each loses and what its best candidate gains; all of shape `(places,)`."""


def ranked_greedy(
    original: Text, base: float, candidates: Candidates, weigh: Weigh, blank: str, allowed: Constraint
) -> Search:
    """Replace one word after the other, the heaviest first, until the goal is reached or no word is left.

    `base` is the score of the original. Every place is shown with `blank` in its stead and with each of its candidates,
    all in one question; then places that have candidates are taken up in the order of `weigh(losses, gains)`, one
    question each.
    """
    start = Perturbation(original)
    places = range(len(original))
    rows = [offered(start, place, candidates, allowed) for place in places]
    blanked = [start.with_word(place, blank) for place in places]
    outcomes = yield (*blanked, *(it for row in rows for it in row))
    losses = np.array([came.score - base for came in outcomes[: len(blanked)]])
    best = _best_by_place(rows, outcomes[len(blanked) :])
    gains = np.array([0.0 if found is None else found[1] - base for found in best])
    at: Perturbation | None = None
    for place in heaviest_first(weigh(losses, gains)):
        chosen = best[place]
        if chosen is None:
            continue
        further = (at or start).with_word(place, chosen[0].word(place))
        if not allowed(further):
            continue
        at = further
        (came,) = yield (at,)
        if came.is_reached:
            return at
    return at


def _best_by_place(
    rows: Sequence[Sequence[Perturbation]], outcomes: Sequence[Outcome]
) -> list[tuple[Perturbation, float] | None]:
    """For each place its candidate with the highest score, the first among equals; None where it has none."""
    best: list[tuple[Perturbation, float] | None] = []
    start = 0
    for row in rows:
        came = outcomes[start : start + len(row)]
        start += len(row)
        top = nearest(came) if row else -1
        best.append(None if top < 0 else (row[top], came[top].score))
    return best
