"""Victims of the conformance kit: one that knows every word and counts what it is shown, and ways to take from it."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability, TokenSlope, Victim
from attacks.core.slopes import Vocabulary
from attacks.core.text import spaced_words

DIMENSIONS = 8
_KNOWN = ("good", "bad", "great", "awful", "fine", "dull", "film", "movie", "cast", "plot", "story", "time", "很", "好")


class Linear:
    """Two classes: a logistic of the sum of what each word weighs, its vector drawn from the word's own digest.

    `shown` are the texts of `predict`, `sloped` those of `slopes`, each once.
    """

    name, fingerprint, classes = "linear", "0" * 16, 2
    can = frozenset({Capability.SCORES, Capability.GRADIENTS})

    def __init__(self) -> None:
        self.shown: set[str] = set()
        self.sloped: set[str] = set()

    @property
    def vocabulary(self) -> Vocabulary:
        """A few words."""
        return Vocabulary(_KNOWN, np.stack([_vector(word) for word in _KNOWN]))

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), 2)`."""
        self.shown |= set(texts)
        good = np.array([self._good(text) for text in texts])
        return np.stack([1 - good, good], axis=1)

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        """Of each text the gradient of its label's log-probability."""
        self.sloped |= set(texts)
        return [self._slope(text, label) for text, label in zip(texts, labels, strict=True)]

    def _good(self, text: str) -> float:
        total = sum(float(_vector(text[start:end]) @ _WEIGHTS) for start, end in spaced_words(text))
        return float(1 / (1 + np.exp(-total)))

    def _slope(self, text: str, label: int) -> TokenSlope:
        spans = tuple(spaced_words(text))
        good = self._good(text)
        steep = (1 - good) if label else -good
        vectors = np.array([_vector(text[start:end]) for start, end in spans]).reshape(len(spans), DIMENSIONS)
        return TokenSlope(np.array([1 - good, good]), spans, np.tile(steep * _WEIGHTS, (len(spans), 1)), vectors)


class Limited:
    """A victim that can do less than it could."""

    def __init__(self, victim: Victim, can: frozenset[Capability]) -> None:
        self._victim, self.can = victim, can
        self.name, self.fingerprint, self.classes = "limited", victim.fingerprint, victim.classes

    def predict(self, texts: Sequence[str]) -> Floats:
        """As the victim."""
        return self._victim.predict(texts)


class Breaking(Linear):
    """A victim that refuses every text that it does not know; `refused` are those that it was shown."""

    name = "breaking"

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known
        self.refused: set[str] = set()

    def predict(self, texts: Sequence[str]) -> Floats:
        """As the victim, or ValueError."""
        self._check(texts)
        return super().predict(texts)

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        """As the victim, or ValueError."""
        self._check(texts)
        return super().slopes(texts, labels)

    def _check(self, texts: Sequence[str]) -> None:
        strange = [text for text in texts if text not in self._known]
        self.refused |= set(strange)
        if strange:
            raise ValueError(f"refuses {strange[0]!r}")


def _vector(word: str) -> Floats:
    """Numbers from -1 to 1 that only the word decides."""
    drawn = np.frombuffer(sha256(word.encode("utf-8", "surrogatepass")).digest()[:DIMENSIONS], dtype=np.uint8)
    return drawn.astype(np.float64) / 127.5 - 1


_WEIGHTS = np.array([1.0, -1.0, 0.5, -0.5, 0.25, -0.25, 1.0, -1.0])
