"""Checks of a connection: the handshake, who may come in, heartbeats, and one connection taking another's place."""

import asyncio

from websockets.exceptions import InvalidHandshake, InvalidStatus

from arena.conformance.checks.line import PATIENCE
from arena.conformance.checks.probe import Check, Probe, fresh_name
from arena.conformance.finding import DeviationError, SkippedError, require
from arena.wire import SUBPROTOCOL
from arena.wire.closing import Close

LONGEST_WAIT = 120.0
"""Checks that would have to wait longer are skipped."""
_SLACK = 5.0


async def subprotocol(probe: Probe) -> None:
    """Only who asks for the protocol is let in."""
    async with probe.line() as line:
        require(line.socket.subprotocol == SUBPROTOCOL, f"agreed on the subprotocol {line.socket.subprotocol!r}")
    for offered in ((), ("taboo.v0+json",)):
        status = await _refusal(probe, subprotocols=offered)
        require(status == 400, f"answered a handshake that offers {list(offered)} with {status} instead of 400")


async def origin(probe: Probe) -> None:
    """A page of another site may not connect in a visitor's name."""
    status = await _refusal(probe, origin="https://elsewhere.example")
    require(status == 403, f"answered a handshake from a page of another site with {status} instead of 403")


async def _refusal(probe: Probe, *, subprotocols: tuple[str, ...] = (SUBPROTOCOL,), origin: str | None = None) -> int:
    """The status that a handshake is refused with. Raises DeviationError where it is not."""
    try:
        async with probe.line(subprotocols=subprotocols, origin=origin):
            raise DeviationError("let in a handshake that it must refuse")
    except InvalidStatus as refused:
        return refused.response.status_code
    except InvalidHandshake as wrong:
        raise DeviationError(f"broke the handshake off: {type(wrong).__name__}") from None


async def hello(probe: Probe) -> None:
    """The server speaks first, and says what a client must know."""
    async with probe.line() as line:
        said = await line.greet()
        require(said["protocol"] == SUBPROTOCOL, f"greeted with the protocol {said['protocol']!r}")
        for name in ("heartbeat_ms", "identify_ms", "max_message", "rate"):
            require(said[name] > 0, f"greeted with {name} {said[name]}")


async def ready(probe: Probe) -> None:
    """An agent with a token is let in under its account's name."""
    name = fresh_name()
    async with probe.agent(name, seats=3) as line:
        player = line.ready["player"]
        require(player.endswith(f"/{name}") and len(player) > len(name) + 1, f"called the agent {name!r} {player!r}")
        require(1 <= line.ready["seats"] <= 3, f"granted {line.ready['seats']} seats where 3 were asked for")
        require(not line.ready["matches"], "gave live seats to an agent that has never played")


async def wrong_token(probe: Probe) -> None:
    """A token that nobody has, and none at all."""
    for token in ("taboo_nobody", None):
        async with probe.line(token=token) as line:
            await line.greet()
            await line.say("identify", {"agent": {"name": fresh_name()}})
            await line.require_end(Close.UNAUTHORIZED)


async def token_in_url(probe: Probe) -> None:
    """A token in the address is worth nothing: addresses end up in logs."""
    async with probe.line(token=None, query="?token=taboo_nobody&access_token=taboo_nobody") as line:
        await line.greet()
        await line.say("identify", {"agent": {"name": fresh_name()}})
        await line.require_end(Close.UNAUTHORIZED)


async def no_agent(probe: Probe) -> None:
    """A token alone does not say what plays."""
    async with probe.line() as line:
        await line.greet()
        id_ = await line.say("identify", {})
        await line.require_error("no_agent", id_)
        await line.require_end(Close.BAD_MESSAGE)


async def identify_first(probe: Probe) -> None:
    """Nothing is done for a client that did not say who it is."""
    async with probe.line() as line:
        await line.greet()
        await line.say("queue.join", {})
        await line.require_end(Close.OUT_OF_ORDER)


async def identify_once(probe: Probe) -> None:
    """Nobody becomes another on the same connection."""
    async with probe.agent() as line:
        await line.say("identify", {"agent": {"name": fresh_name()}})
        await line.require_end(Close.OUT_OF_ORDER)


