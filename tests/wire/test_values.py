import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena import wire
from arena.core.actions import Action, Said
from arena.core.ports import Resign
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView
from arena.wire import WireError

HISTORY = (
    Said(Role.ATTACKER, 1, "Hello \u2028 \u4f60\u597d", None, True),
    Said(Role.DEFENDER, 1, None, None),
    Said(Role.ATTACKER, 2, "", "\ud800"),
)
ATTACKER = AttackerView(PRESETS["paper"], 2, HISTORY, 1, 150_000, 2**63 - 1, 1, target="\u9999\u8549")
DEFENDER = DefenderView(PRESETS["spag"], 2, HISTORY, 0, 0, 7)


@pytest.mark.parametrize("view", [ATTACKER, DEFENDER, DefenderView(Rules(), 1, (), 1, 1, 0)])
def test_a_view_comes_back_as_it_was_sent(view):
    message = wire.from_line(wire.to_line(wire.request(view)))
    assert (message["type"], message["turn"], "match" in message) == ("turn.request", view.turn, False)
    assert wire.read_request(message) == view


def test_a_request_names_its_match_where_a_channel_serves_many():
    assert wire.request(DEFENDER, "m1")["match"] == "m1"


def test_a_defenders_message_has_no_target():
    assert "target" in wire.view_to_json(ATTACKER)
    assert "target" not in wire.view_to_json(DEFENDER)


def test_a_target_sent_to_a_defender_is_not_read():
    row = {**wire.view_to_json(DEFENDER), "target": "banana"}
    assert wire.view_from_json(row) == DEFENDER


@given(st.text(st.characters()), st.none() | st.text(st.characters()))
def test_an_action_comes_back_as_it_was_sent(text, guess):
    action = Action(text, guess)
    line = wire.to_line(wire.answer(action, 3, "a"))
    assert line.count(b"\n") == 1
    assert wire.read_answer(wire.from_line(line), 3) == action


def test_giving_up_comes_back_as_it_was_sent():
    assert wire.read_answer(wire.from_line(wire.to_line(wire.answer(Resign(), 3, "a"))), 3) == Resign()


def test_fields_nobody_knows_are_ignored():
    assert wire.action_from_json({"text": "hi", "mood": "good"}) == Action("hi")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (None, "data: must be an object, not nothing"),
        ([], "data: must be an object, not a list"),
        ({"text": 1}, "text: must be text, not 1"),
        ({"text": True}, "text: must be text, not true or false"),
        ({"text": None}, "text: must be text, not nothing"),
        ({"guess": {}}, "guess: must be text, not an object"),
        ({"guess": 1.5}, "guess: must be text, not a number"),
    ],
)
def test_a_broken_action_names_its_field(row, problem):
    with pytest.raises(WireError) as caught:
        wire.action_from_json(row)
    assert str(caught.value) == f"message: {problem}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "judge"}, "role"),
        ({"role": ["attacker"]}, "role"),
        ({"turn": None}, "turn"),
        ({"turn": -1}, "turn"),
        ({"turn": True}, "turn"),
        ({"ms_left": "30"}, "ms_left"),
        ({"guesses_left": 1.0}, "guesses_left"),
        ({"seed": None}, "seed"),
        ({"refusals": "none"}, "refusals"),
        ({"target": 5}, "target"),
        ({"history": {}}, "history"),
        ({"history": ["hi"]}, "history"),
        ({"history": [{"role": "attacker", "turn": 1, "text": 1}]}, "text"),
        ({"history": [{"role": "attacker", "turn": 1, "warned": "no"}]}, "warned"),
        ({"rules": None}, "rules"),
        ({"rules": {}}, "rules"),
        ({"rules": {**Rules().to_json(), "judges": 5}}, "rules"),
        ({"rules": {**Rules().to_json(), "max_turns": 0}}, "rules"),
    ],
)
def test_a_broken_view_names_its_field(change, field):
    with pytest.raises(WireError) as caught:
        wire.view_from_json({**wire.view_to_json(ATTACKER), **change})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"", "is not JSON"),
        (b"hello\n", "is not JSON"),
        (b"\xff\xfe\n", "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"[" * 100_000, "is not JSON"),
        (b"1" * 10_000, "is not JSON"),
        (b" " * (wire.MAX_MESSAGE + 1), "1048576 are allowed"),
    ],
)
def test_a_line_that_is_no_message_is_refused(line, problem):
    with pytest.raises(WireError, match=problem):
        wire.from_line(line)


def test_a_message_too_long_to_read_is_not_sent():
    with pytest.raises(WireError, match="1048576 are allowed"):
        wire.to_line(wire.answer(Action("x" * wire.MAX_MESSAGE), 1, "a"))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "type"),
        ({"type": "hello"}, "type"),
        ({"type": ["turn.action"]}, "type"),
        ({"type": "turn.action", "turn": 2, "data": {}}, "turn"),
        ({"type": "turn.action", "data": {}}, "turn"),
        ({"type": "turn.action", "turn": 3}, "data"),
    ],
)
def test_an_answer_to_something_else_is_refused(message, field):
    with pytest.raises(WireError) as caught:
        wire.read_answer(message, 3)
    assert caught.value.field == field


def test_a_request_of_another_type_is_refused():
    with pytest.raises(WireError, match=r"expected 'turn\.request', not None"):
        wire.read_request({})


def test_an_error_never_repeats_what_could_be_the_target():
    row = {**wire.view_to_json(ATTACKER), "target": {"word": "banana"}}
    with pytest.raises(WireError) as caught:
        wire.view_from_json(json.loads(json.dumps(row)))
    assert "banana" not in str(caught.value)
