"""BERT-Attack: words replaced by what a masked language model reads in the original text, nothing being masked.

Source: Li, Ma, Guo, Xue and Qiu, 'BERT-ATTACK: Adversarial Attack Against BERT Using BERT', EMNLP 2020, algorithm 1.
Deviations: words that the model's tokenizer splits are left alone, where the paper combines predictions for their
pieces; K counts whole words other than the word itself; antonyms are not filtered out by a synonym dictionary; stop
words, which neither change nor come in, are nltk's.
"""

from random import Random

from attacks.constraints import all_of
from attacks.constraints.share import MaxShare
from attacks.constraints.stop_words import AvoidsWords, KeepsWords, english_stop_words
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.transformations.masked_lm import MaskedLM

CANDIDATES, MOST_CHANGED, MASK = 48, 0.4, "[MASK]"


class BertAttack:
    """Orders words by what masking each loses; replaces at most 40 % of them by the model's own predictions."""

    name = "bert-attack"
    needs = frozenset({Capability.SCORES})

    def __init__(self, model: str | None = None) -> None:
        """With a masked language model by folder or name, or that of TABOO_MASKED_LM. Raises AttackError."""
        stops = english_stop_words()
        self._candidates = MaskedLM.open(model, masks=False, most=CANDIDATES, spared=stops)
        self.reads = self._candidates.fingerprint
        self._allowed = all_of(MaxShare(MOST_CHANGED), KeepsWords(stops), AvoidsWords(stops))

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1, for words that are one piece."""
        return stepwise_greedy(text, base, self._candidates, by_loss, MASK, self._allowed)
