"""First-class doubles for attacks: a victim that counts words, and an attack that knows a few replacements."""

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from attacks.core.goals import Floats, Goal
from attacks.core.greedy import ranked_greedy
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text

WORDS: Mapping[str, float] = {"great": 2.0, "fine": 0.5, "fair": -0.6, "awful": -2.0, "poor": -1.0, "grand": 0.2}
INSTEAD: Mapping[str, tuple[str, ...]] = {"great": ("grand", "fair"), "fine": ("fair", "poor"), "film": ("movie",)}


class Counting:
    """Says 1 (good) by a logistic of summed word weights, else 0. `shown` are all texts, in order."""

    name, fingerprint, classes = "counting", "0" * 16, 2
    can = frozenset({Capability.SCORES})

    def __init__(self, bias: float = 0.0) -> None:
        self.bias = bias
        self.shown: list[str] = []

    def predict(self, texts: Sequence[str]) -> Floats:
        self.shown += texts
        sums = np.array([self.bias + sum(WORDS.get(word, 0.0) for word in text.split()) for text in texts])
        good = 1 / (1 + np.exp(-sums))
        return np.stack([1 - good, good], axis=1)


class Swapping:
    """Greedy search over `INSTEAD`, the heaviest loss first."""

    name = "swapping"
    needs = frozenset({Capability.SCORES})
    reads = ""

    def read(self, written: str) -> Text:
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        return ranked_greedy(text, base, instead, lambda losses, gains: losses, "[UNK]", lambda _: True)


def instead(text: Text, place: int) -> Sequence[str]:
    return INSTEAD.get(text.words[place], ())
