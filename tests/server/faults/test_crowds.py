"""Too many, too much, too slow: what a crowd may not do, and that whoever plays notices nothing of it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from server.faults.browsers import Person
from server.faults.programs import resident_mb, settled_mb
from server.faults.sitting import STRICT, Sitter, seated
from server.sockets.talking import talk
from serving import Served
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arena.wire.closing import Close

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
LONG = {**STRICT, "turn_ms": 60_000, "max_chars": 2000}
PATIENCE = 15.0
"""Seconds after which an action that is not acknowledged was held up: far beyond what a busy machine takes."""


async def play_on(it: Sitter, first: int, turns: int, text: str = "") -> None:
    """Play so many turns against the house, none of which may take long."""
    for turn in range(first, first + turns):
        began = time.perf_counter()
        assert (await it.say(turn, text and f"{turn} {text}"))["data"]["status"] == "accepted"
        assert time.perf_counter() - began < PATIENCE
        await it.asked(turn + 1)


async def knock(port: int, seconds: float) -> int:
    """Connect, say nothing, and stay: the status of the refusal, or the code of the goodbye."""
    try:
        async with talk(port, None) as it, asyncio.timeout(seconds):
            await it.until("never")
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return 1006 if closed.rcvd is None else closed.rcvd.code


@pytest.mark.parametrize(("bounds", "status"), [({"connections_per_address": 12}, 429), ({"max_connections": 12}, 503)])
def test_a_flood_of_connections_is_refused_beyond_the_bounds_and_players_play_on(tmp_path, bounds, status):
    async def play(served: Served) -> None:
        async with Person(served.url, "alice") as alice, seated(alice, "honest", changes=LONG) as it:
            flood = asyncio.gather(*(knock(served.port, 20) for _ in range(60)))
            await play_on(it, 1, 10)
            answers = await flood
            assert answers.count(status) == 60 - 11
            assert answers.count(Close.IDENTIFY_TIMEOUT) == 11
            assert await knock(served.port, 20) == Close.IDENTIFY_TIMEOUT
            await play_on(it, 11, 3)

    with Served(tmp_path, identify_seconds=2, **bounds) as served:
        asyncio.run(play(served))


def test_ten_megabytes_are_refused_at_the_first_bytes(tmp_path):
    async def play(served: Served, token: str) -> None:
        async with Person(served.url, "alice") as alice, seated(alice, "honest", changes=LONG) as it:
            await play_on(it, 1, 2)
            before = settled_mb(served.pid)
            for _ in range(10):
                async with talk(served.port, token) as giant:
                    await giant.identify("giant")
                    with suppress(ConnectionClosed):
                        await giant.socket.send("x" * 10_000_000)
                    with pytest.raises(ConnectionClosed) as caught:
                        await giant.until("never")
                    assert caught.value.rcvd is not None
                    assert caught.value.rcvd.code == Close.TOO_BIG
            await play_on(it, 3, 2)
            assert resident_mb(served.pid) - before < 10

    with Served(tmp_path) as served:
        asyncio.run(play(served, served.member("bob")))


@asynccontextmanager
async def idle_sockets(port: int, count: int) -> AsyncIterator[list[socket.socket]]:
    """Connections over which nothing is ever said."""
    loop = asyncio.get_running_loop()
    several = [socket.socket() for _ in range(count)]
    try:
        for one in several:
            one.setblocking(False)
            await loop.sock_connect(one, ("127.0.0.1", port))
        yield several
    finally:
        for one in several:
            one.close()


def test_connections_that_never_say_a_word_hold_up_nobody(tmp_path):
    async def play(served: Served) -> None:
        async with Person(served.url, "alice") as alice, seated(alice, "honest", changes=LONG) as it:
            await play_on(it, 1, 1)  # the first turn loads what agents of the house need
            before = settled_mb(served.pid)
            async with idle_sockets(served.port, 400):
                await play_on(it, 2, 5)
                assert (await alice.http.get(f"{served.url}/readyz")).status_code == 200
            assert resident_mb(served.pid) - before < 20

    with Served(tmp_path) as served:
        asyncio.run(play(served))


def test_spectators_who_read_nothing_cost_little_and_hold_up_nobody(tmp_path):
    async def look_away(http: httpx.AsyncClient, match: str, over: asyncio.Event) -> None:
        async with http.stream("GET", f"/api/v1/matches/{match}/stream") as answer:
            assert answer.status_code == 200
            await over.wait()

    async def play(served: Served) -> None:
        limits = httpx.Limits(max_connections=None)
        async with (
            Person(served.url, "alice") as alice,
            seated(alice, "honest", changes=LONG) as it,
            httpx.AsyncClient(base_url=served.url, trust_env=False, limits=limits, timeout=30) as http,
        ):
            await play_on(it, 1, 1)
            before, over = settled_mb(served.pid), asyncio.Event()
            loop = asyncio.get_running_loop()
            looking = [loop.create_task(look_away(http, it.match, over)) for _ in range(200)]
            await play_on(it, 2, 45, "so what then " * 150)
            assert resident_mb(served.pid) - before < 60
            over.set()
            await asyncio.gather(*looking)

    with Served(tmp_path, streams_per_address=200) as served:
        asyncio.run(play(served))
