"""The moments of a match are those at which the defender acted, with the view that it was then shown."""

import asyncio
from pathlib import Path

import pytest
from core.playing import Play
from doubles import Player, WholeWords, seats, started

from arena.core.actions import Action, Note
from arena.core.events import Event
from arena.core.fields import FieldError
from arena.core.machine import Match, Resume, Suspend, Tell
from arena.core.measures import Reading, moments, reading_from_json
from arena.core.ports import Answer
from arena.core.rules import Rules
from arena.core.views import DefenderView
from arena.runner import MemoryLog, play

GOLDEN = Path(__file__).parents[1] / "golden"


def read(name: str) -> list[Event]:
    return [Event.from_line(line) for line in (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_moment_has_the_view_that_the_defender_was_shown():
    lines = iter(["", "one", "two", "", "three"])
    notes = (Note("reasoning", "what may it be?"),)
    defender = Player(lambda view: Answer(Action(next(lines)), notes))
    attacker, log = Player(lambda view: Action(f"hello {view.turn}")), MemoryLog()
    match = Match("m", started(Rules(judges=(), max_turns=3)), WholeWords())
    asyncio.run(play(match, seats(attacker, defender), {}, log))
    found = moments(log.events["m"])
    refused_first = (defender.views[0], defender.views[3])
    assert [moment.view for moment in found] == [view for view in defender.views if view not in refused_first]
    assert [moment.view.refusals for moment in found] == [1, 0, 1]
    assert all(moment.is_whole for moment in found)


def test_a_view_that_is_shown_again_after_a_suspension_is_the_one():
    game = Play().begin().say("hello", at=1000)
    game.send(Suspend(), 5000)
    shown = [effect.view for effect in game.send(Resume(), 5000) if isinstance(effect, Tell)]
    game.say("hm", at=7000)
    assert [moment.view for moment in moments(game.events)] == [
        view for view in shown if isinstance(view, DefenderView)
    ]


def test_a_match_in_which_the_defender_never_acted_has_no_moment():
    game = Play().begin().say("a banana")
    assert game.verdict is not None
    assert moments(game.events) == ()


def test_no_events_and_a_headless_match_have_no_moment():
    assert moments([]) == ()
    assert moments(read("tie")[1:]) == ()


def test_no_moment_holds_the_target():
    events = read("inferred")
    last = moments(events)[-1]
    assert events[0].body.target not in repr(last.view)


def test_what_was_redacted_since_is_not_whole():
    found = moments(read("inferred_sealed"))
    assert found
    assert not found[-1].is_whole


def test_a_reading_is_read_as_it_was_written():
    reading = Reading(3, (("log_p", -5.21), ("rank", 34), ("said", " Banana"), ("rank_of", None)))
    assert reading.fact("rank") == 34
    assert reading.fact("nothing") is None
    assert reading_from_json(3, reading.to_json()) == reading


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1], {"a": 1}])
def test_a_fact_is_a_value_of_json(value):
    with pytest.raises(FieldError, match="log_p"):
        reading_from_json(3, {"log_p": value})
