"""Models that metrics and constraints read texts with: found by folder or name, or refused in a sentence."""

from dataclasses import dataclass
from typing import Any

from attacks.core.errors import AttackError
from attacks.pretrained import UnreadModelError, read_model

MOST = 4096
"""The most tokens that a model is shown at a time, whatever it says it reads."""


@dataclass(eq=False)
class MeasureError(AttackError):
    """A measure that cannot be taken: a model, a package or a program that is not here, or of another kind."""

    measure: str
    asked: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        named = f" by {self.asked!r}" if self.asked else ""
        return f"{self.measure}{named}: {self.problem}; {self.remedy}"


def opened(measure: str, which: str, loader: str) -> tuple[Any, Any]:
    """A model in evaluation mode and its tokenizer, the model through the named class of transformers.

    Raises MeasureError.
    """
    try:
        read = read_model(which, loader)
        is_pooler = ["pooler" in name for name in read.missing]
        if not all(is_pooler):
            read.whole()
    except UnreadModelError as wrong:
        raise MeasureError(measure, which, wrong.problem, wrong.remedy) from None
    if any(is_pooler):
        read.model.pooler = None  # drawn by chance, read by nobody, and it would be part of the fingerprint
    return read.model, read.tokenizer


def longest(model: Any, tokenizer: Any) -> int:  # noqa: ANN401 - transformers' own
    """The most tokens that both read, special ones included; at most MOST."""
    positions = int(getattr(model.config, "max_position_embeddings", MOST))
    # RoBERTa and its kin keep their first positions for themselves.
    kept = 2 if "roberta" in str(getattr(model.config, "model_type", "")) else 0
    return min(MOST, int(tokenizer.model_max_length), positions - kept)
