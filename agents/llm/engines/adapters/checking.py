"""Whether an adapter fits a base, told from headers alone: every tensor has its layer, every layer its tensors.

An adapter of another base that loads without an error gives nonsense without an error; the name that PEFT stores is
often a path of another machine. So shapes decide, and beside them the hash of `bases` where there is one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from peft import IA3Config, LoraConfig
from peft.tuners.tuners_utils import check_target_module_exists
from peft.utils.other import get_pattern_key
from torch import nn
from transformers.pytorch_utils import Conv1D

from agents.llm.engines.adapters.adapter import Asked, Kind
from agents.llm.engines.adapters.recipes import Recipe

_KEY = re.compile(r"base_model\.model\.(?P<layer>.+)\.(?P<part>lora_A\.weight|lora_B\.weight|lora_B\.bias|ia3_l)")
_PARTS = {Kind.LORA: {"lora_A.weight", "lora_B.weight"}, Kind.IA3: {"ia3_l"}}

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How an adapter sits on a base: its layers by name, and what each of them needs."""

    ranks: Mapping[str, int] = field(default_factory=dict)
    """The rank at each layer of a LoRA."""
    alphas: Mapping[str, float] = field(default_factory=dict)
    """What each layer of a LoRA is scaled by, before it is divided by the rank or its root."""
    fed: Mapping[str, bool] = field(default_factory=dict)
    """For each layer of an (IA)3, whether its vector is for what goes in, rather than for what comes out."""


def width(layer: nn.Module) -> tuple[int, int] | None:
    """How many numbers go into a linear layer and come out of it; None for any other layer."""
    # Layers of bitsandbytes and torchao are Linear too; Conv1D is the linear layer of GPT-2.
    if isinstance(layer, nn.Linear):
        return layer.in_features, layer.out_features
    if isinstance(layer, Conv1D):
        return layer.nx, layer.nf
    return None


def fitted(recipe: Recipe, shapes: Mapping[str, Shape], layers: Mapping[str, nn.Module], asked: Asked) -> Fit:
    """How the adapter sits on the base whose modules are `layers`. Raises AdapterError where it does not."""
    parts = _by_layer(recipe, shapes, asked)
    widths = {name: _width(name, layers, asked) for name in parts}
    try:
        _require_complete(recipe, parts, layers, asked)
        if isinstance(recipe.config, LoraConfig):
            return _fit_lora(recipe.config, parts, widths, asked)
        return _fit_ia3(recipe.config, parts, widths, asked)
    except re.error as error:
        raise asked.refused(f"has a pattern in its config that cannot be read: {error}", "save it again") from None


def _by_layer(recipe: Recipe, shapes: Mapping[str, Shape], asked: Asked) -> dict[str, dict[str, Shape]]:
    parts: dict[str, dict[str, Shape]] = {}
    for key, shape in shapes.items():
        match = _KEY.fullmatch(key)
        if match is None:
            raise asked.refused(f"holds {key!r}, which is no part of a plain {recipe.kind} of linear layers")
        parts.setdefault(match["layer"], {})[match["part"]] = shape
    if not parts:
        raise asked.refused("holds no weights", "save it again with peft")
    wanted = set(_PARTS[recipe.kind])
    if isinstance(recipe.config, LoraConfig) and recipe.config.lora_bias:
        wanted.add("lora_B.bias")
    for layer, found in parts.items():
        if found.keys() != wanted:
            problem = f"has for {layer!r} the parts {sorted(found)}, and its config needs {sorted(wanted)}"
            raise asked.refused(problem, "save it again with peft")
    return parts


def _width(name: str, layers: Mapping[str, nn.Module], asked: Asked) -> tuple[int, int]:
    if name not in layers:
        raise asked.refused(f"changes the layer {name!r}, which this model has not", "it belongs to another base")
    found = width(layers[name])
    if found is None:
        kind = type(layers[name]).__name__
        raise asked.refused(
            f"changes {name!r}, which is {kind} and not a linear layer", "merge it into its base with peft"
        )
    return found


def _require_complete(
    recipe: Recipe, parts: Mapping[str, object], layers: Mapping[str, nn.Module], asked: Asked
) -> None:
    targets = recipe.config.target_modules
    if targets is None or targets == "all-linear":
        return
    for name, layer in layers.items():
        if name not in parts and width(layer) and check_target_module_exists(recipe.config, name):
            raise asked.refused(f"has no weights for {name!r}, which its config names", "copy or save it again")


def _fit_lora(
    config: LoraConfig, parts: Mapping[str, Mapping[str, Shape]], widths: Mapping[str, tuple[int, int]], asked: Asked
) -> Fit:
    ranks, alphas = {}, {}
    rank_pattern, alpha_pattern = config.rank_pattern or {}, config.alpha_pattern or {}
    for name, found in parts.items():
        rank = rank_pattern.get(get_pattern_key(list(rank_pattern), name), config.r)
        goes_in, comes_out = widths[name]
        wanted = {"lora_A.weight": (rank, goes_in), "lora_B.weight": (comes_out, rank), "lora_B.bias": (comes_out,)}
        for part, shape in found.items():
            _require_shape(name, part, shape, wanted[part], asked)
        ranks[name] = rank
        alphas[name] = alpha_pattern.get(get_pattern_key(list(alpha_pattern), name), config.lora_alpha)
    return Fit(ranks=ranks, alphas=alphas)


def _fit_ia3(
    config: IA3Config, parts: Mapping[str, Mapping[str, Shape]], widths: Mapping[str, tuple[int, int]], asked: Asked
) -> Fit:
    fed = {}
    for name, found in parts.items():
        goes_in, comes_out = widths[name]
        fed[name] = _is_fed(config.feedforward_modules, name)
        _require_shape(name, "ia3_l", found["ia3_l"], (1, goes_in) if fed[name] else (comes_out, 1), asked)
    return Fit(fed=fed)


def _is_fed(named: str | set[str] | list[str] | None, name: str) -> bool:
    """Whether PEFT takes a layer for a feed-forward one: a whole match of a pattern, or the end of the name."""
    if isinstance(named, str):
        return re.fullmatch(named, name) is not None
    return any(name.endswith(end) for end in named or ())


def _require_shape(layer: str, part: str, shape: Shape, wanted: Shape, asked: Asked) -> None:
    if shape != wanted:
        problem = f"has {part} of shape {shape} for {layer!r}; this model and the config need {wanted}"
        raise asked.refused(problem, "it belongs to another base, or its config to another adapter")
