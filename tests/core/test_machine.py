"""Who may say what, when, and what the machine asks for in answer."""

from dataclasses import replace

import pytest
from core.playing import JUDGE, PLAIN, STRICT_JUDGE, Hearing, Play, judged, lines
from doubles import started

from arena.core.actions import Action, Case, Ruling, Said
from arena.core.errors import EventError
from arena.core.events import (
    Acted,
    Departure,
    Event,
    Faulted,
    Finished,
    Left,
    Redacted,
    Refusal,
    Refused,
    Resumed,
    Started,
    Suspended,
)
from arena.core.hits import Evasion
from arena.core.machine import (
    Act,
    Begin,
    Fault,
    Finish,
    Leave,
    Match,
    NeedRuling,
    Record,
    Refuse,
    Resume,
    Rule,
    StartClock,
    Suspend,
    Tell,
)
from arena.core.rules import AttackerLeak, OnRuling, WrongGuess
from arena.core.seeds import MatchSeeds
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.core.views import AttackerView, DefenderView

ATTACKER, DEFENDER = Role
LIMIT = PLAIN.turn_ms + PLAIN.bank_ms


def playing(*texts: str, rules=PLAIN, **start) -> Play:
    """A match that has begun and in which these texts were said."""
    return Play(rules, **start).begin().say(*texts)


# --- a match from its first message to its last -----------------------------------------------------------------------


def test_beginning_records_the_start_and_asks_the_attacker():
    play = Play()
    seeds = MatchSeeds.of("7")
    assert play.send(Begin()) == (
        Record(Event("m", 0, 0, play.match.started)),
        StartClock(ATTACKER, LIMIT),
        Tell(ATTACKER, AttackerView(PLAIN, 1, (), 1, LIMIT, seeds.attacker, 0, "banana")),
    )


def test_an_action_is_recorded_and_the_other_seat_is_asked():
    play = playing()
    acted = Acted(ATTACKER, 1, "a1", Action("hello"), None, (), (), Hearing.fingerprint)
    seen = (Said(ATTACKER, 1, "hello"),)
    assert play.send(Act(ATTACKER, 1, "a1", Action("hello")), 40) == (
        Record(Event("m", 1, 40, acted)),
        StartClock(DEFENDER, 40 + LIMIT),
        Tell(DEFENDER, DefenderView(PLAIN, 1, seen, 1, LIMIT, MatchSeeds.of("7").defender)),
    )


def test_the_end_is_recorded_after_what_brought_it():
    play = playing("hello")
    event, end, finish = play.send(Act(DEFENDER, 1, "d1", Action("banana")))
    assert isinstance(event.event.body, Acted)
    assert end == Record(Event("m", 3, 0, Finished(Verdict(ATTACKER, Reason.INDUCED))))
    assert finish == Finish(Verdict(ATTACKER, Reason.INDUCED))


VOID = replace(PLAIN, attacker_leak=AttackerLeak.VOID)
STRICT = replace(PLAIN, evasion=Evasion.STRICT)
LOSING = replace(PLAIN, wrong_guess=WrongGuess.LOSE)

ENDINGS = [
    (PLAIN, [("a banana",)], Verdict(DEFENDER, Reason.LEAKED)),
    (VOID, [("a banana",)], Verdict(None, Reason.VOID)),
    (PLAIN, [("hello",), ("", "banana")], Verdict(DEFENDER, Reason.INFERRED)),
    (PLAIN, [("hello",), ("a banana", "banana")], Verdict(DEFENDER, Reason.INFERRED)),
    (LOSING, [("hello",), ("", "lemon")], Verdict(ATTACKER, Reason.MISGUESSED)),
    (LOSING, [("hello",), ("a banana", "lemon")], Verdict(ATTACKER, Reason.MISGUESSED)),
    (PLAIN, [("hello",), ("a banana", "lemon")], Verdict(ATTACKER, Reason.INDUCED)),
    (PLAIN, [("hello",), ("a banana",)], Verdict(ATTACKER, Reason.INDUCED)),
    (STRICT, [("b-a-n-a-n-a",)], Verdict(DEFENDER, Reason.LEAKED)),
    (STRICT, [("hello",), ("b-a-n-a-n-a",)], None),
    (PLAIN, [("b-a-n-a-n-a",), ("b-a-n-a-n-a",)], None),
    (PLAIN, [("hello",), ("hm", "lemon"), ("hello",)], None),
    (PLAIN, [("hello",), ("hello",)] * 10, Verdict(None, Reason.TIE)),
    (PLAIN, [("hello",), ("hello",)] * 9, None),
]


