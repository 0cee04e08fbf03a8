"""GEO: the geometry-inspired attack, which walks along the normal of the decision boundary, word by word.

Source: Meng and Wattenhofer, 'A Geometry-Inspired Attack for Generating Natural Language Adversarial Examples', COLING
2020: DeepFool gives the way from the text's vector to the boundary, and of all candidates for a word that is taken
whose change of the text's vector is projected furthest on it. Deviations: the text's vector is its word vectors one
after the other, as the victim's first layer reads them, not what its last layer holds, so the boundary is linear to
first order around the text; all words are projected together, where the paper takes one by its saliency; the eight
steps that lead furthest are shown to the victim, which chooses, and the next eight where none brings it nearer (the
paper shows it every candidate of a word); a word changes once; stop words and parts of speech stay; candidates are
counter-fitted neighbours among the victim's whole words.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TypeAlias

import numpy as np

from attacks.constraints import all_of
from attacks.constraints.parts import SameParts
from attacks.constraints.stop_words import KeepsWords, english_stop_words
from attacks.core.candidates import Candidates, Constraint
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search, slope_of
from attacks.core.slopes import Slope, Slopes
from attacks.core.text import Text
from attacks.transformations.counterfitted import CounterfittedNeighbours

CANDIDATES, LOOKS = 50, 8

_Step: TypeAlias = tuple[int, str]
"""A place and the word that comes to stand there."""


class GEO:
    """Replaces the word whose best candidate goes furthest towards the boundary, and looks where that is now."""

    name = "geo"
    needs = frozenset({Capability.SCORES, Capability.GRADIENTS})

    def __init__(
        self, neighbours: Path | str | None = None, *, candidates: Candidates | None = None, looks: int = LOOKS
    ) -> None:
        """With a file of neighbours, or the one of TABOO_COUNTERFITTED; or with any other source of candidates.

        `looks` is how many candidates are shown to the victim at a step. Raises DataMissingError or NeighboursError.
        """
        self.reads = ""
        if candidates is None:
            source = CounterfittedNeighbours(neighbours, CANDIDATES)
            candidates, self.reads = source, source.fingerprint
        self._candidates, self._looks = candidates, looks
        self.allowed = all_of(KeepsWords(english_stop_words()), SameParts())

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's loop: project, replace, look again."""
        return walk_to_boundary(text, base, self._candidates, self._looks, self.allowed)


def walk_to_boundary(original: Text, base: float, candidates: Candidates, looks: int, allowed: Constraint) -> Search:
    """Replace word after word by a candidate with one of the longest projections, until the goal is reached.

    The slope of a text on the way is one query, each step then shows the `looks` candidates of all open places that
    lead furthest; the best stays where it is nearer the goal, and else the next are shown. `base` is the score of the
    original.
    """
    at, score = Perturbation(original), base
    tried: set[_Step] = set()
    (here,) = yield Slopes((at,))
    while True:
        steps = _furthest(at, slope_of(here), tried, candidates)
        offered: dict[_Step, Perturbation] = {}
        for place, word in steps:
            tried.add((place, word))
            further = at.with_word(place, word)
            if further != at and allowed(further):
                offered[place, word] = further
            if len(offered) == looks:
                break
        if not offered:
            return at if at.changes else None
        outcomes = yield tuple(offered.values())
        top = max(zip(outcomes, offered.values(), strict=True), key=lambda it: (it[0].is_reached, it[0].score))
        if top[0].is_reached:
            return top[1]
        if top[0].score > score:
            score, at = top[0].score, top[1]
            tried.clear()
            (here,) = yield Slopes((at,))


def _furthest(at: Perturbation, slope: Slope, tried: set[_Step], candidates: Candidates) -> list[_Step]:
    """Steps at places that hold their original word still, the longest projection first."""
    found = [
        (-length, place, word)
        for place in range(len(at.original))
        if place not in at.places
        for word, length in projections(slope, at.original, place, candidates)
        if (place, word) not in tried
    ]
    return [(place, word) for _, place, word in sorted(found)]


def projections(slope: Slope, text: Text, place: int, candidates: Candidates) -> Iterator[tuple[str, float]]:
    """For each candidate that the victim knows how far its vector moves the text along the boundary's normal.

    The gradient of a class's log-probability is a multiple of that of the logit against all other classes, so both have
    the same direction: DeepFool's.
    """
    normal = float(np.linalg.norm(slope.gradients))
    known = slope.vocabulary.numbers
    if normal == 0.0:
        return
    direction = slope.gradients[place] / normal
    for word in candidates(text, place):
        number = known.get(word, known.get(word.casefold()))
        if number is not None:
            yield word, float((slope.vocabulary.vectors[number] - slope.vectors[place]) @ direction)
