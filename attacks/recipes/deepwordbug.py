"""DeepWordBug: the most telling words get a character swapped, substituted, deleted or inserted.

Source: Gao, Lanchantin, Soffa and Qi, 'Black-box Generation of Adversarial Text Sequences to Evade Deep Learning
Classifiers', IEEE Security and Privacy Workshops 2018. Deviations: after each word the victim is asked whether it is
enough, with all edits side by side, and one that leads away from the goal is not kept (the paper edits the top words
with one kind of edit and looks at the end); a word is edited once; by default words are weighed by replacement, which
asks half of what the paper's combined score asks; the part of a text that a temporal score leaves out loses its words
and keeps its punctuation.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeAlias

import numpy as np

from attacks.core.candidates import Candidates, Constraint
from attacks.core.errors import AttackError
from attacks.core.goals import Floats, Goal
from attacks.core.in_order import greedy_in_order
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.ranking import heaviest_first
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text
from attacks.transformations.characters import Edit, delete, drawn_candidates, edit_distance, insert, substitute, swap

UNKNOWN = "[UNK]"
"""Stands for a word that the victim does not know."""
EDITS: tuple[Edit, ...] = (swap, substitute, delete, insert)
"""The paper's four ways to change a word."""

_Weighing: TypeAlias = Generator[tuple[Perturbation, ...], Sequence[Outcome], Floats]


class Scorer(StrEnum):
    """How words are weighed (section III.B of the paper)."""

    REPLACE_ONE = "replace-one"
    """What the victim loses when the word is unknown: a question for every word."""
    HEAD = "head"
    """What the word adds to the words before it (temporal head score)."""
    TAIL = "tail"
    """What the word adds to the words after it (temporal tail score)."""
    COMBINED = "combined"
    """Head and tail added up, two questions for every word."""


@dataclass(eq=False)
class ScorerError(AttackError):
    """A way to weigh words that is not known."""

    given: str

    def __str__(self) -> str:
        return f"{self.given!r} is no way to weigh words; choose one of {', '.join(Scorer)}"


class DeepWordBug:
    """Edits words in the order of their scores, within a budget of edited characters for the whole text."""

    name = "deepwordbug"
    needs = frozenset({Capability.SCORES})
    reads = ""

    def __init__(
        self, scorer: Scorer | str = Scorer.REPLACE_ONE, edits: Sequence[Edit] = EDITS, most_edits: int = 30
    ) -> None:
        """`most_edits` bounds the edit distance (Levenshtein) between the text and what is made of it.

        Raises ScorerError.
        """
        if scorer not in list(Scorer):
            raise ScorerError(scorer)
        self._scorer, self._edits = Scorer(scorer), tuple(edits)
        self.allowed: Constraint = _MostEdits(most_edits)

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - base says enough
        """The paper's algorithm 1."""
        return in_order_of_scores(text, base, self._scorer, drawn_candidates(self._edits, chance), self.allowed)


@dataclass(frozen=True, slots=True)
class _MostEdits:
    """Allows perturbations whose words are within an edit distance of the original ones, all together."""

    edits: int

    def __call__(self, at: Perturbation) -> bool:
        words = at.original.words
        return sum(edit_distance(words[place], text) for place, text in at.changes) <= self.edits


def in_order_of_scores(
    original: Text, base: float, scorer: Scorer, candidates: Candidates, allowed: Constraint
) -> Search:
    """Weigh all words, then give one after the other, the heaviest first, its best candidate.

    `base` is the score of the original.
    """
    weights = yield from _weights(original, base, scorer)
    return (yield from greedy_in_order(original, base, heaviest_first(weights), candidates, allowed))


def _weights(text: Text, base: float, scorer: Scorer) -> _Weighing:
    """The weight of every word, shape `(words,)`: higher is more telling. A single word needs no order."""
    if len(text) < 2:
        return np.zeros(len(text))
    if scorer is Scorer.REPLACE_ONE:
        start = Perturbation(text)
        outcomes = yield tuple(start.with_word(place, UNKNOWN) for place in range(len(text)))
        return _scores(outcomes) - base
    weights = np.zeros(len(text))
    if scorer in (Scorer.HEAD, Scorer.COMBINED):
        heads = yield tuple(_part(text, range(length)) for length in range(len(text)))
        weights += -np.diff(_scores(heads), append=base)
    if scorer in (Scorer.TAIL, Scorer.COMBINED):
        tails = yield tuple(_part(text, range(first, len(text))) for first in range(1, len(text) + 1))
        weights += np.diff(_scores(tails), prepend=base)
    return weights


def _part(text: Text, kept: range) -> Perturbation:
    """The text with some of its words only; where none is left, an unknown one, as no victim need read nothing."""
    gone = [(place, "") for place in range(len(text)) if place not in kept]
    if not kept:
        gone[0] = (0, UNKNOWN)
    return Perturbation(text, tuple(gone))


def _scores(outcomes: Sequence[Outcome]) -> Floats:
    return np.array([came.score for came in outcomes], dtype=np.float64)
