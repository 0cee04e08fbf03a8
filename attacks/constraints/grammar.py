"""No grammar errors come in, or no more than so many, as LanguageTool counts them."""

from dataclasses import dataclass

from attacks.core.perturbation import Perturbation
from attacks.metrics.grammar import LanguageTool


@dataclass(frozen=True)
class MaxGrammarErrors:
    """Allows perturbations with at most so many errors more than the original."""

    tool: LanguageTool
    added: int = 0

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether few enough errors came in."""
        return self.tool.added(perturbation.original.written, perturbation.written) <= self.added
