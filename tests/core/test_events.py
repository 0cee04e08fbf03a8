"""The one JSON form of events, and the words of people that are kept apart from it."""

import json
from dataclasses import replace

import pytest
from core.playing import PLAIN, Play, lines
from core.strategies import QUICK, actions, events
from doubles import started
from hypothesis import given
from hypothesis import strategies as st

from arena.core.actions import Action, Ruling
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
    Suspended,
    Words,
    seal,
    unseal,
)
from arena.core.hits import Hit, HitRule
from arena.core.replay import replay
from arena.core.verdict import Cause, Reason, Role, Verdict

HIT = Hit(2, 8, "banana", HitRule.EXACT, counts=True)
RULING = Ruling("form", "1", "dull", 0.25, "f")
ACTED = Acted(Role.DEFENDER, 3, "d3", Action("a banana", "lemon"), False, (HIT,), (RULING,), "0" * 16)

SAMPLES = {
    "started": started(PLAIN, pair="p1", rated=False),
    "acted": ACTED,
    "refused": Refused(Role.ATTACKER, 1, "a1", Action("", "x"), Refusal.ATTACKER_GUESS),
    "left": Left(Role.ATTACKER, Departure.CRASH),
    "suspended": Suspended(),
    "resumed": Resumed(),
    "faulted": Faulted(),
    "finished": Finished(Verdict(Role.DEFENDER, Reason.FORFEIT, Cause.TIME)),
    "redacted": Redacted(1),
}


def row(kind: str, **changes) -> dict:
    """The JSON row of a sample, damaged by these changes."""
    return {**Event("m", 4, 10, SAMPLES[kind]).to_json(), **changes}


def refused(damaged: object) -> EventError:
    with pytest.raises(EventError) as wrong:
        Event.from_json(json.loads(json.dumps(damaged)))
    return wrong.value


@QUICK
@given(events)
def test_an_event_comes_back_from_its_line(event):
    line = event.to_line()
    again = Event.from_line(line)
    assert again == event
    assert again.to_line() == line
    assert len(line.splitlines()) == 1


def test_the_form_of_an_action_is_pinned():
    assert Event("m", 4, 10, ACTED).to_line() == (
        '{"v":1,"match":"m","seq":4,"at":10,"type":"acted","role":"defender","turn":3,"id":"d3","text":"a banana",'
        '"guess":"lemon","right":false,"hits":[{"start":2,"end":8,"found":"banana","rule":"exact","counts":true}],'
        '"rulings":[{"judge":"form","version":"1","label":"dull","score":0.25,"fingerprint":"f"}],'
        '"matcher":"0000000000000000"}'
    )


def test_text_is_written_as_it_is_in_any_script():
    line = Event("m", 1, 0, replace(ACTED, action=Action("苹果 \U0001f34c"))).to_line()
    assert "苹果 \U0001f34c" in line


FIELDS = [(kind, field) for kind in SAMPLES for field in row(kind)]


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_missing_field_is_named(kind, field):
    damaged = row(kind)
    del damaged[field]
    wrong = refused(damaged)
    assert (wrong.field, wrong.problem) == (field, "is missing")


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_field_of_the_wrong_kind_is_named(kind, field):
    assert refused(row(kind, **{field: ["odd"]})).field == field


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_unknown_field_is_named(kind):
    wrong = refused(row(kind, luck=1))
    assert str(wrong) == "event 4 of match m: luck: is not a field of this event"


def within(kind: str, name: str, **changes) -> dict:
    """The row of a sample with the object, or the first of the list of objects, under a name damaged."""
    damaged = json.loads(json.dumps(row(kind)))
    inner = damaged[name]
    (inner[0] if isinstance(inner, list) else inner).update(changes)
    return damaged


DAMAGED = [
    (5, "event", "is not a JSON object"),
    ({}, "match", "is missing"),
    (row("left", match=""), "match", "must be a name"),
    (row("left", match="half \ud83d"), "match", "must be text"),
    (row("left", seq=-1), "seq", "must be a whole number, 0 or more"),
    (row("left", seq=True), "seq", "must be a whole number, 0 or more"),
    (row("left", at=1.5), "at", "must be a whole number, 0 or more"),
    (row("left", v=2), "v", "this program reads version 1, not 2"),
    (row("left", v=True), "v", "must be a whole number, 0 or more"),
    (row("left", type="sang"), "type", "'sang' is not a kind of event"),
    (row("left", role="judge"), "role", "'judge' is none of attacker, defender"),
    (row("left", how={}), "how", "{} is none of time, crash, resigned"),
    (row("acted", turn=-1), "turn", "must be a whole number, 0 or more"),
    (row("acted", guess=5), "guess", "must be text"),
    (row("acted", right="yes"), "right", "must be true or false"),
    (row("acted", hits={}), "hits", "must be a list of objects"),
    (within("acted", "hits", start="0"), "start", "must be a whole number, 0 or more"),
    (within("acted", "hits", rule="guessed"), "rule", "'guessed' is none of exact, inflection, family, spelled"),
    (within("acted", "hits", weight=2), "hits", "holds more than this program reads"),
    (within("acted", "rulings", score=1.5), "score", "must be a number from 0 to 1, or null"),
    (within("acted", "rulings", score=True), "score", "must be a number from 0 to 1, or null"),
    (within("acted", "rulings", score=float("nan")), "score", "must be a number from 0 to 1, or null"),
    (within("started", "rules", form="loose"), "rules", "rule 'form' cannot be 'loose'"),
    (within("started", "attacker", is_human=1), "is_human", "must be true or false"),
    (within("started", "attacker", shoe=44), "attacker", "holds more than this program reads"),
    (row("finished", verdict={"winner": None}), "verdict", "reason is missing"),
    (row("finished", verdict={"winner": "me", "reason": "tie"}), "verdict", "'me' is not a valid Role"),
    (row("finished", verdict={"winner": None, "reason": "tie", "luck": 1}), "verdict", "holds more than"),
    (row("refused", why="bored"), "why", "'bored' is none of attacker_guess, guess_limit"),
    (row("redacted", of=-1), "of", "must be a whole number, 0 or more"),
]


