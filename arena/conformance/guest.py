"""The client on trial, as the conformance server sees it: its connections, one after the other, and what it does wrong.

Scenarios speak through a `Guest`. What breaks a promise but lets the scenario go on is a `fault`; what ends it is a
DeviationError.
"""

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from arena.conformance.finding import DeviationError, require
from arena.conformance.staged import Row, StagedMatch
from arena.wire import PATH, SUBPROTOCOL, WireError
from arena.wire import messages as m
from arena.wire.closing import Close

HEARTBEAT_MS = 5_000
MAX_MESSAGE = 64 * 1024
HELLO: Row = {
    "protocol": SUBPROTOCOL,
    "server": "taboo-conformance/1",
    "heartbeat_ms": HEARTBEAT_MS,
    "identify_ms": 10_000,
    "max_message": MAX_MESSAGE,
    "rate": 50,
}


class Visit:
    """One connection of the client. What it sends is read at once and kept until somebody expects it."""

    def __init__(self, socket: ServerConnection, faults: list[str]) -> None:
        self.socket = socket
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()
        self.wishes: deque[str] = deque()
        self.pongs: dict[str, asyncio.Event] = {}
        self.identity: m.IdentifyData | None = None
        self._faults = faults

    async def read(self) -> None:
        """Read until the connection ends."""
        with suppress(ConnectionClosed):
            async for frame in self.socket:
                await self._hear(frame)
        self.inbox.put_nowait(None)

    async def _hear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._faults.append("sent a binary frame; every message is text")
            return
        try:
            message = m.read_client(frame)
        except WireError as wrong:
            self._faults.append(f"sent what does not fit the schema ({wrong})")
            return
        if isinstance(message, m.Ping):
            await self.send({"type": "pong", "ts": 0, "data": {"id": message.id}})
        elif isinstance(message, m.Pong):
            self._pong(message.id)
        elif isinstance(message, m.QueueJoin):
            self.wishes.append(message.id)
            await self.send({"type": "queue.joined", "ts": 0, "data": {"id": message.id}})
        elif isinstance(message, m.QueueLeave):
            self.wishes.clear()
            await self.send({"type": "queue.left", "ts": 0, "data": {"id": message.id}})
        else:
            self.inbox.put_nowait(message)

    def _pong(self, id_: str) -> None:
        if id_ in self.pongs:
            self.pongs[id_].set()
        else:
            self._faults.append(f"sent a `pong` with the id {id_!r}, which no `ping` had")

    async def send(self, row: Mapping[str, Any]) -> None:
        """One message to the client; nothing where it is gone."""
        with suppress(ConnectionClosed):
            await self.socket.send(json.dumps(row, ensure_ascii=False))


