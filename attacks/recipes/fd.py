"""FD: word after word is replaced by the one that lies from it in the direction of the gradient's signs.

Source: Papernot, McDaniel, Swami and Harang, 'Crafting Adversarial Input Sequences for Recurrent Neural Networks',
MILCOM 2016, algorithm 1. Deviations: the words of a text are taken up in an order by chance and each is replaced once
(the paper leaves open how a word is selected); a word is replaced by a whole word of the victim, written in its case;
where no word is left the nearest of the texts on the way is handed back.
"""

from random import Random

import numpy as np

from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search, slope_of
from attacks.core.slopes import Slope, Slopes
from attacks.core.text import Text
from attacks.languages import reader
from attacks.recipes.hotflip import written_like


class FD:
    """Replaces words in an order by chance, each by what the signs of the gradient point to, until the goal is reached.

    No constraint is put on words, as in the paper. Every replacement is one query.
    """

    name = "fd"
    needs = frozenset({Capability.SCORES, Capability.GRADIENTS})
    languages = ("en", "zh")
    reads = ""

    def __init__(self, *, language: str = "en") -> None:
        """Raises ValueError for a language that is not known."""
        self.read = reader(language)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - slopes say all
        """The paper's algorithm 1."""
        at = Perturbation(text)
        nearest, score = None, -1.0
        order = chance.sample(range(len(text)), len(text))
        if not order:
            return None
        (came,) = yield Slopes((at,))
        for place in order:
            word = _pointed_at(slope_of(came), place, text.words[place])
            if word is None:
                continue
            at = at.with_word(place, written_like(word, text.words[place], slope_of(came).vocabulary))
            (came,) = yield Slopes((at,))
            if came.is_reached:
                return at
            if came.score > score:
                nearest, score = at, came.score
        return nearest


def _pointed_at(slope: Slope, place: int, word: str) -> str | None:
    """The word z with the least ||sgn(z - x) - sgn(gradient)||, of equals the first; None where nothing points."""
    signs = np.sign(slope.gradients[place])
    if not signs.any():
        return None
    steps = np.sign(slope.vocabulary.vectors - slope.vectors[place])
    # The squared norm, written out: signs of the gradient add the same to every word.
    distances = np.einsum("ij,ij->i", steps, steps) - 2 * steps @ signs
    for it in np.argsort(distances, kind="stable")[:2].tolist():
        found: str = slope.vocabulary.words[it]
        if found.casefold() != word.casefold():
            return found
    return None
