"""What a program notes about its actions: kept before them, shown to nobody while the match is live."""

import json
import math

import pytest
from core.playing import Hearing, Play, judged, lines, recorded
from core.strategies import QUICK, notes
from hypothesis import given
from hypothesis import strategies as st

from arena.core.actions import MAX_FACT_CHARS, MAX_FACTS, MAX_NOTE_CHARS, MAX_NOTES, Action, Note, settled_notes
from arena.core.errors import EventError
from arena.core.events import Acted, Event, Finished, Noted, Refused, Seat
from arena.core.machine import Act, Match, Resume, Suspend, Tell
from arena.core.projection import Audience, project
from arena.core.replay import replay
from arena.core.verdict import Reason, Role

THOUGHT = Note("reasoning", "banana, so I ask about monkeys", (("tokens", 7), ("share", 0.25), ("late", None)))
LOOKED_UP = Note("tool", "monkey, yellow", (("tool", "related"), ("word", "banana")))
LIVE = (Audience.ATTACKER, Audience.DEFENDER, Audience.SPECTATOR)


def kinds(play: Play) -> list[str]:
    return [type(event.body).__name__ for event in play.events]


def test_notes_are_written_just_before_their_action_one_event_each():
    play = Play().begin().say("what do monkeys eat", notes=(LOOKED_UP, THOUGHT))
    assert kinds(play) == ["Started", "Noted", "Noted", "Acted"]
    noted, acted = play.events[1].body, play.events[3].body
    assert noted == Noted(Role.ATTACKER, 1, "1", LOOKED_UP)
    assert isinstance(acted, Acted)
    assert acted.id == "1"


def test_notes_wait_for_the_judges_with_their_action():
    play = Play(judged()).begin().say("what do monkeys eat", notes=(THOUGHT,))
    assert kinds(play) == ["Started"]
    play.rule(0.0, 0.0)
    assert kinds(play) == ["Started", "Noted", "Acted"]


def test_notes_about_a_pending_action_go_with_it_where_the_match_is_suspended():
    play = Play(judged()).begin().say("what do monkeys eat", notes=(THOUGHT,))
    play.send(Suspend())
    assert kinds(play) == ["Started", "Suspended"]


def test_a_refused_action_keeps_its_notes():
    play = Play().begin().say("", notes=(THOUGHT,))
    assert kinds(play) == ["Started", "Noted", "Refused"]
    assert isinstance(play.events[-1].body, Refused)
    assert isinstance(play.effects[-1], Tell)


def test_the_notes_of_an_action_that_ends_the_match_are_kept():
    play = Play().begin().say("a banana", notes=(THOUGHT,))
    assert kinds(play) == ["Started", "Noted", "Acted", "Finished"]
    assert play.verdict is not None
    assert play.verdict.reason is Reason.LEAKED


def test_nothing_is_noted_about_a_message_out_of_order():
    play = Play().begin()
    play.send(Act(Role.DEFENDER, 1, "early", Action("me first"), (THOUGHT,)))
    assert kinds(play) == ["Started"]


def test_a_persons_notes_are_not_kept():
    play = Play(attacker=Seat("@alice", "1", is_human=True)).begin().say("what do monkeys eat", notes=(THOUGHT,))
    assert kinds(play) == ["Started", "Acted"]


@pytest.mark.parametrize("audience", LIVE)
def test_nobody_sees_more_of_a_note_than_that_there_is_one_while_the_match_is_live(audience):
    event = Event("m", 1, 5, Noted(Role.ATTACKER, 3, "1", THOUGHT))
    head = {"v": 1, "match": "m", "seq": 1, "at": 5}
    assert project(event, audience) == {**head, "type": "noted", "role": "attacker", "turn": 3}


def test_the_record_shows_the_whole_note():
    row = project(Event("m", 1, 5, Noted(Role.ATTACKER, 3, "1", THOUGHT)), Audience.RECORD)
    assert (row["kind"], row["text"]) == (THOUGHT.kind, THOUGHT.text)
    assert row["facts"] == {"tokens": 7, "share": 0.25, "late": None}