class Guest:
    """The client on trial."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.faults: list[str] = []
        self.told: dict[str, int] = {}
        self.refusals_left = 0
        self.live: set[str] = set()
        self._arrivals: asyncio.Queue[Visit] = asyncio.Queue()
        self._visit: Visit | None = None
        self._pings = 0

    # --- connections ---

    async def host(self, socket: ServerConnection) -> None:
        """A connection came: keep it until it ends."""
        visit = Visit(socket, self.faults)
        self._arrivals.put_nowait(visit)
        beat = asyncio.create_task(self._beat(visit))
        try:
            await visit.read()
        finally:
            beat.cancel()

    async def _beat(self, visit: Visit) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_MS / 1000)
            if visit.identity is not None:
                await self._ping(visit)

    async def _ping(self, visit: Visit) -> asyncio.Event:
        self._pings += 1
        id_ = f"beat{self._pings}"
        visit.pongs[id_] = asyncio.Event()
        await visit.send({"type": "ping", "ts": 0, "data": {"id": id_}})
        return visit.pongs[id_]

    @property
    def visit(self) -> Visit:
        """The present connection. Raises DeviationError where there is none."""
        if self._visit is None:
            raise DeviationError("the client is not connected")
        return self._visit

    @property
    def is_here(self) -> bool:
        """Whether a connection stands."""
        return self._visit is not None and self._visit.socket.state is State.OPEN

    async def arrive(self, matches: Sequence[StagedMatch] = (), within: float | None = None) -> Visit:
        """Wait for the client to connect and to identify; `within` None waits for ever."""
        try:
            async with asyncio.timeout(within):
                visit = await self._arrivals.get()
        except TimeoutError:
            raise DeviationError(f"did not connect within {within:g} s") from None
        self._visit = visit
        self.live = {it.id for it in matches}
        self._look_at_handshake(visit)
        await visit.send({"type": "hello", "ts": 0, "data": HELLO})
        identify = await self._next()
        require(isinstance(identify, m.Identify), f"sent `{identify.type}` before `identify`")
        visit.identity = identify.data
        self._look_at_identity(visit, identify.data)
        name = identify.data.agent.name if identify.data.agent is not None else "?"
        live = [{"match": it.id, "role": it.role.value, "seq": it.newest} for it in matches]
        ready = {"id": identify.id, "player": f"you/{name}", "session": "stage", "seats": identify.data.seats}
        await visit.send({"type": "ready", "ts": 0, "data": {**ready, "matches": live}})
        return visit

    def _look_at_handshake(self, visit: Visit) -> None:
        request = visit.socket.request
        path = "" if request is None else request.path
        if visit.socket.subprotocol != SUBPROTOCOL:
            self.fault(f"did not ask for the subprotocol `{SUBPROTOCOL}` in Sec-WebSocket-Protocol")
        if path.partition("?")[2]:
            self.fault("put a query into the URL: a token never stands there, since addresses end up in logs")
        if path.partition("?")[0] != PATH:
            self.fault(f"connected to {path.partition('?')[0]!r} instead of {PATH!r}")

    def _look_at_identity(self, visit: Visit, identity: m.IdentifyData) -> None:
        request = visit.socket.request
        scheme, _, secret = ("" if request is None else request.headers.get("Authorization", "")).partition(" ")
        has_token = scheme.lower() == "bearer" and bool(secret.strip())
        if not has_token and not identity.ticket:
            self.fault("sent neither a header `Authorization: Bearer TOKEN` nor a ticket in `identify`")
        if has_token and identity.agent is None:
            self.fault("named no agent in `identify`, which a program with a token must")

    async def drop(self) -> None:
        """Cut the connection without a word."""
        visit, self._visit = self.visit, None
        visit.socket.transport.abort()
        await visit.socket.wait_closed()

    async def close(self, code: Close, reason: str = "") -> None:
        """End the connection with a code."""
        visit, self._visit = self.visit, None
        await visit.socket.close(int(code), reason)

    async def stays_away(self, seconds: float) -> bool:
        """Whether no connection comes for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrivals.get()
        except TimeoutError:
            return True
        return False

    # --- messages ---

    def fault(self, sentence: str) -> None:
        """Note something wrong that lets the scenario go on."""
        if sentence not in self.faults:
            self.faults.append(sentence)

    async def tell(self, *rows: Row) -> None:
        """Send messages, and remember which events the client has been shown."""
        for row in rows:
            await self.visit.send(row)
            if row["type"] == "match.event":
                self.told[row["match"]] = max(self.told.get(row["match"], -1), row["seq"])
            elif row["type"] == "snapshot":
                self.told[row["match"]] = len(row["data"]["events"]) - 1

    async def expect(self, *kinds: type[m.ClientMessage], match: str | None = None) -> Any:  # noqa: ANN401 - a message
        """The next message of one of these kinds. Anything else on the way is a fault."""
        wanted = " or ".join(f"`{kind.model_fields['type'].default}`" for kind in kinds)
        while True:
            message = await self._next(wanted)
            if isinstance(message, m.Resume) and await self._forget(message):
                continue
            about = getattr(message, "match", match)
            if isinstance(message, kinds) and match in (None, about):
                return message
            self.fault(f"sent `{message.type}` where {wanted} was due")

    async def _next(self, wanted: str = "a message") -> Any:  # noqa: ANN401 - a message
        try:
            async with asyncio.timeout(self.patience):
                message = await self.visit.inbox.get()
        except TimeoutError:
            raise DeviationError(f"sent nothing for {self.patience:g} s where {wanted} was due") from None
        if message is None:
            self._visit = None
            raise DeviationError(f"closed the connection where {wanted} was due")
        return message

    async def _forget(self, resume: m.Resume) -> bool:
        """Say of matches that are not live any more that they are unknown. Whether the message named no other."""
        unknown = [wish.match for wish in resume.data.matches if wish.match not in self.live]
        for match in unknown:
            data = {"id": resume.id, "reason": "unknown"}
            await self.tell({"type": "resume_failed", "match": match, "ts": 0, "data": data})
        return len(unknown) == len(resume.data.matches)

    async def settle(self) -> None:
        """Let a client that has just come give up the matches of an earlier scenario."""
        await self.keeps_up()
        for message in self.heard():
            if isinstance(message, m.Resume):
                await self._forget(message)
        await self.keeps_up()

    def heard(self) -> list[Any]:
        """What has come and nobody expected, taken out."""
        found = []
        while self._visit is not None and not self._visit.inbox.empty():
            message = self._visit.inbox.get_nowait()
            if message is not None:
                found.append(message)
        return found

    async def keeps_up(self) -> None:
        """Wait until the client has dealt with all that it was sent: it has answered a `ping`."""
        pong = await self._ping(self.visit)
        try:
            async with asyncio.timeout(self.patience):
                await pong.wait()
        except TimeoutError:
            raise DeviationError(f"did not answer a `ping` within {self.patience:g} s") from None
