"""Match time: a turn's own time, the bank, the deadline, and when it stands still."""

from dataclasses import replace

import pytest
from core.playing import PLAIN, Play, judged

from arena.core.actions import Action
from arena.core.errors import MatchTimeError
from arena.core.events import Departure, Event, Left, Refusal
from arena.core.machine import Act, Finish, Record, Refuse, StartClock, Suspend
from arena.core.replay import replay
from arena.core.verdict import Cause, Reason, Role, Verdict

ATTACKER, DEFENDER = Role
TIMED = replace(PLAIN, turn_ms=100, bank_ms=50)


def begun(rules=TIMED) -> Play:
    return Play(rules).begin()


def test_a_seat_is_out_of_time_at_its_deadline_exactly():
    play = begun().say("hello", at=10)
    assert play.tick(159) == ()
    left, end, finish = play.tick(160)
    assert left == Record(Event("m", 2, 160, Left(DEFENDER, Departure.TIME)))
    assert end.event.at == 160
    assert finish == Finish(Verdict(ATTACKER, Reason.FORFEIT, Cause.TIME))


def test_before_any_action_running_out_of_time_aborts():
    play = begun()
    play.tick(150)
    assert play.verdict == Verdict(None, Reason.ABORTED)


def test_an_action_one_millisecond_before_the_deadline_is_in_time():
    play = begun().say("hello", at=149)
    assert play.verdict is None
    assert play.match.position.attacker_bank == 1


def test_an_action_at_the_deadline_is_late_and_is_told_that_the_match_ended():
    play = begun().say("hello")
    *_, finish, refuse = play.send(Act(DEFENDER, 1, "d1", Action("hm")), 150)
    assert finish == Finish(Verdict(ATTACKER, Reason.FORFEIT, Cause.TIME))
    assert refuse == Refuse(DEFENDER, "d1", Refusal.ENDED)


BANKS = [
    # when each action comes, attacker's bank, defender's bank
    ((0, 0), 50, 50),
    ((100, 200), 50, 50),
    ((101, 201), 49, 50),
    ((120, 250), 30, 20),
    ((120, 250, 360, 460), 20, 20),
]


@pytest.mark.parametrize(("times", "attacker", "defender"), BANKS)
def test_the_bank_pays_for_what_a_turn_takes_beyond_its_own_time(times, attacker, defender):
    play = begun()
    for at in times:
        play.say("hello", at=at)
    position = play.match.position
    assert (position.attacker_bank, position.defender_bank) == (attacker, defender)
    assert position.since == times[-1]
    assert StartClock(ATTACKER, times[-1] + 100 + attacker) in play.effects


def test_a_refused_action_does_not_wind_the_clock_up_again():
    play = begun().say("", at=120)
    assert StartClock(ATTACKER, 150) in play.effects
    assert play.told.view.ms_left == 30


def test_time_stands_still_while_the_match_is_suspended():
    play = begun().say("hello")
    play.send(Suspend(), 149)
    assert play.match.stands_still
    assert play.tick(149) == ()
    with pytest.raises(MatchTimeError, match="stands still at 149 ms: it cannot be 150 ms"):
        play.tick(150)
    assert play.verdict is None


def test_time_stands_still_while_judges_think():
    play = begun(replace(judged(), turn_ms=100, bank_ms=0)).say("hello", at=99)
    with pytest.raises(MatchTimeError):
        play.tick(100)
    play.rule(0.0, 0.0)
    assert StartClock(DEFENDER, 199) in play.effects


def test_time_stands_still_before_the_match():
    with pytest.raises(MatchTimeError):
        Play().tick(1)


def test_match_time_never_runs_backwards():
    play = begun().say("hello", at=10)
    with pytest.raises(MatchTimeError, match="9 ms comes before 10 ms"):
        play.tick(9)


def test_after_the_end_time_may_pass():
    play = begun().say("banana")
    assert play.tick(10_000) == ()
    assert not play.match.stands_still


def test_what_a_clock_decided_is_replayed():
    play = begun().say("hello", at=120).say("hm", at=130)
    play.tick(260)
    assert replay(play.events).verdict == Verdict(DEFENDER, Reason.FORFEIT, Cause.TIME)
