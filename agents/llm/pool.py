"""The engines of this process: each model is opened once, however many agents and judges ask for it."""

import asyncio
import threading
from collections.abc import Mapping

from agents.llm.spec import ModelSpec
from arena import registry
from arena.core.ports import Engine, EngineKind

_Key = tuple[str, str, tuple[tuple[str, str], ...]]


class Pool:
    """Opens models and keeps them. Safe to be asked from several threads: the others wait while one opens a model."""

    def __init__(self) -> None:
        self._engines: dict[_Key, Engine] = {}
        self._locks: dict[_Key, threading.Lock] = {}
        self._guard = threading.Lock()

    def shared(self, spec: ModelSpec) -> Engine:
        """The engine of a model; opening it may take long. Options that the engine does not know are left to others.

        Raises EngineError, UnknownNameError or BrokenPluginError.
        """
        kind = engine_kind(spec.engine)
        options = _own_options(kind, spec.options)
        key = spec.engine, spec.model, tuple(sorted(options.items()))
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._engines:
                self._engines[key] = kind.open(spec.model, options)
            return self._engines[key]

    def close(self) -> None:
        """Let go of every model. A program may also just end: the threads of engines do not hold it up."""
        with self._guard:
            engines = list(self._engines.values())
            self._engines.clear()
        for engine in engines:
            asyncio.run(engine.close())


def engine_kind(name: str) -> EngineKind:
    """The kind of engine of that name. Raises UnknownNameError or BrokenPluginError."""
    kind: EngineKind = registry.load(registry.ENGINES, name)
    return kind


def _own_options(kind: EngineKind, options: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in options.items() if name in kind.options}


_pool = Pool()
shared = _pool.shared
close = _pool.close
