"""One player of the state machine: what it sent, what it heard, and what it may therefore expect."""

import socket
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from server.enemies.lines import Line, as_agent, line
from websockets.exceptions import ConnectionClosed

from arena.core.events import Acted, Event, Finished, Refused
from arena.core.projection import Audience, project
from arena.core.verdict import Role
from arena.wire.closing import Close
from arena.wire.messages import read_server

PASSING = frozenset({"not_your_turn", "stale_turn", "ended", "suspended", "busy"})
"""Refusals that leave no trace: the same action may come again and be taken."""


@dataclass(frozen=True)
class Letter:
    """An action on its way."""

    match: str
    turn: int
    id: str
    text: str
    guess: str | None = None


@dataclass
class Peer:
    """A client with a network that loses, doubles, delays and reorders."""

    port: int
    token: str
    agent: str
    role: Role
    line: Line | None = None
    outbox: list[Letter] = field(default_factory=list)
    sent: dict[tuple[str, str], Letter] = field(default_factory=dict)
    acks: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    newest: dict[str, int] = field(default_factory=dict)
    over: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    numbers: int = 0
    _open: ExitStack = field(default_factory=ExitStack)
    _resumed_from: dict[str, int] = field(default_factory=dict)
    _ended_ahead: set[str] = field(default_factory=set)

    # --- the connection ---

    def connect(self) -> None:
        """A new connection; one that is still open is evicted by it, and is told so."""
        old, stack = self.line, self._open
        self._open = ExitStack()
        self.line = self._open.enter_context(line(self.port, self.token))
        as_agent(self.line, self.agent)
        self.newest.clear()
        self._resumed_from.clear()
        if old is not None:
            with pytest.raises(ConnectionClosed) as end:
                self._hear_out(old)
            assert end.value.rcvd is not None
            assert end.value.rcvd.code == Close.REPLACED
        stack.close()

    def _hear_out(self, old: Line) -> None:
        while True:
            self._hear(old.read(), is_current=False)

    def drop(self, *, rudely: bool) -> None:
        """Lose the connection: with a goodbye, or as when a cable is pulled."""
        assert self.line is not None
        if rudely:
            with suppress(OSError):
                self.line.socket.socket.shutdown(socket.SHUT_RDWR)
        self._open.close()
        self.line = None
        self.newest.clear()
        self._resumed_from.clear()

    def resume(self, match: str, seq: int) -> None:
        """Take the seat up again from any event on, or from one that is not there yet."""
        assert self.line is not None
        self._resumed_from[match] = seq
        self.newest.setdefault(match, seq)
        self.line.send("resume", {"matches": [{"match": match, "seq": seq}]})
        self.settle()

    # --- what is sent ---

    def write(self, match: str, turn: int, text: str, guess: str | None) -> None:
        """Compose an action; it is not sent yet."""
        self.numbers += 1
        letter = Letter(match, turn, f"{self.role.value}-{self.numbers}", text, guess)
        self.sent[(match, letter.id)] = letter
        self.outbox.append(letter)

    def post(self, letter: Letter) -> None:
        """Hand it to the socket. Whether it arrives is not known."""
        assert self.line is not None
        data = {"text": letter.text, "guess": letter.guess}
        self.line.send("turn.action", data, id=letter.id, match=letter.match, turn=letter.turn)

    # --- what is heard ---

    def settle(self) -> None:
        """Hear everything that the server says because of what was sent before."""
        assert self.line is not None
        self.numbers += 1
        mark = self.line.send("ping", id=f"mark-{self.numbers}")
        waiting, self.line.others = self.line.others, []
        for row in waiting:
            self._hear(row)
        while True:
            row = self.line.read()
            if row["type"] == "pong" and row["data"]["id"] == mark:
                return
            self._hear(row)

    def until(self, *types: str) -> dict[str, Any]:
        """Hear everything up to a message of one of these types."""
        assert self.line is not None
        row: dict[str, Any] = {}
        while row.get("type") not in types:
            row = self.line.read()
            self._hear(row)
        return row

    def answer_to(self, letter: Letter) -> dict[str, Any]:
        """Hear everything up to the acknowledgement of an action, or its refusal: what that says."""
        row: dict[str, Any] = {}
        while row.get("type") not in ("turn.ack", "error") or row["data"]["id"] != letter.id:
            row = self.until("turn.ack", "error")
        told: dict[str, Any] = row["data"]
        return told

    def _hear(self, row: dict[str, Any], *, is_current: bool = True) -> None:
        handle = {
            "match.event": self._event,
            "resumed": self._resumed,
            "snapshot": self._snapshot,
            "turn.request": self._request,
            "turn.ack": self._ack,
            "match.offer": self._offer,
            "match.start": self._start,
            "match.end": self._end,
            "error": self._error,
            "ping": self._ping,
        }.get(row["type"])
        if handle is not None and (is_current or row["type"] in ("turn.ack", "match.end")):
            handle(row)

    def _offer(self, row: dict[str, Any]) -> None:
        assert self.line is not None
        self.line.send("match.accept", {"offer": row["data"]["offer"]})

    def _start(self, row: dict[str, Any]) -> None:
        assert row["data"]["role"] == self.role
        self.newest[row["match"]] = -1

    def _event(self, row: dict[str, Any]) -> None:
        match, seq = row["match"], row["seq"]
        if self._resumed_from.get(match) == seq - 1:  # what was on its way already may come before
            self.newest[match] = seq - 1
        assert row["prev"] == self.newest[match] == seq - 1, "an event is missing, doubled or out of order"
        self.newest[match] = seq
        self._learn(match, seq, row["data"])

    def _learn(self, match: str, seq: int, event: Any) -> None:
        assert self.seen[match].setdefault(seq, event) == event, "history changed"

    def _resumed(self, row: dict[str, Any]) -> None:
        match, told = row["match"], row["data"]
        asked_from = self._resumed_from.pop(match)
        if asked_from > told["seq"]:  # ahead of a match that is over: there is no seat to take up, and nothing to tell
            assert told["replayed"] == 0
            self.newest[match] = told["seq"]
            self._ended_ahead.add(match)
            return
        assert told["seq"] == self.newest[match]
        assert told["replayed"] == told["seq"] - asked_from

    def _snapshot(self, row: dict[str, Any]) -> None:
        for event in row["data"]["events"]:
            self._learn(row["match"], event["seq"], event)
        assert [it["seq"] for it in row["data"]["events"]] == list(range(len(row["data"]["events"])))
        self._resumed_from.pop(row["match"], None)
        self.newest[row["match"]] = len(row["data"]["events"]) - 1

    def _request(self, row: dict[str, Any]) -> None:
        view, match = row["data"], row["match"]
        assert ("target" in view) == (self.role is Role.ATTACKER)
        assert view["turn"] == row["turn"]
        told = [(it["role"], it["turn"], it["text"]) for it in view["history"]]
        acted = [it for _, it in sorted(self.seen[match].items()) if it["type"] == "acted"]
        assert told == [(it["role"], it["turn"], it["text"]) for it in acted]
        self.asked[match] = row["turn"]

    def _ack(self, row: dict[str, Any]) -> None:
        key, ack = (row["match"], row["data"]["id"]), row["data"]
        assert key in self.sent, "an acknowledgement of what was never sent"
        known = self.acks.get(key)
        if ack["reason"] in PASSING:
            assert ack["status"] == "rejected"
            assert ack["seq"] is ack["attempts_left"] is None
        elif known is None:
            # The first may have been lost on the way: then the first that is heard says `duplicate`.
            self.acks[key] = ack
        elif known["status"] == "rejected":
            assert ack == known, "the same id has another acknowledgement"
        else:
            # Sent twice before its judges ruled, it is acknowledged twice in the same words.
            assert ack["status"] in ("accepted", "duplicate")
            assert ack["seq"] == known["seq"], "an action was taken twice"

    def _end(self, row: dict[str, Any]) -> None:
        self._ended_ahead.discard(row["match"])
        assert self.over.setdefault(row["match"], row["data"]) == row["data"]

    def _error(self, row: dict[str, Any]) -> None:
        assert row["data"]["code"] == "no_seat", row

    def _ping(self, row: dict[str, Any]) -> None:
        assert self.line is not None
        self.line.send("pong", id=row["data"]["id"])

    # --- what must hold ---

    def check_messages(self) -> None:
        """Every message fits the published models, and what said that a match is over was followed by how."""
        assert not self._ended_ahead
        if self.line is not None:
            for text in self.line.raw:
                read_server(text)
            self.line.raw.clear()

    def check_log(self, match: str, log: list[Event]) -> None:
        """What was acknowledged is in the log exactly once, what is in the log was sent, and what was seen is of it."""
        audience = Audience(self.role.value)
        for seq, event in self.seen[match].items():
            assert project(log[seq], audience) == event
        mine = [it for it in log if isinstance(it.body, Acted | Refused) and it.body.role is self.role]
        ids = [it.body.id for it in mine if isinstance(it.body, Acted | Refused)]
        assert len(set(ids)) == len(ids), "an action is in the log twice"
        for event, id_ in zip(mine, ids, strict=True):
            letter, body = self.sent[(match, id_)], event.body
            assert isinstance(body, Acted | Refused)
            assert body.turn == letter.turn
            if isinstance(body, Acted):
                assert (body.action.text, body.action.guess) == (letter.text, letter.guess)
            ack = self.acks.get((match, id_))
            assert ack is None or ack["seq"] == event.seq
        heard = {id_ for (name, id_), ack in self.acks.items() if name == match and ack["seq"] is not None}
        assert heard <= set(ids), "acknowledged, and not in the log"
        end = self.over.get(match)
        if end is not None:
            assert isinstance(log[-1].body, Finished)
            assert end["verdict"] == log[-1].body.verdict.to_json()
