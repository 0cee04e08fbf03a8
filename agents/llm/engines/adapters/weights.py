"""The weights file of an adapter: safetensors and nothing else, its header read before any of its numbers.

A pickle can run any program when it is loaded, so none is ever opened, whatever stands beside it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from agents.llm.engines.adapters.adapter import Asked, Limits

FILE = "adapter_model.safetensors"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_NUMBERS = ("F32", "F16", "BF16", "F64")


class Weights:
    """An open weights file: what its header says, and the tensors when they are asked for."""

    def __init__(self, source: Any, asked: Asked) -> None:  # noqa: ANN401 - safetensors has no types
        self._source = source
        self._asked = asked

    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of every tensor by its name, from the header. Raises AdapterError for other than plain floats."""
        shapes = {}
        for key in self._source.keys():  # noqa: SIM118 - not a dict
            part = self._source.get_slice(key)
            if part.get_dtype() not in _NUMBERS:
                problem = f"holds {key!r} in {part.get_dtype()}; only {', '.join(_NUMBERS)} can be used"
                raise self._asked.refused(problem, "save it again in float32")
            shapes[key] = tuple(part.get_shape())
        return shapes

    def tensors(self) -> dict[str, torch.Tensor]:
        """All tensors, in memory of their own. Raises AdapterError where a number is not finite."""
        tensors = {}
        for key in self._source.keys():  # noqa: SIM118 - not a dict
            # Cloned, for the file's own memory map would change with the file.
            tensors[key] = self._source.get_tensor(key).clone()
            if not torch.isfinite(tensors[key]).all():
                raise self._asked.refused(f"holds numbers that are not finite, in {key!r}", "train it again")
        return tensors


@contextmanager
def opened(path: Path, asked: Asked, limits: Limits) -> Iterator[Weights]:
    """The weights file at `path`, open. Raises AdapterError: no file, a pickle, too large, cut short."""
    if not path.is_file():
        raise _missing(path.parent, asked)
    size = path.stat().st_size
    if size > limits.megabytes * 1_000_000:
        problem = f"has {size / 1e6:,.1f} MB of weights; the limit is {limits.megabytes} MB"
        raise asked.refused(problem, "take a lower rank or fewer target modules")
    try:
        with safe_open(path, framework="pt", device="cpu") as source:
            yield Weights(source, asked)
    except (SafetensorError, OSError) as error:
        raise asked.refused(f"has a {path.name} that cannot be read: {error}", "copy or save it again") from None


def _missing(folder: Path, asked: Asked) -> Exception:
    pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
    if pickles:
        return asked.refused(
            f"is a pickle ({pickles[0]}), which can run any program when it is loaded, and is never opened",
            "where you trust it, load it with peft's PeftModel.from_pretrained and save it with save_pretrained, which "
            f"writes {FILE}",
        )
    return asked.refused(f"has no {FILE}", "save it with peft's save_pretrained")
