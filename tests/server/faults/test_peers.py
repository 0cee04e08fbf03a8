"""Players who are gone without a word, answer nothing, or read nothing: only their own match notices."""

import asyncio
import socket
import time

import pytest
from server.faults.browsers import Person
from server.faults.programs import frozen, parrot, resident_mb, settled_mb
from server.faults.sitting import STRICT, Sitter, seated, sits
from server.sockets.talking import Talk, talk
from serving import Served
from websockets.exceptions import ConnectionClosed

from arena.core.events import Departure, Left
from arena.core.verdict import Role
from arena.store import open_log
from arena.wire.closing import Close

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ATTACKER, DEFENDER = Role.ATTACKER, Role.DEFENDER


def events_of(served: Served, match: str) -> list:
    with open_log(served.database, create=False) as log:
        return next(iter(log.iter_events([match])))


def test_a_program_that_never_answers_loses_by_time_and_nobody_else_waits(tmp_path):
    async def play(served: Served, token: str) -> str:
        async with Person(served.url, "alice") as alice, talk(served.port, token) as mute:
            await mute.identify("mute", seats=4)

            async def accept() -> None:
                offer = await mute.until("match.offer")
                await mute.send("match.accept", {"offer": offer["data"]["offer"]})
                while True:
                    await mute.until("ping")

            answering = asyncio.get_running_loop().create_task(accept())
            async with seated(alice, "bob/mute") as slow, seated(alice, "honest") as quick:
                await slow.say(1)
                for turn in range(1, 20):
                    began = time.perf_counter()
                    assert (await quick.say(turn))["data"]["status"] == "accepted"
                    await quick.asked(turn + 1)
                    assert time.perf_counter() - began < 15
                assert await slow.end() == ("attacker", "forfeit")
                answering.cancel()
                return slow.match

    with Served(tmp_path) as served:
        match = asyncio.run(play(served, served.member("bob")))
    left = events_of(served, match)[-2]
    assert left.body == Left(DEFENDER, Departure.TIME)
    assert left.at >= 1000


def test_a_program_whose_process_stands_still_is_gone_and_back_when_it_goes_on(tmp_path):
    async def play(served: Served, token: str) -> str:
        with parrot(served.url, "parrot", token) as process:
            async with Person(served.url, "alice") as alice, seated(alice, "bob/parrot") as it:
                await it.say(1)
                await it.asked(2)
                with frozen(process):
                    await it.say(2)
                    gone = await it.talk.until("peer.gone")
                    assert gone["data"]["role"] == "defender"
                    assert gone["data"]["grace_ms"] > 10_000
                    with pytest.raises(TimeoutError):  # twice the time of a turn goes by: match time waits
                        await asyncio.wait_for(it.end(), 2)
                assert (await it.talk.until("peer.back"))["data"]["role"] == "defender"
                await it.asked(3)
                await it.talk.send("turn.resign", match=it.match)
                await it.end()
                return it.match

    strict = {"heartbeat_seconds": 0.4, "grace_seconds": 30}
    with Served(tmp_path, **strict) as served:
        match = asyncio.run(play(served, served.member("bob")))
    assert events_of(served, match)[4].at < 4000


def test_a_program_that_stays_away_has_its_grace_and_its_time_and_then_loses(tmp_path):
    async def play(served: Served, token: str) -> str:
        with parrot(served.url, "parrot", token) as process:
            async with Person(served.url, "alice") as alice, seated(alice, "bob/parrot") as it:
                await it.say(1)
                await it.asked(2)
                with frozen(process):
                    await it.say(2)
                    await it.talk.until("peer.gone")
                    began = time.perf_counter()
                    assert await it.end() == ("attacker", "forfeit")
                    assert time.perf_counter() - began >= 0.9
                return it.match

    with Served(tmp_path, heartbeat_seconds=0.4, grace_seconds=1) as served:
        match = asyncio.run(play(served, served.member("bob")))
    left = events_of(served, match)[-2]
    assert left.body == Left(DEFENDER, Departure.TIME)


def narrow() -> socket.socket:
    """A socket for which the system keeps next to nothing that was not read."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    return made


async def talk_much(it: Sitter, bob: Talk, turns: int) -> None:
    """Play so many turns with long utterances."""
    for turn in range(1, turns + 1):
        await it.say(turn, f"{turn} " + "so what then " * 150)
        await bob.until("turn.request", turn=turn)
        await bob.act(it.match, turn, f"{turn} " + "well now " * 200)
        await it.asked(turn + 1)


async def heard_of(bob: Talk, type_: str) -> float:
    """Wait for a message while asking the server again and again whether it is there; its longest answer in seconds."""
    worst = 0.0
    while not any(row["type"] == type_ for row in bob.others):
        began = time.perf_counter()
        await bob.send("ping", id=f"p{began}")
        await bob.until("pong")
        worst = max(worst, time.perf_counter() - began)
        await asyncio.sleep(0.02)  # how often it asks
    return worst


@pytest.mark.parametrize(("asks", "code"), [(300, Close.TOO_SLOW), (25, Close.SILENT)])
def test_who_reads_nothing_is_cut_off_and_the_other_player_is_told(tmp_path, asks, code):
    roomy = {**STRICT, "turn_ms": 60_000, "max_chars": 2000}

    async def play(served: Served, token: str) -> None:
        loop = asyncio.get_running_loop()
        async with Person(served.url, "alice") as alice, talk(served.port, token) as bob:
            await bob.identify("echo")
            challenge = loop.create_task(alice.challenge("bob/echo", ATTACKER, changes=roomy))
            await bob.send("match.accept", {"offer": (await bob.until("match.offer"))["data"]["offer"]})
            match, made = await challenge, narrow()
            await loop.sock_connect(made, ("127.0.0.1", served.port))
            async with sits(alice, match, ATTACKER, sock=made) as it:
                await talk_much(it, bob, 15)
                before = settled_mb(served.pid)
                for _ in range(asks):
                    await it.talk.send("resume", {"matches": [{"match": match, "seq": -1}]})
                async with asyncio.timeout(20):
                    assert await heard_of(bob, "peer.gone") < 15
                assert resident_mb(served.pid) - before < 40
                with pytest.raises(ConnectionClosed) as caught:
                    await it.talk.until("never")
                assert caught.value.rcvd is None or caught.value.rcvd.code == code
            async with sits(alice, match, ATTACKER) as again:
                await again.asked(16)

    with Served(tmp_path, message_rate=1000, heartbeat_seconds=1) as served:
        asyncio.run(play(served, served.member("bob")))
