"""The searches of `attacks.core` by themselves, over any source: `beam:wordnet`, `random:embeddings:FILE`.

They are for comparing: over one source they choose among the same candidates as `pwws` and `swift`, and differ in
nothing but the search.
"""

from random import Random

from attacks.core.beam import beam, full_greedy
from attacks.core.decision import decision_based
from attacks.core.exhaustive import exhaustive
from attacks.core.goals import Goal
from attacks.core.in_order import greedy_in_order
from attacks.core.ports import Capability
from attacks.core.random_draws import random_search
from attacks.core.ranking import by_best_gain, order_by_slope
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.recipes.sourced import Sourced

LABELS_ONLY: frozenset[Capability] = frozenset()
WIDTH, DRAWS, MOST_DRAWN, MOST_COMBINED, NEARER = 5, 100, 3, 2, 10
"""Texts of a beam; draws of a random search and of a start, and words that a draw changes; words that are changed
together; candidates that are tried on the way back to the original."""


class Greedy(Sourced):
    """Every candidate of every word in each round, of which the best is kept."""

    name = "greedy"
    needs = frozenset({Capability.SCORES})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The search `attacks.core.beam.full_greedy`."""
        return full_greedy(text, base, self.candidates, self.allowed)


class Beam(Sourced):
    """Every candidate of every word of the best texts in each round, of which the best are kept."""

    name = "beam"
    needs = frozenset({Capability.SCORES})
    width = WIDTH

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The search `attacks.core.beam`."""
        return beam(text, base, self.candidates, self.allowed, self.width)


class RandomDraws(Sourced):
    """Candidates of a few words drawn by chance, again and again: what a search gains by looking is more than this."""

    name = "random"
    needs = LABELS_ONLY
    most, tries = MOST_DRAWN, DRAWS

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it is blind
        """The search `attacks.core.random_draws`."""
        return random_search(text, self.candidates, self.allowed, self.most, self.tries, chance)


class Exhaustive(Sourced):
    """All combinations of up to two changed words, those of one word first. Give it a budget."""

    name = "exhaustive"
    needs = LABELS_ONLY
    most: int | None = MOST_COMBINED

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The search `attacks.core.exhaustive`."""
        return exhaustive(text, self.candidates, self.allowed, self.most)


class Decision(Sourced):
    """Sees labels only: changes every word until the label changes, then goes back as far as it can."""

    name = "decision"
    needs = LABELS_ONLY
    tries, nearer = DRAWS, NEARER

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it sees no scores
        """The search `attacks.core.decision`, which names its source and deviations."""
        return decision_based(text, self.candidates, self.allowed, self.tries, self.nearer, chance)


class Gradient(Sourced):
    """Words in the order of what any word would gain in their places to first order; of each the best candidate."""

    name = "gradient"
    needs = frozenset({Capability.SCORES, Capability.GRADIENTS})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """One slope, then a question for each word."""
        order = yield from order_by_slope(text, by_best_gain)
        return (yield from greedy_in_order(text, base, order, self.candidates, self.allowed))
