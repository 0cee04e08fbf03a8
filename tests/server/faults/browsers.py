"""People as their browsers are: a cookie, a ticket for each connection, one socket for each match on a page."""

import asyncio
import json
from random import Random
from typing import Any

import httpx
from server.faults.ledger import Ledger, line_of
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from arena.core.verdict import Role
from arena.wire import PATH, SUBPROTOCOL

FIRST_WAIT, LONGEST_WAIT = 0.4, 4.0


class Person:
    """Somebody who registered, and is signed in by a cookie."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.http = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30, trust_env=False)

    async def __aenter__(self) -> "Person":
        await self._register()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.http.aclose()

    async def _register(self) -> None:
        who = {"name": self.name, "password": "a long sentence is a good one", "agreed": True}
        me = (await self.http.post("/accounts", json=who)).raise_for_status().json()
        self.http.headers["X-CSRF-Token"] = me["csrf"]

    async def challenge(self, opponent: str, role: Role, **terms: Any) -> str:
        """A match against a program; its id."""
        wish = {"opponent": opponent, "role": role.value, "terms": terms}
        return str((await self.http.post("/lobby/challenges", json=wish)).raise_for_status().json()["match"])

    async def ticket(self) -> str:
        return str((await self.http.post("/tickets")).raise_for_status().json()["ticket"])


class Page:
    """The page of one match: connects as `web/static/socket.js` does, and comes back as often as it must."""

    def __init__(self, person: Person, match: str, role: Role, ledger: Ledger, chance: Random) -> None:
        self._person, self._ledger, self._chance = person, ledger, chance
        self.seat = (match, role)
        self.closes: list[int | None] = []
        self.told: list[str] = []
        self._seq, self._asked = -1, 0
        self._pending: dict[str, Any] | None = None
        self._attempt = 0
        self._is_over = False

    async def play(self) -> None:
        """Play until the match is over."""
        while not self._is_over:
            try:
                await self._visit()
            except (httpx.TransportError, OSError, WebSocketException, EOFError) as lost:
                received = lost.rcvd if isinstance(lost, ConnectionClosed) else None
                self.closes.append(None if received is None else received.code)
            except httpx.HTTPStatusError as refused:
                if refused.response.status_code != 503:
                    raise
            if not self._is_over:
                await asyncio.sleep(self._chance.random() * min(LONGEST_WAIT, FIRST_WAIT * 2**self._attempt))
                self._attempt += 1

    async def _visit(self) -> None:
        ticket = await self._person.ticket()
        url = f"ws{self._person.url.removeprefix('http')}{PATH}"
        options: dict[str, Any] = {"proxy": None, "ping_interval": None, "compression": None}
        async with connect(url, subprotocols=[SUBPROTOCOL], origin=self._person.url, **options) as socket:
            self._acting: set[asyncio.Task[None]] = set()
            self._socket = socket
            try:
                async for text in socket:
                    await self._hear(json.loads(text), ticket)
                    if self._is_over:
                        return
            finally:
                for task in self._acting:
                    task.cancel()
        raise ConnectionClosed(socket.protocol.close_rcvd, None)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def _hear(self, message: dict[str, Any], ticket: str) -> None:
        type_, data, (match, _) = message["type"], message["data"], self.seat
        if type_ == "hello":
            await self._send({"type": "identify", "id": "me", "data": {"ticket": ticket, "match": match}})
        elif type_ == "ready":
            self._ledger.connections += 1
            await self._ledger.sit(self.seat)
            await self._send({"type": "resume", "id": "r", "data": {"matches": [{"match": match, "seq": self._seq}]}})
        elif type_ == "ping":
            await self._send({"type": "pong", "id": data["id"], "data": {}})
        elif type_ == "match.event":
            assert message["prev"] == self._seq
            self._seq = message["seq"]
            self._ledger.show(self.seat, self._seq, data)
        elif type_ == "resumed":
            self._attempt = 0
            if self._pending is not None:
                await self._send(self._pending)
        elif type_ == "turn.request":
            self._asked = message["turn"]
            self._begin_to_act()
        elif type_ == "turn.ack":
            await self._acknowledged(data)
        elif type_ == "match.end":
            self._is_over = True
            await self._ledger.end(self.seat, data["verdict"]["reason"])
        else:
            self.told.append(type_)

    def _begin_to_act(self) -> None:
        """Act where the page is asked to, and waits for no acknowledgement."""
        if self._pending is None:
            self._acting.add(asyncio.get_running_loop().create_task(self._act(self._asked)))

    async def _act(self, turn: int) -> None:
        await self._ledger.may_play(turn)
        if self._pending is None:
            match, role = self.seat
            data = {"text": line_of(role, turn), "guess": None}
            self._pending = {"type": "turn.action", "id": f"t{turn}", "match": match, "turn": turn, "data": data}
            await self._send(self._pending)

    async def _acknowledged(self, ack: dict[str, Any]) -> None:
        if self._pending is None or ack["id"] != self._pending["id"]:
            return
        if ack["status"] == "rejected":
            assert ack["reason"] in ("suspended", "ended"), ack
            return
        self._ledger.duplicates += ack["status"] == "duplicate"
        self._ledger.acknowledged[self.seat][ack["id"]] = (ack["seq"], self._pending["data"]["text"])
        turn, self._pending = self._pending["turn"], None
        if self._asked > turn:  # the next turn had come before the acknowledgement of this one, which was lost once
            self._begin_to_act()
        await self._ledger.taken()
