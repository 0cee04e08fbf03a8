"""(IA)3 with a vector for each row of a batch: our own, for PEFT ignores `adapter_names` there without an error.

(IA)3 multiplies what comes out of a layer (keys and values), or what goes into it (the second feed-forward layer), by
one learned vector. For a mixed batch the vectors are looked up row by row; a row without one is multiplied by 1.0,
which changes no float. Source: Liu et al. 2022, 'Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than
In-Context Learning', section 3.3. The hooks sit on the model's own layers, below those that PEFT puts around them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import get_ident

import torch
from torch import nn

from agents.llm.engines.adapters.checking import Fit


@dataclass(frozen=True, slots=True)
class Vectors:
    """One (IA)3 adapter: its vector for each layer by name, flat, on the layer's device, float32."""

    goes_in: Mapping[str, torch.Tensor]
    comes_out: Mapping[str, torch.Tensor]


class Ia3Rows:
    """The (IA)3 adapters on one model."""

    def __init__(self, layers: Mapping[str, nn.Module]) -> None:
        self._layers = layers
        self._adapters: dict[str, Vectors] = {}

    def add(self, name: str, fit: Fit, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take an adapter that has been found to fit."""
        goes_in: dict[str, torch.Tensor] = {}
        comes_out: dict[str, torch.Tensor] = {}
        for layer, is_fed in fit.fed.items():
            vector = tensors[f"base_model.model.{layer}.ia3_l"].flatten()
            device = next(self._layers[layer].parameters()).device
            (goes_in if is_fed else comes_out)[layer] = vector.to(device, torch.float32)
        self._adapters[name] = Vectors(goes_in, comes_out)

    def drop(self, name: str) -> None:
        """Let an adapter go."""
        del self._adapters[name]

    @contextmanager
    def installed(self, names: Sequence[str | None]) -> Iterator[None]:
        """While it lasts, this thread runs batches of exactly these rows, each with its own vectors or with none."""
        with ExitStack() as hooks:
            present = {name: self._adapters[name] for name in names if name is not None and name in self._adapters}
            for layer in {layer for vectors in present.values() for layer in vectors.goes_in}:
                scale = _Scale(layer, names, {name: vectors.goes_in.get(layer) for name, vectors in present.items()})
                hooks.callback(self._layers[layer].register_forward_pre_hook(scale.before).remove)
            for layer in {layer for vectors in present.values() for layer in vectors.comes_out}:
                scale = _Scale(layer, names, {name: vectors.comes_out.get(layer) for name, vectors in present.items()})
                hooks.callback(self._layers[layer].register_forward_hook(scale.after).remove)
            yield


class _Scale:
    """The vectors of one layer for the rows of one batch of the thread that makes it."""

    def __init__(self, layer: str, names: Sequence[str | None], vectors: Mapping[str, torch.Tensor | None]) -> None:
        own = {name: vector for name, vector in vectors.items() if vector is not None}
        first = next(iter(own.values()))
        self._layer = layer
        self._owner = get_ident()
        # A line for each adapter and one of ones, gathered at every call: far smaller than a vector for each row.
        self._lines = torch.stack([torch.ones_like(first), *own.values()])
        places = {name: place for place, name in enumerate(own, start=1)}
        self._places = torch.tensor([places.get(name or "", 0) for name in names], device=first.device)

    def before(self, _: nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """What goes into the layer, scaled."""
        return (self._scaled(given[0]), *given[1:]) if get_ident() == self._owner else given

    def after(self, _: nn.Module, __: tuple[torch.Tensor, ...], result: torch.Tensor) -> torch.Tensor:
        """What comes out of the layer, scaled."""
        return self._scaled(result) if get_ident() == self._owner else result

    def _scaled(self, rows: torch.Tensor) -> torch.Tensor:
        if len(rows) != len(self._places) or rows.dim() < 2:
            problem = (
                f"layer {self._layer!r} was given {len(rows)} rows, and adapters are named for {len(self._places)} rows"
            )
            raise ValueError(problem)
        scale = self._lines[self._places].view(len(rows), *(1,) * (rows.dim() - 2), -1)
        return (rows * scale).to(rows.dtype)
