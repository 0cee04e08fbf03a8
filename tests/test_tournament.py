"""A round robin is a value of its seed, and memory gains nothing in it."""

import asyncio
from collections import defaultdict
from typing import ClassVar

import pytest
from doubles import WholeWords

from arena.commands.tournament import short_names
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.ports import AgentCard
from arena.core.rules import Rules
from arena.core.verdict import Reason, Role
from arena.registry import AgentRef
from arena.runner import MemoryLog, play_all
from arena.tournament import Dealer, NoPairingError, Pairing, fixtures, round_robin

WORDS = ("apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel")
RULES = Rules(judges=(), max_turns=2)


class Quiet:
    """Says nothing that matters."""

    card: ClassVar[AgentCard] = AgentCard("quiet", "1", "says nothing that matters")

    def __init__(self, argument: str | None) -> None:
        self.argument = argument

    async def act(self, view):
        return Action("hm")

    async def close(self) -> None:
        pass


class Remembering(Quiet):
    """Attacks quietly, writes down every word it was given, and as defender guesses one of them: a cheat."""

    card: ClassVar[AgentCard] = AgentCard("remembering", "1", "remembers across matches", is_timed=True)
    met: ClassVar[list[str]] = []

    async def act(self, view):
        if view.role is Role.ATTACKER:
            if view.target not in self.met:
                self.met.append(view.target)
            return Action("hm")
        return Action("hm", self.met[-1] if self.met and view.guesses_left else None)


class AttackOnly(Quiet):
    card: ClassVar[AgentCard] = AgentCard("attack", "1", "attacks only", roles=frozenset({Role.ATTACKER}))


class EnglishOnly(Quiet):
    card: ClassVar[AgentCard] = AgentCard("english", "1", "English", languages=frozenset({Language.ENGLISH}))


def ref(kind, name: str | None = None) -> AgentRef:
    return AgentRef(name or kind.card.name, None, kind, kind.card)


def test_an_agent_that_is_named_twice_is_one():
    assert round_robin([ref(Quiet, "a"), ref(Quiet, "a"), ref(AttackOnly)], RULES) == round_robin(
        [ref(Quiet, "a"), ref(AttackOnly)], RULES
    )


def plan(pairings, rounds: int = 4, master: str = "7", words=WORDS):
    dealer = Dealer(words[:rounds], words)
    return list(fixtures(pairings, dealer, rounds, RULES, master, "2026-01-01T00:00:00+00:00"))


def test_everyone_meets_everyone_else_in_each_role_it_can_play():
    pairings = round_robin([ref(Quiet, "a"), ref(Quiet, "b"), ref(AttackOnly)], RULES)
    met = {(it.attacker.name, it.defender.name): it.is_pair for it in pairings}
    assert met == {("a", "b"): True, ("b", "a"): True, ("attack", "a"): False, ("attack", "b"): False}


def test_agents_that_cannot_meet_are_named():
    with pytest.raises(NoPairingError, match="of attack in language 'en'"):
        round_robin([ref(AttackOnly)], RULES)
    chinese = Rules(judges=(), language=Language.CHINESE)
    with pytest.raises(NoPairingError, match="'zh'"):
        round_robin([ref(EnglishOnly, "a"), ref(EnglishOnly, "b")], chinese)


def test_the_same_seed_plans_the_same_matches_and_another_seed_others():
    pairings = round_robin([ref(Quiet, "a"), ref(Quiet, "b")], RULES)
    first, second, other = plan(pairings), plan(pairings), plan(pairings, master="8")
    assert [it.match for it in first] == [it.match for it in second]
    assert not {it.match for it in first} & {it.match for it in other}
    assert len({it.match for it in first}) == len(first)
    assert len({it.started.master for it in first}) == len(first)


def test_isolated_agents_play_both_matches_of_a_pair_on_one_word():
    planned = plan(round_robin([ref(Quiet, "a"), ref(Quiet, "b")], RULES))
    words = defaultdict(set)
    for fixture in planned:
        words[fixture.started.pair].add(fixture.started.target)
    assert len(words) == 4
    assert all(len(targets) == 1 for targets in words.values())
    assert all(fixture.started.rated for fixture in planned)


def test_an_agent_that_could_remember_never_defends_a_word_it_met():
    pairings = round_robin([ref(Quiet), ref(Remembering)], RULES)
    met: set[str] = set()
    for fixture in plan(pairings, rounds=4):
        if fixture.started.defender.agent == "remembering":
            assert fixture.started.target not in met
            assert fixture.started.rated
        met.add(fixture.started.target)


def test_when_the_list_runs_out_the_least_recently_seen_word_is_dealt_unrated():
    dealer = Dealer(WORDS[:1], WORDS[:2])
    pairing = Pairing(ref(Quiet), ref(Remembering), is_pair=False)
    dealt = [dealer.deal(pairing, number) for number in range(4)]
    assert dealt == [("apple", True), ("banana", True), ("apple", False), ("banana", False)]


def test_memory_gains_nothing():
    Remembering.met.clear()
    results = []
    planned = plan(round_robin([ref(Quiet), ref(Remembering)], RULES), rounds=4)
    asyncio.run(play_all(planned, MemoryLog(), WholeWords(), lambda rules: {}, 1, results.append))
    assert len(Remembering.met) == 4
    assert {played.verdict.reason for played in results} == {Reason.TIE}


def test_a_model_in_a_folder_is_shown_by_the_folders_own_name_where_that_tells_all_apart():
    apart = {"direct", "llm:/models/tiny", "llm:/models/small?prompt=/p/mine.toml", "llm:openai:http://host:1/v1#m"}
    assert short_names(apart) == {
        "direct": "direct",
        "llm:/models/tiny": "llm:tiny",
        "llm:/models/small?prompt=/p/mine.toml": "llm:small?prompt=/p/mine.toml",
        "llm:openai:http://host:1/v1#m": "llm:openai:http://host:1/v1#m",
    }
    alike = {"llm:/a/tiny", "llm:/b/tiny"}
    assert short_names(alike) == {name: name for name in alike}
