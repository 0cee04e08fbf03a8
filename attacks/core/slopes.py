"""Which way a victim's answer moves when the vectors of words move: what attacks with gradients are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attacks.core.goals import Floats
from attacks.core.perturbation import Perturbation


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The whole words that a victim knows, with the vectors by which it reads them, shape `(words, dimensions)`."""

    words: tuple[str, ...]
    vectors: Floats

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: number for number, word in enumerate(self.words)}


@dataclass(frozen=True, eq=False)
class Slope:
    """The slope of one perturbed text, place by place.

    `gradients[place]` points to where the goal is: the gradient of (plus or minus) a class's log-probability by the
    vectors that stand at a place, summed where a word is several tokens, zero where it is none; shape
    `(places, dimensions)`. `vectors[place]` is what stands there now, the mean of several, in the same shape.
    """

    gradients: Floats
    vectors: Floats
    vocabulary: Vocabulary

    def gains(self, place: int) -> Floats:
        """What each word of the vocabulary would gain at a place, to first order; shape `(words,)`."""
        here = self.gradients[place]
        return np.asarray(self.vocabulary.vectors @ here - float(self.vectors[place] @ here), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Slopes:
    """A question that asks for the slope of each perturbation too. Each is a query of its own."""

    of: tuple[Perturbation, ...]
