"""What holds for every built-in agent: its card, its way in, and that no judge of ours rules against it."""

import asyncio

import pytest
from agent_boards import ATTACKERS, DEFENDERS, WORDS, agent, rules, utterances

from arena import registry
from arena.core.actions import Case, Said
from arena.core.hits import Language
from arena.core.rules import preset
from arena.core.verdict import Role

NAMES = sorted({*ATTACKERS, *DEFENDERS})


@pytest.mark.parametrize("name", NAMES)
def test_a_card_tells_the_seats_an_agent_takes(name):
    card = registry.agent(name).card
    assert card.name == name
    assert card.languages == frozenset(Language)
    assert (Role.ATTACKER in card.roles, Role.DEFENDER in card.roles) == (name in ATTACKERS, name in DEFENDERS)
    assert not card.is_timed
    assert not card.is_human


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_may_be_closed_at_any_time(name):
    asyncio.run(agent(name).close())


@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("defender", DEFENDERS)
@pytest.mark.parametrize("language", Language)
def test_no_judge_rules_against_our_agents(attacker, defender, language):
    judges = registry.judges_for(preset("paper"))
    for seed, target in enumerate(WORDS[language]):
        said = []
        for role, action, view in utterances(attacker, defender, target, played=rules(language), seed=seed):
            case = Case(role, view.turn, action.text, tuple(said), language)
            for judge in judges.values():
                ruling = asyncio.run(judge.rule(case))
                assert not ruling.is_against(0.5), (action.text, ruling)
            said.append(Said(role, view.turn, action.text, action.guess))
