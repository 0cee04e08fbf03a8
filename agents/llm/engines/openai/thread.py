"""An event loop in a thread of its own: a client is bound to one loop, and its askers come from many."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")


class LoopThread:
    """Runs coroutines for whoever asks, until it is stopped."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._guard = threading.Lock()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, _T]) -> "Future[_T]":
        """Start the work; cancelling the future cancels it. After the end, the future is cancelled from the start."""
        with self._guard:  # so that nothing comes in between the last thing and the end
            if not self._is_stopped:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        late: Future[_T] = Future()
        late.cancel()
        return late

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel what is under way, wait for it, run the last thing, and end. Call it once."""
        with self._guard:
            self._is_stopped = True
        asyncio.run_coroutine_threadsafe(_wind_up(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _wind_up(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
