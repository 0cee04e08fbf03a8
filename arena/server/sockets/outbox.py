"""What waits to be sent on one connection: bounded, and in order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MAX_MESSAGES, MAX_CHARS = 4096, 4 << 20
"""The most that may wait for a reader; one that is further behind is cut off, and may come back and resume."""

Send = Callable[[str], Awaitable[None]]


class Outbox:
    """Sends messages one after the other, without ever making whoever hands them over wait."""

    def __init__(self, send: Send, overflow: Callable[[], None]) -> None:
        self._send, self._overflow = send, overflow
        self._waiting: deque[str] = deque()
        self._chars = 0
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def put(self, text: str) -> None:
        """Queue a message. Where too much waits already, everything is dropped and the overflow is told."""
        if self._is_closed:
            return
        self._waiting.append(text)
        self._chars += len(text)
        if len(self._waiting) > MAX_MESSAGES or self._chars > MAX_CHARS:
            self.close()
            self._overflow()
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                text = self._waiting.popleft()
                self._chars -= len(text)
                await self._send(text)
        except Exception:  # noqa: BLE001 - whatever the transport raised, nobody reads any more
            self.close()
        finally:
            self._task = None

    async def flushed(self) -> None:
        """Wait until everything that waits has been handed to the transport."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def close(self) -> None:
        """Send nothing any more."""
        self._is_closed = True
        self._waiting.clear()
        self._chars = 0
