"""How a judge comes by its model: once, before the match, from the engines that this process shares."""

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from agents.llm.spec import ModelSpec
from arena.core.ports import Engine

T = TypeVar("T")


def open_engine(spec: ModelSpec, known: Iterable[str] = ()) -> Engine:
    """The shared engine of a model; may take long. `known` are options of the judge's own.

    Raises EngineError, ModelSpecError, UnknownNameError or BrokenPluginError.
    """
    from agents.llm.pool import engine_kind, shared

    spec.require_known({*engine_kind(spec.engine).options, *known})
    return shared(spec)


class Once(Generic[T]):
    """Something that is loaded at the first asking, whichever thread asks; the others wait for it.

    Where loading raises, the next asking tries again.
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._loaded: T | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether asking takes no time."""
        return self._loaded is not None

    def get(self) -> T:
        """What was loaded. Raises whatever loading raises."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
