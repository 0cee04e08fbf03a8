"""Memory gains nothing: which word a match is played for."""

import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from server.lobby.lobbies import ATTACKER, DEFENDER, SPAG, Program, a_place, act

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.errors import ConflictError
from arena.server.lobby import Terms
from arena.server.lobby.dealing import Dealt, choose, words_of
from arena.server.lobby.making import Plan
from arena.server.lobby.opponents import person
from arena.server.players import Player
from arena.words.lists import Level, load_list

WORDS = ("apple", "bread", "chair", "door", "egg")
SHORT = Terms(Language.CHINESE, "spag", word_list="zh-easy")
words = st.lists(st.sampled_from(WORDS), min_size=1, unique=True).map(tuple)
seen = st.dictionaries(st.sampled_from(WORDS), st.integers(1, 99))
held = st.sets(st.sampled_from(WORDS))


# --- one choice ---


def test_a_word_that_was_not_seen_is_dealt_whatever_chance_says():
    for seed in range(20):
        dealt = choose(WORDS, {"apple": 1, "bread": 2, "chair": 3, "egg": 4}, (), Random(seed))
        assert dealt == Dealt("door", is_fresh=True)


def test_where_all_were_seen_the_one_seen_longest_ago_is_dealt_and_does_not_count_as_fresh():
    dealt = choose(WORDS, {"apple": 9, "bread": 7, "chair": 3, "door": 4, "egg": 8}, (), Random(1))
    assert dealt == Dealt("chair", is_fresh=False)


def test_an_attacker_that_defends_every_word_is_dealt_none():
    assert choose(WORDS, {}, set(WORDS), Random(1)) is None


def test_every_fresh_word_is_dealt_sooner_or_later():
    assert {choose(WORDS, {"egg": 1}, {"door"}, Random(seed)).word for seed in range(50)} == {"apple", "bread", "chair"}


@given(words, seen, held, st.integers(0, 99))
def test_a_fresh_word_was_never_seen_and_no_word_is_held(words, seen, held, seed):
    dealt = choose(words, seen, held, Random(seed))
    if dealt is None:
        assert set(words) <= held
        return
    assert dealt.word in words
    assert dealt.word not in held
    assert dealt.is_fresh == (dealt.word not in seen)
    if not dealt.is_fresh:
        assert all(word in seen or word in held for word in words)
        assert seen[dealt.word] == min(seen[word] for word in words if word not in held)


@given(words, st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=40), st.integers(0, 99))
@settings(max_examples=200)
def test_whoever_plays_whom_a_rated_defender_never_met_its_word(words, matches, seed):
    """A season among three accounts, each of which remembers everything: as attackers, and when a word is revealed."""
    met: dict[str, dict[str, int]] = {name: {} for name in "abc"}
    for number, (attacker, defender) in enumerate(matches, start=1):
        dealt = choose(words, met[defender], (), Random(f"{seed} {number}"))
        assert dealt.is_fresh == (dealt.word not in met[defender])
        assert dealt.is_fresh or set(words) <= set(met[defender])
        met[attacker][dealt.word] = met[defender][dealt.word] = number


# --- lists and levels ---


def test_a_level_keeps_to_the_words_of_that_level():
    rules = Terms(word_list="en").rules()
    hard = words_of(rules, Level.HARD)
    assert set(hard) == set(load_list("en-hard").words)
    assert len(words_of(rules)) > len(hard)


# --- on a real hall ---


def play(path, season, **settings):
    async def run():
        async with a_place(str(path / "log.db"), **settings) as place:
            await season(place)

    asyncio.run(run())


async def open_between(place, attacker, defender, terms=SPAG):
    """A match between two people, by an open seat."""
    seat = await place.lobby.post(attacker, ATTACKER, terms, is_private=True)
    return await place.lobby.take(defender, seat.code)


def test_what_an_account_attacked_with_it_does_not_defend(tmp_path):
    async def season(place):
        alice, bob = await place.guest("alice"), await place.guest("bob")
        attacked, defended = set(), []
        for number in range(12):
            one, other = (alice, bob) if number % 2 == 0 else (bob, alice)
            live = await open_between(place, one, other)
            word = live.opening.target
            assert live.opening.rated
            if number % 2 == 0:
                attacked.add(word)
            else:
                defended.append(word)
            await place.finish(live)
        assert len(attacked) == 6
        assert len(defended) == 6
        assert not attacked & set(defended)

    play(tmp_path, season)


class Remembering:
    """A player who remembers every word it was told, of any match, and guesses what it remembers."""

    def __init__(self):
        self.known: set[str] = set()

    def knows(self, live):
        return live.opening.target in self.known

    def saw(self, live):
        self.known.add(live.opening.target)


@pytest.mark.slow
def test_memory_gains_nothing_until_the_list_runs_out_and_then_the_match_is_not_rated(tmp_path):
    """A program and a person defend and attack by turns through the whole of the shortest list, and beyond it."""
    total = len(load_list("zh-easy").words)

    async def season(place):
        bob = await place.guest("bob")
        mind = Remembering()
        program = Program(bob, seats=1000)
        place.lobby.arrive(program)
        met: dict[str, int] = {}
        for number in range(total + 10):
            opponent = await place.guest(f"g{number}")
            role = Role.ATTACKER if number % 3 else Role.DEFENDER  # now and then the program attacks itself
            live = await place.lobby.challenge(opponent, "bob/parrot", role, SHORT)
            word = live.opening.target
            if role is ATTACKER:  # the program defends
                if live.opening.rated:
                    assert not mind.knows(live), f"{word} was met before"
                else:
                    assert len(met) == total
                    assert word == min(met, key=met.get)
            mind.saw(live)  # as the attacker at once, as the defender at the end
            await place.finish(live)
            met.pop(word, None)
            met[word] = number

    play(tmp_path, season)


