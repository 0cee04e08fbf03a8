"""Clocks that jump: match time takes no notice, and keys run out by the time that is told, never before."""

import asyncio
import time
from datetime import timedelta

import pytest
from server.people.made import CHEAP, Clock

from arena.server.hall.clock import SeatClock
from arena.server.people import People, Scope
from arena.store import open_log

JUMPS = [timedelta(days=400), timedelta(days=-400), timedelta(hours=1), timedelta(hours=-1)]
MS = 1_000_000


class Ticks:
    """Nanoseconds of a clock that never jumps, moved by hand."""

    def __init__(self) -> None:
        self.ns = 7 * MS

    def __call__(self) -> int:
        return self.ns


def test_match_time_is_what_passed_while_the_clock_ran_and_nothing_else():
    ticks = Ticks()
    clock = SeatClock(500, ticks)
    ticks.ns += 1000 * MS
    assert clock.now() == 500
    clock.run()
    ticks.ns += 250 * MS
    clock.run()
    ticks.ns += 250 * MS
    assert clock.now() == 1000
    clock.stand()
    ticks.ns += 9000 * MS
    assert clock.now() == 1000
    clock.stand(700)
    clock.run()
    ticks.ns += MS // 2
    assert clock.now() == 700


def test_match_time_is_read_from_a_clock_that_nobody_can_set():
    clock = SeatClock(0)
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    clock.run()
    passed = clock.now()
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    assert 0 <= passed <= (after - before) // MS
    assert not time.get_clock_info("monotonic").adjustable
    assert time.get_clock_info("time").adjustable


@pytest.mark.parametrize("jump", JUMPS)
def test_a_token_and_a_session_hold_for_as_long_as_the_wall_clock_says(tmp_path, jump):
    clock = Clock()

    async def use() -> None:
        with open_log(str(tmp_path / "log.db")) as log:
            people = People(log, read_now=clock, hasher=CHEAP)
            alice = await people.register("alice", "a long sentence is a good one", True)
            _, token = await people.issue_token(alice.id, "test", {Scope.PLAY}, 7)
            session = await people.open_session(alice.id)
            clock.now += jump
            known = People(log, read_now=clock, hasher=CHEAP)
            is_over = jump > timedelta(days=7)
            assert (await known.token(token) is None) is is_over
            assert (await known.session(session) is None) is is_over
            clock.now -= jump
            assert await People(log, read_now=clock, hasher=CHEAP).token(token) is not None

    asyncio.run(use())


def test_a_clock_that_was_set_back_and_forth_keeps_nobody_from_logging_in(tmp_path):
    clock = Clock()

    async def use() -> None:
        with open_log(str(tmp_path / "log.db")) as log:
            people = People(log, read_now=clock, hasher=CHEAP)
            alice = await people.register("alice", "a long sentence is a good one", True)
            for jump in JUMPS:
                clock.now += jump
                found = await people.log_in("alice", "a long sentence is a good one", "127.0.0.1")
                assert found.id == alice.id
                assert people.redeem_ticket(people.issue_ticket(alice.id)) == alice.id
                ticket = people.issue_ticket(alice.id)
                clock.now -= jump
                assert people.redeem_ticket(ticket) is None, "a jump must not lengthen a ticket's life"

    asyncio.run(use())
