"""Swift: words replaced by synonyms, with our search for few queries and few changed words.

Source: our own; `attacks.core.swift` states the algorithm and what it is made of. With WordNet's synonyms it chooses
among exactly the candidates of `pwws`, so that the two differ in nothing but the search.
"""

from random import Random

from attacks.core.candidates import Candidates
from attacks.core.errors import AttackError
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.swift import swift
from attacks.core.text import Text
from attacks.transformations.counterfitted import CounterfittedNeighbours
from attacks.transformations.wordnet import WordNetSynonyms

UNKNOWN = "[UNK]"
"""Stands for a word that the victim does not know, to see what the word tells it."""
SOURCES = ("wordnet", "counterfitted")


class UnknownSourceError(AttackError):
    """A source of candidates that there is not."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def __str__(self) -> str:
        return f"candidates cannot come from {self.source!r}; choose {' or '.join(SOURCES)}, as in swift:{SOURCES[0]}"


class Swift:
    """Replaces few words by synonyms, and asks few questions on the way.

    Places that have candidates are ranked by one question of blanks. Candidates are asked place after place in the text
    as it stands, the heaviest place first, until the goal is reached. Then changes that prove needless are undone, and
    two weak changes are traded for a strong one where a place that was not taken up may offer it.
    """

    name = "swift"
    needs = frozenset({Capability.SCORES})

    def __init__(self, candidates: str = "wordnet") -> None:
        """With the synonyms of WordNet, or the `counterfitted` neighbours of TABOO_COUNTERFITTED.

        Raises UnknownSourceError, DataMissingError or NeighboursError.
        """
        if candidates not in SOURCES:
            raise UnknownSourceError(candidates)
        self._candidates: Candidates
        if candidates == "wordnet":
            self._candidates, self.reads = WordNetSynonyms(), ""
        else:
            neighbours = CounterfittedNeighbours()
            self._candidates, self.reads = neighbours, neighbours.fingerprint

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The search `attacks.core.swift`; no perturbation is forbidden."""
        return swift(text, base, self._candidates, UNKNOWN, _anything)


def _anything(_: Perturbation) -> bool:
    return True
