"""A log that no match could have written is refused, with the event and the field."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from core.playing import PLAIN, Play, judged
from doubles import started

from arena.core.actions import Action, Ruling
from arena.core.errors import EventError
from arena.core.events import (
    Departure,
    Event,
    Finished,
    Left,
    Redacted,
    Refusal,
    Refused,
    Resumed,
    Suspended,
    seal,
)
from arena.core.machine import Resume, Suspend
from arena.core.replay import replay
from arena.core.verdict import Cause, Reason, Role, Verdict

TIMED = replace(PLAIN, turn_ms=100, bank_ms=0)
TIE = Verdict(None, Reason.TIE)


def recorded() -> list[Event]:
    """Six events: started, acted, refused, acted, acted, finished."""
    return Play(TIMED).begin().say("hello", at=10).say("").say("hm", guess="lemon").say("banana", at=30).events


def test_a_sound_log_gives_its_verdict():
    events = recorded()
    again = replay(events)
    assert (again.match, again.started, again.events) == ("m", events[0].body, 6)
    assert again.verdict == again.position.verdict == Verdict(Role.DEFENDER, Reason.LEAKED)


def test_a_match_that_has_not_ended_has_no_verdict():
    assert replay(recorded()[:4]).verdict is None


def test_redactions_may_follow_at_any_time():
    events = recorded()
    for place in range(2, len(events) + 1):
        later = [replace(event, seq=event.seq + 1) for event in events[place:]]
        assert replay([*events[:place], Event("m", place, events[place - 1].at, Redacted(1)), *later]).verdict


def test_a_suspension_is_replayed():
    play = Play(TIMED).begin().say("hello", at=10)
    play.send(Suspend(), 50)
    play.send(Resume())
    play.say("banana", at=109)
    assert replay(play.events).verdict == Verdict(Role.ATTACKER, Reason.INDUCED)


def test_a_match_resumed_after_a_kill_is_replayed():
    events = recorded()
    later = [replace(event, seq=event.seq + 1) for event in events[2:]]
    assert replay([*events[:2], Event("m", 2, 10, Resumed()), *later]).verdict


def put(place: int, **changes) -> Callable[[list[Event]], list[Event]]:
    """Damages one event: its own fields, or those of its body."""

    def damage(events: list[Event]) -> list[Event]:
        event = events[place]
        own = {name: value for name, value in changes.items() if name in ("match", "seq", "at", "body")}
        body = {name: value for name, value in changes.items() if name not in own}
        event = replace(event, **own)
        return [*events[:place], replace(event, body=replace(event.body, **body)), *events[place + 1 :]]

    return damage


def insert(place: int, body, at: int | None = None) -> Callable[[list[Event]], list[Event]]:
    """Puts a body between two events and numbers the events anew."""

    def damage(events: list[Event]) -> list[Event]:
        extra = Event("m", place, events[place - 1].at if at is None else at, body)
        later = [replace(event, seq=event.seq + 1) for event in events[place:]]
        return [*events[:place], extra, *later]

    return damage


DAMAGES = {
    "nothing": (lambda _: [], 0, "events", "there are none"),
    "no start": (lambda events: events[1:], 1, "type", "a match begins with 'started' as event 0"),
    "start misnumbered": (put(0, seq=1), 1, "type", "a match begins with 'started' as event 0"),
    "late start": (put(0, at=5), 0, "at", "match time starts at 0"),
    "other match": (put(2, match="other"), 2, "match", "this is the log of match m"),
    "gap": (lambda events: [*events[:2], *events[3:]], 3, "seq", "expected event 2"),
    "doubled": (lambda events: [*events[:2], *events[1:]], 1, "seq", "expected event 2"),
    "time backwards": (put(3, at=9), 3, "at", "match time runs forwards, and it was already 10"),
    "two starts": (insert(1, started(TIMED)), 1, "type", "a match starts once"),
    "wrong verdict": (
        put(5, verdict=TIE),
        5,
        "verdict",
        'is {"winner":null,"reason":"tie"}, but the events give {"winner":"defender","reason":"leaked"}',
    ),
    "verdict too early": (
        insert(4, Finished(TIE)),
        4,
        "verdict",
        'is {"winner":null,"reason":"tie"}, but the events give none',
    ),
    "verdict left out": (lambda events: events[:5], 5, "events", "the match was decided (leaked) but never finished"),
    "play after the decision": (insert(5, Suspended()), 5, "type", "stands after the match was decided"),
    "play after the end": (insert(6, Suspended()), 6, "type", "stands after the match was decided"),
    "finished twice": (
        insert(6, Finished(TIE)),
        6,
        "verdict",
        'is {"winner":null,"reason":"tie"}, but the events give none',
    ),
    "redacts itself": (insert(2, Redacted(2)), 2, "of", "there is no earlier event 2"),
    "other seat": (put(1, role=Role.DEFENDER), 1, "role", "it is the attacker's turn"),
    "other turn": (put(3, turn=2), 3, "turn", "turn 1 is being played"),
    "suspended twice": (
        lambda events: insert(2, Suspended())(insert(2, Suspended())(events)),
        3,
        "type",
        "the match is suspended already",
    ),
    "acted while suspended": (insert(2, Suspended()), 3, "type", "the match is suspended"),
    "time ran while suspended": (
        lambda events: insert(3, Resumed(), at=20)(insert(2, Suspended())(events)),
        3,
        "at",
        "match time stood still at 10 while the match was suspended",
    ),
    "too late": (put(4, at=110), 4, "at", "the attacker was out of time at 110 ms"),
    "gave up too late": (
        insert(4, Left(Role.DEFENDER, Departure.RESIGNED), at=110),
        4,
        "at",
        "the attacker was out of time at 110 ms",
    ),
    "out of time too early": (
        insert(4, Left(Role.ATTACKER, Departure.TIME), at=109),
        4,
        "at",
        "the attacker had until 110 ms",
    ),
    "out of the other's time": (
        insert(4, Left(Role.DEFENDER, Departure.TIME), at=110),
        4,
        "role",
        "only the attacker can be out of time here",
    ),
    "answer without a guess": (put(1, right=True), 1, "right", "must be set for a guess, and for nothing else"),
    "guess without an answer": (put(3, right=None), 3, "right", "must be set for a guess, and for nothing else"),
    "stranger ruled": (
        put(1, rulings=(Ruling("luck", "1", "dull", 1.0, "f"),)),
        1,
        "rulings",
        "judge 'luck' does not sit in this match",
    ),
    "illegal action": (put(1, action=Action(" ")), 1, "text", "was not legal: empty"),
    "refused for another reason": (
        put(2, why=Refusal.TOO_LONG),
        2,
        "why",
        "is too_long, but the action was empty",
    ),
    "refused though legal": (put(2, action=Action("hm")), 2, "why", "is empty, but the action was legal"),
    "refused by protocol": (put(2, why=Refusal.STALE_TURN), 2, "why", "stale_turn is never written down"),
}


@pytest.mark.parametrize(("damage", "seq", "field", "problem"), DAMAGES.values(), ids=DAMAGES)
def test_a_log_that_no_match_could_have_written_names_event_and_field(damage, seq, field, problem):
    with pytest.raises(EventError) as wrong:
        replay(damage(recorded()))
    assert (wrong.value.seq, wrong.value.field) == (seq, field)
    assert wrong.value.problem.startswith(problem)


def test_an_action_refused_as_no_text_was_mended_for_the_log_and_still_holds():
    play = Play(TIMED).begin().say("half \ud83d")
    assert play.events[-1].body == Refused(Role.ATTACKER, 1, "1", Action("half ?"), Refusal.NOT_TEXT)
    assert replay(play.events).position == play.match.position


def test_sealed_words_are_taken_on_trust_and_their_facts_are_not():
    events = recorded()
    apart = [*events[:1], seal(events[1], "00")[0], seal(events[2], "01")[0], seal(events[3], "02")[0], *events[4:]]
    assert replay(apart).verdict == replay(events).verdict
    with pytest.raises(EventError, match="why: stale_turn is never written down"):
        replay(put(2, why=Refusal.STALE_TURN)(apart))
    with pytest.raises(EventError, match="turn: turn 1 is being played"):
        replay(put(1, turn=2)(apart))


def test_rulings_that_are_stored_decide_without_their_judges():
    play = Play(judged()).begin().say("hello").rule(0.9)
    assert replay(play.events).verdict == Verdict(Role.DEFENDER, Reason.RULED, judge="bench", label="dull")


@pytest.mark.parametrize("how", [Departure.CRASH, Departure.RESIGNED])
def test_a_seat_can_be_lost_out_of_turn(how):
    events = recorded()[:4]
    left = Event("m", 4, 30, Left(Role.DEFENDER, how))
    reason = Verdict(Role.ATTACKER, Reason.FORFEIT, Cause.CRASH)
    verdict = reason if how is Departure.CRASH else Verdict(Role.ATTACKER, Reason.RESIGNED)
    assert replay([*events, left, Event("m", 5, 30, Finished(verdict))]).verdict == verdict