async def no_identify(probe: Probe) -> None:
    """A client that says nothing is not waited for."""
    async with probe.line() as line:
        wait = _bounded((await line.greet())["identify_ms"] / 1000)
        await line.require_end(Close.IDENTIFY_TIMEOUT, within=wait + _SLACK)


async def ping(probe: Probe) -> None:
    """The server answers pings."""
    async with probe.agent() as line:
        for id_ in ("a", "x" * 64, "!~"):
            await line.say("ping", id=id_)
            await line.answer_to(id_, "pong")


async def heartbeat(probe: Probe) -> None:
    """The server asks for a sign of life, and keeps whoever gives it."""
    async with probe.agent() as line:
        wait = _bounded(line.hello["heartbeat_ms"] / 1000)
        await line.hear("ping", within=wait + _SLACK)
        await line.hear("ping", within=wait + _SLACK)
        await line.require_alive()


async def silent(probe: Probe) -> None:
    """A client that gives no sign of life is cut off."""
    async with probe.agent() as line:
        wait = _bounded(2 * line.hello["heartbeat_ms"] / 1000)
        line.answers_pings = False
        await line.require_end(Close.SILENT, within=wait + _SLACK)


async def eviction(probe: Probe) -> None:
    """A new connection of the same agent and instance takes the place of the old one, and of no other."""
    name = fresh_name()
    async with (
        probe.agent(name, instance="one") as old,
        probe.agent(name, instance="two") as other,
        probe.agent(name, instance="one") as new,
    ):
        await old.require_end(Close.REPLACED)
        await asyncio.gather(new.require_alive(), other.require_alive())


async def flood(probe: Probe) -> None:
    """Who sends far too much is cut off, and nobody else notices."""
    async with probe.agent() as line, probe.agent() as bystander:
        for number in range(30 * line.hello["rate"] + 200):
            await line.say("ping", id=f"f{number}")
        async with asyncio.timeout(PATIENCE):
            await bystander.require_alive()
        await line.require_end(Close.FLOOD)
        await bystander.require_alive()


def _bounded(seconds: float) -> float:
    if seconds > LONGEST_WAIT:
        raise SkippedError(f"would have to wait for {seconds:g} s")
    return seconds


MEETING = (
    Check(
        "subprotocol",
        "a handshake that does not ask for the subprotocol is refused with 400",
        "select the subprotocol, and refuse the handshake where it is not offered",
        subprotocol,
    ),
    Check(
        "origin", "a page of another site is refused with 403", "compare the header Origin with the own host", origin
    ),
    Check("hello", "the server speaks first, with `hello`", "send `hello` at once, all fields set", hello),
    Check("ready", "an agent is let in as ACCOUNT/NAME", "answer `identify` by `ready`, repeating its id", ready),
    Check("wrong-token", "an unknown token ends with 4001", "close with 4001 at `identify`", wrong_token),
    Check("token-in-url", "a token in the URL is not looked at", "read the header `Authorization` alone", token_in_url),
    Check("no-agent", "a token without an agent ends with 4000", "send `error` no_agent, then close", no_agent),
    Check("identify-first", "other messages before `identify` end with 4004", "close with 4004", identify_first),
    Check("identify-once", "a second `identify` ends with 4004", "close with 4004", identify_once),
    Check("no-identify", "silence before `identify` ends with 4002", "close after `identify_ms`", no_identify),
    Check("ping", "`ping` is answered by `pong` with its id", "copy `id` into `data.id`", ping),
    Check("heartbeat", "the server sends `ping` every `heartbeat_ms`", "ping every connection", heartbeat),
    Check("silent", "unanswered heartbeats end with 4008", "close at the second heartbeat without a `pong`", silent),
    Check(
        "eviction",
        "a new connection of an agent and instance ends the old one with 4009",
        "look for a holder of the same agent and instance when one identifies",
        eviction,
    ),
    Check("flood", "far too many messages end with 4005; others notice nothing", "meter each connection", flood),
)
