"""Which base an adapter was trained over, told by what the weights are and not by what they are called.

`mark` writes it beside an adapter, in a file of its own, for PEFT warns of fields that it does not know. A hash is
over name, shape and two samples of every tensor, each rounded to bfloat16, so that a base in float32 and the same one
in bfloat16 are one base. It is taken over the model as loaded, and over its files, which also tell a quantised base.
Training over a whole base changes every tensor, so samples are enough against mistakes; they prove nothing against
somebody who builds a base to collide.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import PreTrainedModel
from transformers.utils.hub import cached_file

from agents.llm.engines.adapters.adapter import Asked

FILE = "taboo_base.json"
_MOST_BYTES = 10_000
_SHAPE = ("model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads")
_EXACT = (torch.float32, torch.bfloat16)
"""What a base is loaded in without another rounding than the hash's own."""

Sample = tuple[str, tuple[int, ...], bytes]


@dataclass(frozen=True, slots=True)
class Base:
    """A base by its hashes; either may be unknown, and two bases can be compared where both have one."""

    name: str
    loaded: str | None
    """Over the parameters in memory; None where they are quantised or in float16."""
    stored: str | None
    """Over the safetensors files that the model was loaded from; None where there are none on this machine."""

    def is_same(self, other: "Base") -> bool | None:
        """Whether both are one base; None where no hash is known of both."""
        for mine, theirs in ((self.loaded, other.loaded), (self.stored, other.stored)):
            if mine is not None and theirs is not None:
                return mine == theirs
        return None

    def __str__(self) -> str:
        return f"{self.name or 'a model without a name'} ({(self.loaded or self.stored or 'unknown')[:12]})"


def mark(folder: Path, model: PreTrainedModel | PeftModel) -> Base:
    """Write beside the adapter in `folder` that it was trained over `model`, wrapped by PEFT or not."""
    base = identify(model)
    text = json.dumps(asdict(base), indent=2)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return base


def read(folder: Path, asked: Asked) -> Base | None:
    """The mark of an adapter, None where it has none. Raises AdapterError where it cannot be read."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large, or no file")
        fields = json.loads(path.read_bytes())
        hashes = [fields["name"], fields["loaded"], fields["stored"]]
        if not isinstance(hashes[0], str) or any(not isinstance(value, str | None) for value in hashes[1:]):
            raise ValueError("its fields are not text")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        remedy = f"remove {FILE}, or write it again with agents.llm.engines.adapters.mark"
        raise asked.refused(f"has a {FILE} that cannot be read: {error}", remedy) from None
    return Base(*hashes)


def identify(model: PreTrainedModel | PeftModel) -> Base:
    """The base of a model, whether PEFT has wrapped it or not."""
    inner = cast(PreTrainedModel, model.get_base_model()) if isinstance(model, PeftModel) else model
    return Base(str(inner.config.name_or_path), _over_loaded(inner), _over_stored(inner))


def _over_loaded(model: PreTrainedModel) -> str | None:
    own = _own(model)
    if getattr(model, "is_quantized", False) or any(value.dtype not in _EXACT for value in own.values()):
        return None
    return _hash(model.config, ((name, tuple(of.shape), _sample(of.shape, of.__getitem__)) for name, of in own.items()))


def _over_stored(model: PreTrainedModel) -> str | None:
    folder = _folder(model.config)
    files = sorted(folder.glob("*.safetensors")) if folder else []
    if not files:
        return None
    # A tied weight stands in the files under one of its names or under both; it counts once, under the model's first.
    first = {id(own): name for name, own in _own(model).items()}
    names = {name: first[id(own)] for name, own in _own(model, remove_duplicate=False).items()}
    samples = (sample for file in files for sample in _stored_samples(file))
    return _hash(model.config, ((names.get(name, name), shape, sample) for name, shape, sample in samples))


def _own(model: PreTrainedModel, *, remove_duplicate: bool = True) -> dict[str, torch.Tensor]:
    """The weights of the base by the names that they have without PEFT's layers around them."""
    named = model.named_parameters(remove_duplicate=remove_duplicate)
    return {
        name.replace(".base_layer.", "."): own for name, own in named if ".lora_" not in name and ".ia3_" not in name
    }


def _folder(config: Any) -> Path | None:  # noqa: ANN401 - configs have no common type for what they may hold
    """Where the model's files lie on this machine: its own folder, or its snapshot in the cache; never the network."""
    name = str(config.name_or_path)
    if not name:
        return None
    if Path(name).is_dir():
        return Path(name)
    revision = getattr(config, "_commit_hash", None)
    found = cached_file(
        name,
        "config.json",
        revision=revision,
        local_files_only=True,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
        _raise_exceptions_for_gated_repo=False,
    )
    return Path(found).parent if found else None


def _stored_samples(file: Path) -> Iterator[Sample]:
    with safe_open(file, framework="pt", device="cpu") as source:
        for key in source.keys():  # noqa: SIM118 - not a dict
            part = source.get_slice(key)
            shape = tuple(part.get_shape())
            yield key, shape, _sample(shape, part.__getitem__ if shape else partial(_whole, source, key))


def _whole(source: Any, key: str, _: object) -> torch.Tensor:  # noqa: ANN401 - safetensors has no types
    """A tensor of one number, which cannot be cut."""
    tensor: torch.Tensor = source.get_tensor(key)
    return tensor


def _sample(shape: tuple[int, ...], cut: Callable[[Any], torch.Tensor]) -> bytes:
    """The first and the last line of a tensor, in bfloat16."""
    if 0 in shape:
        return b""
    ends = [tuple(slice(0, 1) for _ in shape[:-1]), tuple(slice(size - 1, size) for size in shape[:-1])]
    lines = [cut((*end, slice(0, shape[-1])) if shape else ...) for end in ends]
    return b"".join(
        line.detach().cpu().to(torch.bfloat16).contiguous().view(torch.uint8).numpy().tobytes() for line in lines
    )


def _hash(config: Any, samples: Iterator[Sample]) -> str:  # noqa: ANN401 - as above
    text = config.get_text_config()
    digest = hashlib.sha256(json.dumps([getattr(text, field, None) for field in _SHAPE]).encode())
    # Sorted by name: one file or many shards, in any order, are one base.
    for name, shape, sample in sorted(set(samples)):
        digest.update(json.dumps([name, shape]).encode() + hashlib.sha256(sample).digest())
    return digest.hexdigest()