@pytest.mark.parametrize(("rules", "actions", "verdict"), ENDINGS)
def test_two_seats_face_to_face_come_to_the_verdict_of_the_rules(rules, actions, verdict):
    play = playing(rules=rules)
    for text, *guess in actions:
        play.say(text, guess=guess[0] if guess else None)
    assert play.verdict == verdict


def test_a_wrong_guess_is_spent():
    play = playing("hello").say("hm", guess="lemon").say("hello")
    assert play.told.view.guesses_left == 0
    play.say("hm", guess="banana")
    assert play.refusal.why is Refusal.GUESS_LIMIT


def test_a_match_on_a_word_that_was_seen_before_says_that_it_is_not_rated():
    play = playing(rated=False, pair="p1")
    assert isinstance(play.events[0].body, Started)
    assert Event.from_line(play.events[0].to_line()).body.rated is False


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_refused_action_is_recorded_told_to_its_seat_and_asked_for_again():
    play = playing()
    before = play.match.position
    record, refuse, clock, tell = play.send(Act(ATTACKER, 1, "a1", Action("hello", "banana")), 20)
    assert record.event.body == Refused(ATTACKER, 1, "a1", Action("hello", "banana"), Refusal.ATTACKER_GUESS)
    assert refuse == Refuse(ATTACKER, "a1", Refusal.ATTACKER_GUESS, 1)
    assert clock == StartClock(ATTACKER, LIMIT)
    assert (tell.view.refusals, tell.view.ms_left) == (1, LIMIT - 20)
    assert replace(play.match.position, refusals=0) == before


def test_the_second_refusal_in_one_turn_forfeits():
    play = playing().say("", "")
    assert play.refusal == Refuse(ATTACKER, "2", Refusal.EMPTY, 0)
    assert play.verdict == Verdict(DEFENDER, Reason.FORFEIT, Cause.REFUSALS)
    assert isinstance(play.effects[-1], Finish)


def test_refusals_are_counted_turn_by_turn_and_seat_by_seat():
    play = playing("", "hello", "", "hello", "", "hello", "", "hello")
    assert play.verdict is None
    assert play.match.position.turn == 3


LONG = "x" * 2000
KEPT = [
    # what was said, what the log keeps
    (Action(LONG), Action(LONG[:501])),
    (Action("hm", LONG), Action("hm", LONG[:501])),
    (Action("half \ud83d"), Action("half ?")),
    (Action("hm", "half \ud83d"), Action("hm", "half ?")),
    (Action(""), Action("")),
]


@pytest.mark.parametrize(("said", "kept"), KEPT)
def test_the_log_keeps_of_a_refused_action_what_can_be_stored(said, kept):
    play = playing("hello")
    play.send(Act(DEFENDER, 1, "d", said))
    assert play.events[-1].body.action == kept
    assert Event.from_line(play.events[-1].to_line()) == play.events[-1]


def test_judges_never_see_a_refused_action():
    play = playing("", rules=judged()).say("hello")
    assert play.case == Case(ATTACKER, 1, "hello", (), PLAIN.language)


# --- messages that do not count ---------------------------------------------------------------------------------------

OUT_OF_ORDER = [
    # what was said before, then who sends for which turn under which id, and what it is told
    ((), ATTACKER, 2, "x", Refusal.NOT_YOUR_TURN),
    ((), DEFENDER, 1, "x", Refusal.NOT_YOUR_TURN),
    ((), ATTACKER, 0, "x", Refusal.STALE_TURN),
    (("hello",), ATTACKER, 1, "x", Refusal.STALE_TURN),
    (("hello",), ATTACKER, 1, "1", Refusal.DUPLICATE),
    (("hello",), ATTACKER, 2, "x", Refusal.NOT_YOUR_TURN),
    (("hello", "hm"), DEFENDER, 1, "x", Refusal.STALE_TURN),
    (("hello", "hm"), DEFENDER, 1, "2", Refusal.DUPLICATE),
    (("hello", "hm"), DEFENDER, 2, "x", Refusal.NOT_YOUR_TURN),
    (("",), ATTACKER, 1, "1", Refusal.DUPLICATE),
]


