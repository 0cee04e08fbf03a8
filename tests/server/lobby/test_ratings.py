"""Ratings as the database keeps them."""

import asyncio

import pytest
from server.lobby.lobbies import ATTACKER, DEFENDER, SPAG, Program, a_place

from arena.analysis.ratings import Rating, rated
from arena.core.verdict import Reason
from arena.server.lobby import Terms


def run(path, *lives):
    async def one(life):
        async with a_place(str(path / "log.db")) as place:
            return await life(place)

    return [asyncio.run(one(life)) for life in lives]


async def a_match(place, terms=SPAG, winner=DEFENDER):
    """alice attacks bob's program; the winner is as told."""
    alice = await place.people.find("alice") or await place.guest("alice")
    bob = await place.people.find("bob") or await place.guest("bob")
    program = Program(bob)
    place.lobby.arrive(program)
    live = await place.lobby.challenge(alice, "bob/parrot", ATTACKER, terms)
    await place.finish(live, winner)
    place.lobby.depart(program)
    return live


def test_a_result_moves_the_attackers_and_the_defenders_rating(tmp_path):
    async def life(place):
        live = await a_match(place, Terms(), DEFENDER)
        assert live.verdict.reason is Reason.LEAKED
        attacker, defender = rated(Rating(), Rating(), DEFENDER)
        assert (await place.lobby.rating("@alice"))[ATTACKER] == attacker
        assert (await place.lobby.rating("@alice"))[DEFENDER] == Rating()
        assert (await place.lobby.rating("bob/parrot"))[DEFENDER] == defender

    run(tmp_path, life)


def test_a_void_match_is_a_draw(tmp_path):
    async def life(place):
        live = await a_match(place, SPAG, DEFENDER)
        assert live.verdict.reason is Reason.VOID
        assert (await place.lobby.rating("@alice"))[ATTACKER] == rated(Rating(), Rating(), None)[0]

    run(tmp_path, life)


@pytest.mark.parametrize("terms", [Terms(preset="spag", rated=False), Terms(changes={"max_turns": 2})])
def test_a_match_that_is_not_rated_moves_nothing(tmp_path, terms):
    async def life(place):
        await a_match(place, terms, ATTACKER)
        assert (await place.lobby.rating("@alice"))[ATTACKER] == Rating()

    run(tmp_path, life)


def test_a_match_that_the_platform_broke_moves_nothing(tmp_path):
    async def life(place):
        alice = await place.guest("alice")
        live = await place.lobby.challenge(alice, "honest", ATTACKER, SPAG)
        await live.abort()
        await place.after(live)
        assert live.opening.rated
        assert (await place.lobby.rating("@alice"))[ATTACKER] == Rating()

    run(tmp_path, life)


def test_the_directory_shows_the_ratings_of_programs_after_a_restart_too(tmp_path):
    async def first(place):
        await a_match(place, winner=ATTACKER)

    async def second(place):
        bob = await place.people.find("bob")
        place.lobby.arrive(Program(bob))
        row = next(row for row in place.lobby.agents() if row.name == "bob/parrot")
        assert row.ratings[DEFENDER] == rated(Rating(), Rating(), ATTACKER)[1]
        assert row.ratings[DEFENDER].matches == 1

    run(tmp_path, first, second)


def test_results_that_were_never_rated_are_found_at_the_next_start(tmp_path):
    """As after a kill between the end of a match and its rating."""

    async def first(place):
        for winner in (ATTACKER, DEFENDER, None, ATTACKER):
            await a_match(place, winner=winner)
        before = await everything(place)
        assert sum(row[4] for row in before) == 8
        await place.log.work(lambda it: it.exec_driver_sql("delete from rating where role = 'attacker'"))
        return before

    before, after = run(tmp_path, first, everything)
    assert [row[:2] for row in after] == [row[:2] for row in before]
    for one, other in zip(before, after, strict=True):
        assert other[2:] == pytest.approx(one[2:])


def test_ratings_that_miss_nothing_are_left_alone(tmp_path):
    async def first(place):
        await a_match(place)
        await place.log.work(lambda it: it.exec_driver_sql("update rating set mu = 33 where role = 'attacker'"))

    async def second(place):
        return (await place.lobby.rating("@alice"))[ATTACKER].mu

    assert run(tmp_path, first, second)[1] == 33


async def everything(place):
    rows = "select player, role, mu, sigma, matches from rating order by player, role"
    return await place.log.look(lambda it: [tuple(row) for row in it.exec_driver_sql(rows)])


def test_a_match_that_ends_while_the_past_is_made_good_counts_once(tmp_path):
    """The end is durable before the lobby is ready, and its result is among those that are derived again."""
    from arena.server.lobby.ratings import RatingBook

    async def life(place):
        live = await a_match(place, winner=ATTACKER)
        await place.log.work(lambda it: it.exec_driver_sql("delete from rating"))
        book = RatingBook(place.log)
        late = asyncio.ensure_future(book.ended(live))
        await asyncio.sleep(0)
        assert await book.catch_up([])
        await late
        assert (await book.of("@alice"))[ATTACKER].matches == 1
        return await everything(place)

    rows = run(tmp_path, life)[0]
    assert [row[4] for row in rows] == [1, 1]
