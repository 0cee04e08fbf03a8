"""Deriving a match again from its log: what is stored is folded, and must give verdict and bytes.

The replayer asks the same referee and moves through the same positions as the machine, with the stored hits and rulings
in place of matcher and judges. So it holds for matches that were played under an older matcher, and for redacted ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.core import jsonline, referee
from arena.core.errors import EventError
from arena.core.events import (
    Acted,
    Departure,
    Event,
    Finished,
    Left,
    Noted,
    Redacted,
    Refusal,
    Refused,
    Started,
    Suspended,
)
from arena.core.position import Position
from arena.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Replayed:
    """A match derived again. `verdict` None means that it has not ended; `events` counts what was folded."""

    match: str
    started: Started
    position: Position
    verdict: Verdict | None
    events: int


def replay(events: Sequence[Event]) -> Replayed:
    """Fold the events of one match and check each against the rules.

    Raises EventError, naming match, event and field, where the log could not have been written by a match: a gap, a
    wrong turn, an impossible time, a refusal that was none, or a verdict that the events do not give.
    """
    if not events:
        raise EventError("", 0, "events", "there are none")
    first = events[0]
    if not isinstance(first.body, Started) or first.seq != 0:
        raise EventError(first.match, first.seq, "type", "a match begins with 'started' as event 0")
    if first.at != 0:
        raise EventError(first.match, 0, "at", "match time starts at 0")
    position, due, last = Position.opening(first.body), None, 0
    for seq, event in enumerate(events[1:], start=1):
        if event.match != first.match:
            raise EventError(event.match, event.seq, "match", f"this is the log of match {first.match}")
        if event.seq != seq:
            raise EventError(event.match, event.seq, "seq", f"expected event {seq}")
        if event.at < last:
            raise EventError(event.match, seq, "at", f"match time runs forwards, and it was already {last}")
        if event.at > last and position.is_suspended and position.verdict is None:
            raise EventError(event.match, seq, "at", f"match time stood still at {last} while the match was suspended")
        _check(position, event, due, seq)
        if due is None and position.verdict is None:
            due = referee.verdict(position, event.body)
        elif isinstance(event.body, Finished):
            due = None
        position, last = position.after(event.body, event.at), event.at
    if due is not None:
        raise EventError(first.match, len(events), "events", f"the match was decided ({due.reason}) but never finished")
    return Replayed(first.match, first.body, position, position.verdict, len(events))


def _check(position: Position, event: Event, due: Verdict | None, seq: int) -> None:
    """Raise EventError where the event cannot stand here; `due` is the verdict that the events so far gave."""
    body = event.body
    if isinstance(body, Finished):
        if body.verdict != due:
            derived = "none" if due is None else jsonline.to_line(due.to_json())
            stored = jsonline.to_line(body.verdict.to_json())
            raise EventError(event.match, seq, "verdict", f"is {stored}, but the events give {derived}")
        return
    if isinstance(body, Redacted):
        if not 0 <= body.of < seq:
            raise EventError(event.match, seq, "of", f"there is no earlier event {body.of}")
        return
    if due is not None or position.verdict is not None:
        raise EventError(event.match, seq, "type", "stands after the match was decided")
    if isinstance(body, Started):
        raise EventError(event.match, seq, "type", "a match starts once")
    if isinstance(body, Suspended) and position.is_suspended:
        raise EventError(event.match, seq, "type", "the match is suspended already")
    _check_time(position, event, seq)
    if isinstance(body, Noted | Acted | Refused):
        _check_turn(position, event, body, seq)
    if isinstance(body, Acted | Refused):
        _check_attempt(position, event, body, seq)


def _check_time(position: Position, event: Event, seq: int) -> None:
    """Nothing but running out of time can happen at the deadline, and that not before it."""
    body = event.body
    is_out_of_time = event.at >= position.deadline and not position.is_suspended
    if isinstance(body, Left) and body.how is Departure.TIME:
        if body.role is not position.to_move:
            raise EventError(event.match, seq, "role", f"only the {position.to_move} can be out of time here")
        if not is_out_of_time:
            raise EventError(event.match, seq, "at", f"the {body.role} had until {position.deadline} ms")
    elif is_out_of_time:
        raise EventError(event.match, seq, "at", f"the {position.to_move} was out of time at {position.deadline} ms")


def _check_turn(position: Position, event: Event, body: Noted | Acted | Refused, seq: int) -> None:
    """Only the seat to move may act, or note something about its action."""
    if body.role is not position.to_move:
        raise EventError(event.match, seq, "role", f"it is the {position.to_move}'s turn")
    if body.turn != position.turn:
        raise EventError(event.match, seq, "turn", f"turn {position.turn} is being played")
    if position.is_suspended:
        raise EventError(event.match, seq, "type", "the match is suspended")


def _check_attempt(position: Position, event: Event, body: Acted | Refused, seq: int) -> None:
    if isinstance(body, Acted):
        _check_facts(position, event, body, seq)
    elif not body.why.counts:
        raise EventError(event.match, seq, "why", f"{body.why} is never written down")
    if body.seal is not None:
        return
    why = referee.refusal(position, body.role, body.action)
    if isinstance(body, Acted) and why is not None:
        raise EventError(event.match, seq, "text", f"was not legal: {why}")
    if isinstance(body, Refused) and why is not body.why and body.why is not Refusal.NOT_TEXT:
        raise EventError(event.match, seq, "why", f"is {body.why}, but the action was {why or 'legal'}")


def _check_facts(position: Position, event: Event, body: Acted, seq: int) -> None:
    """A guess needs an answer and only a guess has one; only judges who sit may rule."""
    if body.seal is None and (body.right is None) != (body.action.guess is None):
        raise EventError(event.match, seq, "right", "must be set for a guess, and for nothing else")
    seated = {judge.name for judge in position.rules.judges}
    for ruling in body.rulings:
        if ruling.judge not in seated:
            raise EventError(event.match, seq, "rulings", f"judge {ruling.judge!r} does not sit in this match")
