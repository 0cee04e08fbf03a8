"""Who meets whom: a pure function."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.analysis.ratings import Rating
from arena.core.hits import Language
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Role
from arena.server.lobby.queue import Patience, Standby, Table, Wish, in_order, pair_up
from arena.server.players import Kind, Player

A, D = Role.ATTACKER, Role.DEFENDER
BOTH = frozenset(Role)
RATED = Table(Rules(), "paper", rated=True)
UNRATED = Table(Rules(), "paper", rated=False)
SPAG = Table(PRESETS["spag"], "spag", rated=True)
CHINESE = Table(Rules(language=Language.CHINESE, word_list="zh-easy"), "paper", rated=True)
PATIENCE = Patience(agent=5, built_in=8)


def person(name, since=0.0, roles=BOTH, table=RATED, **more):
    return Wish(name, Player.person(name, name), frozenset(roles), table, since, **more)


def agent(name, since=0.0, roles=BOTH, table=RATED, owner=None, **more):
    player = Player.agent(owner or f"of {name}", "owner", name, "1")
    return Wish(name, player, frozenset(roles), table, since, **more)


def standby(name, free=1, roles=BOTH, languages=Language, owner="somebody", **more):
    player = Player.agent(owner, "owner", name, "1")
    return Standby(player, frozenset(roles), frozenset(languages), free, **more)


def built_in(name="hiding", roles=BOTH, **more):
    return Standby(Player(Kind.BUILT_IN, name), frozenset(roles), frozenset(Language), 1 << 20, **more)


def pairs(wishes, standbys=(), now=0.0, patience=PATIENCE, seed=1):
    found = pair_up(wishes, standbys, now, patience, Random(seed))
    return [{role: it.seats[role].player.name for role in Role} for it in found]


def names(wishes, standbys=(), now=0.0):
    return [set(it.values()) for it in pairs(wishes, standbys, now)]


# --- roles and terms ---


def test_an_attacker_meets_a_defender():
    assert pairs([person("a", roles=[A]), person("d", roles=[D])]) == [{A: "@a", D: "@d"}]


def test_two_attackers_wait():
    assert pairs([person("a", roles=[A]), person("b", roles=[A])], now=100) == []


def test_who_takes_either_role_takes_the_other_one():
    assert pairs([person("a", roles=[D]), person("b")]) == [{A: "@b", D: "@a"}]


def test_two_who_take_either_role_are_seated_by_chance():
    wishes = [person("a"), person("b")]
    assert {pairs(wishes, seed=seed)[0][A] for seed in range(20)} == {"@a", "@b"}


@pytest.mark.parametrize("table", [UNRATED, SPAG, CHINESE])
def test_who_wants_other_terms_is_no_partner(table):
    assert pairs([person("a"), person("b", table=table)], now=100) == []


# --- who meets whom ---


def test_people_meet_people_before_agents_that_wait_longer():
    wishes = [person("a", since=10), agent("bot", since=0), person("b", since=11)]
    assert names(wishes, now=20) == [{"@a", "@b"}]


def test_a_person_meets_an_agent_after_a_while_only():
    wishes = [person("a", since=0), agent("bot", since=0)]
    assert names(wishes, now=4.9) == []
    assert names(wishes, now=5.0) == [{"@a", "owner/bot"}]


def test_an_agent_that_has_waited_long_does_not_get_a_person_who_has_not():
    assert names([agent("bot", since=0), person("a", since=100)], now=101) == []


def test_agents_meet_agents_at_once():
    assert names([agent("x"), agent("y")]) == [{"owner/x", "owner/y"}]


@pytest.mark.parametrize(
    "wishes",
    [
        [person("a", with_people=False), person("b")],
        [person("a", with_agents=False), agent("x")],
        [person("a"), agent("x", with_people=False)],
        [agent("x", with_agents=False), agent("y")],
    ],
)
def test_who_is_not_wanted_is_no_partner(wishes):
    assert names(wishes, now=100) == []


def test_one_account_never_has_both_seats_of_a_rated_match():
    several = [agent("x", owner="me"), agent("y", owner="me"), Wish("p", Player.person("me", "me"), BOTH, RATED, 0)]
    assert names(several, [standby("z", owner="me")], now=100) == []


def test_one_account_may_have_both_seats_of_an_unrated_match():
    several = [agent("x", owner="me", table=UNRATED), agent("y", owner="me", table=UNRATED)]
    assert names(several) == [{"owner/x", "owner/y"}]


# --- those who look for no match ---


def test_an_agent_online_is_asked_after_a_while_and_one_of_the_hosts_own_after_a_while_longer():
    alone, others = [person("a")], [built_in(), standby("bot")]
    assert names(alone, others, now=4.9) == []
    assert names(alone, others, now=5) == [{"@a", "owner/bot"}]
    assert names(alone, [built_in()], now=7.9) == []
    assert names(alone, [built_in()], now=8) == [{"@a", "hiding"}]


def test_an_agent_online_comes_before_one_of_the_hosts_own():
    assert names([person("a")], [built_in(), standby("bot")], now=100) == [{"@a", "owner/bot"}]


def test_who_wants_no_agents_gets_none():
    assert names([person("a", with_agents=False)], [built_in(), standby("bot")], now=1000) == []


def test_an_agent_that_waits_gets_one_of_the_hosts_own_too():
    assert names([agent("bot")], [built_in()], now=8) == [{"owner/bot", "hiding"}]


def test_an_agent_is_never_asked_to_play_against_itself():
    assert names([agent("bot", owner="me", table=UNRATED)], [standby("bot", owner="me")], now=100) == []


def test_a_standby_is_asked_for_no_more_seats_than_it_has():
    wishes = [person(name, roles=[A]) for name in "abc"]
    assert len(pairs(wishes, [standby("bot", free=2)], now=6)) == 2


def test_a_standby_plays_only_its_roles_and_languages():
    assert names([person("a", roles=[D])], [standby("bot", roles=[D])], now=100) == []
    assert names([person("a", table=CHINESE)], [standby("bot", languages=[Language.ENGLISH])], now=100) == []


def test_who_declined_once_is_not_asked_by_the_same_wish_again():
    wish = person("a", refused=frozenset({"owner/bot"}))
    assert names([wish], [standby("bot"), standby("cat")], now=6) == [{"@a", "owner/cat"}]


# --- how even a match is ---


def rating(mu):
    return {role: Rating(mu, 1.0, 50) for role in Role}


def test_an_uneven_match_needs_patience():
    wishes = [person("strong", ratings=rating(40)), person("weak", ratings=rating(20))]
    assert names(wishes, now=0) == []
    assert names(wishes, now=6.9) == []
    assert names(wishes, now=7.1) == [{"@strong", "@weak"}]


def test_the_closest_partner_is_taken():
    wishes = [
        person("a", since=0, ratings=rating(30)),
        person("far", since=1, ratings=rating(22)),
        person("near", since=2, ratings=rating(29)),
    ]
    assert names(wishes, now=50) == [{"@a", "@near"}]


def test_the_rating_of_the_role_counts_and_not_the_other_ones():
    attacks_well = {A: Rating(40, 1.0), D: Rating(10, 1.0)}
    wishes = [
        person("a", roles=[A], ratings=attacks_well),
        person("weak", since=1, roles=[D], ratings={A: Rating(40, 1.0), D: Rating(10, 1.0)}),
        person("strong", since=2, roles=[D], ratings={A: Rating(10, 1.0), D: Rating(40, 1.0)}),
    ]
    assert pairs(wishes, now=50)[0] == {A: "@a", D: "@strong"}


def test_roles_are_chosen_so_that_the_match_is_even():
    one = person("one", ratings={A: Rating(40, 1.0), D: Rating(40, 1.0)})
    two = person("two", ratings={A: Rating(20, 1.0), D: Rating(40, 1.0)})
    assert {pairs([one, two], seed=seed)[0][A] for seed in range(10)} == {"@one"}
    assert {pairs([two, one], seed=seed)[0][D] for seed in range(10)} == {"@two"}


# --- fairness ---


def test_the_longest_waiting_chooses_first():
    wishes = [person("late", since=9, roles=[A]), person("early", since=0, roles=[A]), person("d", since=10, roles=[D])]
    assert names(wishes, now=20) == [{"@early", "@d"}]


def test_who_lost_a_partner_comes_before_everybody():
    wishes = [
        person("early", since=0, roles=[A]),
        person("again", since=9, roles=[A], is_first=True),
        person("d", since=10, roles=[D]),
    ]
    assert names(wishes, now=20) == [{"@again", "@d"}]


# --- whoever waits, and for whatever ---

some_ratings = st.fixed_dictionaries({role: st.builds(Rating, st.floats(5, 45), st.floats(1, 8)) for role in Role})
some_roles = st.sampled_from([BOTH, frozenset({A}), frozenset({D})])
some_tables = st.sampled_from([RATED, UNRATED, SPAG])


@st.composite
def crowds(draw):
    """Wishes of few accounts, so that they get in each other's way."""
    wishes = []
    for number in range(draw(st.integers(0, 12))):
        account = draw(st.sampled_from("abcdef"))
        is_person = draw(st.booleans())
        player = Player.person(account, account) if is_person else Player.agent(account, account, f"bot{number}", "1")
        wishes.append(
            Wish(
                str(number),
                player,
                draw(some_roles),
                draw(some_tables),
                draw(st.floats(0, 20)),
                draw(st.booleans()),
                draw(st.booleans()),
                draw(some_ratings),
                is_first=draw(st.booleans()),
            )
        )
    standbys = [
        Standby(Player.agent(owner, owner, "idle", "1"), draw(some_roles), frozenset(Language), draw(st.integers(0, 3)))
        for owner in draw(st.sets(st.sampled_from("abc")))
    ]
    own = [built_in(roles=draw(some_roles))] if draw(st.booleans()) else []
    return wishes, standbys + own


