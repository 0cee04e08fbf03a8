"""BAE-R: words replaced by what a masked language model reads in their places, the words first that matter most.

Source: Garg and Ramakrishnan, 'BAE: BERT-based Adversarial Examples for Text Classification', EMNLP 2020, the
operation R of algorithm 1. Deviations: no sentence encoder, so no similarity threshold, and of several candidates that
reach the goal the likeliest is taken; by default each word is masked in the original text, not in the text as it stands
by then, so that all words of a text are read in one batch (`is_sequential` is the paper's way); a word becomes a whole
word; stop words (nltk's) stay; a replacement that brings the text no nearer the goal is not made.
"""

from random import Random

from attacks.constraints import all_of
from attacks.constraints.parts import SameParts
from attacks.constraints.stop_words import KeepsWords, english_stop_words
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.transformations.masked_lm import MaskedLM

CANDIDATES = 50


class BAE:
    """Orders words by what deleting each loses; gives each the word of its part of speech that does most."""

    name = "bae"
    needs = frozenset({Capability.SCORES})

    def __init__(self, model: str | None = None, *, is_sequential: bool = False) -> None:
        """With a masked language model by folder or name, or that of TABOO_MASKED_LM. Raises AttackError.

        `is_sequential` fills one word at a time: each is masked in the text as it stands by then.
        """
        stops = english_stop_words()
        self._candidates = MaskedLM.open(model, masks=True, most=CANDIDATES, spared=stops)
        self._is_sequential = is_sequential
        self.reads = self._candidates.fingerprint
        self.allowed = all_of(KeepsWords(stops), SameParts())

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1 with the operation R."""
        if self._is_sequential:
            one = self._candidates.alone
            return stepwise_greedy(text, base, one, by_loss, "", self.allowed, as_it_stands=True)
        return stepwise_greedy(text, base, self._candidates, by_loss, "", self.allowed)
