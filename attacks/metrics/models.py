"""Models that metrics and constraints read texts with: found by folder or name, or refused in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from attacks.core.errors import AttackError

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
    remedy = "name a folder with config.json, tokenizer and model.safetensors, or a model of the Hugging Face hub"
    try:
        import transformers
    except ImportError:
        remedy = "pip install 'taboo-arena[attacks]'"
        raise MeasureError(measure, which, "transformers is not installed", remedy) from None
    try:
        with _quietly():
            tokenizer = transformers.AutoTokenizer.from_pretrained(which)
            read = getattr(transformers, loader).from_pretrained
            model, loading = read(which, use_safetensors=True, output_loading_info=True)
    except (OSError, ValueError) as problem:
        first = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
        raise MeasureError(measure, which, first, remedy) from None
    missing = [name for name in loading["missing_keys"] if "pooler" not in name]
    # Weights that the files lack are filled by chance: such a model would measure anything.
    if missing:
        raise MeasureError(measure, which, f"its files lack weights ({min(missing)})", remedy)
    if any("pooler" in name for name in loading["missing_keys"]):
        model.pooler = None  # drawn by chance, read by nobody, and it would be part of the fingerprint
    return model.eval(), tokenizer


@contextmanager
def _quietly() -> Iterator[None]:
    """Load without reports and bars, and leave torch's chance and the library's loudness as they were."""
    import torch
    from transformers.utils import logging

    shows_bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shows_bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def longest(model: Any, tokenizer: Any) -> int:  # noqa: ANN401 - transformers' own
    """The most tokens that both read, special ones included; at most MOST."""
    positions = int(getattr(model.config, "max_position_embeddings", MOST))
    # RoBERTa and its kin keep their first positions for themselves.
    kept = 2 if "roberta" in str(getattr(model.config, "model_type", "")) else 0
    return min(MOST, int(tokenizer.model_max_length), positions - kept)
