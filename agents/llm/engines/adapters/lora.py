"""LoRA through PEFT: each row of a batch takes its own adapter by `adapter_names`, or none.

PEFT puts its layers in the place of the model's own. They stay without an active adapter at all times, so whoever runs
the model without naming adapters gets the base, to the bit. Rows are named to PEFT's layers by hooks of our own: those
of PeftModel stay behind when a batch fails, as one does that is out of memory, and would name rows of the next.
"""

import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from threading import get_ident
from typing import Any, cast

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from peft import LoraConfig, LoraModel, PeftModel, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from torch import nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from agents.llm.engines.adapters.checking import Fit

BASE = "__base__"
"""PEFT's name for a row without an adapter."""
_EVEN = 16
"""Rows of one adapter are filled up to a multiple of this, so that a row's sums are cut up alike in every company."""


class LoraRows:
    """The LoRA adapters on one model."""

    def __init__(self, model: PreTrainedModel, *, is_exact: bool) -> None:
        self._base = model
        self._is_exact = is_exact
        self._wrapped: PeftModel | None = None
        # PEFT makes module names of adapter names, so theirs may hold no dot; these are ours.
        self._slots: dict[str, str] = {}
        self._numbers = count()

    @contextmanager
    def installed(self, names: Sequence[str | None]) -> Iterator[None]:
        """While it lasts, this thread runs batches of exactly these rows, each with its LoRA or with none."""
        slots = [BASE if name is None else self._slots.get(name, BASE) for name in names]
        wanted = set(slots) - {BASE}
        with ExitStack() as hooks:
            for layer in self._base.modules() if wanted else ():
                if isinstance(layer, LoraLayer) and not wanted.isdisjoint(layer.lora_A):
                    hook = partial(_name_rows, get_ident(), slots)
                    hooks.callback(cast(nn.Module, layer).register_forward_pre_hook(hook, with_kwargs=True).remove)
            yield

    def add(self, name: str, fit: Fit, is_root: bool, has_bias: bool, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take an adapter that has been found to fit. `is_root`: scaled by the root of its rank (rslora)."""
        slot = f"slot{next(self._numbers)}"
        config = self._config(fit, is_root, has_bias)
        self._slots[name] = slot
        try:
            self._inject(slot, config)
            self._fill(slot, tensors)
        except BaseException:
            self.drop(name)
            raise
        if self._is_exact:
            for layer in self._layers(slot):
                _even_out(layer.lora_A[slot], layer.lora_B[slot])

    def drop(self, name: str) -> None:
        """Let an adapter go; with the last one, PEFT's layers go too."""
        slot = self._slots.pop(name)
        if self._wrapped is None:
            return
        if self._slots:
            # PEFT asks its one active adapter for its config at every call, so it must not be the one that goes.
            self._wrapped.set_adapter(next(iter(self._slots.values())), inference_mode=True)
            self._rest()
            self._wrapped.delete_adapter(slot)
        else:
            self._tuner.unload()
            self._wrapped = None

    def _config(self, fit: Fit, is_root: bool, has_bias: bool) -> LoraConfig:
        """A config by the very names of the layers, so that nothing is left to a pattern."""
        rank, alpha = next(iter(fit.ranks.values())), next(iter(fit.alphas.values()))
        return LoraConfig(
            r=rank,
            lora_alpha=alpha,  # type: ignore[arg-type] # PEFT divides it only
            target_modules=sorted(fit.ranks),
            rank_pattern={"^" + re.escape(name): own for name, own in fit.ranks.items() if own != rank},
            alpha_pattern={"^" + re.escape(name): own for name, own in fit.alphas.items() if own != alpha},
            use_rslora=is_root,
            lora_bias=has_bias,
            fan_in_fan_out=any(isinstance(self._base.get_submodule(layer), Conv1D) for layer in fit.ranks),
            # No starting values: they would be drawn from the process-wide generator, and are overwritten anyway.
            init_lora_weights=False,
            inference_mode=True,
        )

    def _inject(self, slot: str, config: LoraConfig) -> None:
        with warnings.catch_warnings(), torch.device("meta"):
            # The first two warn of merging, which is never done here; the third of PEFT's own call.
            warnings.filterwarnings("ignore", message="Model has `tie_word_embeddings=True`")
            warnings.filterwarnings("ignore", message="`lora_bias=True` was passed")
            warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated")
            if self._wrapped is None:
                self._wrapped = PeftModel(self._base, config, adapter_name=slot, autocast_adapter_dtype=False)
            else:
                self._wrapped.add_adapter(slot, config, autocast_adapter_dtype=False)
        self._rest()

    def _fill(self, slot: str, tensors: Mapping[str, torch.Tensor]) -> None:
        found: Any = set_peft_model_state_dict(self._wrapped, dict(tensors), adapter_name=slot, low_cpu_mem_usage=True)
        assert self._wrapped is not None
        empty = [key for key, value in self._wrapped.named_parameters() if slot in key.split(".") and value.is_meta]
        if found.unexpected_keys or empty:
            raise RuntimeError(f"PEFT left weights of a checked adapter aside: {found.unexpected_keys or empty}")
        for layer in self._layers(slot):
            layer.lora_A[slot].requires_grad_(False)
            layer.lora_B[slot].requires_grad_(False)

    def _rest(self) -> None:
        """Leave no adapter active: what runs without naming one is the base."""
        self._tuner.set_adapter([], inference_mode=True)

    @property
    def _tuner(self) -> LoraModel:
        assert self._wrapped is not None
        return cast(LoraModel, self._wrapped.base_model)

    def _layers(self, slot: str) -> list[LoraLayer]:
        return [layer for layer in self._base.modules() if isinstance(layer, LoraLayer) and slot in layer.lora_A]


def _name_rows(
    owner: int, slots: list[str], _: nn.Module, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    return (given, {**named, "adapter_names": slots}) if get_ident() == owner else None


def _even_out(first: nn.Module, second: nn.Module) -> None:
    """Let the two matrices of a layer work on a multiple of sixteen rows, the added ones zero and cut off after."""
    kept = threading.local()

    def fill_up(_: nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        kept.rows = len(given[0])
        return (F.pad(given[0], (0, 0) * (given[0].dim() - 1) + (0, -kept.rows % _EVEN)),)

    def cut_off(_: nn.Module, __: tuple[torch.Tensor, ...], result: torch.Tensor) -> torch.Tensor:
        return result[: kept.rows]

    first.register_forward_pre_hook(fill_up)
    second.register_forward_hook(cut_off)
