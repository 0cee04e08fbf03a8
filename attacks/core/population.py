"""What searches with a population share: what they have seen, and how a member is mutated."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import TypeAlias

from attacks.core.candidates import Candidates, Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Question
from attacks.core.text import Text

Asking: TypeAlias = Generator[Question, Sequence[Outcome], Perturbation | None]
"""A part of a search that comes to the perturbation that reached the goal, or None."""


class Seen:
    """What each perturbation came to: nothing is asked twice. The original is known from the start."""

    def __init__(self, original: Text, base: float) -> None:
        self._original = Perturbation(original)
        # Keyed by the changes alone: the original is the same for all, and its hash costs its length.
        self._scores = {self._original.changes: base}

    def ask(self, wanted: Iterable[Perturbation]) -> Asking:
        """Ask what is not known, as one question; comes to the first that reaches the goal."""
        new = tuple({it.changes: it for it in wanted if it.changes not in self._scores}.values())
        if not new:
            return None
        outcomes = yield new
        self._scores.update((it.changes, came.score) for it, came in zip(new, outcomes, strict=True))
        return next((it for it, came in zip(new, outcomes, strict=True) if came.is_reached), None)

    def score(self, perturbation: Perturbation) -> float:
        """How near the goal a perturbation is that was asked."""
        return self._scores[perturbation.changes]

    @property
    def nearest(self) -> Perturbation | None:
        """The nearest of all that were asked, the earliest among equals; None where nothing was."""
        asked = [changes for changes in self._scores if changes]
        top = max(asked, key=self._scores.__getitem__, default=None)
        return None if top is None else Perturbation(self._original.original, top)


@dataclass(frozen=True, eq=False)
class Variation:
    """One more word of a perturbation replaced, at a place drawn by how many candidates it has, at most `most`."""

    original: Text
    candidates: Candidates
    allowed: Constraint
    chance: Random
    most: int | None = None
    _offers: dict[int, tuple[str, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for place in range(len(self.original)):
            words = tuple(it for it in self.candidates(self.original, place) if it != self.original.words[place])
            if words:
                self._offers[place] = words

    @property
    def places(self) -> tuple[int, ...]:
        """Where something may stand instead, ascending."""
        return tuple(self._offers)

    @cached_property
    def _weights(self) -> dict[int, int]:
        return {place: min(len(words), self.most or len(words)) for place, words in self._offers.items()}

    def drawn(self, at: Perturbation) -> tuple[Perturbation, ...]:
        """All allowed ways to replace the word at one drawn place that stands as it was; none where none is left."""
        untouched = [place for place in self._offers if at.word(place) == self.original.words[place]]
        if not untouched:
            return ()
        (place,) = self.chance.choices(untouched, [self._weights[it] for it in untouched])
        return tuple(made for word in self._offers[place] if self.allowed(made := at.with_word(place, word)))

    def mutate(self, crowd: list[Perturbation], numbers: Iterable[int], seen: Seen) -> Asking:
        """Give these members of a crowd the best of their drawn variants, where it is nearer the goal; one question."""
        drawn = {number: self.drawn(crowd[number]) for number in numbers}
        there = yield from seen.ask(variant for variants in drawn.values() for variant in variants)
        if there is None:
            for number, variants in drawn.items():
                crowd[number] = max((crowd[number], *variants), key=seen.score)
        return there
