"""The engines of this process: each model is opened once, however many agents and judges ask for it."""

import threading
from collections.abc import Mapping
from pathlib import Path

from agents.llm.spec import ModelSpec
from arena import registry
from arena.core.ports import Engine, EngineKind

_Key = tuple[str, str, tuple[tuple[str, str], ...]]

_engines: dict[_Key, Engine] = {}
_locks: dict[_Key, threading.Lock] = {}
_guard = threading.Lock()


def shared(spec: ModelSpec) -> Engine:
    """The engine of a model; opening it may take long, and others who ask for it meanwhile wait.

    Options that the engine does not know are left to whoever asks. Raises EngineError, UnknownNameError or
    BrokenPluginError; the next who asks tries again.
    """
    kind = engine_kind(spec.engine)
    options = _own_options(kind, spec.options)
    key = spec.engine, _same_name(spec.model), tuple(sorted(options.items()))
    with _guard:
        lock = _locks.setdefault(key, threading.Lock())
    with lock:
        if key not in _engines:
            _engines[key] = kind.open(spec.model, options)
        return _engines[key]


def engine_kind(name: str) -> EngineKind:
    """The kind of engine of that name. Raises UnknownNameError or BrokenPluginError."""
    kind: EngineKind = registry.load(registry.ENGINES, name)
    return kind


def _same_name(model: str) -> str:
    """One name for a folder, however it was written."""
    folder = Path(model)
    return str(folder.resolve()) if folder.is_dir() else model


def _own_options(kind: EngineKind, options: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in options.items() if name in kind.options}
