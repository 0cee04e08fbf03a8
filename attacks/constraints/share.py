"""No more than a share of the words is replaced."""

from dataclasses import dataclass

from attacks.core.perturbation import Perturbation


@dataclass(frozen=True, slots=True)
class MaxShare:
    """Allows perturbations that replaced at most this share of the words, from 0 to 1; one word is always allowed."""

    share: float

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share of the words is from 0 to 1, which {self.share} is not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether few enough words were replaced."""
        return len(perturbation.changes) <= max(1, int(self.share * len(perturbation.original)))
