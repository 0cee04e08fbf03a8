"""A prompt is cut in its middle until it fits; the rules and the opponent's latest words stay."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompting import talk, view_of, written

from agents.llm.context import fit
from agents.llm.errors import ContextError
from agents.llm.prompts import load
from agents.llm.prompts.cuts import WHOLE, Cut, cuts
from agents.llm.prompts.style import STYLES
from arena.core.rules import Rules
from arena.core.verdict import Role

RULES = Rules(max_turns=100)


def count(prompt):
    return len(written(prompt).split())


@pytest.mark.parametrize(
    ("role", "turns", "ways"),
    [
        (Role.ATTACKER, 0, [WHOLE]),
        (Role.ATTACKER, 1, [WHOLE, Cut(0, 1, 1)]),
        (Role.ATTACKER, 2, [WHOLE, Cut(0, 2, 1), Cut(0, 3, 2)]),
        (Role.ATTACKER, 4, [WHOLE, Cut(2, 4, 1), Cut(2, 6, 2), Cut(0, 6, 3), Cut(0, 7, 4)]),
        (Role.DEFENDER, 0, [WHOLE]),
        (Role.DEFENDER, 1, [WHOLE, Cut(0, 2, 1)]),
        (Role.DEFENDER, 3, [WHOLE, Cut(2, 4, 1), Cut(2, 6, 2), Cut(0, 6, 3)]),
    ],
)
def test_a_history_is_cut_from_its_middle_turn_by_turn(role, turns, ways):
    assert list(cuts(talk(role, turns))) == ways


@pytest.mark.parametrize("role", Role)
def test_a_prompt_that_fits_is_left_whole(role):
    view = view_of(role, talk(role, 20), RULES)
    fitted = fit(load("standard"), view, count, 10_000)
    assert (fitted.messages, fitted.left_out) == (load("standard").render(view), 0)
    assert fitted.tokens == count(fitted.messages)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("style", STYLES)
def test_the_first_exchange_and_the_latest_stay_and_a_mark_says_what_is_gone(style, role):
    view = view_of(role, talk(role, 30), RULES)
    room = count(load(style).render(view)) - 60
    fitted = fit(load(style), view, count, room)
    text = written(fitted.messages)
    assert fitted.left_out > 0
    assert "about turn 1" in text
    assert f"about turn {view.history[-1].turn}" in text
    assert "about turn 2\n" not in text
    assert f"{fitted.left_out} turn" in text
    assert text[:150] == written(load(style).render(view))[:150]


@pytest.mark.parametrize("role", Role)
def test_messages_change_speakers_after_every_cut(role):
    view = view_of(role, talk(role, 6), RULES)
    for cut in cuts(view.history):
        speakers = [message.speaker for message in load("standard").render(view, (), cut)]
        assert all(one is not other for one, other in pairwise(speakers))
        assert speakers[-1] == "user"


views = st.builds(
    lambda role, turns, words, style: (load(style), view_of(role, talk(role, turns, "<{}> " + words), RULES)),
    st.sampled_from(Role), st.integers(0, 40), st.text("ab \n\"", max_size=60), st.sampled_from(STYLES),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(views, st.integers(0, 900), st.integers(0, 200))
def test_a_fitted_prompt_fits_and_keeps_the_latest_words_and_more_room_leaves_no_less(made, room, more):
    prompts, view = made
    asked = []

    def counted(prompt):
        asked.append(prompt)
        return count(prompt)

    try:
        fitted = fit(prompts, view, counted, room)
    except ContextError:
        assert count(prompts.render(view, (), cuts(view.history)[-1])) > room
        return
    assert fitted.tokens == count(fitted.messages) <= room
    assert len(asked) <= 9
    if view.history:
        assert (
            f"\u2039{view.history[-1].turn}\u203a"
            in written(fitted.messages).splitlines()[-1 if False else slice(None)].__str__()
        )
    wider = fit(prompts, view, count, room + more)
    assert wider.left_out <= fitted.left_out
    assert wider.tokens >= fitted.tokens
    rules = written(prompts.render(view)).split("we talk")[0].split("\u20391")[0]
    assert rules[:200] == written(fitted.messages)[:200][: len(rules)]


@pytest.mark.parametrize(
    ("turns", "problem"),
    [(3, "the rules and the opponent's last words are "), (0, "the rules alone are ")],
)
def test_what_cannot_fit_is_an_error_with_tokens_room_and_remedy(turns, problem):
    view = view_of(Role.ATTACKER, talk(Role.ATTACKER, turns), RULES)
    with pytest.raises(ContextError) as wrong:
        fit(load("standard"), view, count, 50, model="tiny")
    text = str(wrong.value)
    assert text.startswith("model 'tiny': " + problem)
    assert "tokens, and there is room for 50; choose prompt=compact" in text


def test_an_attacker_that_was_cut_short_is_told_so():
    view = view_of(Role.ATTACKER, talk(Role.ATTACKER, 1), RULES)
    only = load("compact").render(view, (), cuts(view.history)[-1])
    assert only[-1].text == '(1 turn left out.)\n"we talk about turn 1"'


@pytest.mark.slow
@pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="TABOO_DATA is unset: there is no tinystories-656k")
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("style", ["compact", "plain"])
def test_a_long_match_fits_a_real_model_of_512_tokens(style, role):
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(Path(os.environ["TABOO_DATA"], "tinystories-656k"))
    view = view_of(role, talk(role, 60, "In turn {} we talk about the weather and about the garden."), RULES)

    def tokens(prompt):
        return len(tokenizer(written(prompt))["input_ids"])

    assert tokens(load(style).render(view)) > 2000
    fitted = fit(load(style), view, tokens, 512 - 32)
    assert 420 < fitted.tokens <= 480
    assert "In turn 1 " in written(fitted.messages)
    assert f"In turn {view.history[-1].turn} " in written(fitted.messages)
    assert tokens(load(style).render(view_of(role, talk(role, 0), RULES))) <= 110
