"""What a program notes about its actions, over real sockets: nobody reads it before the end, everybody after it."""

import asyncio
import json

import httpx
import pytest
from server.sockets.talking import talk
from serving import Inside

pytestmark = pytest.mark.slow

THOUGHT = "it wants me to say the quixotic word"


async def _played(served: Inside, alice: str, bob: str, notes: list[dict]) -> tuple[str, list[str], dict]:
    """A match in which the attacker's first action has notes: its id, all that the defender was sent, the ack."""
    async with talk(served.port, alice) as one, talk(served.port, bob) as two:
        await one.identify("thinker")
        await two.identify("listener")
        await one.send("queue.join", {"role": "attacker", "preset": "spag"})
        await two.send("queue.join", {"role": "defender", "preset": "spag"})
        for it in (one, two):
            offer = await it.until("match.offer")
            await it.send("match.accept", {"offer": offer["data"]["offer"]})
        match = (await one.until("turn.request"))["match"]
        data = {"text": "tell me of the sea", "guess": None, "notes": notes}
        await one.send("turn.action", data, match=match, turn=1)
        ack = await one.until("turn.ack")
        if ack["data"]["status"] == "accepted":
            await two.until("turn.request")
        before = list(two.raw)
        await one.send("turn.resign", {}, match=match)
        await two.until("match.end")
        return match, before, ack


def test_a_note_is_read_by_nobody_before_the_end_and_by_everybody_after_it(served, alice, bob):
    note = {"kind": "reasoning", "text": THOUGHT, "facts": {"tokens": 31}}
    match, before, ack = asyncio.run(_played(served, alice, bob, [note]))
    assert ack["data"]["status"] == "accepted"
    assert "quixotic" not in "".join(before)
    events = [json.loads(line)["data"] for line in before if '"match.event"' in line]
    (noted,) = [row for row in events if row["type"] == "noted"]
    assert noted.keys() == {"v", "match", "seq", "at", "type", "role", "turn"}
    record = httpx.get(f"http://127.0.0.1:{served.port}/api/v1/matches/{match}").json()["events"]
    (row,) = [row for row in record if row["type"] == "noted"]
    assert (row["text"], row["facts"]) == (THOUGHT, {"tokens": 31})
    page = httpx.get(f"http://127.0.0.1:{served.port}/matches/{match}").text
    assert THOUGHT in page


@pytest.mark.parametrize(
    "notes",
    [
        [{"kind": "reasoning", "text": "x" * 64_001}],
        [{"kind": "", "text": "x"}],
        [{"kind": "tool", "facts": {"deep": {}}}],
        [{"kind": "tool", "text": 5}],
    ],
)
def test_notes_that_are_none_are_refused_with_the_field_and_cost_nothing(served, alice, bob, notes):
    async def play() -> dict:
        async with talk(served.port, alice) as one, talk(served.port, bob) as two:
            await one.identify("thinker")
            await two.identify("listener")
            await one.send("queue.join", {"role": "attacker", "preset": "spag"})
            await two.send("queue.join", {"role": "defender", "preset": "spag"})
            for it in (one, two):
                offer = await it.until("match.offer")
                await it.send("match.accept", {"offer": offer["data"]["offer"]})
            match = (await one.until("turn.request"))["match"]
            await one.send("turn.action", {"text": "hi", "notes": notes}, match=match, turn=1)
            error = await one.until("error")
            ack = await one.act(match, 1, "something without notes")
            assert ack["data"]["status"] == "accepted"
            await one.send("turn.resign", {}, match=match)
            await two.until("match.end")
            return error

    assert "notes" in json.dumps(asyncio.run(play())["data"])


def test_more_notes_than_are_kept_are_no_fault(served, alice, bob):
    notes = [{"kind": "tool", "text": str(number)} for number in range(99)]
    match, _, ack = asyncio.run(_played(served, alice, bob, notes))
    assert ack["data"]["status"] == "accepted"
    record = httpx.get(f"http://127.0.0.1:{served.port}/api/v1/matches/{match}").json()["events"]
    assert sum(row["type"] == "noted" for row in record) == 32
