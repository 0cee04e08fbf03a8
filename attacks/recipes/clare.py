"""CLARE: words replaced, inserted and merged by what a masked language model fills into the text.

Source: Li, Zhang, Peng, Chen, Brockett, Sun and Dolan, 'Contextualized Perturbation for Textual Adversarial Attack',
NAACL 2021: for every place the action and word that hurt the victim most, then the best places together, the best
first. Deviations: no sentence encoder, so no threshold of similarity, unless `allowed` brings one; a place has at most
20 words of each action, whole words only, none that stands next to the gap; two words merge where the second is a noun
and the first a noun or an adjective; a place that reaches the goal by itself ends the search, places behind it unasked;
an action that leads away from the goal is not taken; as many places may change as the text has.
"""

from functools import lru_cache
from random import Random

from attacks.constraints import all_of
from attacks.core.candidates import Constraint
from attacks.core.edits import best_edits
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.transformations.infilling import Infilling
from attacks.transformations.masked_reader import MaskedReader
from attacks.transformations.nltk_files import require

CANDIDATES = 20
LEAST_LIKELY = 5e-3
"""The paper's threshold of a word's probability in the gap."""


class CLARE:
    """Takes the best of replacing, inserting and merging at every place; makes the best of all places together."""

    name = "clare"
    needs = frozenset({Capability.SCORES})

    def __init__(
        self,
        model: str | None = None,
        *,
        least: float = LEAST_LIKELY,
        most: int = CANDIDATES,
        allowed: Constraint | None = None,
    ) -> None:
        """With a masked language model by folder or name, or that of TABOO_MASKED_LM. Raises AttackError.

        `least` is how likely a word must be in its gap, `most` bounds the words of one action at one place, and
        `allowed` may veto what comes out, such as by its similarity to the original.
        """
        require("taggers/averaged_perceptron_tagger_eng")
        reader = MaskedReader.open(model)
        self._edits = Infilling(reader, least=least, most=most, merges=_is_compound)
        self.reads = reader.fingerprint
        self.allowed = all_of() if allowed is None else allowed

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """The paper's algorithm 1."""
        return best_edits(text, base, self._edits(text), self.allowed)


def _is_compound(text: Text, place: int) -> bool:
    """Whether a noun follows a noun or an adjective."""
    first, second = _tags(text.words)[place : place + 2]
    return first[:1] in ("N", "J") and second[:1] == "N"


@lru_cache(maxsize=256)
def _tags(words: tuple[str, ...]) -> tuple[str, ...]:
    import nltk

    return tuple(tag for _, tag in nltk.pos_tag(list(words)))
