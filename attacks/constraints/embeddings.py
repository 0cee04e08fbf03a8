"""Replacements stay near their words: by the cosine of word vectors, such as counter-fitted ones or GloVe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from attacks.core.perturbation import Perturbation

Vector: TypeAlias = Sequence[float] | NDArray[np.floating[Any]]
Vectors: TypeAlias = Mapping[str, Vector]
"""The vector of each word; all have one length."""


@dataclass(frozen=True)
class MinCosine:
    """Allows perturbations whose every replacement has at least this cosine, from -1 to 1, with the word it replaces.

    A word is looked up as written, then in lower case. What has no vector cannot be compared: `unknown` says whether it
    is allowed. A replacement of several words is the mean of their vectors; no word at all is never near.

    Source: the threshold of Jin et al., 'Is BERT Really Robust?', AAAI 2020, section 3.2, on the neighbours.
    """

    vectors: Vectors = field(repr=False)
    cosine: float
    unknown: bool = False

    def __post_init__(self) -> None:
        if not -1 <= self.cosine <= 1:
            raise ValueError(f"a cosine is from -1 to 1, which {self.cosine} is not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether every replacement is near enough."""
        words = perturbation.original.words
        return all(self._is_near(words[place], text) for place, text in perturbation.changes)

    def _is_near(self, word: str, text: str) -> bool:
        if not text.strip():
            return False
        one = self._found(word)
        parts = [self._found(part) for part in text.split()]
        known = [np.asarray(part) for part in parts if part is not None]
        if one is None or len(known) < len(parts):
            return self.unknown
        other = np.mean(known, axis=0)
        sizes = float(np.linalg.norm(one) * np.linalg.norm(other))
        return sizes > 0 and float(np.dot(one, other)) / sizes >= self.cosine

    def _found(self, word: str) -> Vector | None:
        for form in (word, word.casefold()):
            if form in self.vectors:
                return self.vectors[form]
        return None
