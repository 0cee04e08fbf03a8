"""An agent's connection: it says who it is, answers heartbeats, and hands the rest on."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from arena.bench.server.gauges import BenchError
from arena.bench.server.scene import AGENT
from arena.bench.server.sockets import Socket

OPEN_SECONDS = 60.0
_HEAD = re.compile(rb'\{"type":"([a-z._]+)"(?:,"match":"(\w+)"(?:,"turn":(\d+))?)?')
"""How our server begins a message. The order of the fields is no part of the protocol, so `read_head` needs it not."""


def read_head(text: bytes) -> tuple[str, str, int]:
    """Type, match and turn of a message, without reading what may be a long rest; "" and 0 for what it has not."""
    found = _HEAD.match(text)
    if found is None:
        row = json.loads(text)
        return row["type"], row.get("match", ""), row.get("turn", 0)
    type_, match, turn = found.groups()
    return type_.decode(), "" if match is None else match.decode(), 0 if turn is None else int(turn)


class Link:
    """One connection. `heard` is handed type, match and turn of each message after `ready`, and its text."""

    def __init__(self, heard: "Callable[[Link, str, str, int, bytes], None]") -> None:
        self._heard = heard
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._identify: dict[str, Any] = {}
        self._socket: Socket | None = None

    async def open(self, address: tuple[str, int], token: str, instance: str, seats: int) -> None:
        """Connect and identify. Raises BenchError, OSError or TimeoutError."""
        self._identify = {"agent": {"name": AGENT}, "instance": instance, "seats": seats}
        made = Socket(f"{address[0]}:{address[1]}", token, self._hear)
        self._socket = made
        async with asyncio.timeout(OPEN_SECONDS):
            await asyncio.get_running_loop().create_connection(lambda: made, *address)
            await made.opened
            await self._ready

    @property
    def closed(self) -> int | None:
        """The close code; None while the connection is open."""
        return None if self._socket is None else self._socket.closed

    def send(self, text: bytes) -> None:
        """Send one message."""
        if self._socket is not None:
            self._socket.send(text)

    def tell(self, type_: str, data: dict[str, Any], id_: str = "b") -> None:
        """Send one message by its parts."""
        self.send(json.dumps({"type": type_, "id": id_, "data": data}).encode("ascii"))

    def _hear(self, _: Socket, text: bytes) -> None:
        type_, match, turn = read_head(text)
        if type_ == "hello":
            self.tell("identify", self._identify)
        elif type_ == "ping":
            self.send(json.dumps({"type": "pong", "id": json.loads(text)["data"]["id"]}).encode("ascii"))
        elif type_ == "ready":
            self._ready.set_result(None)
        elif not self._ready.done():
            self._ready.set_exception(BenchError("server", f"instead of `ready` came {text[:200].decode()}"))
        else:
            self._heard(self, type_, match, turn, text)
