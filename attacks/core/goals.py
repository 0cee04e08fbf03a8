"""What an attack wants of a victim: how near an answer is to it, and whether it is reached."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


class Goal(Protocol):
    """Judges what a victim answered. Probabilities have the shape `(texts, classes)`."""

    def score(self, probabilities: Floats) -> Floats:
        """How near each answer is to the goal, shape `(texts,)`; higher is nearer, in [0, 1]."""

    def reached(self, probabilities: Floats) -> Flags:
        """Which answers are what was wanted, shape `(texts,)`."""


@dataclass(frozen=True, slots=True)
class Untargeted:
    """Any other label than the right one."""

    label: int

    def score(self, probabilities: Floats) -> Floats:
        """The probability of all other labels together."""
        return 1.0 - probabilities[:, self.label]

    def reached(self, probabilities: Floats) -> Flags:
        """Whether another label is the likeliest; of equals the lowest number is."""
        return np.asarray(probabilities.argmax(axis=1) != self.label)


@dataclass(frozen=True, slots=True)
class Targeted:
    """One label, and no other."""

    label: int

    def score(self, probabilities: Floats) -> Floats:
        """The probability of the wanted label."""
        return np.asarray(probabilities[:, self.label], dtype=np.float64)

    def reached(self, probabilities: Floats) -> Flags:
        """Whether the wanted label is the likeliest."""
        return np.asarray(probabilities.argmax(axis=1) == self.label)
