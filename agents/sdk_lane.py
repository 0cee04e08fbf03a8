"""A thread of one agent's own, for agents whose methods are not `async`: they may block without stopping others."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

_Job = tuple[Callable[[], Any], asyncio.Future[Any], asyncio.AbstractEventLoop]


class Lane:
    """Runs calls one after the other in one thread, which never keeps the program from ending."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the call returns
        """What the call returned or raised. Who stops waiting leaves the call to itself."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="agent", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._jobs.put((call, answer, loop))
        return await answer

    def close(self) -> None:
        """Let the thread end once its call has."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            call, answer, loop = job
            result, error = None, None
            try:
                result = call()
            except BaseException as raised:  # noqa: BLE001 - handed over to whoever waits
                error = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(_settle, answer, result, error)


def _settle(answer: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:  # noqa: ANN401
    if answer.done():
        return
    if isinstance(error, StopIteration):  # no future can hold one
        error = RuntimeError(f"StopIteration: {error}")
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)
