"""Swift: words replaced by synonyms, with our search for few queries and few changed words.

Source: our own; `attacks.core.swift` states the algorithm and what it is made of. Over one source it chooses among
exactly the candidates of `pwws`, so that the two differ in nothing but the search.
"""

from random import Random

from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.swift import swift
from attacks.core.text import Text
from attacks.recipes.sourced import Sourced

UNKNOWN = "[UNK]"
"""Stands for a word that the victim does not know, to see what the word tells it."""


class Swift(Sourced):
    """Replaces few words by synonyms, and asks few questions on the way.

    Places that have candidates are ranked by one question of blanks. Candidates are asked place after place in the text
    as it stands, the heaviest place first, until the goal is reached. Then changes that prove needless are undone, and
    two weak changes are traded for a strong one where a place that was not taken up may offer it.
    """

    name = "swift"
    needs = frozenset({Capability.SCORES})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The search `attacks.core.swift`."""
        return swift(text, base, self.candidates, UNKNOWN, self.allowed)
