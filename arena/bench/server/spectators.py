"""Those who look on: event streams over HTTP, read as bytes, in which only the stamps of utterances are looked for."""

import asyncio
import time
from collections import Counter
from typing import Any, cast

from arena.bench.server.gauges import BenchError, quantile
from arena.bench.server.links import OPEN_SECONDS
from arena.bench.server.players import SETTLE_SECONDS, STAMP, STAMP_DIGITS, Schedule

_MARK = STAMP.encode("ascii")
_END = b"\n\n"
_OPENING = 64


class Spectators:
    """So many streams of each match."""

    def __init__(self, address: tuple[str, int], matches: list[str], each: int) -> None:
        self._address = address
        self._wanted = [match for match in matches for _ in range(each)]
        self._streams: list[_Stream] = []
        self._delivered = 0
        self._expected: int | None = None
        self._everything = asyncio.Event()
        self._schedule: Schedule | None = None
        self._lags: list[float] = []

    async def open(self) -> dict[str, int]:
        """Open every stream. Raises BenchError, OSError or TimeoutError."""
        for start in range(0, len(self._wanted), _OPENING):
            some = [_Stream(self, self._request(match)) for match in self._wanted[start : start + _OPENING]]
            self._streams += some
            async with asyncio.timeout(OPEN_SECONDS):
                await asyncio.gather(*(self._connect(stream) for stream in some))
        return {"streams": len(self._streams)}

    async def _connect(self, stream: "_Stream") -> None:
        await asyncio.get_running_loop().create_connection(lambda: stream, *self._address)
        await stream.opened

    def _request(self, match: str) -> bytes:
        host, port = self._address
        return (
            f"GET /api/v1/matches/{match}/stream HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n"
        ).encode("ascii")

    async def run(self, schedule: Schedule) -> dict[str, Any]:
        """Note how old what comes is, for as long as actions are due."""
        self._schedule = schedule
        await asyncio.sleep(max(0.0, schedule.end - time.monotonic()))
        return {}

    async def settle(self, expected: int) -> dict[str, Any]:
        """Wait until so many utterances have come over all streams together, and tell what was seen."""
        self._expected = expected
        self._count(())
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._everything.wait()
        except TimeoutError:
            pass
        lags = sorted(self._lags)
        closed = Counter("stream closed" for stream in self._streams if stream.is_closed)
        return {"delivered": self._delivered, "lag_p99": quantile(lags, 0.99), "troubles": dict(closed)}

    def came(self, events: bytes) -> None:
        """Whole events came on a stream."""
        self._count([int(part[:STAMP_DIGITS]) / 1e6 for part in events.split(_MARK)[1:]])

    def _count(self, stamps: "list[float] | tuple[()]") -> None:
        schedule = self._schedule
        if stamps and schedule is not None:
            now = time.monotonic()
            self._lags += [1000 * (now - stamp) for stamp in stamps if stamp >= schedule.measured_from]
        self._delivered += len(stamps)
        if self._expected is not None and self._delivered >= self._expected:
            self._everything.set()


class _Stream(asyncio.Protocol):
    """One event stream."""

    def __init__(self, spectators: Spectators, request: bytes) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_closed = False
        self._spectators, self._request = spectators, request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take whole events; the sizes of the chunks between them are passed over."""
        data = self._rest + data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            self._answered(head)
        events, found, self._rest = data.rpartition(_END)
        if found:
            self._spectators.came(events)

    def _answered(self, head: bytes) -> None:
        if head.startswith(b"HTTP/1.1 200 "):
            self.opened.set_result(None)
        else:
            answer = head.partition(b"\r\n")[0].decode("latin-1")
            self.opened.set_exception(BenchError("server", f"a stream was refused: {answer}"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop's way to call it
        """Nothing comes any more."""
        self.is_closed = True
        if not self.opened.done():
            self.opened.set_exception(BenchError("server", "a stream was closed before it began"))
