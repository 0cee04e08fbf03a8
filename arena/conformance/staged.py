"""A match on the stage of the conformance server: played by the real machine, against lines written beforehand.

It does no IO. What happens to it comes back as the messages that the seat on trial should be sent, in order; a scenario
may hold them back, repeat them, or lose them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from arena.core.actions import Action
from arena.core.events import Acted, Departure, Event, Refused, Seat, Started
from arena.core.hits import Hit, HitRule, Policy
from arena.core.machine import Act, Begin, Effect, Leave, Match, Record, Refuse, Tell
from arena.core.ports import AnyView
from arena.core.projection import Audience, project
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.wire.values import view_to_json

TARGETS = {Role.ATTACKER: "lighthouse", Role.DEFENDER: "quern"}
"""The word of a match by the client's seat: a defender is given one that no good guess ends the scenario by."""
RULES = Rules(judges=(), max_turns=3)
LINES = (
    "What do sailors look for at night?",
    "And what stands at the coast, with stairs inside?",
    "What would you paint red and white?",
)
"""What the other side says, turn by turn."""

Row = dict[str, Any]


class PlainWords:
    """A matcher to which only the target itself, as a word between spaces, says the target."""

    fingerprint = "0" * 16

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:  # noqa: ARG002 - one policy here
        """Every place where the word stands."""
        at, hits = 0, []
        for word in text.split(" "):
            if word.strip(".,;:!?\"'").casefold() == target:
                hits.append(Hit(at, at + len(word), word, HitRule.EXACT, counts=True))
            at += len(word) + 1
        return tuple(hits)

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:  # noqa: ARG002
        """Whether it is the word."""
        return guess.strip().casefold() == target


@dataclass
class StagedMatch:
    """One match with the client in one seat. Match time stands still: nobody is in a hurry on this stage.

    `acks` are the acknowledgements given, and `turns` the turns that were acted in, each by the client's id.
    """

    id: str
    role: Role
    rules: Rules = RULES
    events: list[Event] = field(default_factory=list)
    view: AnyView | None = None
    acks: dict[str, Row] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seat = Seat("stage", "1")
        start = Started(self.rules, TARGETS[self.role], "1", seat, seat, "2026-01-01T00:00:00+00:00")
        self._machine = Match(self.id, start, PlainWords())

    @property
    def is_over(self) -> bool:
        """Whether there is a verdict."""
        return self._machine.verdict is not None

    @property
    def newest(self) -> int:
        """The `seq` of the newest event."""
        return len(self.events) - 1

    # --- what happens ---

    def begin(self) -> list[Row]:
        """The match starts, and the other side speaks where it is first."""
        return self._perform(self._machine.receive(Begin(), 0))

    def act(self, turn: int, id_: str, action: Action) -> list[Row]:
        """The client acts. Its acknowledgement is the first of what comes back."""
        if id_ in self.acks:
            ack = self.acks[id_]
            return [self._message("turn.ack", {**ack, "status": _again(ack["status"])}, turn=turn)]
        effects = self._machine.receive(Act(self.role, turn, id_, action), self._machine.last)
        refused = next((it for it in effects if isinstance(it, Refuse)), None)
        seq = next((it.event.seq for it in effects if isinstance(it, Record)), None)
        ack = {"id": id_, "status": "accepted", "seq": seq}
        if refused is not None:
            ack |= {"status": "rejected", "reason": refused.why.value, "attempts_left": refused.attempts_left}
        if seq is not None:
            self.acks[id_] = ack
        return [self._message("turn.ack", ack, turn=turn), *self._perform(effects)]

    def resign(self) -> list[Row]:
        """The client gives up."""
        return self._perform(self._machine.receive(Leave(self.role, Departure.RESIGNED), self._machine.last))

    def _perform(self, effects: Sequence[Effect]) -> list[Row]:
        rows: list[Row] = []
        for effect in effects:
            if isinstance(effect, Record):
                self.events.append(effect.event)
                rows.append(self.event(effect.event.seq))
            elif isinstance(effect, Tell):
                rows += self._ask(effect)
        if self.is_over:
            self.view = None
            rows.append(self.end())
        return rows

    def _ask(self, tell: Tell) -> list[Row]:
        if tell.role is self.role:
            self.view = tell.view
            return [self.request()]
        self.view = None
        line = LINES[min(tell.view.turn, len(LINES)) - 1]
        act = Act(tell.role, tell.view.turn, f"stage{tell.view.turn}", Action(line))
        return self._perform(self._machine.receive(act, self._machine.last))

    # --- what can be told ---

    def start(self, offer: str | None) -> Row:
        """The seat is the client's."""
        data = {"role": self.role.value, "rules": self.rules.to_json(), "rated": False, "offer": offer}
        return self._message("match.start", data)

    def event(self, seq: int) -> Row:
        """One event as the seat may see it."""
        row = project(self.events[seq], Audience(self.role.value))
        return self._message("match.event", row, seq=seq, prev=seq - 1)

    def request(self) -> Row:
        """It is the client's turn. Only while it is."""
        if self.view is None:
            raise RuntimeError(f"nobody waits for the client in match {self.id}")
        return self._message("turn.request", view_to_json(self.view), turn=self.view.turn)

    def replay(self, id_: str, after: int) -> list[Row]:
        """All that a `resume` from this event is answered with."""
        missed = [self.event(seq) for seq in range(after + 1, len(self.events))]
        data = {"id": id_, "role": self.role.value, "seq": self.newest, "replayed": len(missed)}
        return [*missed, self._message("resumed", data), *self.standing()]

    def snapshot(self, id_: str) -> list[Row]:
        """The answer to a `resume` from an event that does not exist: the match from its beginning."""
        rows = [project(event, Audience(self.role.value)) for event in self.events]
        return [
            self._message("resume_failed", {"id": id_, "reason": "ahead"}),
            self._message("snapshot", {"role": self.role.value, "events": rows}),
            *self.standing(),
        ]

    def standing(self) -> list[Row]:
        """What the client must know to go on: its turn, or the end."""
        if self.is_over:
            return [self.end()]
        return [] if self.view is None else [self.request()]

    def end(self) -> Row:
        """The match is over."""
        verdict = self._machine.verdict
        if verdict is None:
            raise RuntimeError(f"match {self.id} goes on")
        stage = {"player": "stage", "version": "1", "kind": "built_in"}
        client = {"player": "you", "version": "1", "kind": "agent"}
        seats = {self.role.value: client, self.role.other.value: stage}
        ending = {"verdict": verdict.to_json(), "target": TARGETS[self.role], "rated": False}
        return self._message("match.end", {**ending, **seats})

    def own_actions(self) -> list[Acted | Refused]:
        """What the client did, refused or not, in order."""
        bodies = (event.body for event in self.events)
        return [it for it in bodies if isinstance(it, Acted | Refused) and it.role is self.role]

    def _message(self, type_: str, data: object, **head: int) -> Row:
        return {"type": type_, "match": self.id, **head, "ts": 0, "data": data}


def _again(status: str) -> str:
    return "duplicate" if status == "accepted" else status
