"""Greedy search over edits: changes of one or more places that are made together, such as two words merged."""

from collections.abc import Sequence
from typing import TypeAlias

from attacks.core.candidates import Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text

Edit: TypeAlias = tuple[tuple[int, str], ...]
"""What is to stand at one or more places, ascending."""


def with_edit(at: Perturbation, edit: Edit) -> Perturbation:
    """This perturbation with an edit made, in addition to the others."""
    for place, text in edit:
        at = at.with_word(place, text)
    return at


def best_edits(original: Text, base: float, edits: Sequence[Sequence[Edit]], allowed: Constraint) -> Search:
    """Make the best edit of every place, the best first, until the goal is reached or none is left.

    `edits[place]` are those that a place offers, `base` is the score of the original. The edits of one place are one
    question each, in the original text; a place whose edits reach the goal ends the search with the best of these.
    Then the best edits are made together, one question each; one that touches a place already touched is passed over,
    and so is one that leads away from the goal by itself.
    """
    start = Perturbation(original)
    best: list[tuple[float, Edit]] = []
    for offered in edits:
        made = {it: edit for edit in offered if (it := with_edit(start, edit)).changes and allowed(it)}
        if not made:
            continue
        outcomes = yield tuple(made)
        there = _best(list(made), outcomes, only_reached=True)
        if there is not None:
            return there[1]
        top = _best(list(made), outcomes, only_reached=False)
        if top is not None and top[0] > base:
            best.append((top[0], made[top[1]]))
    return (yield from _together(start, [edit for _, edit in sorted(best, key=lambda it: -it[0])], allowed))


def _together(start: Perturbation, edits: Sequence[Edit], allowed: Constraint) -> Search:
    """Make these in their order, a question after each but the first, whose answer is known already."""
    at = start
    touched: set[int] = set()
    for edit in edits:
        places = {place for place, _ in edit}
        further = with_edit(at, edit)
        if places & touched or not allowed(further):
            continue
        is_first = not touched
        at, touched = further, touched | places
        if is_first:
            continue
        (came,) = yield (at,)
        if came.is_reached:
            return at
    return at if at.changes else None


def _best(
    asked: Sequence[Perturbation], outcomes: Sequence[Outcome], *, only_reached: bool
) -> tuple[float, Perturbation] | None:
    """The one with the highest score, the first of equals, among all or those that reach the goal."""
    scored = [(came.score, it) for it, came in zip(asked, outcomes, strict=True) if came.is_reached or not only_reached]
    return max(scored, key=lambda it: it[0], default=None)
