"""TextBugger: the most telling sentences first, in each the most telling words first, each with its best bug.

Source: Li, Ji, Du, Li and Wang, 'TextBugger: Generating Adversarial Text Against Real-world Applications', NDSS 2019,
algorithms 1 (white box) and 2 (black box). Deviations: no sentence encoder, so no threshold of similarity; nearest
words are those of a file of counter-fitted neighbours (the paper: of GloVe), and without a file there are none; a bug
that brings the text no nearer the goal is not made, unless `keeps_all`; the loss of a word is looked at in the whole
text as it stands by then; the Jacobian of a word counts by its length (L2). Bugs for Chinese are not the paper's: they
follow what Li et al., 'TextShield', USENIX Security 2020, and Zhang et al., 'Argot', IJCAI 2020, describe.
"""

import os
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias

import numpy as np

from attacks.core.candidates import Candidates, Constraint, anything, offered
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.ranking import by_norm, heaviest_first, order_by_slope
from attacks.core.searching import Outcome, Question, Search
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.languages import reader
from attacks.sentences import Sentence, sentences_of
from attacks.transformations import bugs, glyphs, homophones
from attacks.transformations.characters import drawn_candidates
from attacks.transformations.counterfitted import VARIABLE, CounterfittedNeighbours

NEIGHBOURS = 5
"""How many of the nearest words are tried (the paper's k)."""


class Standing(NamedTuple):
    """How far a search has come: what stands, its score, and whether that is the goal."""

    at: Perturbation
    score: float
    is_reached: bool = False


_Standing: TypeAlias = Generator[Question, Sequence[Outcome], Standing]
_Places: TypeAlias = Generator[Question, Sequence[Outcome], list[int]]


class _Bugging:
    """What both boxes share: how a text is read, and what may stand instead of a word."""

    languages = ("en", "zh")

    def __init__(self, neighbours: Path | str | None = None, *, language: str = "en", keeps_all: bool = False) -> None:
        """With the nearest words of a file; English without one takes that of TABOO_COUNTERFITTED, if it is set.

        With neither there are four bugs (in Chinese six), and no words are substituted by others. Raises
        DataMissingError or NeighboursError.
        """
        self.read = reader(language)
        self.allowed: Constraint = anything
        self._edits, self._keeps_all = (bugs.ENGLISH if language == "en" else bugs.CHINESE), keeps_all
        named = neighbours or (os.environ.get(VARIABLE) if language == "en" else None)
        self._neighbours = CounterfittedNeighbours(named, NEIGHBOURS) if named else None
        self.reads = self._neighbours.fingerprint if self._neighbours else ""
        if language == "zh":
            homophones.require_pinyin()
            self.reads = of_bytes(f"{glyphs.fingerprint()}{homophones.fingerprint()}{self.reads}".encode())

    def _candidates(self, chance: Random) -> Candidates:
        """One draw of each bug, and the nearest words."""
        drawn, near = drawn_candidates(self._edits, chance), self._neighbours
        if near is None:
            return drawn
        return lambda text, place: tuple(dict.fromkeys((*drawn(text, place), *near(text, place))))


class TextBugger(_Bugging):
    """The black box: sentences by what each says alone, words by what deleting each loses."""

    name = "textbugger"
    needs = frozenset({Capability.SCORES})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - base says enough
        """The paper's algorithm 2."""
        sentences, candidates = sentences_of(text), self._candidates(chance)
        return sentences_then_words(text, base, sentences, candidates, self.allowed, keeps_all=self._keeps_all)


class TextBuggerWhite(_Bugging):
    """The white box: words by the gradient."""

    name = "textbugger-white"
    needs = frozenset({Capability.SCORES, Capability.GRADIENTS})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - base says enough
        """The paper's algorithm 1."""
        return steepest_words(text, base, self._candidates(chance), self.allowed, keeps_all=self._keeps_all)


def sentences_then_words(
    original: Text,
    base: float,
    sentences: Sequence[Sentence],
    candidates: Candidates,
    allowed: Constraint,
    *,
    keeps_all: bool = False,
) -> Search:
    """Go through sentences, those that say most against the goal first, and through their words likewise.

    `base` is the score of the original. Several sentences are shown one by one, all in one question, and one that is
    for the goal already is left alone; then, for each sentence taken up, its words are deleted one by one, in one
    question, and each word's candidates are another. `keeps_all` lets the best candidate of each word stand even where
    it leads away from the goal, as the paper does.
    """
    now = Standing(Perturbation(original), base)
    for sentence in (yield from _most_telling(original, sentences)):
        order = yield from _by_deletion(now, sentences[sentence].places)
        now = yield from best_candidates(now, order, candidates, allowed, keeps_all=keeps_all)
        if now.is_reached:
            break
    return now.at if now.at.changes else None


def steepest_words(
    original: Text, base: float, candidates: Candidates, allowed: Constraint, *, keeps_all: bool = False
) -> Search:
    """Go through the words, those by which the answer moves most first: one slope, then a question for each word.

    A single word needs no slope.
    """
    order = yield from order_by_slope(original, by_norm)
    start = Standing(Perturbation(original), base)
    now = yield from best_candidates(start, order, candidates, allowed, keeps_all=keeps_all)
    return now.at if now.at.changes else None


def best_candidates(
    now: Standing, order: Iterable[int], candidates: Candidates, allowed: Constraint, *, keeps_all: bool
) -> _Standing:
    """Give each place its best candidate in turn, one question a place, until one reaches the goal.

    The best is one that reaches the goal, then the one with the highest score, then the first.
    """
    for place in order:
        asked = offered(now.at, place, candidates, allowed)
        if not asked:
            continue
        outcomes = yield asked
        top = max(range(len(asked)), key=lambda it: (outcomes[it].is_reached, outcomes[it].score))
        best = Standing(asked[top], outcomes[top].score, outcomes[top].is_reached)
        if best.is_reached:
            return best
        if keeps_all or best.score > now.score:
            now = best
    return now


def _most_telling(original: Text, sentences: Sequence[Sentence]) -> _Places:
    """The numbers of the sentences that are not for the goal by themselves, those most against it first."""
    if len(sentences) < 2:
        return list(range(len(sentences)))
    outcomes = yield tuple(Perturbation(it.alone(original)) for it in sentences)
    left = [number for number, came in enumerate(outcomes) if not came.is_reached]
    return sorted(left, key=lambda number: outcomes[number].score)


def _by_deletion(now: Standing, places: range) -> _Places:
    """The places, that first whose deletion brings the text nearest to the goal; one place needs no order."""
    if len(places) < 2:
        return list(places)
    outcomes = yield tuple(now.at.with_word(place, "") for place in places)
    return [places[it] for it in heaviest_first(np.array([came.score for came in outcomes]))]
