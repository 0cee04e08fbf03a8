"""One seat of a client: the last event it saw, what it is asked, and the action it holds until that is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.core.errors import RulesError
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict
from arena.wire import messages as m
from arena.wire.news import (
    ActionRefused,
    ActionTaken,
    Effect,
    Happened,
    MatchEnded,
    MatchLost,
    MatchStarted,
    PeerBack,
    PeerGone,
    Redrawn,
    Send,
    TurnAsked,
)
from arena.wire.values import WireError, view_from_json

BUSY_MS = 1000
"""How long to wait before an action is sent again that the server had no room for."""
_WAITS = frozenset({"busy", "suspended"})
"""Reasons of a rejection that will pass: the action is kept."""
_RESIGN = "resign"
_NOTHING_ASKED = (0, 0)


@dataclass(slots=True)
class _Held:
    """An action on its way. `id` names it; sent again, it has the same."""

    id: str
    turn: int
    text: str
    is_sent: bool
    retry_at: int | None = None


class Place:
    """A seat in one match, from its first message to its last."""

    def __init__(self, match: str, role: Role) -> None:
        self.match, self.role = match, role
        self.seq = -1
        self.is_resuming = False
        self._is_told = False
        self._rules: Rules | None = None
        self._asked = _NOTHING_ASKED
        self._is_open = False
        self._held: _Held | None = None
        self._is_resigning = False

    # --- the beginning and the end ---

    def start(self, rules: Rules, rated: bool | None, offer: str | None) -> tuple[Effect, ...]:
        """The match begins; told once."""
        if self._is_told:
            return ()
        self._is_told = True
        return (MatchStarted(self.match, self.role, rules, rated, offer),)

    def end(self, data: m.MatchEndData) -> MatchEnded | MatchLost:
        """The match is over."""
        other = data.defender if self.role is Role.ATTACKER else data.attacker
        try:
            verdict = Verdict.from_json(data.verdict)
        except (KeyError, ValueError):
            return MatchLost(self.match, self.role, "ended by a verdict that is unknown here")
        return MatchEnded(self.match, self.role, verdict, data.target, other, data.rated)

    def peer(self, message: m.PeerGone | m.PeerBack) -> tuple[Effect, ...]:
        """The other side went or came."""
        if isinstance(message, m.PeerBack):
            return (PeerBack(self.match),)
        return (PeerGone(self.match, message.data.grace_ms),)

    # --- the connection ---

    def lose_link(self) -> None:
        """The connection is gone: whatever is held has to be sent again."""
        self.is_resuming = False
        if self._held is not None:
            self._held.is_sent, self._held.retry_at = False, None

    def begin_resuming(self) -> tuple[Effect, ...]:
        """Missed events are asked for; until they are here, no later one is taken."""
        self.is_resuming = True
        return ()

    def resumed(self, data: m.ResumedData) -> tuple[Effect, ...]:
        """All that was missed has been shown: the seat is the client's again."""
        self.is_resuming = False
        self.role, self.seq = data.role, max(self.seq, data.seq)
        return *self._tell_of_it(), *self._resend()

    def redraw(self, data: m.SnapshotData) -> tuple[Effect, ...]:
        """The server shows the match from its beginning."""
        self.is_resuming = False
        self.role = data.role
        if not self._is_resigning:
            self._asked, self._is_open, self._held = _NOTHING_ASKED, False, None
        self.seq = max((int(row.get("seq", -1)) for row in data.events), default=-1)
        for row in data.events:
            self._note(row)
        return *self._tell_of_it(), Redrawn(self.match, self.role, data.events), *self._resend()

    def _tell_of_it(self) -> tuple[Effect, ...]:
        if self._is_told:
            return ()
        self._is_told = True
        return (MatchStarted(self.match, self.role, self._rules, is_resumed=True),)

    def _resend(self) -> tuple[Effect, ...]:
        if self._held is None or self._held.is_sent:
            return ()
        self._held.is_sent, self._held.retry_at = True, None
        return (Send(self._held.text),)

    # --- events ---

    def has_gap(self, prev: int) -> bool:
        """Whether events before this one were missed."""
        return prev > self.seq

    def happen(self, seq: int, row: dict[str, Any]) -> tuple[Effect, ...]:
        """An event of the match; one that was seen before is passed over."""
        if seq <= self.seq:
            return ()
        self.seq = seq
        return *self._note(row), Happened(self.match, seq, row)

    def _note(self, row: Mapping[str, Any]) -> tuple[Effect, ...]:
        """What an event tells of the seat itself: the rules it plays by, that its action stands in the log."""
        kind, held = row.get("type"), self._held
        if kind == "started" and isinstance(row.get("rules"), dict):
            self._rules = rules_from(row["rules"])
        is_own = row.get("role") == self.role.value and held is not None and row.get("turn") == held.turn
        if kind == "acted" and is_own and held is not None and not self._is_resigning:
            self._held = None
            return (ActionTaken(self.match, held.turn, int(row.get("seq", self.seq))),)
        return ()

    # --- turns ---

    def ask(self, data: Mapping[str, Any], now: int) -> tuple[Effect, ...]:
        """The seat is to move. What is answered already is not asked twice: the answer is sent again where need be."""
        view = view_from_json(data)
        if view.role is not self.role:
            raise WireError("role", f"the seat is the {self.role.value}'s")
        key = (view.turn, view.refusals)
        again = key == self._asked
        if key < self._asked or self._is_resigning or (again and not self._is_open):
            return self._resend()
        self._asked, self._is_open, self._held = key, True, None
        return (TurnAsked(self.match, self.role, view.turn, view, now + view.ms_left, again),)

    def answer(self, asked: TurnAsked, data: m.ActionData, is_ready: bool, most: int) -> tuple[Effect, ...]:
        """The seat's action for what it was asked; nothing where that is no longer asked."""
        if asked.key != self._asked or not self._is_open or self._is_resigning:
            return ()
        turn, refusals = asked.key
        id_ = f"{turn}{self.role[0]}{refusals}"
        text = m.TurnAction(id=id_, match=self.match, turn=turn, data=data).model_dump_json(exclude_none=True)
        if len(text.encode()) > most and data.notes:  # an action is worth more than what is noted about it
            bare = data.model_copy(update={"notes": None})
            text = m.TurnAction(id=id_, match=self.match, turn=turn, data=bare).model_dump_json(exclude_none=True)
        if len(text.encode()) > most:
            raise WireError("text", f"makes a message of more than {most} bytes")
        self._held, self._is_open = _Held(id_, turn, text, is_ready), False
        return (Send(text),) if is_ready else ()

    def resign(self, is_ready: bool) -> tuple[Effect, ...]:
        """Give the match up; said again after every resumption until the match is over."""
        if self._is_resigning:
            return ()
        self._is_resigning = True
        text = m.TurnResign(id=_RESIGN, match=self.match).model_dump_json()
        self._held = _Held(_RESIGN, self._asked[0], text, is_ready)
        return (Send(text),) if is_ready else ()

    def acknowledge(self, turn: int, ack: m.TurnAckData, now: int) -> tuple[Effect, ...]:
        """What became of the action that is held; an acknowledgement of another is old news."""
        held = self._held
        if held is None or held.id != ack.id or self._is_resigning:
            return ()
        if ack.status != "rejected":
            self._held = None
            return (ActionTaken(self.match, turn, ack.seq),)
        if ack.reason in _WAITS:
            held.is_sent, held.retry_at = False, now + BUSY_MS if ack.reason == "busy" else None
            return ()
        self._held = None
        if ack.attempts_left is None:  # not the seat's fault: the same may be asked once more
            self._asked = _NOTHING_ASKED
        return (ActionRefused(self.match, turn, ack.reason or "unknown", ack.attempts_left),)

    def refuse(self, id_: str, retry_ms: int | None, now: int) -> bool:
        """The server could not follow a message of the seat. True where it is sent again by itself."""
        held = self._held
        if held is None or held.id != id_:
            return False
        if retry_ms is not None:
            held.is_sent, held.retry_at = False, now + retry_ms
            return True
        if not self._is_resigning:
            self._held, self._asked = None, _NOTHING_ASKED
        return False

    @property
    def retry_at(self) -> int | None:
        """When an action that was to wait is sent again."""
        return None if self._held is None else self._held.retry_at

    def retry(self, now: int) -> tuple[Effect, ...]:
        """Send what was to wait until now."""
        at = self.retry_at
        return self._resend() if at is not None and at <= now else ()


def rules_from(row: dict[str, Any]) -> Rules:
    """The rules that a message carries. Raises WireError."""
    try:
        return Rules.from_json(row)
    except RulesError as wrong:
        raise WireError("rules", str(wrong)) from None
    except (TypeError, AttributeError) as wrong:
        raise WireError("rules", f"cannot be read: {wrong}") from None
