"""A client that speaks the protocol by hand, one message at a time."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from arena.wire import PATH, SUBPROTOCOL


class Talk:
    """One connection. What was read and not asked for is kept in `others`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.raw: list[str] = []
        self.others: list[dict[str, Any]] = []
        self._count = 0

    async def send(self, type_: str, data: dict[str, Any] | None = None, **head: Any) -> str:
        self._count += 1
        id_ = head.pop("id", f"m{self._count}")
        await self.socket.send(json.dumps({"type": type_, "id": id_, **head, "data": data or {}}))
        return id_

    async def read(self) -> dict[str, Any]:
        text = await self.socket.recv()
        assert isinstance(text, str)
        self.raw.append(text)
        return json.loads(text)

    async def until(self, type_: str, **head: Any) -> dict[str, Any]:
        """The next message of a type; earlier ones of it that nobody asked for come first."""
        for index, row in enumerate(self.others):
            if row["type"] == type_ and all(row.get(name) == value for name, value in head.items()):
                return self.others.pop(index)
        while True:
            row = await self.read()
            if row["type"] == type_ and all(row.get(name) == value for name, value in head.items()):
                return row
            if row["type"] == "ping":
                await self.send("pong", id=row["data"]["id"])
            else:
                self.others.append(row)

    async def identify(self, name: str = "parrot", **data: Any) -> dict[str, Any]:
        await self.send("identify", {"agent": {"name": name}, **data})
        return await self.until("ready")

    async def act(self, match: str, turn: int, text: str, guess: str | None = None, id: str = "") -> dict[str, Any]:
        head = {"id": id} if id else {}
        await self.send("turn.action", {"text": text, "guess": guess}, match=match, turn=turn, **head)
        return await self.until("turn.ack")


@asynccontextmanager
async def talk(port: int, token: str | None, **options: Any) -> AsyncIterator[Talk]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with connect(
        f"ws://127.0.0.1:{port}{PATH}",
        subprotocols=options.pop("subprotocols", [SUBPROTOCOL]),
        additional_headers=headers,
        proxy=None,
        ping_interval=None,
        open_timeout=30,
        **options,
    ) as socket:
        yield Talk(socket)