@pytest.mark.parametrize(("damaged", "field", "problem"), DAMAGED)
def test_a_damaged_row_names_the_field_and_what_is_wrong(damaged, field, problem):
    wrong = refused(damaged)
    assert wrong.field == field
    assert wrong.problem.startswith(problem)


def test_a_damaged_row_says_which_event_of_which_match_it_is():
    assert (refused(row("left", at=-1)).match, refused(row("left", at=-1)).seq) == ("m", 4)
    assert (refused(row("left", match=7)).match, refused(row("left", seq="4")).seq) == ("", -1)


@pytest.mark.parametrize("line", ["", "{", "not json", "[" * 100_000, '{"match":"m"'])
def test_a_line_that_is_not_json_is_refused(line):
    with pytest.raises(EventError, match="event -1 of match \\?: event: is not JSON"):
        Event.from_line(line)


def test_a_score_without_a_ruling_is_null():
    body = replace(ACTED, rulings=(Ruling.unavailable("form", "1"),))
    assert Event.from_line(Event("m", 1, 0, body).to_line()).body == body


# --- words kept apart -------------------------------------------------------------------------------------------------


@QUICK
@given(actions, st.text("0123456789abcdef", min_size=8, max_size=8))
def test_sealed_words_can_be_put_back(action, salt):
    event = Event("m", 1, 0, replace(ACTED, action=action))
    apart, words = seal(event, salt)
    again = unseal(apart, words)
    assert apart.body.action == Action()
    assert replace(again, body=replace(again.body, seal=None)) == event
    assert Event.from_line(apart.to_line()) == apart
    assert not {"text", "guess"} & apart.to_json().keys()


def test_other_words_do_not_fit_a_seal():
    apart, words = seal(Event("m", 1, 0, ACTED), "00")
    for wrong in (Words("other", words.guess, "00"), Words(words.text, None, "00"), replace(words, salt="01")):
        with pytest.raises(EventError, match="event 1 of match m: seal: the words kept apart are not the ones"):
            unseal(apart, wrong)


def test_an_event_without_words_has_nothing_to_seal():
    with pytest.raises(TypeError, match="Left holds no words"):
        seal(Event("m", 1, 0, SAMPLES["left"]), "00")
    with pytest.raises(EventError, match="seal"):
        unseal(Event("m", 1, 0, SAMPLES["left"]), Words("", None, "00"))


@pytest.mark.parametrize(
    ("body", "has_words"),
    [
        (ACTED, True),
        (replace(ACTED, seal="aa"), True),
        (replace(ACTED, action=Action("", "lemon"), seal="aa"), True),
        (replace(ACTED, action=Action(), seal="aa"), False),
    ],
)
def test_words_are_gone_only_where_a_seal_stands_alone(body, has_words):
    assert body.has_words is has_words


def test_a_match_whose_words_were_erased_replays_to_the_same_verdict():
    play = Play().begin().say("hello").say("").say("hm", guess="lemon").say("hello", "a banana")
    whole = replay(play.events)
    erased = [seal(it, "00")[0] if isinstance(it.body, Acted | Refused) else it for it in play.events]
    redacted = [*erased, Event("m", len(erased), play.match.last, Redacted(1))]
    again = replay([Event.from_line(line) for line in lines(redacted)])
    assert again.verdict == whole.verdict == Verdict(Role.ATTACKER, Reason.INDUCED)
    assert replace(again.position, history=()) == replace(whole.position, history=())
    assert {said.text for said in again.position.history} == {None}


@QUICK
@given(st.builds(Refused, st.sampled_from(Role), st.just(1), st.just("x"), actions, st.just(Refusal.EMPTY)))
def test_refused_words_are_sealed_like_others(body):
    apart, words = seal(Event("m", 1, 0, body), "00")
    assert unseal(apart, words).body == replace(body, seal=words.seal())
