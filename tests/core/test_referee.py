"""The table of precedence, row by row and in its order; what is legal; what judges are asked about."""

from dataclasses import replace

import pytest
from core.playing import JUDGE, PLAIN, STRICT_JUDGE, judged
from doubles import started

from arena.core import referee
from arena.core.actions import Action, Ruling, Said
from arena.core.events import Acted, Departure, Faulted, Finished, Left, Refusal, Refused, Resumed, Suspended
from arena.core.hits import Hit, HitRule
from arena.core.position import Position
from arena.core.rules import AttackerLeak, OnRuling, Rules, WrongGuess
from arena.core.verdict import Cause, Reason, Role, Verdict

ATTACKER, DEFENDER = Role
HIT = Hit(0, 6, "banana", HitRule.EXACT, counts=True)
WATCHED = Hit(0, 11, "banana", HitRule.SPELLED, counts=False)
AGAINST = Ruling("bench", "1", "rude", 0.5, "f")
MILD = Ruling("bench", "1", "rude", 0.499999, "f")
ABSENT = Ruling.unavailable("bench", "1")
SPOKEN = (Said(ATTACKER, 1, "hello"),)


def position(rules: Rules = PLAIN, **changes) -> Position:
    """A position in which the attacker has spoken, unless told otherwise."""
    return replace(Position.opening(started(rules)), **{"history": SPOKEN, **changes})


def acted(role: Role, *, right: bool | None = None, hits=(), rulings=()) -> Acted:
    guess = None if right is None else "something"
    return Acted(role, 1, "1", Action("hello", guess), right, tuple(hits), tuple(rulings), "f")


def refused(role: Role) -> Refused:
    return Refused(role, 1, "1", Action(), Refusal.EMPTY)


def test_the_table_reads_in_the_documented_order():
    assert [(row.who, row.what) for row in referee.TABLE] == [
        (None, "left before any first action"),
        (None, "out of time, crashed, refused twice in a turn, or gave up"),
        (ATTACKER, "said the target"),
        (ATTACKER, "a judge rules against the utterance"),
        (DEFENDER, "guessed right"),
        (DEFENDER, "guessed wrong where that loses"),
        (DEFENDER, "said the target"),
        (DEFENDER, "a judge rules against the utterance"),
        (None, "the last turn is over"),
        (None, "the platform could not go on"),
    ]


OPEN = position(history=())
ENDING = judged(OnRuling.END)
LOSING = replace(PLAIN, wrong_guess=WrongGuess.LOSE)
VOIDING = replace(PLAIN, attacker_leak=AttackerLeak.VOID)
RULED_AGAINST_ATTACKER = Verdict(DEFENDER, Reason.RULED, judge="bench", label="rude")
RULED_AGAINST_DEFENDER = Verdict(ATTACKER, Reason.RULED, judge="bench", label="rude")
INFERRED, INDUCED = Verdict(DEFENDER, Reason.INFERRED), Verdict(ATTACKER, Reason.INDUCED)
MISGUESSED, LEAKED, TIE = Verdict(ATTACKER, Reason.MISGUESSED), Verdict(DEFENDER, Reason.LEAKED), Verdict(None, "tie")