@given(crowds(), st.floats(20, 40), st.integers(0, 9))
@settings(max_examples=300)
def test_whoever_waits_every_pairing_is_one_that_both_wanted(crowd, now, seed):
    wishes, standbys = crowd
    found = pair_up(wishes, standbys, now, PATIENCE, Random(seed))
    met = [side.id for it in found for side in it.seats.values() if isinstance(side, Wish)]
    assert len(met) == len(set(met))
    for one in standbys:
        assert sum(side is one for it in found for side in it.seats.values()) <= one.free
    for it in found:
        sides = it.seats
        assert any(isinstance(side, Wish) for side in sides.values())
        for role, side in sides.items():
            other = sides[role.other]
            assert role in side.roles
            if isinstance(side, Wish):
                is_person = other.player.kind is Kind.PERSON
                assert it.table == side.table
                assert side.with_people if is_person else side.with_agents
                if side.is_person and other.player.kind is Kind.AGENT:
                    assert now - side.since >= PATIENCE.agent
                if other.player.kind is Kind.BUILT_IN:
                    assert now - side.since >= PATIENCE.built_in
        accounts = [side.player.account for side in sides.values()]
        assert not it.table.rated or accounts[0] != accounts[1]


@given(crowds(), st.integers(0, 9))
def test_nobody_is_left_waiting_opposite_of_a_partner_who_is_left_too(crowd, seed):
    wishes, standbys = crowd
    now = 60.0  # by now, anybody will do
    met = {
        side.id
        for it in pair_up(wishes, standbys, now, PATIENCE, Random(seed))
        for side in it.seats.values()
        if isinstance(side, Wish)
    }
    left = [wish for wish in wishes if wish.id not in met]
    assert pair_up(left, (), now, PATIENCE, Random(seed)) == []


@given(crowds(), st.integers(0, 9))
def test_the_first_in_the_queue_is_paired_wherever_it_could_be_paired_at_all(crowd, seed):
    wishes, standbys = crowd
    if not wishes:
        return
    first, now = in_order(wishes)[0], 60.0
    could = any(pair_up([first, other], (), now, PATIENCE, Random(0)) for other in wishes if other is not first)
    could = could or bool(pair_up([first], standbys, now, PATIENCE, Random(0)))
    found = pair_up(wishes, standbys, now, PATIENCE, Random(seed))
    assert any(side is first for it in found for side in it.seats.values()) == could


def test_a_thousand_wishes_are_paired_in_less_than_a_few_seconds():
    import time

    wishes = [person(f"p{number}", since=number / 1000, ratings=rating(10 + number % 30)) for number in range(1000)]
    one_sided = [replace(wish, roles=frozenset({A})) for wish in wishes]
    began = time.perf_counter()
    assert len(pair_up(wishes, (), 60.0, PATIENCE, Random(1))) == 500
    assert pair_up(one_sided, (), 60.0, PATIENCE, Random(1)) == []
    assert time.perf_counter() - began < 5
