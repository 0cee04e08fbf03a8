"""A client that speaks the protocol by hand and waits for what it wants: for tests that think one step at a time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from arena.wire import PATH, SUBPROTOCOL

SECONDS = 20


class Line:
    """One connection. `raw` is every message that came, as it came; `others` are those that nobody asked for yet."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.raw: list[str] = []
        self.others: list[dict[str, Any]] = []
        self._count = 0

    def send(self, type_: str, data: dict[str, Any] | None = None, **head: Any) -> str:
        self._count += 1
        id_ = head.pop("id", f"m{self._count}")
        self.socket.send(json.dumps({"type": type_, "id": id_, **head, "data": data or {}}))
        return id_

    def read(self) -> dict[str, Any]:
        text = self.socket.recv(SECONDS)
        assert isinstance(text, str)
        self.raw.append(text)
        return json.loads(text)

    def until(self, *types: str, **head: Any) -> dict[str, Any]:
        """The next message of one of the types with this head."""
        for index, row in enumerate(self.others):
            if _fits(row, types, head):
                return self.others.pop(index)
        while True:
            row = self.read()
            if row["type"] == "ping":
                self.send("pong", id=row["data"]["id"])
            elif _fits(row, types, head):
                return row
            else:
                self.others.append(row)

    def settle(self) -> None:
        """Read all that the server says because of what was sent before."""
        id_ = self.send("ping")
        while self.until("pong")["data"]["id"] != id_:
            pass


def _fits(row: dict[str, Any], types: tuple[str, ...], head: dict[str, Any]) -> bool:
    return row["type"] in types and all(row.get(name) == value for name, value in head.items())


@contextmanager
def line(port: int, token: str | None = None, **options: Any) -> Iterator[Line]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with connect(
        f"ws://127.0.0.1:{port}{PATH}",
        subprotocols=[SUBPROTOCOL],
        additional_headers=headers,
        proxy=None,
        ping_interval=None,
        open_timeout=SECONDS,
        close_timeout=2,
        **options,
    ) as socket:
        yield Line(socket)


def as_agent(one: Line, name: str, **data: Any) -> dict[str, Any]:
    """Say who it is, and wait until it is known."""
    one.send("identify", {"agent": {"name": name}, "is_open": False, **data})
    return one.until("ready")
