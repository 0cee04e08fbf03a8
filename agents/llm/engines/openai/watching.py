"""Tells text to an asker, in the asker's own event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any


class Watching:
    """Carries pieces of text from the engine's thread to `watch`, in order, and none after the asking is over."""

    def __init__(self, watch: Callable[[str], None]) -> None:
        self._watch, self._loop = watch, asyncio.get_running_loop()
        self.future: Future[Any] | None = None
        self.problem: Exception | None = None
        """What `watch` itself raised; the asking is cancelled then."""
        self.is_over = False

    def tell(self, text: str) -> None:
        """Have a piece told; called in any thread."""
        with suppress(RuntimeError):  # the asker's loop was closed under its question
            self._loop.call_soon_threadsafe(self._say, text)

    def _say(self, text: str) -> None:
        if self.is_over or self.problem is not None:
            return
        try:
            self._watch(text)
        except Exception as problem:  # noqa: BLE001 - handed to the asker, whose function it is
            self.problem = problem
            if self.future is not None:
                self.future.cancel()
