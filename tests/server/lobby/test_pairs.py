"""Rematches: the same two, roles swapped, another word of the same level."""

import asyncio

import pytest
from server.lobby.lobbies import ATTACKER, DEFENDER, SPAG, Program, a_place

from arena.core.hits import Language
from arena.server.errors import ConflictError, InputError, NotFoundError
from arena.server.lobby import OpenSeat, Terms
from arena.words.lists import level_of

MIXED = Terms(preset="spag", word_list="en")


def play(path, season, **settings):
    async def run():
        async with a_place(str(path / "log.db"), **settings) as place:
            names = ("alice", "bob", "eve")
            await season(place, *[await place.guest(name) for name in names])

    asyncio.run(run())


async def against_a_program(place, alice, bob, terms=MIXED):
    worker = Program(bob, seats=50)
    place.lobby.arrive(worker)
    live = await place.lobby.challenge(alice, "bob/parrot", ATTACKER, terms)
    await place.finish(live)
    return live


def test_a_rematch_swaps_the_roles_and_completes_the_pair_on_another_word_of_the_level(tmp_path):
    async def season(place, alice, bob, eve):
        for _ in range(5):
            first = await against_a_program(place, alice, bob)
            second = await place.lobby.rematch(alice, first.id)
            assert second.role_of(alice.id) is DEFENDER
            assert second.opening.seats[ATTACKER].name == "bob/parrot"
            assert second.opening.pair == first.opening.pair is not None
            assert second.opening.rules == first.opening.rules
            words = first.opening.target, second.opening.target
            assert words[0] != words[1]
            assert level_of(words[0], Language.ENGLISH) == level_of(words[1], Language.ENGLISH)
            await place.finish(second)

    play(tmp_path, season)


def test_a_third_match_begins_a_pair_of_its_own(tmp_path):
    async def season(place, alice, bob, eve):
        first = await against_a_program(place, alice, bob)
        second = await place.lobby.rematch(alice, first.id)
        while_it_is_live = await place.lobby.rematch(alice, first.id)
        await place.finish(second)
        third = await place.lobby.rematch(alice, second.id)
        pairs = [live.opening.pair for live in (first, second, while_it_is_live, third)]
        assert pairs[0] == pairs[1]
        assert len(set(pairs)) == 3

    play(tmp_path, season)


def test_of_two_rematches_at_once_one_completes_the_pair(tmp_path):
    async def season(place, alice, bob, eve):
        first = await against_a_program(place, alice, bob)
        lives = await asyncio.gather(*(place.lobby.rematch(alice, first.id) for _ in range(3)))
        assert sum(live.opening.pair == first.opening.pair for live in lives) == 1

    play(tmp_path, season)


def test_one_of_the_hosts_own_agents_that_plays_one_role_only_is_stood_in_for_by_another(tmp_path):
    async def season(place, alice, bob, eve):
        first = await place.lobby.challenge(alice, "honest", ATTACKER, SPAG)
        await place.finish(first)
        second = await place.lobby.rematch(alice, first.id)
        assert second.role_of(alice.id) is DEFENDER
        assert second.opening.seats[ATTACKER].name == "hiding"
        assert second.opening.pair not in (None, first.opening.pair)

    play(tmp_path, season, agents=("honest", "hiding"))


def test_where_nobody_can_stand_in_there_is_no_rematch(tmp_path):
    async def season(place, alice, bob, eve):
        first = await place.lobby.challenge(alice, "honest", ATTACKER, SPAG)
        await place.finish(first)
        with pytest.raises(InputError, match="honest does not play opposite of defender"):
            await place.lobby.rematch(alice, first.id)

    play(tmp_path, season, agents=("honest",))


def test_a_rematch_with_a_person_is_a_seat_kept_for_them(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, ATTACKER, MIXED, is_private=True)
        first = await place.lobby.take(bob, seat.code)
        await place.finish(first)
        again = await place.lobby.rematch(bob, first.id)
        assert isinstance(again, OpenSeat)
        assert (again.role, again.reserved_for, again.is_private) == (ATTACKER, "@alice", True)
        assert await place.lobby.rematch(bob, first.id) == again
        assert [it.code for it in place.lobby.seats(alice)] == [again.code]
        assert place.lobby.seats(eve) == []
        second = await place.lobby.rematch(alice, first.id)
        assert second.role_of(alice.id) is DEFENDER
        assert second.opening.pair == first.opening.pair
        assert level_of(second.opening.target, Language.ENGLISH) == level_of(first.opening.target, Language.ENGLISH)
        assert place.lobby.seat(bob, again.code).match == second.id

    play(tmp_path, season)


def test_only_who_sat_there_in_person_asks_for_a_rematch_and_only_of_a_match_that_is_over(tmp_path):
    async def season(place, alice, bob, eve):
        worker = Program(bob)
        place.lobby.arrive(worker)
        live = await place.lobby.challenge(alice, "bob/parrot", ATTACKER, SPAG)
        with pytest.raises(ConflictError, match="not over"):
            await place.lobby.rematch(alice, live.id)
        for stranger in (eve, bob):
            with pytest.raises(NotFoundError):
                await place.lobby.rematch(stranger, live.id)
        with pytest.raises(NotFoundError):
            await place.lobby.rematch(alice, "no such match")
        await place.finish(live)
        for stranger in (eve, bob):
            with pytest.raises(NotFoundError):
                await place.lobby.rematch(stranger, live.id)
        place.lobby.depart(worker)
        with pytest.raises(NotFoundError, match="online"):
            await place.lobby.rematch(alice, live.id)

    play(tmp_path, season)


def test_a_rematch_of_custom_rules_has_the_same_rules(tmp_path):
    async def season(place, alice, bob, eve):
        terms = Terms(preset="spag", changes={"max_turns": 2, "form": "exact"})
        seat = await place.lobby.post(alice, ATTACKER, terms, is_private=False)
        first = await place.lobby.take(bob, seat.code)
        await place.finish(first)
        await place.lobby.rematch(alice, first.id)
        second = await place.lobby.rematch(bob, first.id)
        assert second.opening.rules == first.opening.rules
        assert second.opening.preset == first.opening.preset == "custom"
        assert not second.opening.rated

    play(tmp_path, season)


def test_a_pair_can_be_completed_after_a_restart(tmp_path):
    async def first(place, alice, bob, eve):
        live = await against_a_program(place, alice, bob)
        found.append((live.id, live.opening.pair))

    async def second():
        async with a_place(str(tmp_path / "log.db")) as place:
            alice, bob = await place.people.find("alice"), await place.people.find("bob")
            place.lobby.arrive(Program(bob))
            match, pair = found[0]
            live = await place.lobby.rematch(alice, match)
            assert live.opening.pair == pair

    found: list[tuple[str, str]] = []
    play(tmp_path, first)
    asyncio.run(second())
