"""The options of a local model: their names, what they may be, and what they are where nobody says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.llm.engines.options import Typed
from arena.core.errors import EngineError

OPTIONS: Final[Mapping[str, str]] = {
    "device": "cpu, cuda, cuda:1, mps or auto (the best that is there)",
    "dtype": "float32, bfloat16, float16 or auto (float32 on a CPU, bfloat16 where a GPU has it)",
    "quantize": "none, 4bit or 8bit (bitsandbytes), int8 (torchao)",
    "attention": "sdpa, eager, flash_attention_2 or what else transformers has (its own choice)",
    "rows": "the most requests of one batch (64 on a CPU, else 256)",
    "window_ms": "how long a request waits for others to come along (5)",
    "exact": "on: the same sample to the bit, whoever is in the batch too (auto: on a CPU in float32); off",
    "batching": "static: batches that run to their end; continuous; auto (continuous on CUDA)",
    "reuse": "on: keep what was read of a prompt for the next that begins like it; off (default)",
    "reuse_mb": "how much memory that may take (256)",
    "stuck_seconds": "after how long without a token a batch is given up (300)",
    "adapters": "a folder of adapters, each a folder in it, named as requests name them",
    "revision": "the branch, tag or commit of a model of the hub (its main branch)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a local model is loaded and run. See `OPTIONS`; `auto` and None are settled when it is loaded."""

    device: str = "auto"
    dtype: str = "auto"
    quantize: str = "none"
    attention: str | None = None
    rows: int | None = None
    window: float = 0.005
    """seconds"""
    exact: str = "auto"
    batching: str = "auto"
    reuse: bool = False
    reuse_mb: int = 256
    stuck_seconds: float = 300.0
    adapters: Path | None = None
    revision: str | None = None

    @classmethod
    def of(cls, model: str, options: Mapping[str, str]) -> "Settings":
        """Read options as typed. Raises EngineError naming option, value and remedy."""
        typed = Typed(model, options)
        typed.require_known(OPTIONS)
        window, stuck = typed.number("window_ms", 5.0), typed.number("stuck_seconds", 300.0, least=1.0)
        reuse_mb = typed.whole("reuse_mb", 256)
        if window is None or stuck is None or reuse_mb is None:
            raise AssertionError("an option that has a default is never None")
        return cls(
            device=_device(model, typed.text("device", "auto")),
            dtype=typed.one_of("dtype", ("auto", "float32", "bfloat16", "float16")),
            quantize=typed.one_of("quantize", ("none", "4bit", "8bit", "int8")),
            attention=typed.text("attention") or None,
            rows=typed.whole("rows", None),
            window=window / 1000,
            exact=typed.one_of("exact", ("auto", "on", "off")),
            batching=typed.one_of("batching", ("auto", "static", "continuous")),
            reuse=typed.one_of("reuse", ("off", "on")) == "on",
            reuse_mb=reuse_mb,
            stuck_seconds=stuck,
            adapters=_folder(model, typed.text("adapters")),
            revision=typed.text("revision") or None,
        )


def _device(model: str, text: str) -> str:
    kind, _, number = text.partition(":")
    if text in ("auto", "cpu", "cuda", "mps") or (kind == "cuda" and number.isdecimal()):
        return text
    raise EngineError(model, f"option device cannot be {text!r}", "give auto, cpu, cuda, cuda:N or mps")


def _folder(model: str, text: str) -> Path | None:
    if not text:
        return None
    folder = Path(text).expanduser()
    if not folder.is_dir():
        problem = f"option adapters names {text!r}, where no folder is"
        raise EngineError(model, problem, "name the folder that holds them")
    return folder
