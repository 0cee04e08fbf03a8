"""BERT-Attack: words replaced by what a masked language model reads in the original text, nothing being masked.

Source: Li, Ma, Guo, Xue and Qiu, 'BERT-ATTACK: Adversarial Attack Against BERT Using BERT', EMNLP 2020, algorithm 1.
A word of several pieces gets the combinations of predictions for its pieces, ranked by how little they surprise the
model. Deviations: of such a word four predictions for each piece are combined, at most four pieces, only to whole words
of letters, and they are ranked in their context; K counts whole words other than the word itself; antonyms are
filtered out by a file of pairs, and only where one is given; stop words, which neither change nor come in, are nltk's.
"""

from pathlib import Path
from random import Random

from attacks.constraints import all_of
from attacks.constraints.share import MaxShare
from attacks.constraints.stop_words import AvoidsWords, KeepsWords, english_stop_words
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.antonyms import AvoidsAntonyms
from attacks.transformations.masked_lm import MaskedLM

CANDIDATES, MOST_CHANGED, MASK = 48, 0.4, "[MASK]"


class BertAttack:
    """Orders words by what masking each loses; replaces at most 40 % of them by the model's own predictions."""

    name = "bert-attack"
    needs = frozenset({Capability.SCORES})

    def __init__(
        self, model: str | None = None, *, antonyms: Path | str | None = None, combines_pieces: bool = True
    ) -> None:
        """With a masked language model by folder or name, or that of TABOO_MASKED_LM. Raises AttackError.

        `antonyms` names a file of pairs, or a folder of such files. Without `combines_pieces` a word that the model's
        tokenizer splits is left alone.
        """
        stops = english_stop_words()
        self._candidates = MaskedLM.open(
            model, masks=False, most=CANDIDATES, spared=stops, combines_pieces=combines_pieces
        )
        self.reads = self._candidates.fingerprint
        self.allowed = all_of(MaxShare(MOST_CHANGED), KeepsWords(stops), AvoidsWords(stops))
        if antonyms is not None:
            avoids = AvoidsAntonyms(antonyms)
            self.reads = of_bytes(f"{self.reads}{avoids.fingerprint}".encode())
            self.allowed = all_of(self.allowed, avoids)

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1."""
        return stepwise_greedy(text, base, self._candidates, by_loss, MASK, self.allowed)
