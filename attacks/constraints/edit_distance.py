"""No more than so many characters differ, or no more than a share of them."""

from dataclasses import dataclass

from attacks.core.perturbation import Perturbation
from attacks.metrics.distance import distance, share


@dataclass(frozen=True, slots=True)
class MaxEdits:
    """Allows perturbations within an edit distance of the original, in characters (code points)."""

    edits: int

    def __post_init__(self) -> None:
        if self.edits < 0:
            raise ValueError(f"an edit distance is 0 or more, which {self.edits} is not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether few enough characters were put in, taken out or replaced."""
        # Replacing each word by itself is the most that it can take, and is counted without reading the whole text.
        words = perturbation.original.words
        most = sum(max(len(words[place]) + 1, len(text)) for place, text in perturbation.changes)
        return most <= self.edits or distance(perturbation.original.written, perturbation.written) <= self.edits


@dataclass(frozen=True, slots=True)
class MaxEditShare:
    """Allows perturbations whose edit distance is at most this share of the longer text, from 0 to 1."""

    share: float

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share of the characters is from 0 to 1, which {self.share} is not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether a small enough share of the characters differs."""
        return share(perturbation.original.written, perturbation.written) <= self.share
