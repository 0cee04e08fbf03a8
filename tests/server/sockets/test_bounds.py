"""What a connection may not do: each attempt ends with a sentence or a close code, and nobody else notices."""

import asyncio
import json

import pytest
from server.sockets.talking import talk
from serving import Inside
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arena.server.people import Scope
from arena.wire.closing import Close

pytestmark = pytest.mark.slow


async def closed(it) -> int:
    """The code with which the server ends the connection."""
    try:
        while True:
            await it.read()
    except ConnectionClosed as end:
        return -1 if end.rcvd is None else end.rcvd.code


def test_a_handshake_without_the_subprotocol_is_refused(served: Inside, alice):
    async def attempt():
        with pytest.raises(InvalidStatus) as refused:
            async with talk(served.port, alice, subprotocols=["chat"]):
                pass
        assert refused.value.response.status_code == 400

    asyncio.run(attempt())


def test_a_page_of_another_site_may_not_connect(served: Inside, alice):
    async def attempt():
        with pytest.raises(InvalidStatus) as refused:
            async with talk(served.port, alice, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        async with talk(served.port, alice, origin=served.url) as own:
            await own.until("hello")

    asyncio.run(attempt())


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"\x00\x01"], Close.BAD_DATA),
        (["x" * 100_000], Close.TOO_BIG),
        (["[" * 30_000], Close.BAD_MESSAGE),
        (["not json"], Close.BAD_MESSAGE),
        ([json.dumps({"type": "ping", "id": "1"})], Close.OUT_OF_ORDER),
        ([json.dumps({"type": "identify", "id": "1", "data": {"agent": {"name": "a/b"}}})], Close.BAD_MESSAGE),
    ],
)
def test_before_it_says_who_it_is_a_connection_has_one_attempt(served: Inside, alice, frames, code):
    async def attempt():
        async with talk(served.port, alice) as it:
            for frame in frames:
                await it.socket.send(frame)
            assert await closed(it) == code

    asyncio.run(attempt())


@pytest.mark.parametrize("token", [None, "taboo_wrong", "x" * 5000])
def test_nobody_plays_without_a_valid_token(served: Inside, token):
    async def attempt():
        async with talk(served.port, token) as it:
            await it.send("identify", {"agent": {"name": "parrot"}})
            assert await closed(it) == Close.UNAUTHORIZED

    asyncio.run(attempt())


def test_a_token_that_may_only_read_plays_nothing(served: Inside):
    token = served.member("reader", scopes=frozenset({Scope.READ}))

    async def attempt():
        async with talk(served.port, token) as it:
            await it.send("identify", {"agent": {"name": "parrot"}})
            assert await closed(it) == Close.FORBIDDEN

    asyncio.run(attempt())


def test_a_second_connection_of_the_same_agent_takes_the_place_of_the_first(served: Inside, alice):
    async def attempt():
        async with talk(served.port, alice) as old, talk(served.port, alice) as new:
            await old.identify("twin")
            await new.identify("twin")
            assert await closed(old) == Close.REPLACED
            async with talk(served.port, alice) as other:
                await other.identify("twin", instance="second")
                await new.send("ping", id="still-here")
                assert (await new.until("pong"))["data"]["id"] == "still-here"

    asyncio.run(attempt())


def test_messages_that_cannot_be_read_are_refused_one_by_one_until_there_are_too_many(served: Inside, alice):
    async def attempt():
        async with talk(served.port, alice) as it:
            await it.identify("clumsy")
            for text in ("nonsense", '{"type":"turn.action"}', "[]", '{"type":"dance","id":"1"}'):
                await it.socket.send(text)
                error = await it.until("error")
                assert error["data"]["code"] == "bad_message"
            await it.send("ping", id="fine", more={"unknown": "fields are ignored"})
            await it.until("pong")
            for _ in range(6):
                await it.socket.send("nonsense")
            assert await closed(it) == Close.BAD_MESSAGE

    asyncio.run(attempt())


def test_other_peoples_seats_do_not_exist(served: Inside, alice, bob):
    async def attempt():
        async with talk(served.port, alice) as one, talk(served.port, bob) as two:
            await one.identify("owner")
            await two.identify("thief", is_open=False)
            await one.send("queue.join", {"role": "attacker", "preset": "spag", "with_people": False})
            await one.send("match.accept", {"offer": (await one.until("match.offer"))["data"]["offer"]})
            match = (await one.until("match.start"))["match"]
            await two.send("resume", {"matches": [{"match": match, "seq": -1}, {"match": "none", "seq": -1}]})
            reasons = [(await two.until("resume_failed"))["data"]["reason"] for _ in range(2)]
            assert reasons == ["unknown", "unknown"]
            await two.send("turn.action", {"text": "hello"}, match=match, turn=1)
            assert (await two.until("error"))["data"]["code"] == "no_seat"
            await two.send("turn.resign", match=match)
            assert (await two.until("error"))["data"]["code"] == "no_seat"
            assert (await one.act(match, 1, "nothing happened to me"))["data"]["status"] == "accepted"

    asyncio.run(attempt())


def test_a_flood_is_cut_off(tmp_path):
    async def attempt(port, token):
        async with talk(port, token) as it:
            await it.identify("flood")
            for number in range(100):
                await it.send("ping", id=f"p{number}")
            assert await closed(it) == Close.FLOOD

    with Inside(tmp_path, message_rate=5) as small:
        asyncio.run(attempt(small.port, small.member("alice")))


def test_a_connection_that_stays_silent_is_closed_and_so_is_one_that_answers_no_ping(tmp_path):
    async def attempt(port, token):
        async with talk(port, token) as mute, talk(port, token) as deaf:
            await deaf.identify("deaf")
            assert await closed(mute) == Close.IDENTIFY_TIMEOUT
            assert await closed(deaf) == Close.SILENT

    with Inside(tmp_path, identify_seconds=1, heartbeat_seconds=1) as quick:
        asyncio.run(attempt(quick.port, quick.member("alice")))
