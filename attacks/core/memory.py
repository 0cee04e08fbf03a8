"""What a search was told, so that nothing is asked twice: for searches that come back to texts that they have seen."""

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Question, Search

Value = TypeVar("Value")
Dialogue: TypeAlias = Generator[Question, Sequence[Outcome], Value]
"""Part of a search: asks, and ends with a value."""


class Memory:
    """The outcomes of one search's perturbations. What is known is not asked again."""

    def __init__(self) -> None:
        self._known: dict[Perturbation, Outcome] = {}
        self._last: frozenset[Perturbation] = frozenset()
        self._short, self._there = 0.0, 1.0

    @property
    def threshold(self) -> float:
        """Where the goal seems to begin: the highest score that did not reach it, never above the lowest that did."""
        return min(self._short, self._there)

    def ask(self, wanted: Sequence[Perturbation]) -> Dialogue[list[Outcome]]:
        """The outcome of each, in order; those that are new are one question."""
        new = tuple(dict.fromkeys(it for it in wanted if it not in self._known))
        if new:
            outcomes = yield new
            self._last = frozenset(new)
            self._known.update(zip(new, outcomes, strict=True))
            for came in outcomes:
                if came.is_reached:
                    self._there = min(self._there, came.score)
                else:
                    self._short = max(self._short, came.score)
        return [self._known[it] for it in wanted]

    def told(self, found: Perturbation) -> Search:
        """What was found, as a search must return it: the last question held it. Asks once more where it did not."""
        if found not in self._last:
            yield (found,)
        return found
