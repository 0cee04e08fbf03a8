"""The rival without an engine: a model, its tokenizer and `model.generate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.bench.arms import Run, timed
from arena.core.generation import Sampling


class BareLoop:
    """Runs ready batches of tokens through `model.generate`; what it draws is nobody's but the global generator's."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="float32", local_files_only=True)

    def ids(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - a tensor, and torch is imported where it is used
        """Texts of one length as a tensor of shape (texts, tokens)."""
        import torch

        return torch.tensor([self._tokenizer(text)["input_ids"] for text in texts])

    def run(self, ids: Any, sampling: Sampling) -> Run:  # noqa: ANN401 - as above
        """One batch, its tokens counted up to each row's end."""
        import torch

        end = self._model.generation_config.eos_token_id
        with torch.inference_mode():
            lines, seconds, cpu_seconds = timed(
                lambda: self._model.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    do_sample=True,
                    temperature=sampling.temperature,
                    top_k=0,
                    max_new_tokens=sampling.max_tokens,
                    pad_token_id=end,
                )
            )
        rows = lines[:, ids.shape[1] :].tolist()
        return Run(sum(_length(row, end) for row in rows), seconds, cpu_seconds)


def _length(row: list[int], end: int) -> int:
    """How many tokens come up to the first end, which counts too."""
    return row.index(end) + 1 if end in row else len(row)
