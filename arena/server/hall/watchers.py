"""Who looks on: each watcher has a bounded queue of frames, made once for all of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType

BACKLOG = 256
"""Frames that a watcher may be behind before it is dropped; it can come back and read the log."""


@dataclass(frozen=True)
class Frame:
    """One thing that spectators are told. `seq` is set for events of the log, and `line` is JSON.

    A frame without a name says only that the match is still there.
    """

    name: str
    line: str
    seq: int | None = None

    @cached_property
    def sse(self) -> bytes:
        """The frame as a server-sent event."""
        if not self.name:
            return b": still here\n\n"
        head = "" if self.seq is None else f"id: {self.seq}\n"
        return f"{head}event: {self.name}\ndata: {self.line}\n\n".encode()


BEAT = Frame("", "")


class Watcher:
    """Frames as they come: `async with live.watch() as watcher: async for frame in watcher: ...`.

    The iteration ends with the match, or when the watcher fell too far behind (`is_behind`).
    """

    def __init__(self, backlog: Iterable[Frame], leave: Callable[["Watcher"], None], *, is_over: bool = False) -> None:
        self.is_behind = False
        self._frames = deque(backlog)
        self._room = len(self._frames) + BACKLOG
        self._is_over = is_over
        self._waiting: asyncio.Future[None] | None = None
        self._leave = leave

    def give(self, frame: Frame) -> None:
        """Queue a frame; a watcher that has no room for it is dropped."""
        if self._is_over:
            return
        if len(self._frames) >= self._room:
            self.is_behind = True
            self._frames.clear()
            self.finish()
            return
        self._frames.append(frame)
        self._wake()

    def beat(self) -> None:
        """Give a sign of life to a watcher that waits for something to happen."""
        if not self._frames:
            self.give(BEAT)

    def finish(self) -> None:
        """Nothing comes after what is queued."""
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def __aenter__(self) -> "Watcher":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self)

    def __aiter__(self) -> "Watcher":
        return self

    async def __anext__(self) -> Frame:
        while not self._frames:
            if self._is_over:
                raise StopAsyncIteration
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()
