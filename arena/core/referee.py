"""The line that decides a match: `TABLE`, read from the top, the first row that applies wins.

A verdict is a function of the position before an event and the event, so a replay decides exactly what play decided.
Source: 'Adversarial Language Games for Advanced Natural Language Intelligence', AAAI 2021. What the paper leaves open
is decided in docs/rules.md.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from arena.core.actions import Action
from arena.core.events import Acted, Body, Departure, Faulted, Left, Refusal, Refused
from arena.core.position import Position, first_against
from arena.core.rules import AttackerLeak, OnRuling, WrongGuess
from arena.core.verdict import Cause, Reason, Role, Verdict

MAX_REFUSALS = 2
"""The refusal in one turn that forfeits."""


def refusal(position: Position, role: Role, action: Action) -> Refusal | None:
    """Why an action of the seat to move is illegal, or None where it is legal."""
    text, guess = action.text, action.guess
    if not (_is_storable(text) and (guess is None or _is_storable(guess))):
        return Refusal.NOT_TEXT
    if guess is not None and role is Role.ATTACKER:
        return Refusal.ATTACKER_GUESS
    if guess is not None and position.guesses_left <= 0:
        return Refusal.GUESS_LIMIT
    if max(len(text), len(guess or "")) > position.rules.max_chars:
        return Refusal.TOO_LONG
    if _is_blank(text if guess is None else guess):
        return Refusal.EMPTY
    return None


def _is_storable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen: white space, controls and zero-width marks only."""
    return not any(char > " " and (char < "\x7f" or unicodedata.category(char)[0] not in "CZ") for char in text)


Decide = Callable[[Position, Body], Verdict | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of precedence: who, what happened, and what it comes to."""

    who: str
    what: str
    decide: Decide


def _never_began(position: Position, body: Body) -> Verdict | None:
    if isinstance(body, Left) and body.how is not Departure.RESIGNED and not position.history:
        return Verdict(None, Reason.ABORTED)
    return None


def _lost_the_seat(position: Position, body: Body) -> Verdict | None:
    if isinstance(body, Left):
        if body.how is Departure.RESIGNED:
            return Verdict(body.role.other, Reason.RESIGNED)
        return Verdict(body.role.other, Reason.FORFEIT, Cause(body.how))
    if isinstance(body, Refused) and position.refusals + 1 >= MAX_REFUSALS:
        return Verdict(body.role.other, Reason.FORFEIT, Cause.REFUSALS)
    return None


def _said_the_target(body: Body, role: Role) -> bool:
    return isinstance(body, Acted) and body.role is role and any(hit.counts for hit in body.hits)


def _leaked(position: Position, body: Body) -> Verdict | None:
    if not _said_the_target(body, Role.ATTACKER):
        return None
    if position.rules.attacker_leak is AttackerLeak.VOID:
        return Verdict(None, Reason.VOID)
    return Verdict(Role.DEFENDER, Reason.LEAKED)


def _attacker_ruled(position: Position, body: Body) -> Verdict | None:
    return _ruled(position, body, Role.ATTACKER)


def _defender_ruled(position: Position, body: Body) -> Verdict | None:
    return _ruled(position, body, Role.DEFENDER)


def _ruled(position: Position, body: Body, role: Role) -> Verdict | None:
    if not isinstance(body, Acted) or body.role is not role:
        return None
    if (against := first_against(position.rules, body)) is None:
        return None
    on_ruling = position.rules.on_ruling
    is_first = on_ruling is OnRuling.WARN_ONCE and body.role not in position.warned
    if on_ruling is OnRuling.NOTE or is_first:
        return None
    return Verdict(body.role.other, Reason.RULED, judge=against[0], label=against[1])


def _inferred(_: Position, body: Body) -> Verdict | None:
    return Verdict(Role.DEFENDER, Reason.INFERRED) if isinstance(body, Acted) and body.right is True else None


def _misguessed(position: Position, body: Body) -> Verdict | None:
    if isinstance(body, Acted) and body.right is False and position.rules.wrong_guess is WrongGuess.LOSE:
        return Verdict(Role.ATTACKER, Reason.MISGUESSED)
    return None


def _induced(_: Position, body: Body) -> Verdict | None:
    return Verdict(Role.ATTACKER, Reason.INDUCED) if _said_the_target(body, Role.DEFENDER) else None


def _tied(position: Position, body: Body) -> Verdict | None:
    is_last = position.turn >= position.rules.max_turns
    if isinstance(body, Acted) and body.role is Role.DEFENDER and is_last:
        return Verdict(None, Reason.TIE)
    return None


def _platform_failed(_: Position, body: Body) -> Verdict | None:
    return Verdict(None, Reason.INFRASTRUCTURE) if isinstance(body, Faulted) else None


TABLE: tuple[Row, ...] = (
    Row("either", "left before any first action", _never_began),
    Row("either", "out of time, crashed, refused twice in a turn, or gave up", _lost_the_seat),
    Row("attacker", "said the target", _leaked),
    Row("attacker", "a judge rules against the utterance", _attacker_ruled),
    Row("defender", "guessed right", _inferred),
    Row("defender", "guessed wrong where that loses", _misguessed),
    Row("defender", "said the target", _induced),
    Row("defender", "a judge rules against the utterance", _defender_ruled),
    Row("either", "the last turn is over", _tied),
    Row("platform", "could not go on", _platform_failed),
)


def verdict(position: Position, body: Body) -> Verdict | None:
    """The verdict that an event brings in a position, or None where the match goes on."""
    for row in TABLE:
        if (decided := row.decide(position, body)) is not None:
            return decided
    return None


def needs_judges(position: Position, acted: Acted) -> bool:
    """Whether judges must be asked: only where nothing above their rows has decided, and something was said."""
    if not position.rules.judges or _is_blank(acted.action.text):
        return False
    decided = verdict(position, acted)
    return decided is None or decided.reason is Reason.TIE
