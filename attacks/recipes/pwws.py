"""PWWS, probability weighted word saliency: WordNet synonyms, the most salient words first.

Source: Ren, Deng, He and Che, 'Generating Natural Language Adversarial Examples through Probability Weighted Word
Saliency', ACL 2019. Deviations: named entities are not replaced by others of their kind (the paper's second source of
candidates), and candidates are lemmas, not inflected like the word. Other sources of candidates than WordNet, and
Chinese texts, are additions; of sources that do not know parts of speech, candidates keep the part of speech, and stop
words stay.
"""

from random import Random

import numpy as np

from attacks.core.goals import Floats, Goal
from attacks.core.greedy import ranked_greedy
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.recipes.sourced import Sourced

UNKNOWN = "[UNK]"
"""Stands for a word that the victim does not know, to see what the word tells it."""


class PWWS(Sourced):
    """Replaces words by WordNet synonyms in the order of softmax(saliency) times the best synonym's gain."""

    name = "pwws"
    needs = frozenset({Capability.SCORES})

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1."""
        return ranked_greedy(text, base, self.candidates, weighted_saliency, UNKNOWN, self.allowed)


def weighted_saliency(losses: Floats, gains: Floats) -> Floats:
    """Equations 6 to 8 of the paper: the softmax of the saliencies times the gain of the best candidate."""
    if not losses.size:
        return losses
    shares = np.exp(losses - losses.max())
    return np.asarray(shares / shares.sum() * gains, dtype=np.float64)
