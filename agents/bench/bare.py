"""The rival without an engine: the same model, ready batches of its tokens, and `model.generate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.bench.arms import Run, timed
from arena.core.generation import Sampling


class BareLoop:
    """Runs batches through `model.generate`; what it draws is nobody's but the global generator's."""

    def __init__(self, folder: Path) -> None:
        from agents.llm.engines.local.loading import load
        from agents.llm.engines.local.settings import Settings

        self._loaded = load(str(folder), Settings(device="cpu"))

    def ids(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - a tensor, and torch is imported where it is used
        """Texts of one length as a tensor of shape (texts, tokens)."""
        import torch

        return torch.tensor([self._loaded.tokens.of(text) for text in texts])

    def run(self, ids: Any, sampling: Sampling) -> Run:  # noqa: ANN401 - as above
        """One batch, its tokens counted up to each row's end."""
        import torch

        tokens = self._loaded.tokens
        with torch.inference_mode():
            lines, seconds, cpu_seconds = timed(
                lambda: self._loaded.model.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    do_sample=True,
                    temperature=sampling.temperature,
                    top_k=0,
                    max_new_tokens=sampling.max_tokens,
                    eos_token_id=sorted(tokens.ends),
                    pad_token_id=tokens.pad,
                )
            )
        rows = lines[:, ids.shape[1] :].tolist()
        return Run(sum(_length(row, tokens.ends) for row in rows), seconds, cpu_seconds)


def _length(row: list[int], ends: frozenset[int]) -> int:
    """How many tokens come up to the first end, which counts too."""
    return next((place + 1 for place, token in enumerate(row) if token in ends), len(row))
