"""The values: an adapter that was asked for, and one that is loaded."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agents.llm.errors import AdapterError


class Kind(StrEnum):
    """What an adapter does to a layer."""

    LORA = "lora"
    """Adds a product of two thin matrices to what the layer gives."""
    IA3 = "ia3"
    """Multiplies what the layer gives, or is given, by one vector."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An adapter by name, and the model that it was asked for: the facts of every refusal."""

    name: str
    model: str

    def refused(self, problem: str, remedy: str = "") -> AdapterError:
        """The error that says why this adapter cannot be used; `problem` follows its name."""
        return AdapterError(self.model, f"adapter {self.name!r} {problem}", remedy)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an adapter may be."""

    rank: int
    """The highest rank of a LoRA."""
    megabytes: int
    """The largest weights file, in units of 1,000,000 bytes."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that is loaded."""

    name: str
    kind: Kind
    folder: Path
    rank: int
    """The highest rank among its layers; 0 for (IA)3."""
    layers: int
    """How many layers it changes."""
    size: int
    """Bytes of its weights in memory."""
    is_marked: bool
    """Whether its folder says by hash which base it was trained over, and that base is this one."""
