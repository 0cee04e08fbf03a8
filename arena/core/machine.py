"""A match as a machine without IO: messages and match time go in, effects come out, and nothing else happens.

Server, offline runner, replayer and tests drive this one class. It decides nothing itself: legality and verdicts are
the referee's, what an event changes is the position's. Here is only who may speak when, and what must be told to whom.

`now` is integer milliseconds of match time. It starts at 0 and stands still while the match is suspended or a ruling is
pending; keeping it so is the driver's part, and the machine refuses a `now` that ran on. A driver makes every `Record`
durable before it acts on a later effect.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from arena.core import referee
from arena.core.actions import Action, Case, Note, Ruling, settled_notes
from arena.core.errors import EventError, MatchTimeError
from arena.core.events import (
    Acted,
    Body,
    Departure,
    Event,
    Faulted,
    Finished,
    Left,
    Noted,
    Refusal,
    Refused,
    Resumed,
    Started,
    Suspended,
)
from arena.core.ports import Matcher
from arena.core.position import Position
from arena.core.rules import JudgeSpec
from arena.core.seeds import MatchSeeds
from arena.core.verdict import Role, Verdict
from arena.core.views import AttackerView, DefenderView

# --- what a machine is told -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """The match starts now."""


@dataclass(frozen=True, slots=True)
class Act:
    """A seat's action for a turn. `id` is the seat's own name for it: repeating one is harmless.

    A person's `notes` are not kept: what a person wrote must be erasable, and notes are not.
    """

    role: Role
    turn: int
    id: str
    action: Action
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """A seat crashed or gave up. Running out of time is the machine's own finding."""

    role: Role
    how: Departure


@dataclass(frozen=True, slots=True)
class Rule:
    """The judges' answers on the pending utterance; a judge that is missing here was unavailable."""

    turn: int
    role: Role
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Suspend:
    """The host stops the clocks."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The host lets the match go on, after a suspension or a kill."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The platform cannot go on with the match."""


Message: TypeAlias = Begin | Act | Leave | Rule | Suspend | Resume | Fault

# --- what a machine asks for ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """Write this event down, durably, before anything that follows."""

    event: Event


@dataclass(frozen=True, slots=True)
class StartClock:
    """The seat's time runs from now; tick the machine at `deadline`."""

    role: Role
    deadline: int


@dataclass(frozen=True, slots=True)
class Tell:
    """It is this seat's turn, and this is all it may know."""

    role: Role
    view: AttackerView | DefenderView


@dataclass(frozen=True, slots=True)
class NeedRuling:
    """Stop match time, ask the judges, and send a `Rule` within `within_ms` of real time."""

    case: Case
    judges: tuple[JudgeSpec, ...]
    within_ms: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell the seat that its action was not taken, and why; `attempts_left` is None where it does not count."""

    role: Role
    id: str
    why: Refusal
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The match is over; stop its clocks and tell everyone."""

    verdict: Verdict


Effect: TypeAlias = Record | StartClock | Tell | NeedRuling | Refuse | Finish


@dataclass(frozen=True, slots=True)
class _Pending:
    """An action that waits for its judges."""

    acted: Acted
    at: int
    notes: tuple[Note, ...]