def test_all_agents_of_an_account_share_its_memory(tmp_path):
    async def season(place):
        bob, alice = await place.guest("bob"), await place.guest("alice")
        one, other = Program(bob, "one", 10), Program(bob, "other", 10)
        place.lobby.arrive(one)
        place.lobby.arrive(other)
        words = set()
        for number in range(10):
            name = ("bob/one", "bob/other")[number % 2]
            live = await place.lobby.challenge(alice, name, ATTACKER, SPAG)
            assert live.opening.target not in words
            words.add(live.opening.target)

    play(tmp_path, season)


def test_a_word_that_an_account_defends_is_not_given_to_it_to_attack_with(tmp_path):
    """Otherwise a program with two seats would be told in one match what it must not know in the other."""

    async def season(place):
        dealer = place.lobby._dealer
        alice, bob = await place.guest("alice"), await place.guest("bob")
        rules = SHORT.rules()
        total = len(words_of(rules, Level.EASY))

        def plan(attacker, defender):
            return Plan(rules, "spag", True, {ATTACKER: person(attacker), DEFENDER: person(defender)}).players

        defended = [
            (await dealer.deal(rules, plan(alice, bob), f"{number:032x}", Level.EASY)).word for number in range(total)
        ]
        assert len(set(defended)) == total
        with pytest.raises(ConflictError, match="defends every word"):
            await dealer.deal(rules, plan(bob, alice), "f" * 32, Level.EASY)
        dealer.forget(f"{3:032x}")
        dealt = await dealer.deal(rules, plan(bob, alice), "e" * 32, Level.EASY)
        assert dealt.word == defended[3]

    play(tmp_path, season)


def test_matches_that_are_opened_at_once_get_different_words_to_defend(tmp_path):
    async def season(place):
        bob = await place.guest("bob")
        program = Program(bob, seats=100)
        place.lobby.arrive(program)
        guests = [await place.guest(f"g{number}") for number in range(40)]
        lives = await asyncio.gather(*(place.lobby.challenge(guest, "bob/parrot", ATTACKER, SPAG) for guest in guests))
        words = [live.opening.target for live in lives]
        assert len(set(words)) == len(words)

    play(tmp_path, season)


def test_the_hosts_own_agents_remember_nothing(tmp_path):
    async def season(place):
        alice = await place.guest("alice")
        live = await place.lobby.challenge(alice, "honest", ATTACKER, SPAG)
        await place.finish(live)
        rows = await place.log.look(lambda it: it.exec_driver_sql("select account, word from seen").all())
        assert [tuple(row) for row in rows] == [(alice.id, live.opening.target)]

    play(tmp_path, season)


def test_what_was_seen_is_known_after_a_restart(tmp_path):
    async def first(place):
        alice, bob = await place.guest("alice"), await place.guest("bob")
        for _ in range(3):
            await place.finish(await open_between(place, alice, bob))

    async def second(place):
        alice, bob = await place.people.find("alice"), await place.people.find("bob")
        rows = await place.log.look(lambda it: it.exec_driver_sql("select account, word from seen").all())
        before = {row.word for row in rows if row.account == alice.id}
        assert len(before) == 3
        live = await open_between(place, bob, alice)
        assert live.opening.target not in before

    play(tmp_path, first)
    play(tmp_path, second)


async def words_told(place, rules, attacker, defender):
    """Every word that an attacker can be told while somebody defends the whole list, once each."""
    found = set()
    for number in range(len(words_of(rules))):
        seats = {ATTACKER: attacker, DEFENDER: Player.person(defender, defender)}
        dealt = await place.lobby._dealer.deal(rules, seats, f"{defender} {number}")
        found.add(dealt.word)
    return found


def test_a_match_that_is_over_holds_its_word_no_longer(tmp_path):
    async def season(place):
        alice, bob = await place.guest("alice"), await place.guest("bob")
        live = await open_between(place, alice, bob, SHORT)
        rules, theirs = live.opening.rules, live.opening.seats[DEFENDER]
        assert await words_told(place, rules, theirs, "one") == set(words_of(rules)) - {live.opening.target}
        await act(live, ATTACKER, "hello there")
        await live.resign(DEFENDER)
        await place.after(live)
        assert await words_told(place, rules, theirs, "two") == set(words_of(rules))

    play(tmp_path, season)


def test_a_match_taken_up_after_a_restart_holds_its_word_still(tmp_path):
    async def first(place):
        await open_between(place, await place.guest("alice"), await place.guest("bob"), SHORT)

    async def second(place):
        (live,) = place.hall.live.values()
        rules, theirs = live.opening.rules, live.opening.seats[DEFENDER]
        assert live.opening.target not in await words_told(place, rules, theirs, "one")

    play(tmp_path, first)
    play(tmp_path, second)


def test_a_deal_that_is_given_up_holds_no_word(tmp_path):
    async def season(place):
        alice, bob = await place.guest("alice"), await place.guest("bob")
        rules, dealer = SHORT.rules(), place.lobby._dealer
        seats = {ATTACKER: Player.person(alice.id, "alice"), DEFENDER: Player.person(bob.id, "bob")}
        deals = [asyncio.ensure_future(dealer.deal(rules, seats, f"m{number}")) for number in range(20)]
        await asyncio.sleep(0)
        for task in deals:
            task.cancel()
        await asyncio.gather(*deals, return_exceptions=True)
        await place.log.work(lambda connection: None)  # whatever was on its way has been done
        assert dealer._defended == {}

    play(tmp_path, season)
