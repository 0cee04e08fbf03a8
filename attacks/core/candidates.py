"""What searches are given: candidates for the words of a text, and constraints; and how they pick among what came."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome
from attacks.core.text import Text

Candidates: TypeAlias = Callable[[Text, int], Sequence[str]]
"""What may stand at a place of a text instead of its word, in a fixed order, without repeats."""
Constraint: TypeAlias = Callable[[Perturbation], bool]
"""Whether a perturbation is allowed."""


def anything(_: Perturbation) -> bool:
    """Allows all."""
    return True


def offered(
    at: Perturbation, place: int, candidates: Candidates, allowed: Constraint, *, as_it_stands: bool = False
) -> tuple[Perturbation, ...]:
    """A perturbation with each candidate of one place in addition, those that change nothing or are forbidden left out.

    Candidates are those of the word in the original text, or in the text as it stands with its changes.
    """
    tried = (at.with_word(place, word) for word in candidates(at.text if as_it_stands else at.original, place))
    return tuple(it for it in tried if it != at and allowed(it))


def first_reached(asked: Sequence[Perturbation], outcomes: Sequence[Outcome]) -> Perturbation | None:
    """The first that reaches the goal, or None."""
    return next((it for it, came in zip(asked, outcomes, strict=True) if came.is_reached), None)


def nearest(outcomes: Sequence[Outcome]) -> int:
    """The number of the outcome with the highest score, the first among equals. Raises ValueError of none."""
    return max(range(len(outcomes)), key=lambda number: outcomes[number].score)