ROWS = {
    # 1: `aborted` only where nobody has acted and a seat is lost by time or crash
    "time before any action": (OPEN, Left(ATTACKER, Departure.TIME), Verdict(None, Reason.ABORTED)),
    "crash before any action": (OPEN, Left(ATTACKER, Departure.CRASH), Verdict(None, Reason.ABORTED)),
    "defender crashes first": (OPEN, Left(DEFENDER, Departure.CRASH), Verdict(None, Reason.ABORTED)),
    # giving up on a word is not free: an attacker could otherwise shop for an easier one
    "resigned before any action": (OPEN, Left(ATTACKER, Departure.RESIGNED), Verdict(DEFENDER, Reason.RESIGNED)),
    # nor are two refusals, though neither is an action
    "refused twice at first": (
        replace(OPEN, refusals=1),
        refused(ATTACKER),
        Verdict(DEFENDER, Reason.FORFEIT, Cause.REFUSALS),
    ),
    # 2
    "time": (position(), Left(DEFENDER, Departure.TIME), Verdict(ATTACKER, Reason.FORFEIT, Cause.TIME)),
    "crash": (position(), Left(ATTACKER, Departure.CRASH), Verdict(DEFENDER, Reason.FORFEIT, Cause.CRASH)),
    "resigned": (position(), Left(DEFENDER, Departure.RESIGNED), Verdict(ATTACKER, Reason.RESIGNED)),
    "first refusal": (position(), refused(DEFENDER), None),
    "second refusal": (
        position(refusals=1),
        refused(DEFENDER),
        Verdict(ATTACKER, Reason.FORFEIT, Cause.REFUSALS),
    ),
    # 3
    "leak": (position(), acted(ATTACKER, hits=[HIT]), LEAKED),
    "leak that voids": (position(VOIDING), acted(ATTACKER, hits=[HIT]), Verdict(None, Reason.VOID)),
    "watched evasion": (position(), acted(ATTACKER, hits=[WATCHED]), None),
    "watched evasion, then a leak": (position(), acted(ATTACKER, hits=[WATCHED, HIT]), LEAKED),
    # 4
    "ruling ends": (position(ENDING), acted(ATTACKER, rulings=[AGAINST]), RULED_AGAINST_ATTACKER),
    "ruling under its threshold": (position(ENDING), acted(ATTACKER, rulings=[MILD]), None),
    "judge unavailable": (position(ENDING), acted(ATTACKER, rulings=[ABSENT]), None),
    "ruling noted": (position(judged(OnRuling.NOTE)), acted(ATTACKER, rulings=[AGAINST]), None),
    "ruling warns": (position(judged(OnRuling.WARN_ONCE)), acted(ATTACKER, rulings=[AGAINST]), None),
    "ruling after a warning": (
        position(judged(OnRuling.WARN_ONCE), warned=frozenset({ATTACKER})),
        acted(ATTACKER, rulings=[AGAINST]),
        RULED_AGAINST_ATTACKER,
    ),
    "warning of the other seat": (
        position(judged(OnRuling.WARN_ONCE), warned=frozenset({DEFENDER})),
        acted(ATTACKER, rulings=[AGAINST]),
        None,
    ),
    # 5 and 6
    "right guess": (position(), acted(DEFENDER, right=True), INFERRED),
    "wrong guess, play continues": (position(), acted(DEFENDER, right=False), None),
    "wrong guess loses": (position(LOSING), acted(DEFENDER, right=False), MISGUESSED),
    # 7 and 8
    "induced": (position(), acted(DEFENDER, hits=[HIT]), INDUCED),
    "defender's ruling ends": (position(ENDING), acted(DEFENDER, rulings=[AGAINST]), RULED_AGAINST_DEFENDER),
    # 9 and the platform
    "last turn": (position(turn=10), acted(DEFENDER), TIE),
    "last turn, attacker's half": (position(turn=10), acted(ATTACKER), None),
    "turn before the last": (position(turn=9), acted(DEFENDER), None),
    "fault": (position(), Faulted(), Verdict(None, Reason.INFRASTRUCTURE)),
    "fault before any action": (OPEN, Faulted(), Verdict(None, Reason.INFRASTRUCTURE)),
    # what decides nothing
    "suspended": (position(), Suspended(), None),
    "resumed": (position(), Resumed(), None),
    "finished": (position(), Finished(TIE), None),
}


@pytest.mark.parametrize(("before", "body", "decided"), ROWS.values(), ids=ROWS)
def test_each_row_decides_as_documented(before, body, decided):
    assert referee.verdict(before, body) == decided


LAST = {"turn": 10}
BOTH = replace(ENDING, wrong_guess=WrongGuess.LOSE)

CONFLICTS = {
    "leak over ruling": (position(ENDING), acted(ATTACKER, hits=[HIT], rulings=[AGAINST]), LEAKED),
    "void over ruling": (
        position(replace(ENDING, attacker_leak=AttackerLeak.VOID)),
        acted(ATTACKER, hits=[HIT], rulings=[AGAINST]),
        Verdict(None, Reason.VOID),
    ),
    "right guess over saying it": (position(), acted(DEFENDER, right=True, hits=[HIT]), INFERRED),
    "right guess over ruling and tie": (
        position(BOTH, **LAST),
        acted(DEFENDER, right=True, hits=[HIT], rulings=[AGAINST]),
        INFERRED,
    ),
    "wrong guess over saying it": (
        position(BOTH, **LAST),
        acted(DEFENDER, right=False, hits=[HIT], rulings=[AGAINST]),
        MISGUESSED,
    ),
    "spent guess, then saying it": (position(), acted(DEFENDER, right=False, hits=[HIT]), INDUCED),
    "saying it over ruling": (position(BOTH, **LAST), acted(DEFENDER, hits=[HIT], rulings=[AGAINST]), INDUCED),
    "ruling over tie": (position(ENDING, **LAST), acted(DEFENDER, rulings=[AGAINST]), RULED_AGAINST_DEFENDER),
    "warning, then tie": (position(judged(OnRuling.WARN_ONCE), **LAST), acted(DEFENDER, rulings=[AGAINST]), TIE),
    "first judge in order of sitting": (
        position(ENDING),
        acted(ATTACKER, rulings=[MILD, Ruling("chair", "1", "dull", 0.9, "f")]),
        Verdict(DEFENDER, Reason.RULED, judge="chair", label="dull"),
    ),
    "both judges": (
        position(ENDING),
        acted(ATTACKER, rulings=[AGAINST, Ruling("chair", "1", "dull", 1.0, "f")]),
        RULED_AGAINST_ATTACKER,
    ),
}