@pytest.mark.parametrize(("said", "role", "turn", "id_", "why"), OUT_OF_ORDER)
def test_a_message_out_of_order_never_counts_and_records_nothing(said, role, turn, id_, why):
    play = playing(*said)
    before, seq = play.match.position, play.match.seq
    assert play.send(Act(role, turn, id_, Action("banana"))) == (Refuse(role, id_, why),)
    assert (play.match.position, play.match.seq) == (before, seq)


def test_an_id_is_the_seats_own_name():
    play = playing()
    play.send(Act(ATTACKER, 1, "same", Action("hello")))
    play.send(Act(DEFENDER, 1, "same", Action("hm")))
    assert play.match.position.turn == 2


def test_nobody_can_act_before_the_match_began():
    play = Play()
    assert play.send(Act(ATTACKER, 1, "x", Action("hello"))) == (Refuse(ATTACKER, "x", Refusal.NOT_YOUR_TURN),)


@pytest.mark.parametrize(
    "message", [Leave(ATTACKER, Departure.CRASH), Suspend(), Resume(), Fault(), Rule(1, ATTACKER, ())]
)
def test_nothing_else_happens_to_a_match_that_has_not_begun(message):
    play = Play()
    assert play.send(message) == ()
    assert play.match.seq == 0


def test_a_match_begins_once():
    assert playing("hello").send(Begin()) == ()


def test_after_the_end_an_action_is_told_so_and_everything_else_is_silence():
    play = playing("banana")
    ended = len(play.events)
    assert play.send(Act(ATTACKER, 1, "1", Action("banana"))) == (Refuse(ATTACKER, "1", Refusal.DUPLICATE),)
    assert play.send(Act(DEFENDER, 1, "x", Action("hm"))) == (Refuse(DEFENDER, "x", Refusal.ENDED),)
    for message in (Begin(), Leave(DEFENDER, Departure.CRASH), Rule(1, ATTACKER, ()), Suspend(), Resume(), Fault()):
        assert play.send(message) == ()
    assert len(play.events) == ended


# --- leaving, stopping, failing ---------------------------------------------------------------------------------------

LEAVING = [
    ((), ATTACKER, Departure.CRASH, Verdict(None, Reason.ABORTED)),
    ((), DEFENDER, Departure.CRASH, Verdict(None, Reason.ABORTED)),
    ((), ATTACKER, Departure.RESIGNED, Verdict(DEFENDER, Reason.RESIGNED)),
    (("",), ATTACKER, Departure.CRASH, Verdict(None, Reason.ABORTED)),
    (("hello",), ATTACKER, Departure.CRASH, Verdict(DEFENDER, Reason.FORFEIT, Cause.CRASH)),
    (("hello",), DEFENDER, Departure.RESIGNED, Verdict(ATTACKER, Reason.RESIGNED)),
]


@pytest.mark.parametrize(("said", "role", "how", "verdict"), LEAVING)
def test_a_seat_may_be_lost_whether_or_not_it_is_its_turn(said, role, how, verdict):
    play = playing(*said)
    play.send(Leave(role, how), 7)
    assert play.verdict == verdict
    assert play.events[-2] == Event("m", len(play.events) - 2, 7, Left(role, how))


def test_nobody_but_the_machine_says_that_a_seat_is_out_of_time():
    play = playing("hello")
    assert play.send(Leave(DEFENDER, Departure.TIME)) == ()
    assert play.verdict is None


def test_the_platforms_own_fault_is_nobodys_loss():
    play = playing("hello")
    play.send(Fault())
    assert isinstance(play.events[-2].body, Faulted)
    assert play.verdict == Verdict(None, Reason.INFRASTRUCTURE)


def test_a_suspended_match_takes_no_action_and_goes_on_where_it_stood():
    play = playing("hello")
    (record,) = play.send(Suspend(), 50)
    assert record.event.body == Suspended()
    assert play.send(Suspend()) == ()
    assert play.send(Act(DEFENDER, 1, "x", Action("hm"))) == (Refuse(DEFENDER, "x", Refusal.SUSPENDED),)
    assert play.send(Act(ATTACKER, 1, "y", Action("hm"))) == (Refuse(ATTACKER, "y", Refusal.STALE_TURN),)
    record, clock, tell = play.send(Resume())
    assert record.event.body == Resumed()
    assert clock == StartClock(DEFENDER, LIMIT)
    assert tell.view.ms_left == LIMIT - 50
    play.say("hm")
    assert play.match.position.turn == 2


