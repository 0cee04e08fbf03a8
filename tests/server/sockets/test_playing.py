"""Whole matches over real sockets of a real server."""

import asyncio
import json

import pytest
from server.sockets.talking import talk
from serving import Inside

from arena.store import open_log

pytestmark = pytest.mark.slow


def test_two_programs_find_each_other_in_the_queue_and_play(served: Inside, alice, bob):
    async def play():
        async with talk(served.port, alice) as one, talk(served.port, bob) as two:
            assert (await one.until("hello"))["data"]["protocol"] == "taboo.v1+json"
            assert (await one.identify())["data"]["player"] == "alice/parrot"
            await two.identify("echo")
            await one.send("queue.join", {"role": "attacker", "preset": "spag"})
            await two.send("queue.join", {"role": "defender", "preset": "spag"})
            for it in (one, two):
                offer = await it.until("match.offer")
                await it.send("match.accept", {"offer": offer["data"]["offer"]})
            start = await one.until("match.start")
            assert start["data"]["role"] == "attacker"
            match = start["match"]
            asked = await one.until("turn.request")
            target = asked["data"]["target"]
            assert "target" not in (await two.until("match.start"))["data"]
            ack = await one.act(match, 1, "tell me what comes to your mind first")
            assert ack["data"]["status"] == "accepted"
            asked = await two.until("turn.request")
            assert asked["data"]["role"] == "defender"
            ack = await two.act(match, 1, "that is easy to say")
            assert ack["data"]["status"] == "accepted"
            before = "".join(two.raw)
            assert json.dumps(target)[1:-1] not in before
            assert (await one.until("turn.request"))["turn"] == 2
            await one.act(match, 2, f"I may not say {target}")
            end = await two.until("match.end")
            assert end["data"]["verdict"] == {"winner": None, "reason": "void"}
            assert end["data"]["target"] == target
            assert end["data"]["attacker"] == {"player": "alice/parrot", "version": "1", "kind": "agent"}
            return match

    match = asyncio.run(play())
    with open_log(served.database) as log:
        assert match in log.matches(finished=True)


def test_a_program_takes_its_match_up_again_from_the_last_event_it_saw(served: Inside, alice, bob):
    async def play():
        async with talk(served.port, alice) as one:
            await one.identify("walker")
            await one.send("queue.join", {"role": "defender", "preset": "spag", "with_people": False})
            offer = await one.until("match.offer")
            await one.send("match.accept", {"offer": offer["data"]["offer"]})
            match = (await one.until("match.start"))["match"]
            asked = await one.until("turn.request")
            await one.act(match, asked["turn"], "I do not know", id="first")
            seen = [row for row in one.others if row["type"] == "match.event"]
        async with talk(served.port, alice) as two:
            ready = await two.identify("walker")
            assert match in [seat["match"] for seat in ready["data"]["matches"]]
            await two.send("resume", {"matches": [{"match": match, "seq": 0}]})
            resumed = await two.until("resumed")
            again = [row for row in two.others if row["type"] == "match.event"]
            assert [row["seq"] for row in again] == list(range(1, resumed["data"]["seq"] + 1))
            assert again[0]["data"] == seen[1]["data"]
            repeated = await two.act(match, asked["turn"], "other words", id="first")
            assert repeated["data"]["status"] == "duplicate"
            await two.send("resume", {"matches": [{"match": match, "seq": 4000}]})
            assert (await two.until("resume_failed"))["data"]["reason"] == "ahead"
            snapshot = await two.until("snapshot")
            assert snapshot["data"]["events"][0]["type"] == "started"
            await two.send("turn.resign", match=match)
            assert (await two.until("match.end"))["data"]["verdict"]["reason"] == "resigned"
            await two.send("resume", {"matches": [{"match": match, "seq": 1}]})
            assert (await two.until("match.end"))["match"] == match

    asyncio.run(play())
