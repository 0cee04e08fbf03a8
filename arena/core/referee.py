"""The line that decides a match: `TABLE`, read from the top, the first row that applies wins.

A verdict is a function of the position before an event and the event, so a replay decides exactly what play decided.
Source: 'Adversarial Language Games for Advanced Natural Language Intelligence', AAAI 2021. What the paper leaves open
is decided in docs/rules.md.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arena.core.actions import Action
from arena.core.events import Acted, Body, Departure, Faulted, Left, Refusal, Refused
from arena.core.fields import is_storable
from arena.core.position import Position, first_against
from arena.core.rules import AttackerLeak, OnRuling, WrongGuess
from arena.core.verdict import Cause, Reason, Role, Verdict

MAX_REFUSALS = 2
"""The refusal in one turn that forfeits."""


def refusal(position: Position, role: Role, action: Action) -> Refusal | None:
    """Why an action of the seat to move is illegal, or None where it is legal."""
    text, guess = action.text, action.guess
    if not (is_storable(text) and (guess is None or is_storable(guess))):
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


_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of what cannot be seen. Unassigned is not one: a later Unicode may see it, and replay must agree."""


def _is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen: white space, controls and zero-width marks only."""
    return not any(char > " " and (char < "\x7f" or unicodedata.category(char) not in _INVISIBLE) for char in text)


Decide = Callable[[Position, Any], Verdict | None]
"""Asked only about the kinds of event that its row is for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of precedence: who, what happened, and what it comes to.

    `who` None is either side, or neither; `kinds` are the events that can bring it.
    """

    who: Role | None
    what: str
    kinds: tuple[type[Any], ...]
    decide: Decide


def _never_began(position: Position, left: Left) -> Verdict | None:
    if left.how is Departure.RESIGNED or position.history:
        return None
    return Verdict(None, Reason.ABORTED)


def _lost_the_seat(position: Position, body: Left | Refused) -> Verdict | None:
    winner = body.role.other
    if isinstance(body, Refused):
        is_last = position.refusals + 1 >= MAX_REFUSALS
        return Verdict(winner, Reason.FORFEIT, Cause.REFUSALS) if is_last else None
    if body.how is Departure.RESIGNED:
        return Verdict(winner, Reason.RESIGNED)
    return Verdict(winner, Reason.FORFEIT, Cause(body.how))


def _said_the_target(acted: Acted) -> bool:
    return any(hit.counts for hit in acted.hits) if acted.hits else False


def _leaked(position: Position, acted: Acted) -> Verdict | None:
    if not _said_the_target(acted):
        return None
    if position.rules.attacker_leak is AttackerLeak.VOID:
        return Verdict(None, Reason.VOID)
    return Verdict(Role.DEFENDER, Reason.LEAKED)


def _ruled(position: Position, acted: Acted) -> Verdict | None:
    if (against := first_against(position.rules, acted)) is None:
        return None
    on_ruling = position.rules.on_ruling
    is_first = on_ruling is OnRuling.WARN_ONCE and acted.role not in position.warned
    if on_ruling is OnRuling.NOTE or is_first:
        return None
    return Verdict(acted.role.other, Reason.RULED, judge=against[0], label=against[1])


def _inferred(_: Position, acted: Acted) -> Verdict | None:
    return Verdict(Role.DEFENDER, Reason.INFERRED) if acted.right is True else None


def _misguessed(position: Position, acted: Acted) -> Verdict | None:
    if acted.right is False and position.rules.wrong_guess is WrongGuess.LOSE:
        return Verdict(Role.ATTACKER, Reason.MISGUESSED)
    return None


def _induced(_: Position, acted: Acted) -> Verdict | None:
    return Verdict(Role.ATTACKER, Reason.INDUCED) if _said_the_target(acted) else None


def _tied(position: Position, acted: Acted) -> Verdict | None:
    is_last = acted.role is Role.DEFENDER and position.turn >= position.rules.max_turns
    return Verdict(None, Reason.TIE) if is_last else None


def _platform_failed(_: Position, __: Faulted) -> Verdict | None:
    return Verdict(None, Reason.INFRASTRUCTURE)


TABLE: tuple[Row, ...] = (
    Row(None, "left before any first action", (Left,), _never_began),
    Row(None, "out of time, crashed, refused twice in a turn, or gave up", (Left, Refused), _lost_the_seat),
    Row(Role.ATTACKER, "said the target", (Acted,), _leaked),
    Row(Role.ATTACKER, "a judge rules against the utterance", (Acted,), _ruled),
    Row(Role.DEFENDER, "guessed right", (Acted,), _inferred),
    Row(Role.DEFENDER, "guessed wrong where that loses", (Acted,), _misguessed),
    Row(Role.DEFENDER, "said the target", (Acted,), _induced),
    Row(Role.DEFENDER, "a judge rules against the utterance", (Acted,), _ruled),
    Row(None, "the last turn is over", (Acted,), _tied),
    Row(None, "the platform could not go on", (Faulted,), _platform_failed),
)

_BY_KIND = {kind: tuple(row for row in TABLE if kind in row.kinds) for row in TABLE for kind in row.kinds}


def verdict(position: Position, body: Body) -> Verdict | None:
    """The verdict that an event brings in a position, or None where the match goes on."""
    role = body.role if isinstance(body, Acted) else None
    for row in _BY_KIND.get(type(body), ()):
        if row.who is None or row.who is role:
            decided = row.decide(position, body)
            if decided is not None:
                return decided
    return None


def needs_judges(position: Position, acted: Acted) -> bool:
    """Whether judges must be asked: only where nothing above their rows has decided, and something was said."""
    if not position.rules.judges or _is_blank(acted.action.text):
        return False
    decided = verdict(position, acted)
    return decided is None or decided.reason is Reason.TIE
