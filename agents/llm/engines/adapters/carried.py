"""Weights of the base itself that an adapter brings along.

PEFT saves a copy of the embedding beside a LoRA of an embedding or an output layer, and when it loads one it writes
that copy over the base, for every other adapter too. Here such a copy must be the base's own, and is left aside.
"""

from collections.abc import Iterable, Mapping

import torch

from agents.llm.engines.adapters.adapter import Asked

_PREFIX = "base_model.model."


def carried(keys: Iterable[str], parameters: Mapping[str, torch.Tensor]) -> dict[str, str]:
    """The keys that name weights of the base, with the base's name for each."""
    names = {key: key.removeprefix(_PREFIX).replace(".base_layer.", ".") for key in keys}
    return {key: name for key, name in names.items() if name in parameters}


def require_same(
    copies: Mapping[str, str], tensors: Mapping[str, torch.Tensor], parameters: Mapping[str, torch.Tensor], asked: Asked
) -> None:
    """Raise AdapterError where a copy is not the base's own weight, as far as the base's precision tells."""
    for key, name in copies.items():
        own = parameters[name].detach()
        is_same = own.is_floating_point() and torch.equal(tensors[key].to(own.device, own.dtype), own)
        if not is_same:
            remedy = "merge it into its base with peft's merge_and_unload, and open that as a model of its own"
            raise asked.refused(f"brings its own weights for {name!r} of the base, which stays as it is", remedy)
