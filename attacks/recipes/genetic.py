"""Genetic: a population of texts with replaced words, crossed and mutated until one is there.

Source: Alzantot, Sharma, Elgohary, Ho, Srivastava and Chang, 'Generating Natural Language Adversarial Examples', EMNLP
2018. Its figures: a population of 60, 20 generations, 8 neighbours a word, at most 20 % of the words replaced.
Deviations: no language model picks 4 of the 8 neighbours (a `constraint` may take its place); neighbours are those of a
file, whose distances are bounded as it was made, not here; stop words are nltk's; a child that has too many replaced
words is its first parent. Parents are drawn by their scores, as the paper has it; the authors' program takes a softmax.
"""

from random import Random

from attacks.constraints import all_of
from attacks.constraints.share import MaxShare
from attacks.constraints.stop_words import KeepsWords
from attacks.core.candidates import Constraint
from attacks.core.genetic import genetic
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.languages import stop_words
from attacks.transformations.sources import source_named

POPULATION, GENERATIONS, NEIGHBOURS, SHARE = 60, 20, 8, 0.2
"""The paper's figures (section 4)."""


class Genetic:
    """Breeds replacements by neighbours, the fitter parents more often, and always keeps the best."""

    name = "genetic"
    needs = frozenset({Capability.SCORES})

    def __init__(
        self,
        source: str = "counterfitted",
        *,
        population: int = POPULATION,
        generations: int = GENERATIONS,
        share: float = SHARE,
        constraint: Constraint | None = None,
    ) -> None:
        """`source` is a source of candidates (`attacks.transformations.sources`), `share` what may be replaced.

        Raises SourceUnknownError, DataMissingError, BrokenFileError or NeighboursError.
        """
        self._candidates = source_named(source, "en", NEIGHBOURS)
        self.reads = self._candidates.fingerprint
        self._population, self._generations = population, generations
        own = all_of(MaxShare(share), KeepsWords(stop_words("en")))
        self.allowed = own if constraint is None else all_of(own, constraint)

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - scores say enough
        """The paper's algorithm 1."""
        return genetic(
            text,
            base,
            self._candidates,
            self.allowed,
            population=self._population,
            generations=self._generations,
            chance=chance,
        )
