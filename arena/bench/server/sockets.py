"""One WebSocket of a load: whole text frames there and back, and no more of the standard than our server uses.

The load shares its processors with the server that it measures, so it must cost little. A frame's mask is all zeros,
which the standard allows (the mask protects proxies, and there are none here) and which makes masking free.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from arena.bench.server.gauges import BenchError
from arena.wire import PATH, SUBPROTOCOL

_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_MASKED, _MASK = 0x80, b"\0\0\0\0"
_TWO, _EIGHT = 126, 127
"""Length bytes that say that the length follows in two or eight bytes."""
_KEY = "dGFib28gYXJlbmEgbG9hZA=="

Heard = Callable[["Socket", bytes], None]


class Socket(asyncio.Protocol):
    """A client's end. Every text that comes is handed to `heard`, in order."""

    def __init__(self, host: str, token: str, heard: Heard) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: int | None = None
        """The close code, once the connection is gone; 1006 where there was none."""
        self._host, self._token, self._heard = host, token, heard
        self._rest = b""
        self._code: int | None = None
        self._transport: asyncio.Transport | None = None

    def send(self, text: bytes) -> None:
        """Send one text."""
        if self._transport is not None:
            self._transport.write(_frame(_TEXT, text))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    # --- what the loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the protocol."""
        self._transport = cast(asyncio.Transport, transport)
        head = (
            f"GET {PATH} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n"
        )
        self._transport.write(head.encode("ascii"))

    def data_received(self, data: bytes) -> None:
        """Take frames as they come."""
        data = self._rest + data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._refused(head)
                return
            self.opened.set_result(None)
        self._rest = self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the loop's way to call it
        """Nothing comes any more."""
        self.closed = self._code or 1006
        if not self.opened.done():
            self._refused(b"the connection was closed")

    def _refused(self, head: bytes) -> None:
        answer = head.partition(b"\r\n")[0].decode("latin-1")
        self.opened.set_exception(BenchError("server", f"the handshake was refused: {answer}"))
        self.close()

    def _take(self, data: bytes) -> bytes:
        """Hear every whole frame; what is left begins the next."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length == _TWO:
                start = at + 4
                length = int.from_bytes(data[at + 2 : start], "big")
            elif length == _EIGHT:
                start = at + 10
                length = int.from_bytes(data[at + 2 : start], "big")
            end = start + length
            if end > size or start > size:
                break
            self._frame_came(data[at], data[start:end])
            at = end
        return data[at:]

    def _frame_came(self, first: int, payload: bytes) -> None:
        if first == _TEXT:
            self._heard(self, payload)
        elif first == _CLOSE:
            self._code = int.from_bytes(payload[:2], "big")
            self.close()
        elif first == _PING and self._transport is not None:
            self._transport.write(_frame(_PONG, payload))
        elif first != _PONG:
            raise BenchError("server", f"a frame of a kind that was not expected: {first:#x}")


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _TWO:
        head = bytes((first, _MASKED | size))
    elif size < 1 << 16:
        head = bytes((first, _MASKED | _TWO)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, _MASKED | _EIGHT)) + size.to_bytes(8, "big")
    return head + _MASK + payload