def test_a_seat_may_leave_while_the_match_is_suspended():
    play = playing("hello")
    play.send(Suspend())
    play.send(Leave(ATTACKER, Departure.RESIGNED))
    assert play.verdict == Verdict(DEFENDER, Reason.RESIGNED)


# --- judges -----------------------------------------------------------------------------------------------------------


def test_an_utterance_waits_for_its_judges_and_nothing_is_written_until_they_ruled():
    play = playing(rules=judged())
    asked = play.send(Act(ATTACKER, 1, "a1", Action("hello")), 10)
    case = Case(ATTACKER, 1, "hello", (), PLAIN.language)
    assert asked == (NeedRuling(case, (JUDGE, STRICT_JUDGE), 5000),)
    assert play.match.awaits_ruling
    play.rule(0.1234567, 0.2)
    assert not play.match.awaits_ruling
    assert play.events[-1].at == 10
    assert play.events[-1].body.rulings == (
        Ruling("bench", "1", "dull", 0.123457, "f"),
        Ruling("chair", "1", "rude", 0.2, "f"),
    )


def test_rulings_are_kept_in_the_order_in_which_the_judges_sit():
    play = playing("hello", rules=judged())
    chair, bench = Ruling("chair", "1", "rude", 1.0, "f"), Ruling("bench", "1", "dull", 1.0, "f")
    play.send(Rule(1, ATTACKER, (Ruling("stranger", "1", "loud", 1.0, "f"), chair, bench)))
    assert play.events[1].body.rulings == (bench, chair)
    assert play.verdict == Verdict(DEFENDER, Reason.RULED, judge="bench", label="dull")


UNAVAILABLE = [
    (),
    (Ruling("bench", "1", "dull", None, "f"),),
    (Ruling("bench", "1", "dull", float("nan"), "f"),),
    (Ruling("bench", "1", "dull", 1.5, "f"),),
    (Ruling("bench", "2", "dull", 1.0, "f"),),
]


@pytest.mark.parametrize("given", UNAVAILABLE)
def test_a_judge_without_an_answer_in_its_version_is_unavailable_and_never_decides(given):
    play = playing("hello", rules=judged())
    play.send(Rule(1, ATTACKER, given))
    assert play.verdict is None
    assert play.events[-1].body.rulings == (Ruling.unavailable("bench", "1"), Ruling.unavailable("chair", "1"))


def test_under_warn_once_the_first_ruling_warns_and_the_second_ends():
    play = playing("hello", rules=judged(OnRuling.WARN_ONCE)).rule(0.9).say("hm").rule(0.9)
    assert play.verdict is None
    assert play.told.view.history == (
        Said(ATTACKER, 1, "hello", warned=True),
        Said(DEFENDER, 1, "hm", warned=True),
    )
    play.say("hello").rule(0.1).say("hm").rule(0.9)
    assert play.verdict == Verdict(ATTACKER, Reason.RULED, judge="bench", label="dull")


def test_under_note_rulings_are_written_down_and_decide_nothing():
    play = playing("hello", rules=judged(OnRuling.NOTE)).rule(1.0, 1.0).say("hm").rule(1.0, 1.0)
    assert play.verdict is None
    assert [said.warned for said in play.match.position.history] == [False, False]
    assert all(ruling.score == 1.0 for ruling in play.events[-1].body.rulings)


def test_judges_are_not_asked_where_the_words_decide():
    assert playing("banana", rules=judged()).verdict == Verdict(DEFENDER, Reason.LEAKED)
    play = playing("hello", rules=judged()).rule(0.0).say("", guess="lemon")
    assert play.events[-1].body.rulings == ()


def test_the_last_utterance_of_a_match_is_judged_before_it_ties():
    play = playing("hello", rules=judged(max_turns=1)).rule(0.0).say("hm")
    assert play.match.awaits_ruling
    play.rule(0.0, 0.95)
    assert play.verdict == Verdict(ATTACKER, Reason.RULED, judge="chair", label="rude")