@pytest.mark.parametrize(("before", "body", "decided"), CONFLICTS.values(), ids=CONFLICTS)
def test_the_higher_row_wins(before, body, decided):
    assert referee.verdict(before, body) == decided


SHORT = replace(PLAIN, max_chars=10)
LEGALITY = [
    # role, guesses left, text, guess, refusal
    (ATTACKER, 1, "hello", None, None),
    (ATTACKER, 1, "x" * 10, None, None),
    (ATTACKER, 1, "x" * 11, None, Refusal.TOO_LONG),
    (ATTACKER, 1, "果" * 10, None, None),
    (ATTACKER, 1, "", None, Refusal.EMPTY),
    (ATTACKER, 1, " \t\n", None, Refusal.EMPTY),
    (ATTACKER, 1, "\u200b\u2060\ufeff", None, Refusal.EMPTY),
    (ATTACKER, 1, "\x00\x7f", None, Refusal.EMPTY),
    (ATTACKER, 1, "\u3000", None, Refusal.EMPTY),
    (ATTACKER, 1, "\U000e1000", None, None),  # unassigned today: whether it shows must not depend on the year
    (ATTACKER, 1, "?", None, None),
    (ATTACKER, 1, "果", None, None),
    (ATTACKER, 1, "hello", "lemon", Refusal.ATTACKER_GUESS),
    (ATTACKER, 1, "x" * 11, "lemon", Refusal.ATTACKER_GUESS),
    (DEFENDER, 1, "", "lemon", None),
    (DEFENDER, 1, "hm", "lemon", None),
    (DEFENDER, 1, "", None, Refusal.EMPTY),
    (DEFENDER, 1, "hm", "", Refusal.EMPTY),
    (DEFENDER, 1, "hm", " \u200b", Refusal.EMPTY),
    (DEFENDER, 1, "hm", "x" * 11, Refusal.TOO_LONG),
    (DEFENDER, 1, "x" * 11, "lemon", Refusal.TOO_LONG),
    (DEFENDER, 0, "hm", "lemon", Refusal.GUESS_LIMIT),
    (DEFENDER, 0, "hm", None, None),
    (DEFENDER, 0, "hm", "\ud83d", Refusal.NOT_TEXT),
    (ATTACKER, 1, "half \ud83d", None, Refusal.NOT_TEXT),
    (ATTACKER, 1, "\udfff" * 11, "x", Refusal.NOT_TEXT),
    (ATTACKER, 1, "\U0001f34c", None, None),
]


@pytest.mark.parametrize(("role", "left", "text", "guess", "why"), LEGALITY)
def test_what_is_refused_and_why(role, left, text, guess, why):
    assert referee.refusal(position(SHORT, guesses_left=left), role, Action(text, guess)) is why


ASKED = [
    # judges, action, asked
    ((), acted(ATTACKER), False),
    ((JUDGE,), acted(ATTACKER), True),
    ((JUDGE,), acted(ATTACKER, hits=[HIT]), False),
    ((JUDGE,), acted(ATTACKER, hits=[WATCHED]), True),
    ((JUDGE,), acted(DEFENDER, right=True), False),
    ((JUDGE,), acted(DEFENDER, right=False), True),
    ((JUDGE, STRICT_JUDGE), acted(DEFENDER), True),
    ((JUDGE,), replace(acted(DEFENDER, right=False), action=Action("", "lemon")), False),
    ((JUDGE,), replace(acted(DEFENDER, right=False), action=Action("\u200b", "lemon")), False),
]


@pytest.mark.parametrize(("judges", "body", "asked"), ASKED)
def test_judges_are_asked_only_where_nothing_above_them_decides_and_something_was_said(judges, body, asked):
    assert referee.needs_judges(position(replace(PLAIN, judges=judges), **LAST), body) is asked