def test_a_fact_is_found_by_its_name():
    assert (THOUGHT.fact("tokens"), THOUGHT.fact("late"), THOUGHT.fact("missing")) == (7, None, None)


def test_a_log_that_was_cut_between_a_note_and_its_action_asks_the_seat_again():
    play = Play().begin().say("what do monkeys eat", notes=(THOUGHT,))
    again = Match.resumed(play.events[:2], Hearing())
    effects = again.receive(Resume(), again.last)
    assert any(isinstance(effect, Tell) and effect.role is Role.ATTACKER for effect in effects)
    effects += again.receive(Act(Role.ATTACKER, 1, "1", Action("what do monkeys eat"), (THOUGHT,)), again.last)
    assert replay([*play.events[:2], *recorded(effects)]).position.history == play.match.position.history


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (Noted(Role.DEFENDER, 1, "1", THOUGHT), "role"),
        (Noted(Role.ATTACKER, 2, "1", THOUGHT), "turn"),
    ],
)
def test_a_note_of_a_seat_that_is_not_to_move_cannot_stand_in_a_log(body, field):
    play = Play().begin()
    with pytest.raises(EventError, match=field):
        replay([*play.events, Event("m", 1, 0, body)])


@pytest.mark.parametrize("facts", [{"deep": {}}, {"list": [1]}, {"far": float("inf")}, {"half": "\ud83d"}])
def test_a_fact_that_is_no_plain_value_cannot_be_read(facts):
    row = Event("m", 1, 0, Noted(Role.ATTACKER, 1, "1", Note("tool"))).to_json()
    with pytest.raises(EventError, match=next(iter(facts))):
        Event.from_json({**row, "facts": facts})


# --- anybody's notes --------------------------------------------------------------------------------------------------


def test_notes_are_bounded_in_number_and_length():
    many = settled_notes((Note("x", "y" * 3000, tuple((f"f{n}", "z" * 2000) for n in range(99))),) * 99)
    assert len(many) == MAX_NOTES
    assert sum(len(note.text) for note in many) == MAX_NOTE_CHARS
    assert all(len(note.facts) == MAX_FACTS for note in many)
    assert {len(str(value)) for note in many for _, value in note.facts} == {MAX_FACT_CHARS}


def test_of_too_many_notes_the_first_and_the_last_are_kept():
    kept = [note.text for note in settled_notes(tuple(Note("x", str(number)) for number in range(99)))]
    assert kept == [*map(str, range(28)), "95", "96", "97", "98"]


def test_what_could_not_be_stored_is_replaced():
    (note,) = settled_notes((Note("", "half \ud83d", (("a\ud83d", math.nan), ("b", "\ud83d"), ("c", 1 / 3))),))
    assert note == Note("note", "half ?", (("a?", None), ("b", "?"), ("c", 0.333333)))


@QUICK
@given(st.lists(notes, max_size=5).map(tuple))
def test_settled_notes_are_written_and_read_to_the_byte(given_notes):
    play = Play().begin().say("what do monkeys eat", notes=given_notes)
    assert [Event.from_line(line) for line in lines(play.events)] == play.events
    assert replay(play.events).events == len(given_notes) + 2


@QUICK
@given(st.text("jkqvxz", min_size=8, max_size=30))
def test_no_live_audience_is_shown_a_word_of_a_note(secret):
    note = Note("reasoning", secret, ((secret, secret),))
    events = Play().begin().say("hello", "well", notes=(note,)).events
    for audience in LIVE:
        shown = json.dumps([project(event, audience) for event in events], ensure_ascii=False)
        assert secret not in shown


def test_a_match_is_the_same_with_notes_and_without():
    texts = ("hello", "well", "tell me more", "a banana")
    with_notes, without = (Play().begin().say(*texts, notes=notes) for notes in ((THOUGHT,), ()))
    kept = [event.body for event in with_notes.events if not isinstance(event.body, Noted)]
    assert kept == [event.body for event in without.events]
    assert isinstance(kept[-1], Finished)
