"""A recheck lists what today's matcher and judges would say otherwise, and nothing else."""

import asyncio
from dataclasses import replace

from doubles import Bench, Player, WholeWords, says, seats, started

from arena.core.actions import Action
from arena.core.events import Acted, seal
from arena.core.machine import Match
from arena.core.rules import JudgeSpec, OnRuling, Rules
from arena.recheck import recheck_match
from arena.runner import MemoryLog, play

RULES = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=OnRuling.NOTE, max_turns=2)
MILD, HARSH = {"bench": Bench(lambda case: 0.1)}, {"bench": Bench(lambda case: 0.9)}


class Generous(WholeWords):
    """A matcher of tomorrow: no word is ever said, and every guess is right."""

    def said(self, text, target, policy):
        return ()

    def guessed(self, guess, target, policy):
        return True


def played(defender=None):
    log = MemoryLog()
    match = Match("m", started(RULES), WholeWords())
    asyncio.run(play(match, seats(says("hello"), defender or says("a banana")), MILD, log))
    return log.events["m"]


def test_nothing_differs_under_the_same_matcher_and_judges():
    assert recheck_match(played(), WholeWords(), MILD) == ()


def test_another_answer_of_the_matcher_is_listed():
    assert recheck_match(played(), Generous(), MILD) == ("event 2: the matcher then found banana (exact), now no hit",)


def test_another_answer_about_a_guess_is_listed():
    events = played(Player(lambda view: Action("hm", "apple" if view.guesses_left else None)))
    assert recheck_match(events, Generous(), MILD) == ("event 2: the guess was wrong, now it is right",)


def test_another_ruling_is_listed_but_not_a_slightly_other_score():
    events = played(says("hm"))
    almost = {"bench": Bench(lambda case: 0.2)}
    assert recheck_match(events, WholeWords(), almost) == ()
    assert recheck_match(events, WholeWords(), HARSH) == tuple(
        f"event {seq}: judge bench ruled nothing against it, now against (told so)" for seq in (1, 2, 3, 4)
    )


def test_an_unavailable_judge_is_not_asked_again():
    events = [
        replace(event, body=replace(event.body, rulings=tuple(replace(it, score=None) for it in event.body.rulings)))
        if isinstance(event.body, Acted)
        else event
        for event in played(says("hm"))
    ]
    assert recheck_match(events, WholeWords(), HARSH) == ()


def test_redacted_words_are_left_out():
    events = [seal(event, "00")[0] if isinstance(event.body, Acted) else event for event in played()]
    assert recheck_match(events, Generous(), HARSH) == ()


def test_what_is_not_a_match_has_no_differences():
    assert recheck_match(played()[1:], WholeWords(), MILD) == ()
