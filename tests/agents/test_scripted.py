"""The scripted agent plays its script, and says clearly what is wrong with one."""

import pytest
from agent_boards import act, seen_by_attacker, seen_by_defender

from agents.scripted import Scripted, ScriptError
from arena.core.actions import Action
from arena.core.ports import Resign


def test_a_script_is_played_turn_by_turn_whatever_the_seat():
    agent = Scripted([Action("One."), Action("Two.", "banana"), Resign()])
    assert act(agent, seen_by_attacker(turn=1)) == Action("One.")
    assert act(agent, seen_by_defender("Hello.", turn=2)) == Action("Two.", "banana")
    assert act(agent, seen_by_attacker(turn=3)) == Resign()
    assert act(agent, seen_by_attacker(turn=1)) == Action("One.")


def test_a_script_past_its_end_is_an_error():
    with pytest.raises(ScriptError, match="script in code: it has 1 actions, and turn 2 wants another"):
        act(Scripted([Action("One.")]), seen_by_attacker(turn=2))


def test_a_file_holds_one_action_a_line(tmp_path):
    path = tmp_path / "script.txt"
    lines = ["  Is it a fruit? ", "", '{"text": "I know.", "guess": "banana"}', '{"guess": "kiwi"}', '{"resign": true}']
    path.write_text("\n".join(lines), encoding="utf-8")
    agent = Scripted(str(path))
    moves = [act(agent, seen_by_defender("Hello.", turn=turn)) for turn in range(1, 5)]
    assert moves == [Action("Is it a fruit?"), Action("I know.", "banana"), Action("", "kiwi"), Resign()]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'Hello.\n{"text": "oops"\n', "line 2: Expecting ',' delimiter"),
        (b'{"say": "hello"}', "line 1: an action is"),
        (b'{"text": 5}', "line 1: an action is"),
        (b'{"text": "I know.", "guess": true}', "line 1: an action is"),
        (b"{}", "line 1: an action is"),
        (b"caf\xe9", "byte 3 is not UTF-8"),
    ],
)
def test_a_wrong_script_is_named_by_its_line(tmp_path, content, problem):
    path = tmp_path / "script.txt"
    path.write_bytes(content)
    with pytest.raises(ScriptError) as caught:
        Scripted(str(path))
    assert f"script {path}: {problem}" in str(caught.value)


def test_a_missing_script_is_an_error(tmp_path):
    with pytest.raises(ScriptError, match="No such file"):
        Scripted(str(tmp_path / "none.txt"))
    with pytest.raises(ScriptError, match="name a file, as in scripted:opening"):
        Scripted(None)
