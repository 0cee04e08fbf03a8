"""A disk that takes nothing, a database that another program holds: matches wait, and tell only what is kept."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
from server.faults.browsers import Person
from server.faults.ledger import line_of
from server.faults.programs import locked
from server.faults.sitting import STRICT, Sitter, sits
from server.hall.halls import Counts, make_agent, opening
from server.sockets.talking import Talk, talk
from serving import Served

from arena import registry
from arena.cli import main
from arena.core.events import Acted
from arena.core.verdict import Role
from arena.server.hall import Hall
from arena.server.hall.office import REMEMBERED_SECONDS
from arena.store import StoreLog, open_log
from arena.store.errors import LockedLogError
from arena.words import WordMatcher

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ATTACKER, DEFENDER = Role.ATTACKER, Role.DEFENDER


@contextmanager
def full_disk(served: Served) -> Iterator[None]:
    """The system lets the server write nothing to any file; what it tries is cut off in the middle."""
    _, most = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (5000, most))
    try:
        yield
    finally:
        resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (most, most))


@asynccontextmanager
async def two_at_a_table(served: Served, token: str) -> AsyncIterator[tuple[Person, Sitter, Talk]]:
    """A person and a program in a match by strict time; the first turn is played."""
    async with Person(served.url, "alice") as alice, talk(served.port, token) as bob:
        await bob.identify("echo")
        challenge = asyncio.get_running_loop().create_task(alice.challenge("bob/echo", ATTACKER, changes=STRICT))
        await bob.send("match.accept", {"offer": (await bob.until("match.offer"))["data"]["offer"]})
        async with sits(alice, await challenge, ATTACKER) as it:
            await play_turn(it, bob, 1)
            yield alice, it, bob


async def play_turn(it: Sitter, bob: Talk, turn: int) -> None:
    """Both act in a turn."""
    assert (await it.say(turn))["data"]["status"] == "accepted"
    await bob_acts(it, bob, turn)


async def bob_acts(it: Sitter, bob: Talk, turn: int) -> None:
    """The program is asked with all its time, and answers."""
    assert (await bob.until("turn.request", turn=turn))["data"]["ms_left"] > 900
    ack = await bob.act(it.match, turn, line_of(DEFENDER, turn))
    assert ack["data"]["status"] == "accepted"
    await it.asked(turn + 1)


async def until_readiness(alice: Person, code: int) -> str:
    """Ask the server whether it is ready, until it answers with this code; what it says then."""
    while True:
        answer = await alice.http.get(f"{alice.url}/readyz")
        if answer.status_code == code:
            return str(answer.json()["status"])
        await asyncio.sleep(0.05)


async def hears_nothing(bob: Talk, seconds: float) -> None:
    """For a while the server answers, and tells nothing of any match."""
    await bob.send("ping", id="there")
    await bob.until("pong")
    count = len(bob.others)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bob.until("turn.request"), seconds)
    assert len(bob.others) == count


def check(served: Served, match: str) -> None:
    """Every turn stands in the log once, by times within a second of each other."""
    with open_log(served.database, create=False) as log:
        log.check()
        events = next(iter(log.iter_events([match])))
    acted = [event for event in events if isinstance(event.body, Acted)]
    assert [(it.body.role, it.body.turn) for it in acted] == [(role, turn) for turn in (1, 2, 3) for role in Role]
    assert main(["replay", "--quiet", "--db", served.database]) == 0


def test_a_full_disk_stops_time_and_acknowledgements_and_nothing_else(tmp_path):
    async def play(served: Served, token: str) -> str:
        async with two_at_a_table(served, token) as (alice, it, bob):
            with full_disk(served):
                saying = asyncio.get_running_loop().create_task(it.say(2))
                assert await until_readiness(alice, 503) == "log failing"
                with pytest.raises(httpx.HTTPStatusError) as refused:
                    await alice.challenge("honest", ATTACKER)
                assert refused.value.response.status_code == 503
                await hears_nothing(bob, 2)
                assert not saying.done()
            assert (await saying)["data"]["status"] == "accepted"
            await bob_acts(it, bob, 2)
            await play_turn(it, bob, 3)
            assert await until_readiness(alice, 200) == "ready"
            return it.match

    with Served(tmp_path) as served:
        match = asyncio.run(play(served, served.member("bob")))
        served.kill()
        check(served, match)


def test_a_failure_is_spoken_of_no_longer_than_it_is_news(tmp_path):
    path = str(tmp_path / "log.db")

    async def fail(log: StoreLog) -> Hall:
        hall = Hall(log, WordMatcher(), registry.judges_for, make_agent, Counts())
        with locked(path), pytest.raises(LockedLogError):
            await hall.open(opening())
        assert "locked" in (hall.failing or "")
        await hall.close()
        return hall

    with open_log(path, lock_seconds=0.2) as log:
        hall = asyncio.run(fail(log))
    deadline = time.monotonic() + REMEMBERED_SECONDS + 5
    while hall.failing is not None:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # how often it looks


@pytest.mark.parametrize("gives_up", [False, True])
def test_a_database_that_another_program_holds_is_waited_for(tmp_path, gives_up):
    async def play(served: Served, token: str) -> str:
        async with two_at_a_table(served, token) as (alice, it, bob):
            with locked(served.database):
                saying = asyncio.get_running_loop().create_task(it.say(2))
                assert await until_readiness(alice, 503) == "log failing"
                await hears_nothing(bob, 9 if gives_up else 1)
                assert not saying.done()
            assert (await saying)["data"]["status"] == "accepted"
            await bob_acts(it, bob, 2)
            await play_turn(it, bob, 3)
            assert await until_readiness(alice, 200) == "ready"
            failures = 'taboo_errors_total{code="log"}' in (await alice.http.get(f"{alice.url}/metrics")).text
            assert failures is gives_up
            return it.match

    with Served(tmp_path) as served:
        match = asyncio.run(play(served, served.member("bob")))
        served.kill()
        check(served, match)
