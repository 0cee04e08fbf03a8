"""A client of the protocol written from docs/protocol.md alone, which can be told to make one mistake."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

STAYS_AWAY = {1000, 1003, 1009, 4000, 4001, 4003, 4004, 4006, 4009, 4011}
WINDOW_SECONDS = 0.05
"""How long it waits before it comes back: tests are in a hurry."""


class PlainClient:
    """Plays by saying the number of the turn. `mistake` names what it does wrong; nothing, where it is None."""

    def __init__(self, address: str, mistake: str | None = None) -> None:
        self.url = f"{address}/api/v1/socket" + ("?token=x" if mistake == "token in url" else "")
        self.mistake = mistake
        self.seqs: dict[str, int] = {}
        self.held: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, tuple[int, int]] = {}
        self.numbers = 0

    async def run(self) -> None:
        """Play until the server says that it should stay away."""
        while True:
            code = await self._visit()
            if code in STAYS_AWAY and not (code == 4009 and self.mistake == "comes back"):
                return
            if code == 1012 and self.mistake == "gives up":
                return
            await asyncio.sleep(WINDOW_SECONDS)

    async def _visit(self) -> int | None:
        headers = {} if self.mistake == "no token" else {"Authorization": "Bearer token"}
        subprotocols = None if self.mistake == "no subprotocol" else ["taboo.v1+json"]
        with suppress(InvalidStatus, OSError):
            async with connect(
                self.url, subprotocols=subprotocols, additional_headers=headers, ping_interval=None
            ) as socket:
                with suppress(ConnectionClosed):
                    async for frame in socket:
                        await self._hear(socket, json.loads(frame))
                return socket.close_code
        return None

    async def _send(self, socket: ClientConnection, type_: str, **row: Any) -> None:
        self.numbers += 1
        frame = json.dumps({"type": type_, "id": f"n{self.numbers}", **row})
        await socket.send(frame.encode() if self.mistake == "binary" else frame)

    async def _hear(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        known = {
            "hello": self._hello,
            "ready": self._ready,
            "ping": self._ping,
            "match.offer": self._offer,
            "match.event": self._event,
            "snapshot": self._snapshot,
            "resumed": self._resumed,
            "turn.request": self._request,
            "turn.ack": self._ack,
            "error": self._error,
        }
        if row["type"] in known:
            await known[row["type"]](socket, row)
        elif row["type"] not in {"match.start", "match.end", "peer.gone", "peer.back", "draining", "resume_failed"}:
            assert self.mistake != "breaks on the unknown"

    async def _hello(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        data = {} if self.mistake == "no agent" else {"agent": {"name": "plain"}}
        await self._send(socket, "queue.leave" if self.mistake == "not identified" else "identify", data=data)

    async def _ready(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        for it in row["data"]["matches"]:
            await self._resume(socket, it["match"])

    async def _resume(self, socket: ClientConnection, match: str) -> None:
        seq = 0 if self.mistake == "resumes from 0" else self.seqs.get(match, -1)
        await self._send(socket, "resume", data={"matches": [{"match": match, "seq": seq}]})

    async def _ping(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        if self.mistake != "deaf":
            id_ = "other" if self.mistake == "wrong pong" else row["data"]["id"]
            await self._send(socket, "pong", id=id_)

    async def _offer(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        answer = "match.decline" if self.mistake == "declines" else "match.accept"
        offer = "another" if self.mistake == "wrong offer" else row["data"]["offer"]
        await self._send(socket, answer, data={"offer": offer})

    async def _event(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        match, last = row["match"], self.seqs.get(row["match"], -1)
        if row["prev"] > last and self.mistake != "overlooks gaps":
            await self._resume(socket, match)
        elif row["seq"] > last:
            self.seqs[match] = row["seq"]
            held, data = self.held.get(match), row["data"]
            if held and data["type"] == "acted" and data["turn"] == held["turn"] and data["role"] == held["role"]:
                del self.held[match]

    async def _snapshot(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        if self.mistake != "remembers":
            self.seqs[row["match"]] = len(row["data"]["events"]) - 1
            self.held.pop(row["match"], None)
            self.asked.pop(row["match"], None)

    async def _resumed(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        if row["match"] in self.held and self.mistake != "forgets":
            await self._act(socket, row["match"])

    async def _act(self, socket: ClientConnection, match: str) -> None:
        held = self.held[match]
        id_ = f"{held['id']}-{self.numbers}" if self.mistake == "new ids" else held["id"]
        guess = "anything" if self.mistake == "guesses as attacker" and held["role"] == "attacker" else None
        data = {"text": f"turn {held['turn']}", "guess": guess}
        turn = held["turn"] + (self.mistake == "wrong turn")
        await self._send(socket, "turn.action", id=id_, match=match, turn=turn, data=data)

    async def _request(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        match, view = row["match"], row["data"]
        key = (view["turn"], view["refusals"])
        if key <= self.asked.get(match, (0, 0)) and self.mistake != "answers twice":
            return
        self.asked[match] = key
        refusals = 0 if self.mistake == "repeats refused ids" else view["refusals"]
        self.numbers += 1
        suffix = f".{self.numbers}" if self.mistake == "answers twice" else ""
        id_ = "same" if self.mistake == "one id" else f"{view['turn']}.{refusals}{suffix}"
        self.held[match] = {"id": id_, "turn": view["turn"], "role": view["role"]}
        await self._act(socket, match)

    async def _ack(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        held, data = self.held.get(row["match"]), row["data"]
        if self.mistake == "repeats stale actions" and data["status"] == "rejected":
            await self._send(
                socket, "turn.action", id=data["id"], match=row["match"], turn=row["turn"], data={"text": "again"}
            )
        elif held and held["id"] == data["id"]:
            del self.held[row["match"]]

    async def _error(self, socket: ClientConnection, row: dict[str, Any]) -> None:
        if self.mistake != "impatient":
            await asyncio.sleep(row["data"]["retry_ms"] / 1000)
        await self._act(socket, row["match"])
