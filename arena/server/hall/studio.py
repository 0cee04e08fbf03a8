"""Where the host's own agents think: one thread with an event loop, so that a slow one holds up no socket."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
CLOSE_SECONDS = 10.0
"""How long a thread is waited for in which an agent may be thinking without end."""


class Studio:
    """Runs the coroutines of agents away from the loop that serves connections."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="taboo-studio", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def perform(self, work: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
        """What the work returns; cancelled here, it is cancelled there. Raises TimeoutError past `seconds`."""

        async def begin() -> T:
            async with asyncio.timeout(seconds):
                return await work()

        thought = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(begin(), self._loop))
        async with asyncio.timeout(seconds):  # here too: one that never waits holds the other loop up
            return await thought

    def close(self) -> None:
        """Stop thinking, and wait for the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop)
            self._thread.join(CLOSE_SECONDS)

    def _stop(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        asyncio.gather(*tasks, return_exceptions=True).add_done_callback(lambda _: self._loop.stop())
