"""HotFlip in words: the flips whose first-order gain is highest, of words that the victim reads alike.

Source: Ebrahimi, Rao, Lowd and Dou, 'HotFlip: White-Box Adversarial Examples for Text Classification', ACL 2018; its
word-level form, with the paper's three constraints: a cosine of the victim's own embeddings of 0.8 at least, the same
part of speech, no stop word flipped. Deviations: as many words may be flipped as it takes, each once, while the paper
reports one or two (`flips=2`); a text of the beam is ordered by the sum of its flips' first-order gains; in Chinese
there is no tagger, so parts of speech are not looked at, and the stop words are those of `CHINESE_STOP_WORDS`. With a
file of neighbours in place of a cosine, words near in that file are flipped.
"""

from functools import lru_cache
from random import Random

import numpy as np

from attacks.constraints import all_of
from attacks.constraints.parts import SameParts
from attacks.constraints.stop_words import KeepsWords, english_stop_words
from attacks.core.flips import Numbers, beam_of_flips
from attacks.core.goals import Floats, Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.slopes import Slope, Vocabulary
from attacks.core.text import Text
from attacks.languages import reader
from attacks.transformations.casing import cased_like
from attacks.transformations.counterfitted import CounterfittedNeighbours

COSINE, WIDTH = 0.8, 10
CHINESE_STOP_WORDS = frozenset(
    "的了着过地得是在有和与及或也都就又还而但不没别我你您他她它这那一个把被对从到为以于给向吗呢吧啊呀"
) | {
    "但是",
    "而且",
    "因为",
    "所以",
    "如果",
    "没有",
    "我们",
    "你们",
    "他们",
    "这个",
    "那个",
    "这里",
    "那里",
    "什么",
    "怎么",
    "一个",
}
"""Function words and negations: flipping them changes grammar or meaning and no word of content."""


class HotFlip:
    """Reads from gradients which words to flip, and by what, and asks only about the most promising texts."""

    name = "hotflip"
    needs = frozenset({Capability.SCORES, Capability.GRADIENTS})
    languages = ("en", "zh")

    def __init__(
        self,
        near: str = str(COSINE),
        *,
        language: str = "en",
        same_parts: bool = True,
        width: int = WIDTH,
        flips: int | None = None,
    ) -> None:
        """`near` is the least cosine of a flip, or a file of neighbours as TextFooler reads.

        Raises DataMissingError or NeighboursError, and ValueError for a language that is not known.
        """
        self._cosine, self._neighbours = _cosine(near), None
        self.reads = ""
        if self._cosine is None:
            self._neighbours = CounterfittedNeighbours(near)
            self.reads = self._neighbours.fingerprint
        self.read, self._width, self._flips = reader(language), width, flips
        is_english = language == "en"
        keeps = KeepsWords(english_stop_words() if is_english else CHINESE_STOP_WORDS)
        self.allowed = all_of(keeps, SameParts()) if same_parts and is_english else keeps
        self._units = lru_cache(maxsize=4)(_unit_vectors)
        self._alike = lru_cache(maxsize=4096)(self._as_near)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - slopes say all
        """The paper's beam search."""
        return beam_of_flips(text, self._near, written_like, self.allowed, self._width, self._flips)

    def _near(self, text: Text, place: int, slope: Slope) -> Numbers:
        """What may stand there: near to what stood there by the victim's embedding, or by the file."""
        known = slope.vocabulary
        if self._neighbours is not None:
            found = (known.numbers.get(it, known.numbers.get(it.lower(), -1)) for it in self._neighbours(text, place))
            return np.array([it for it in found if it >= 0], dtype=np.intp)
        return self._alike(known, slope.vectors[place].tobytes())

    def _as_near(self, known: Vocabulary, written: bytes) -> Numbers:
        """The words near enough to a vector. A word's are asked for at every step and in every text of a beam."""
        here = np.frombuffer(written, dtype=np.float64)
        length = float(np.linalg.norm(here))
        least = -1.0 if self._cosine is None else self._cosine
        return np.flatnonzero(self._units(known) @ here >= least * length) if length else np.array([], dtype=np.intp)


def written_like(word: str, example: str, vocabulary: Vocabulary) -> str:
    """The word as it is; of a victim that knows lower case only in the case of the example."""
    return cased_like(word, example) if _is_lower(vocabulary) else word


@lru_cache(maxsize=16)
def _is_lower(vocabulary: Vocabulary) -> bool:
    return all(word == word.lower() for word in vocabulary.words)


def _unit_vectors(vocabulary: Vocabulary) -> Floats:
    lengths = np.linalg.norm(vocabulary.vectors, axis=1, keepdims=True)
    return np.asarray(vocabulary.vectors / np.where(lengths > 0, lengths, 1.0), dtype=np.float64)


def _cosine(near: str) -> float | None:
    """The cosine that is written, None where something else is. Raises ValueError for one beyond 1."""
    try:
        cosine = float(near)
    except ValueError:
        return None
    if not -1 <= cosine <= 1:
        raise ValueError(f"a cosine is from -1 to 1, which {near} is not")
    return cosine
