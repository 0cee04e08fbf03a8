"""A server as a model: whole matches by the real machine, one player, and a connection that may break anywhere."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from doubles import WholeWords, started

from arena.core.actions import Action
from arena.core.events import Acted, Departure, Event, Finished, Refused
from arena.core.machine import Act, Begin, Effect, Leave, Match, Message, Record, Refuse, Tell
from arena.core.projection import Audience, project
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict
from arena.core.views import AttackerView, DefenderView
from arena.wire import messages as m
from arena.wire.values import view_to_json

RULES = Rules(judges=(), max_turns=3)
HELLO = {
    "protocol": "taboo.v1+json",
    "server": "model/1",
    "heartbeat_ms": 15_000,
    "identify_ms": 10_000,
    "max_message": 65_536,
    "rate": 50,
}
OPPONENT = {"player": "hiding", "version": "1", "kind": "built_in"}


def said_by_other(view: AttackerView | DefenderView) -> Action:
    return Action(f"the other says {view.turn}")


@dataclass
class ServedMatch:
    """One live match: its machine, its log, and what was acknowledged."""

    machine: Match
    role: Role
    events: list[Event] = field(default_factory=list)
    acks: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: AttackerView | DefenderView | None = None

    @property
    def verdict(self) -> Verdict | None:
        return self.machine.verdict

    def rows(self) -> list[dict[str, Any]]:
        return [project(event, Audience(self.role.value)) for event in self.events]

    def own_actions(self) -> list[Acted]:
        return [it.body for it in self.events if isinstance(it.body, Acted) and it.body.role is self.role]


class ModelServer:
    """Keeps what it logged, whatever becomes of connections. `to_client` is what is on its way to the client."""

    def __init__(self, matches: int = 1, role: Role = Role.DEFENDER, rules: Rules = RULES) -> None:
        self.to_client: deque[str] = deque()
        self.matches: dict[str, ServedMatch] = {}
        self._served: set[str] = set()
        self._is_known = False
        for number in range(matches):
            name = f"m{number}"
            self.matches[name] = ServedMatch(Match(name, started(rules), WholeWords()), role)
            self._do(name, Begin())

    # --- the connection ---

    def connect(self) -> None:
        self.to_client.clear()
        self._served.clear()
        self._is_known = False
        self._tell("hello", HELLO)

    def receive(self, text: str) -> None:
        message = m.read_client(text)
        assert isinstance(message, m.Identify) != self._is_known, "identify comes first, and once"
        self._HEAR[type(message)](self, message)

    def _identify(self, message: m.Identify) -> None:
        self._is_known = True
        live = [
            {"match": name, "role": it.role, "seq": len(it.events) - 1}
            for name, it in self.matches.items()
            if it.verdict is None
        ]
        row = {"id": message.id, "player": "ann/model", "session": "s", "seats": message.data.seats, "matches": live}
        self._tell("ready", row)

    def _resume(self, message: m.Resume) -> None:
        for wish in message.data.matches:
            it = self.matches[wish.match]
            missed = it.events[wish.seq + 1 :]
            for event in missed:
                self._tell_event(wish.match, event)
            row = {"id": message.id, "role": it.role, "seq": len(it.events) - 1, "replayed": len(missed)}
            self._tell("resumed", row, match=wish.match)
            self._served.add(wish.match)
            if it.verdict is not None:
                self._tell_end(wish.match)
            elif it.asked is not None:
                self._tell("turn.request", view_to_json(it.asked), match=wish.match, turn=it.asked.turn)

    # --- matches ---

    def _act(self, message: m.TurnAction) -> None:
        it = self.matches[message.match]
        known = it.acks.get(message.id)
        if known is not None:
            status = "duplicate" if known["status"] == "accepted" else known["status"]
            self._ack(message.match, message.turn, {**known, "status": status})
            return
        action = Action(message.data.text, message.data.guess)
        self._do(message.match, Act(it.role, message.turn, message.id, action))

    def _resign(self, message: m.TurnResign) -> None:
        if self.matches[message.match].verdict is None:
            self._do(message.match, Leave(self.matches[message.match].role, Departure.RESIGNED))

    def _do(self, name: str, deed: Message) -> None:
        machine = self.matches[name].machine
        self._perform(name, machine.receive(deed, machine.last))

    def _perform(self, name: str, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Record):
                self._publish(name, effect.event)
            elif isinstance(effect, Refuse) and effect.attempts_left is None:
                self._ack(name, 1, {"id": effect.id, "status": "rejected", "reason": effect.why})
        self._ask(name, effects)

    def _publish(self, name: str, event: Event) -> None:
        it, body = self.matches[name], event.body
        it.events.append(event)
        if isinstance(body, Acted | Refused) and body.role is it.role:
            row = {"id": body.id, "status": "accepted", "seq": event.seq}
            if isinstance(body, Refused):
                before = sum(
                    isinstance(past.body, Refused) and (past.body.role, past.body.turn) == (body.role, body.turn)
                    for past in it.events[:-1]
                )
                row |= {"status": "rejected", "reason": body.why, "attempts_left": max(0, 1 - before)}
            it.acks[body.id] = row
            self._ack(name, body.turn, row)
        if name in self._served:
            self._tell_event(name, event)
        if isinstance(body, Finished):
            it.asked = None
            if name in self._served:
                self._tell_end(name)

    def _ask(self, name: str, effects: tuple[Effect, ...]) -> None:
        it = self.matches[name]
        for tell in effects:
            if not isinstance(tell, Tell):
                continue
            if tell.role is it.role:
                it.asked = tell.view
                if name in self._served:
                    self._tell("turn.request", view_to_json(tell.view), match=name, turn=tell.view.turn)
            else:
                it.asked = None
                self._do(name, Act(tell.role, tell.view.turn, f"o{tell.view.turn}", said_by_other(tell.view)))

    # --- messages ---

    def _ack(self, name: str, turn: int, row: dict[str, Any]) -> None:
        if name in self._served:
            self._tell("turn.ack", row, match=name, turn=turn)

    def _tell_event(self, name: str, event: Event) -> None:
        it = self.matches[name]
        self._tell(
            "match.event", project(event, Audience(it.role.value)), match=name, seq=event.seq, prev=event.seq - 1
        )

    def _tell_end(self, name: str) -> None:
        it = self.matches[name]
        assert it.verdict is not None
        players = {"attacker": OPPONENT, "defender": OPPONENT}
        row = {"verdict": it.verdict.to_json(), "target": "banana", "rated": True, **players}
        self._tell("match.end", row, match=name)

    def _tell(self, type_: str, data: object, **head: object) -> None:
        self.to_client.append(json.dumps({"type": type_, "ts": 0, **head, "data": data}))

    def _nothing(self, message: object) -> None:
        pass

    _HEAR: dict[type, Callable[..., None]] = {  # noqa: RUF012 - a table, never changed
        m.Identify: _identify,
        m.Resume: _resume,
        m.TurnAction: _act,
        m.TurnResign: _resign,
        m.Pong: _nothing,
    }
