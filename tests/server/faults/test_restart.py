"""A server that goes and comes back: match time goes on from the log, and whoever is asked to leave is told why."""

import asyncio

import pytest
from server.faults.browsers import Person
from server.faults.sitting import STRICT, seated, sits
from server.sockets.talking import talk
from serving import Served
from websockets.exceptions import ConnectionClosed

from arena.core.events import Event, Resumed, Suspended
from arena.core.replay import replay
from arena.core.verdict import Role
from arena.store import open_log
from arena.wire.closing import Close

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ATTACKER = Role.ATTACKER
BANK = {**STRICT, "bank_ms": 60_000}


def events_of(served: Served, match: str) -> list[Event]:
    """The events of one match."""
    with open_log(served.database, create=False) as log:
        return next(iter(log.iter_events([match])))


def test_bank_that_was_used_before_a_kill_stays_used_and_time_without_a_server_costs_nothing(tmp_path):
    async def play(served: Served) -> str:
        async with Person(served.url, "alice") as alice:
            async with seated(alice, "honest", changes=BANK) as it:
                assert (await it.asked(1))["ms_left"] <= 61_000
                with pytest.raises(TimeoutError):  # a turn's second goes by, and more than one of the bank
                    await asyncio.wait_for(it.end(), 2.2)
                assert (await it.say(1))["data"]["status"] == "accepted"
                await it.asked(2)
                await asyncio.to_thread(served.kill)
            position = replay(events_of(served, it.match)).position
            assert 50_000 < position.attacker_bank <= 58_900
            await asyncio.to_thread(served.start)
            async with sits(alice, it.match, ATTACKER) as again:
                left = (await again.asked(2))["ms_left"]
                assert 1000 + position.attacker_bank - 1000 < left <= 1000 + position.attacker_bank
                assert (await again.say(2))["data"]["status"] == "accepted"
                await again.talk.send("turn.resign", match=it.match)
                assert await again.end() == ("defender", "resigned")
            return it.match

    with Served(tmp_path) as served:
        events = events_of(served, asyncio.run(play(served)))
    (at,) = [event.seq for event in events if isinstance(event.body, Resumed)]
    assert events[at].at == events[at - 1].at
    assert events[at + 1].at - events[at].at < 1000
    assert replay(events).verdict is not None


def test_sigterm_suspends_every_match_durably_tells_everyone_and_the_next_start_goes_on(tmp_path):
    async def play(served: Served, token: str) -> list[str]:
        async with Person(served.url, "alice") as alice:
            async with seated(alice, "honest") as it, talk(served.port, token) as bob:
                await bob.identify("echo")
                await bob.send("queue.join", {"role": "attacker", "with_people": False})
                await bob.send("match.accept", {"offer": (await bob.until("match.offer"))["data"]["offer"]})
                other = (await bob.until("match.start"))["match"]
                await it.say(1)
                await it.asked(2)
                leaving = asyncio.get_running_loop().create_task(asyncio.to_thread(served.terminate))
                for client in (it.talk, bob):
                    assert (await client.until("draining"))["data"]["seconds"] == 2
                    with pytest.raises(ConnectionClosed) as caught:
                        await client.until("never")
                    assert caught.value.rcvd is not None
                    assert caught.value.rcvd.code == Close.RESTARTING
                assert await leaving == 0
            for match in (it.match, other):
                assert isinstance(events_of(served, match)[-1].body, Suspended)
            await asyncio.to_thread(served.start)
            async with sits(alice, it.match, ATTACKER) as again, talk(served.port, token) as bob:
                await again.asked(2)
                assert (await again.say(2))["data"]["status"] == "accepted"
                assert [seat["match"] for seat in (await bob.identify("echo"))["data"]["matches"]] == [other]
                await bob.send("resume", {"matches": [{"match": other, "seq": 0}]})
                assert (await bob.until("turn.request", match=other))["turn"] == 1
                assert (await bob.act(other, 1, "what would you say about that"))["data"]["status"] == "accepted"
            return [it.match, other]

    with Served(tmp_path, drain_seconds=2, queue_built_in_after_seconds=0) as served:
        for match in asyncio.run(play(served, served.member("bob"))):
            events = events_of(served, match)
            kinds = [type(event.body) for event in events]
            assert kinds.index(Resumed) == kinds.index(Suspended) + 1
            assert replay(events).verdict is None
