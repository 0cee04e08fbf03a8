"""A victim with exact gradients: it adds up word vectors and reads one number off the sum."""

import re

import numpy as np

from attacks.core.ports import Capability, TokenSlope
from attacks.core.slopes import Vocabulary

VECTORS = {
    "great": (2.0, 0.0), "fine": (0.5, 1.0), "fair": (-0.6, 0.5), "awful": (-2.0, 0.0), "poor": (-1.0, 1.0),
    "grand": (0.2, 3.0), "film": (0.1, 0.0), "movie": (-0.3, 0.0),
}  # fmt: skip
READS = np.array([1.0, -0.25])
"""What the victim reads off the sum: its logit is `bias + READS @ sum`."""


class BagOfVectors:
    """Says 1 where the logit is above 0, else 0."""

    name, fingerprint, classes = "bag-of-vectors", "1" * 16, 2
    can = frozenset({Capability.SCORES, Capability.GRADIENTS})

    def __init__(self, bias=0.0):
        self.bias = bias
        self.vocabulary = Vocabulary(tuple(VECTORS), np.array(list(VECTORS.values())))

    def predict(self, texts):
        logits = np.array([self.bias + READS @ self._vectors(text)[1].sum(axis=0) for text in texts])
        good = 1 / (1 + np.exp(-logits))
        return np.stack([1 - good, good], axis=1)

    def slopes(self, texts, labels):
        found = []
        for text, label, shares in zip(texts, labels, self.predict(texts), strict=True):
            spans, vectors = self._vectors(text)
            # d log p(1) / d logit = p(0), and d log p(0) / d logit = -p(1).
            lean = shares[0] if label == 1 else -shares[1]
            found.append(TokenSlope(shares, spans, np.tile(lean * READS, (len(spans), 1)), vectors))
        return found

    def _vectors(self, text):
        words = list(re.finditer(r"\w+", text))
        vectors = [VECTORS.get(word.group(), (0.0, 0.0)) for word in words]
        return tuple(word.span() for word in words), np.array(vectors, dtype=np.float64).reshape(-1, 2)
