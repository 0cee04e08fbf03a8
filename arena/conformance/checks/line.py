"""One connection to the server on trial. Every message that comes is held against the published form."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from arena.conformance.finding import DeviationError, require
from arena.wire import WireError, forms
from arena.wire import messages as m

Row: TypeAlias = dict[str, Any]

PATIENCE = 15.0
"""Seconds that a server may take for what it should do at once."""
_EVENT: TypeAdapter[Any] = TypeAdapter(forms.AnyEvent)
_VIEW: TypeAdapter[Any] = TypeAdapter(forms.AnyView)
_VERDICT: TypeAdapter[Any] = TypeAdapter(forms.Verdict)


def look_at(text: str) -> Row:
    """The message, if it is of the published form. Raises DeviationError."""
    try:
        message = m.read_server(text)
        if isinstance(message, m.MatchEvent):
            _EVENT.validate_python(message.data)
        elif isinstance(message, m.TurnRequest):
            _VIEW.validate_python(message.data)
        elif isinstance(message, m.Snapshot):
            for event in message.data.events:
                _EVENT.validate_python(event)
        elif isinstance(message, m.MatchEnd):
            _VERDICT.validate_python(message.data.verdict)
    except WireError as wrong:
        raise DeviationError(f"sent a message that does not fit the schema: {wrong}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DeviationError(f"sent a `{message.type}` whose data do not fit: {place}: {first['msg']}") from None
    row: Row = json.loads(text)
    return row


class Line:
    """A connection: what is said, what is heard, and every byte that came.

    `raw` is what the server (S) sent, `talk` is that and what the client (C) said, in order.
    """

    def __init__(self, socket: ClientConnection, *, answers_pings: bool = True) -> None:
        self.socket = socket
        self.answers_pings = answers_pings
        self.raw: list[str] = []
        self.talk: list[tuple[str, str]] = []
        self.hello: Row = {}
        self.ready: Row = {}
        self._kept: deque[Row] = deque()
        self._numbers, self._prefix = 0, secrets.token_hex(4)

    # --- saying ---

    def name(self) -> str:
        """A fresh id: a seat's ids are remembered beyond a connection, so that no two connections may share one."""
        self._numbers += 1
        return f"{self._prefix}.{self._numbers}"

    async def say(self, type_: str, data: object = None, **head: object) -> str:
        """Send one message under a fresh id, unless `id` is given. Its id."""
        id_ = str(head.pop("id", "") or self.name())
        row: Row = {"type": type_, "id": id_, **head}
        await self.say_raw(json.dumps(row if data is None else {**row, "data": data}))
        return id_

    async def say_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is. Nothing where the connection is gone: what it was closed with shows later."""
        self.talk.append(("C", frame if isinstance(frame, str) else repr(frame)))
        try:
            await self.socket.send(frame)
        except ConnectionClosed:
            return

    # --- hearing ---

    async def hear(
        self, *types: str, match: str | None = None, within: float = PATIENCE, only: Callable[[Row], bool] | None = None
    ) -> Row:
        """The next message of one of these types. Others are kept for later. Raises DeviationError."""
        wanted = " or ".join(f"`{it}`" for it in types)

        def fits(row: Row) -> bool:
            return row["type"] in types and match in (None, row.get("match")) and (only is None or only(row))

        for row in self._kept:
            if fits(row):
                self._kept.remove(row)
                return row
        try:
            async with asyncio.timeout(within):
                while not fits(row := await self._receive(wanted)):
                    self._kept.append(row)
                return row
        except TimeoutError:
            raise DeviationError(f"sent no {wanted} within {within:g} s") from None

    def keep(self, row: Row) -> None:
        """Put a message back that was heard too early."""
        self._kept.append(row)

    async def _receive(self, wanted: str) -> Row:
        try:
            text = await self.socket.recv()
        except ConnectionClosed:
            raise DeviationError(
                f"closed the connection with {self.socket.close_code} where {wanted} was due"
            ) from None
        require(isinstance(text, str), "sent a binary frame")
        self.raw.append(str(text))
        self.talk.append(("S", str(text)))
        row = look_at(str(text))
        if row["type"] == "ping" and self.answers_pings:
            await self.say("pong", id=row["data"]["id"])
        return row

    async def answer_to(self, id_: str, *types: str, within: float = PATIENCE) -> Row:
        """The message that answers this id."""
        return await self.hear(*types, within=within, only=lambda row: row["data"].get("id") == id_)

    async def ends_with(self, within: float = PATIENCE) -> int:
        """The close code. Raises DeviationError where the connection stays."""
        try:
            async with asyncio.timeout(within):
                while True:
                    text = await self.socket.recv()
                    self.raw.append(text if isinstance(text, str) else repr(text))
        except TimeoutError:
            raise DeviationError(f"kept the connection open for {within:g} s") from None
        except ConnectionClosed:
            return self.socket.close_code or 1006

    async def require_end(self, code: int, within: float = PATIENCE) -> None:
        """Raise DeviationError unless the connection ends with this code."""
        ended = await self.ends_with(within)
        require(ended == code, f"closed with {ended} instead of {int(code)}")

    async def require_alive(self) -> None:
        """Raise DeviationError unless the connection still answers."""
        await self.answer_to(await self.say("ping"), "pong")

    async def require_error(self, code: str, id_: str | None = None) -> Row:
        """The `error` with this code, about this message. Raises DeviationError for another."""
        row = await self.hear("error", only=lambda it: id_ is None or it["data"].get("id") == id_)
        require(row["data"]["code"] == code, f"sent the error {row['data']['code']!r} instead of {code!r}")
        return row

    # --- meeting ---

    async def greet(self) -> Row:
        """Take the server's `hello`."""
        self.hello = (await self.hear("hello"))["data"]
        return self.hello

    async def identify(self, agent: Mapping[str, object], *, id_: str = "", **more: object) -> Row:
        """Say who plays, and be let in."""
        id_ = await self.say("identify", {"agent": dict(agent), **more}, id=id_)
        self.ready = (await self.answer_to(id_, "ready"))["data"]
        return self.ready
