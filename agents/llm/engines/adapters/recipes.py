"""What an adapter says of itself: `adapter_config.json`, read as data; nothing that it names is imported or followed.

Every field is known here by one of three tables: taken, of no matter when the adapter is only used, or allowed only
where it is not set. So a method that PEFT cannot mix row by row, that changes the base weights, or that a later PEFT
invents, is refused by name and is never half applied.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from peft import IA3Config, LoraConfig
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt, ValidationError

from agents.llm.engines.adapters.adapter import Asked, Kind
from agents.llm.errors import AdapterError

_MOST_BYTES = 1_000_000
_MERGE = "merge it into its base with peft's merge_and_unload, save that, and open it as a model of its own"
_OF_NO_MATTER = {
    *("peft_type", "task_type", "peft_version", "auto_mapping", "base_model_name_or_path", "revision"),
    *("inference_mode", "lora_dropout", "fan_in_fan_out", "runtime_config", "megatron_core", "qalora_group_size"),
    *("init_lora_weights", "init_ia3_weights", "loftq_config", "eva_config", "corda_config", "lora_ga_config"),
}
"""Fields about training, starting values, or how the file came to be: they change nothing when an adapter is used."""
_KEEP_THE_BASE = (True, False, None, "gaussian", "eva", "orthogonal")
"""Starting values that leave the base weights alone; the others (pissa, olora, corda, loftq, ...) change them."""
_UNSET: tuple[object, ...] = (None, False, "", "none", [], {})


class _Targets(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    target_modules: list[str] | str | None = None
    exclude_modules: list[str] | str | None = None


class _Lora(_Targets):
    r: PositiveInt = 8
    lora_alpha: FiniteFloat = 8
    use_rslora: bool = False
    lora_bias: bool = False
    layers_to_transform: list[int] | int | None = None
    layers_pattern: list[str] | str | None = None
    rank_pattern: dict[str, PositiveInt] | None = Field(default_factory=dict)
    alpha_pattern: dict[str, FiniteFloat] | None = Field(default_factory=dict)


class _Ia3(_Targets):
    feedforward_modules: list[str] | str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is to be applied: PEFT's own config, made of nothing but the fields that are understood here."""

    config: LoraConfig | IA3Config
    base: str
    """The base as the adapter names it: a weak label, often a path of another machine; empty where it names none."""

    @property
    def kind(self) -> Kind:
        """LoRA or (IA)3."""
        return Kind.LORA if isinstance(self.config, LoraConfig) else Kind.IA3


def read(path: Path, asked: Asked) -> Recipe:
    """The recipe in a config file. Raises AdapterError where it is unreadable or asks for what cannot be done right."""
    fields = _object(path, asked)
    kind = fields.get("peft_type")
    if kind not in ("LORA", "IA3"):
        raise asked.refused(f"is of PEFT type {kind!r}; only LORA and IA3 can be used", _MERGE)
    if (start := fields.get("init_lora_weights")) not in _KEEP_THE_BASE:
        raise asked.refused(
            f"starts from {start!r}, which changes the base weights", "convert it to a plain LoRA with peft"
        )
    try:
        form = (_Lora if kind == "LORA" else _Ia3).model_validate(fields)
    except ValidationError as error:
        raise _unreadable(error, asked) from None
    for field, value in (form.model_extra or {}).items():
        if field not in _OF_NO_MATTER and not _is_unset(value):
            raise asked.refused(f"uses {field}, which cannot be mixed row by row", _MERGE)
    base = fields.get("base_model_name_or_path")
    return Recipe(_config(form, asked), base if isinstance(base, str) else "")


def _object(path: Path, asked: Asked) -> Mapping[str, object]:
    try:
        size = path.stat().st_size
        if not path.is_file() or size > _MOST_BYTES:
            raise asked.refused(f"has an {path.name} that is no file or has more than {_MOST_BYTES:,} bytes")
        fields = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise asked.refused(
            f"has an {path.name} that cannot be read as JSON: {error}", "save it again with peft"
        ) from None
    if not isinstance(fields, dict):
        raise asked.refused(f"has an {path.name} that is not a JSON object", "save it again with peft")
    return fields


def _unreadable(error: ValidationError, asked: Asked) -> AdapterError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return asked.refused(f"has {field} {first['input']!r} in its config: {first['msg']}", "save it again with peft")


def _is_unset(value: object) -> bool:
    # Compared by type as well: 0 == False, yet a field that holds 0 is set.
    return any(type(value) is type(unset) and value == unset for unset in _UNSET)


def _config(form: _Targets, asked: Asked) -> LoraConfig | IA3Config:
    fields = {name: value for name in type(form).model_fields if (value := getattr(form, name)) is not None}
    try:
        return LoraConfig(**fields) if isinstance(form, _Lora) else IA3Config(**fields)
    except (ValueError, TypeError) as error:
        raise asked.refused(f"has a config that contradicts itself: {error}", "save it again with peft") from None
