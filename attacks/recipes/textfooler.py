"""TextFooler: counter-fitted neighbours of the same part of speech, the words first that matter most.

Source: Jin, Jin, Zhou and Szolovits, 'Is BERT Really Robust? A Strong Baseline for Natural Language Attack on Text
Classification and Entailment', AAAI 2020, algorithm 1. Deviations: no sentence encoder unless a `constraint` brings
one, and of several candidates that reach the goal the nearest neighbour is taken, not the most similar sentence;
neighbours are those of a file (`TABOO_COUNTERFITTED`), at most 50, without a threshold of their cosine; stop words are
nltk's; with more than two classes the importance of a word whose deletion changes the label is doubled where the paper
adds what the new label gains (with two classes these are equal).
"""

from pathlib import Path
from random import Random

import numpy as np

from attacks.constraints import all_of
from attacks.constraints.parts import SameParts
from attacks.constraints.stop_words import KeepsWords, english_stop_words
from attacks.core.candidates import Constraint
from attacks.core.goals import Flags, Floats, Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import stepwise_greedy
from attacks.core.text import Text
from attacks.transformations.counterfitted import CounterfittedNeighbours

CANDIDATES = 50


class TextFooler:
    """Orders words by what deleting each changes; gives each the neighbour that reaches the goal or comes nearest."""

    name = "textfooler"
    needs = frozenset({Capability.SCORES})

    def __init__(self, neighbours: Path | str | None = None, *, constraint: Constraint | None = None) -> None:
        """From a file of neighbours, or the one of TABOO_COUNTERFITTED.

        `constraint` is asked last, of what stop words and parts of speech allow: the place of the paper's sentence
        encoder. Raises DataMissingError or NeighboursError.
        """
        self._neighbours = CounterfittedNeighbours(neighbours, CANDIDATES)
        self.reads = self._neighbours.fingerprint
        own = all_of(KeepsWords(english_stop_words()), SameParts())
        self.allowed = own if constraint is None else all_of(own, constraint)

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1, without its similarity."""
        return stepwise_greedy(text, base, self._neighbours, by_loss_and_label, "", self.allowed)


def by_loss_and_label(losses: Floats, reached: Flags) -> Floats:
    """Equation 2 of the paper: what deleting a word loses, counted twice where the label changes with it."""
    return np.asarray(losses * np.where(reached, 2.0, 1.0), dtype=np.float64)
