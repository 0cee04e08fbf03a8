"""Our attackers never lose by their own words, never repeat themselves, and play as their names say."""

from itertools import pairwise

import pytest
from agent_boards import (
    ATTACKERS,
    RULES,
    WORDS,
    act,
    agent,
    rules,
    says,
    seen_by_attacker,
    seen_by_defender,
    utterances,
)

from agents.hearing import heard
from agents.hiding import walk
from agents.openings import openings
from agents.speech import AgentArgumentError, SeatError
from agents.thoughts import thoughts
from agents.trigger import coverage
from arena.core.actions import Said
from arena.core.hits import Evasion, Form, Language
from arena.core.verdict import Role

PLAYED = [(attacker, language) for attacker in ATTACKERS for language in Language]
NO_SUCH_WORD = "zzyzxword"


@pytest.mark.parametrize(("attacker", "language"), PLAYED)
def test_an_attacker_never_says_the_target_nor_one_thing_twice(attacker, language):
    played = rules(language, form=Form.FAMILY, evasion=Evasion.STRICT)
    for target in WORDS[language]:
        moves = [row for row in utterances(attacker, "honest", target, played=played) if row[0] is Role.ATTACKER]
        texts = [action.text for _, action, _ in moves]
        assert [text for text in texts if says(text, target, moves[0][2])] == []
        assert len(set(texts)) == played.max_turns
        assert max(map(len, texts)) <= played.max_chars
        assert all(action.guess is None for _, action, _ in moves)


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_an_attacker_remembers_nothing(attacker):
    moves = [row for row in utterances(attacker, "evasive", "banana") if row[0] is Role.ATTACKER]
    again = agent(attacker)
    assert [act(again, view) for _, _, view in reversed(moves)] == [action for _, action, _ in reversed(moves)]


@pytest.mark.parametrize(("attacker", "least"), [("direct", 8), ("hiding", 8), ("random", 8), ("trigger", 2)])
def test_the_seed_varies_what_is_said(attacker, least):
    first = {act(agent(attacker), seen_by_attacker("mouse", seed=seed)).text for seed in range(12)}
    assert len(first) >= least


@pytest.mark.parametrize("attacker", ["direct", "hiding", "trigger"])
@pytest.mark.parametrize("language", Language)
def test_an_attacker_has_something_to_say_about_a_word_that_nobody_knows(attacker, language):
    target = NO_SUCH_WORD if language is Language.ENGLISH else "\u9f98\u9f98"
    moves = [row for row in utterances(attacker, "random", target, played=rules(language)) if row[0] is Role.ATTACKER]
    assert len({action.text for _, action, _ in moves}) == 10


@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("limit", [1, 8, 30])
def test_an_attacker_keeps_within_any_limit(attacker, limit):
    text = act(agent(attacker), seen_by_attacker(played=rules(max_chars=limit))).text
    assert 0 < len(text) <= limit


@pytest.mark.parametrize("attacker", ["direct", "hiding", "trigger"])
def test_an_attacker_does_not_defend(attacker):
    with pytest.raises(SeatError, match="does not sit as defender"):
        act(agent(attacker), seen_by_defender("Hello."))


@pytest.mark.parametrize("name", [*ATTACKERS, "honest", "detector", "evasive"])
def test_an_agent_without_arguments_refuses_one(name):
    with pytest.raises(AgentArgumentError, match=f"agent '{name}' cannot take 'fast': name it '{name}' alone"):
        agent(name, "fast")


def test_direct_asks_by_another_relation_each_turn():
    moves = [row for row in utterances("direct", "random", "banana") if row[0] is Role.ATTACKER]
    near = {edge.word for edge in thoughts("banana", Language.ENGLISH)}
    cues = [near.intersection(heard(action.text, Language.ENGLISH)) for _, action, _ in moves]
    assert all(cues)
    assert len(set().union(*cues)) >= 8


def test_direct_takes_up_what_the_defender_said():
    told = [Said(Role.ATTACKER, 1, "What do monkeys love?"), Said(Role.DEFENDER, 1, "Do you mean a lemon?")]
    views = [seen_by_attacker(history=told, turn=2, seed=seed) for seed in range(20)]
    taken_up = ["lemon" in heard(act(agent("direct"), view).text, Language.ENGLISH) for view in views]
    assert 5 < sum(taken_up) < 20


@pytest.mark.parametrize("language", Language)
def test_hiding_walks_around_the_target_and_comes_back(language):
    target = WORDS[language][0]
    near = {edge.word for edge in thoughts(target, language)}
    paths = [walk(seen_by_attacker(target, played=rules(language), turn=10, seed=seed)) for seed in range(30)]
    assert all(len(set(path)) == len(path) == 10 for path in paths)
    assert all(path[0] in near and target not in path for path in paths)
    share = sum(word in near for path in paths for word in path) / 300
    assert 0.4 < share < 0.95


def test_hiding_goes_on_along_the_same_walk():
    paths = [walk(seen_by_attacker(turn=turn)) for turn in range(1, 11)]
    assert all(later[:-1] == earlier for earlier, later in pairwise(paths))


def test_hiding_talks_about_what_the_defender_brought_up_where_that_is_near():
    told = [Said(Role.ATTACKER, 1, "I keep thinking about trees."), Said(Role.DEFENDER, 1, "And I about monkeys.")]
    views = [seen_by_attacker(history=told, turn=2, seed=seed) for seed in range(40)]
    followed = [heard(act(agent("hiding"), view).text, Language.ENGLISH)[:1] == ("monkey",) for view in views]
    assert any(followed)
    assert not all(followed)


def test_trigger_uses_its_openings_and_then_asks_as_direct_does():
    lines = openings(Language.ENGLISH)["mouse"]
    moves = [row for row in utterances("trigger", "random", "mouse") if row[0] is Role.ATTACKER]
    texts = [action.text for _, action, _ in moves]
    assert sorted(texts[: len(lines)]) == sorted(lines)
    direct = agent("direct")
    assert texts[len(lines) :] == [act(direct, view).text for _, _, view in moves[len(lines) :]]


@pytest.mark.parametrize(("language", "least"), [(Language.ENGLISH, 300), (Language.CHINESE, 120)])
def test_trigger_states_its_coverage(language, least):
    assert len(coverage(language)) >= least
    for target in sorted(coverage(language))[::25]:
        view = seen_by_attacker(target, played=rules(language))
        assert act(agent("trigger"), view).text in openings(language)[target]


def test_no_opening_gives_the_word_away():
    for language in Language:
        for target, lines in openings(language).items():
            view = seen_by_attacker(target, played=rules(language))
            assert [line for line in lines if says(line, target, view) or len(line) > RULES.max_chars] == []