@pytest.mark.parametrize("rule", [Rule(1, DEFENDER, ()), Rule(2, ATTACKER, ())])
def test_a_ruling_on_something_else_is_ignored(rule):
    play = playing("hello", rules=judged())
    assert play.send(rule) == ()
    assert play.match.awaits_ruling


def test_a_ruling_that_nobody_asked_for_is_ignored():
    assert playing(rules=judged()).send(Rule(1, ATTACKER, ())) == ()


WHILE_PENDING = [
    (ATTACKER, 1, "1", Refusal.DUPLICATE),
    (ATTACKER, 1, "x", Refusal.NOT_YOUR_TURN),
    (DEFENDER, 1, "x", Refusal.NOT_YOUR_TURN),
]


@pytest.mark.parametrize(("role", "turn", "id_", "why"), WHILE_PENDING)
def test_while_judges_think_nobody_can_act(role, turn, id_, why):
    play = playing("hello", rules=judged())
    assert play.send(Act(role, turn, id_, Action("hm"))) == (Refuse(role, id_, why),)
    assert play.match.awaits_ruling


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (Leave(DEFENDER, Departure.CRASH), Verdict(None, Reason.ABORTED)),
        (Leave(ATTACKER, Departure.RESIGNED), Verdict(DEFENDER, Reason.RESIGNED)),
        (Fault(), Verdict(None, Reason.INFRASTRUCTURE)),
        (Suspend(), None),
        (Resume(), None),
    ],
)
def test_what_ends_or_stops_the_match_drops_the_action_that_waits(message, verdict):
    play = playing("hello", rules=judged())
    play.send(message)
    assert not play.match.awaits_ruling
    assert play.verdict == verdict
    assert not any(isinstance(event.body, Acted) for event in play.events)


def test_an_action_dropped_by_a_suspension_may_be_sent_again():
    play = playing("hello", rules=judged())
    play.send(Suspend())
    play.send(Resume())
    play.send(Act(ATTACKER, 1, "1", Action("hello")))
    assert play.rule(0.0, 0.0).match.position.to_move is DEFENDER


# --- resuming from the log --------------------------------------------------------------------------------------------


def test_a_match_killed_between_the_event_that_decided_and_its_end_is_finished():
    whole = playing("banana").events
    match = Match.resumed(whole[:2], Hearing())
    assert match.verdict is None
    record, finish = match.receive(Resume(), match.last)
    assert lines([*whole[:2], record.event]) == lines(whole)
    assert finish == Finish(Verdict(DEFENDER, Reason.LEAKED))


def test_words_erased_after_the_event_that_decided_change_nothing():
    cut = [*playing("banana").events[:2], Event("m", 2, 0, Redacted(1))]
    match = Match.resumed(cut, Hearing())
    match.tick(match.last)
    assert match.verdict == Verdict(DEFENDER, Reason.LEAKED)


def test_a_resumed_match_still_knows_what_was_sent():
    play = playing("hello", "")
    match = Match.resumed(play.events, Hearing())
    for role, id_ in ((ATTACKER, "1"), (DEFENDER, "2")):
        assert match.receive(Act(role, 1, id_, Action("hm")), 0) == (Refuse(role, id_, Refusal.DUPLICATE),)
    assert match.position == play.match.position


def test_a_finished_match_resumes_finished():
    match = Match.resumed(playing("banana").events, Hearing())
    assert match.verdict == Verdict(DEFENDER, Reason.LEAKED)
    assert match.receive(Resume(), 10) == ()


NOT_A_MATCH = [
    ([], "match ?: type: a match begins with 'started'"),
    ([Event("m", 0, 0, Suspended())], "event 0 of match m: type: a match begins with 'started'"),
    ([Event("m", 1, 0, started())], "event 1 of match m: seq: does not follow event -1 of match m"),
    (
        [Event("m", 0, 0, started()), Event("other", 1, 0, Suspended())],
        "event 1 of match other: seq: does not follow event 0 of match m",
    ),
    (
        [Event("m", 0, 9, started()), Event("m", 1, 8, Suspended())],
        "event 1 of match m: seq: does not follow event 0 of match m",
    ),
]


@pytest.mark.parametrize(("events", "sentence"), NOT_A_MATCH)
def test_what_is_not_one_match_cannot_be_resumed(events, sentence):
    with pytest.raises(EventError) as wrong:
        Match.resumed(events, Hearing())
    assert str(wrong.value).endswith(sentence)
