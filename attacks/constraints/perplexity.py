"""The text reads about as smoothly as it did: a bound on how much more it surprises a language model."""

from dataclasses import dataclass

from attacks.core.perturbation import Perturbation
from attacks.metrics.perplexity import CausalLM


@dataclass(frozen=True)
class MaxPerplexityRatio:
    """Allows perturbations whose perplexity is at most so many times that of the original; below 1 it must fall.

    A text of which nothing can be predicted is allowed: nothing is known against it.
    """

    model: CausalLM
    times: float

    def __post_init__(self) -> None:
        if not self.times > 0:
            raise ValueError(f"a ratio of perplexities is above 0, which {self.times} is not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether the text surprises little enough."""
        ratio = self.model.ratio(perturbation.original.written, perturbation.written)
        return ratio is None or ratio <= self.times