class Match:
    """One match in play. Make it with `Match(...)` and `receive(Begin(), 0)`, or from its log with `Match.resumed`."""

    def __init__(self, match: str, started: Started, matcher: Matcher) -> None:
        self.id = match
        self.started = started
        self.position = Position.opening(started)
        self.seq = 0
        self.last = 0
        """The match time of the latest event or message."""
        self._matcher = matcher
        self._attacker_policy = started.rules.attacker_policy
        self._defender_policy = started.rules.defender_policy
        self._seeds = MatchSeeds.of(started.master)
        self._ids: set[tuple[Role, str]] = set()
        self._pending: _Pending | None = None
        self._due: Verdict | None = None
        """What the latest event decided, until the end of the match is written down."""

    @classmethod
    def resumed(cls, events: Sequence[Event], matcher: Matcher) -> "Match":
        """The machine as it stood after these events of one match. Raises EventError where they are not one."""
        if not events or not isinstance(events[0].body, Started):
            raise EventError(events[0].match if events else "", 0, "type", "a match begins with 'started'")
        match = cls(events[0].match, events[0].body, matcher)
        for event in events:
            match._enter(event)
        return match

    @property
    def verdict(self) -> Verdict | None:
        """How the match ended, or None while it goes on."""
        return self.position.verdict

    @property
    def awaits_ruling(self) -> bool:
        """Whether an action waits for its judges, and match time must stand still."""
        return self._pending is not None

    @property
    def stands_still(self) -> bool:
        """Whether match time may not run: before the match, while it is suspended, while judges think."""
        if self.position.verdict is not None:
            return False
        return self.seq == 0 or self._pending is not None or self.position.is_suspended or self._due is not None

    def receive(self, message: Message, now: int) -> tuple[Effect, ...]:
        """Everything to be done about a message at match time `now`, in order. Raises MatchTimeError."""
        late = self.tick(now)
        if self.position.verdict is not None:
            return (*late, *self._refuse_after_end(message))
        if self.seq == 0 and not isinstance(message, Begin | Act):
            return ()  # nobody can leave or stop what has not begun
        return _TRANSITIONS[type(message)](self, message, now)

    def tick(self, now: int) -> tuple[Effect, ...]:
        """Everything to be done because it is `now`: the seat to move may be out of time. Raises MatchTimeError."""
        stands_still = self.stands_still
        if now < self.last or (now > self.last and stands_still):
            raise MatchTimeError(now, self.last)
        self.last = now
        if self._due is not None:  # the log was cut after the event that decided
            return self._finish(self._due)
        position = self.position
        if not stands_still and now >= position.deadline and position.verdict is None:
            return self._record(Left(position.to_move, Departure.TIME), now)
        return ()

    # --- one transition for each message ---

    def _begin(self, _: Begin, now: int) -> tuple[Effect, ...]:
        if self.seq:
            return ()
        return (*self._record(self.started, now), *self._ask())

    def _act(self, act: Act, now: int) -> tuple[Effect, ...]:
        if (why := self._out_of_order(act)) is not None:
            return (Refuse(act.role, act.id, why),)
        position = self.position
        if (why := referee.refusal(position, act.role, act.action)) is not None:
            attempt = Refused(act.role, act.turn, act.id, _loggable(act.action, position.rules.max_chars), why)
            left = referee.MAX_REFUSALS - position.refusals - 1
            noted = self._note(act, act.notes, now)
            recorded = self._record(attempt, now)
            rest = recorded[1:] or self._ask()
            return (*noted, recorded[0], Refuse(act.role, act.id, why, left), *rest)
        acted = self._match_words(act)
        if referee.needs_judges(position, acted):
            self._pending = _Pending(acted, now, act.notes)
            case = Case(act.role, act.turn, act.action.text, position.history, position.rules.language)
            return (NeedRuling(case, position.rules.judges, position.rules.judge_ms),)
        return self._accept(acted, act.notes, now)

    def _rule(self, rule: Rule, _: int) -> tuple[Effect, ...]:
        pending = self._pending
        if pending is None or (pending.acted.turn, pending.acted.role) != (rule.turn, rule.role):
            return ()
        self._pending = None
        given = {(ruling.judge, ruling.version): ruling for ruling in rule.rulings}
        rulings = tuple(
            given.get((spec.name, spec.version), Ruling.unavailable(spec.name, spec.version)).settled()
            for spec in self.position.rules.judges
        )
        return self._accept(replace(pending.acted, rulings=rulings), pending.notes, pending.at)

    def _leave(self, leave: Leave, now: int) -> tuple[Effect, ...]:
        if leave.how is Departure.TIME:  # that is for `tick` to find, and it has just looked
            return ()
        self._pending = None
        return self._record(Left(leave.role, leave.how), now)

    def _suspend(self, _: Suspend, now: int) -> tuple[Effect, ...]:
        if self.position.is_suspended:
            return ()
        self._pending = None
        return self._record(Suspended(), now)

    def _resume(self, _: Resume, now: int) -> tuple[Effect, ...]:
        self._pending = None
        return (*self._record(Resumed(), now), *self._ask())

    def _fault(self, _: Fault, now: int) -> tuple[Effect, ...]:
        self._pending = None
        return self._record(Faulted(), now)

    # --- the parts they share ---

    def _out_of_order(self, act: Act) -> Refusal | None:
        """Why an action does not count at all, or None where it is this seat's to make now."""
        position = self.position
        pending = self._pending
        if (act.role, act.id) in self._ids:
            return Refusal.DUPLICATE
        if pending is not None and pending.acted.role is act.role:
            return Refusal.DUPLICATE if pending.acted.id == act.id else Refusal.NOT_YOUR_TURN
        has_passed = act.turn == position.turn and act.role is Role.ATTACKER and position.to_move is Role.DEFENDER
        if act.turn < position.turn or has_passed:
            return Refusal.STALE_TURN
        if position.is_suspended:
            return Refusal.SUSPENDED
        if self.seq == 0 or act.turn > position.turn or act.role is not position.to_move:
            return Refusal.NOT_YOUR_TURN
        return None

    def _match_words(self, act: Act) -> Acted:
        position, action = self.position, act.action
        policy = self._attacker_policy if act.role is Role.ATTACKER else self._defender_policy
        right = None if action.guess is None else self._matcher.guessed(action.guess, position.target, policy)
        hits = self._matcher.said(action.text, position.target, policy) if action.text else ()
        return Acted(act.role, act.turn, act.id, action, right, hits, (), self._matcher.fingerprint)

    def _accept(self, acted: Acted, notes: tuple[Note, ...], at: int) -> tuple[Effect, ...]:
        recorded = (*self._note(acted, notes, at), *self._record(acted, at))
        return recorded if self.verdict is not None else (*recorded, *self._ask())

    def _note(self, attempt: Act | Acted, notes: tuple[Note, ...], at: int) -> tuple[Effect, ...]:
        """Write down what a program noted about its action, before the action."""
        started, role = self.started, attempt.role
        seat = started.attacker if role is Role.ATTACKER else started.defender
        if not notes or seat.is_human:
            return ()
        bodies = [Noted(role, attempt.turn, attempt.id, note) for note in settled_notes(notes)]
        return tuple(effect for body in bodies for effect in self._record(body, at))

    def _record(self, body: Body, at: int) -> tuple[Effect, ...]:
        """Write one event down, and the end of the match where it brings one."""
        event = Event(self.id, self.seq, at, body)
        self._enter(event)
        if self._due is None:
            return (Record(event),)
        return (Record(event), *self._finish(self._due))

    def _finish(self, verdict: Verdict) -> tuple[Effect, ...]:
        end = Event(self.id, self.seq, self.last, Finished(verdict))
        self._enter(end)
        return Record(end), Finish(verdict)

    def _enter(self, event: Event) -> None:
        body = event.body
        if event.seq != self.seq or event.match != self.id or event.at < self.last:
            raise EventError(event.match, event.seq, "seq", f"does not follow event {self.seq - 1} of match {self.id}")
        if isinstance(body, Finished):
            self._due = None
        elif self._due is None:
            self._due = referee.verdict(self.position, body)
        self.position = self.position.after(body, event.at)
        self.seq += 1
        self.last = event.at
        if isinstance(body, Acted | Refused):
            self._ids.add((body.role, body.id))

    def _ask(self) -> tuple[Effect, ...]:
        """Start the clock of the seat to move and show it where the match stands."""
        position = self.position
        role, deadline = position.to_move, position.deadline
        shared = (position.rules, position.turn, position.history, position.guesses_left, deadline - self.last)
        view: AttackerView | DefenderView
        if role is Role.ATTACKER:
            view = AttackerView(*shared, self._seeds.attacker, position.refusals, position.target)
        else:
            view = DefenderView(*shared, self._seeds.defender, position.refusals)
        return StartClock(role, deadline), Tell(role, view)

    def _refuse_after_end(self, message: Message) -> Iterable[Effect]:
        if not isinstance(message, Act):
            return ()
        is_known = (message.role, message.id) in self._ids
        return (Refuse(message.role, message.id, Refusal.DUPLICATE if is_known else Refusal.ENDED),)


_Transition: TypeAlias = Callable[[Match, Any, int], tuple[Effect, ...]]

_TRANSITIONS: dict[type[Any], _Transition] = {
    Begin: Match._begin,
    Act: Match._act,
    Rule: Match._rule,
    Leave: Match._leave,
    Suspend: Match._suspend,
    Resume: Match._resume,
    Fault: Match._fault,
}


def _loggable(action: Action, max_chars: int) -> Action:
    """A refused action as the log keeps it: cut just past the limit, halves of characters replaced."""

    def keep(text: str) -> str:
        return text[: max_chars + 1].encode("utf-8", "replace").decode("utf-8")

    return Action(keep(action.text), None if action.guess is None else keep(action.guess))
