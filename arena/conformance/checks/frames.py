"""Checks of what cannot be read: frames and messages of every wrong kind, and fields that nobody knows."""

import json

from arena.conformance.checks.line import Row
from arena.conformance.checks.probe import Check, Probe, fresh_name
from arena.wire.closing import Close

DEEP = 20_000
"""Brackets within each other: more than a careless reader has stack for, and less than a message may hold."""
MANY = 50
"""More faults than any connection is forgiven."""
WRONG: tuple[object, ...] = (
    [],
    {"id": "a"},
    {"type": "weather.report", "id": "a"},
    {"type": "ping"},
    {"type": "ping", "id": 5},
    {"type": "ping", "id": "two words"},
    {"type": "resume", "id": "a", "data": []},
    {"type": "turn.action", "id": "a", "match": 5, "turn": 1, "data": {}},
    {"type": "turn.action", "id": "a", "match": "m", "turn": "1", "data": {"text": ["a"]}},
)
"""Messages that do not fit the schema."""


async def binary(probe: Probe) -> None:
    """Every message is text."""
    async with probe.agent() as line:
        await line.say_raw(b'{"type":"ping","id":"a"}')
        await line.require_end(Close.BAD_DATA)


async def too_big(probe: Probe) -> None:
    """A message larger than `hello` allows."""
    async with probe.agent() as line:
        await line.say_raw(json.dumps({"type": "ping", "id": "a", "pad": "x" * line.hello["max_message"]}))
        await line.require_end(Close.TOO_BIG)


async def not_json(probe: Probe) -> None:
    """What is not JSON is refused; a client that was let in may go on."""
    async with probe.agent() as line:
        for text in ("", "{", '{"type":"ping","id":"a"', "NaN", '{"type":"ping","id":"\\ud800"}'):
            await line.say_raw(text)
            await line.require_error("bad_message")
        await line.require_alive()


async def not_json_before(probe: Probe) -> None:
    """A stranger gets one try."""
    async with probe.line() as line:
        await line.greet()
        await line.say_raw("hello?")
        await line.require_error("bad_message")
        await line.require_end(Close.BAD_MESSAGE)


async def deep(probe: Probe) -> None:
    """JSON that is nested very deeply."""
    async with probe.agent() as line:
        for text in ("[" * DEEP, '{"type":"ping","id":"a","data":' + "[" * DEEP + "]" * DEEP + "}"):
            await line.say_raw(text)
            row = await line.hear("error", "pong")
            if row["type"] == "error":
                await line.require_alive()


async def wrong_types(probe: Probe) -> None:
    """Fields of the wrong kind, each refused, none of them harmful."""
    async with probe.agent() as line:
        for row in WRONG:
            await line.say_raw(json.dumps(row))
            await line.require_error("bad_message")
        await line.require_alive()


async def many_faults(probe: Probe) -> None:
    """A client that goes on sending what cannot be read."""
    async with probe.agent() as line:
        for _ in range(MANY):
            await line.say_raw("{}")
        await line.require_end(Close.BAD_MESSAGE)


async def unknown_fields(probe: Probe) -> None:
    """Fields of later versions are passed over, wherever they stand."""
    async with probe.line() as line:
        await line.greet()
        strange: Row = {"mood": "good", "tides": [{"high": True}]}
        agent = {"name": fresh_name(), **strange}
        id_ = await line.say("identify", {"agent": agent, **strange}, **strange)
        await line.answer_to(id_, "ready")
        await line.answer_to(await line.say("ping", strange, **strange), "pong")


FRAMES = (
    Check("binary", "a binary frame ends with 1003", "close with 1003", binary),
    Check("too-big", "a message beyond `max_message` ends with 1009", "bound the size of a message", too_big),
    Check("not-json", "what is not JSON gets `error` bad_message", "answer by `error`, and go on", not_json),
    Check("not-json-before", "before `identify` it ends with 4000", "close with 4000", not_json_before),
    Check("deep", "deeply nested JSON does no harm", "use a reader that bounds how deep JSON may be", deep),
    Check("wrong-types", "wrong types get `error` bad_message", "hold messages against the schema", wrong_types),
    Check("many-faults", "a client that goes on like that is closed with 4000", "count the faults", many_faults),
    Check("unknown-fields", "unknown fields are ignored", "do not forbid further properties", unknown_fields),
)
