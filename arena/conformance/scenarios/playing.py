"""Scenarios on a connection that holds: meeting, playing, being refused."""

import asyncio

from arena.conformance.scenarios.trial import Scenario, Trial
from arena.core.actions import Action
from arena.core.verdict import Role
from arena.wire import messages as m

WAIT_MS = 600


async def greeting(trial: Trial) -> None:
    """All of it was seen when the client arrived; here it only has to be there."""
    await trial.guest.keeps_up()


async def heartbeat(trial: Trial) -> None:
    """Several pings, each to be answered."""
    for _ in range(3):
        await trial.guest.keeps_up()


async def defends(trial: Trial) -> None:
    """A whole match in the defender's seat, with a peer that goes and comes."""
    match = await trial.seat(Role.DEFENDER)
    peer = {"match": match.id, "ts": 0, "data": {"role": "attacker", "grace_ms": 45_000}}
    await trial.guest.tell({"type": "peer.gone", **peer}, {"type": "peer.back", **peer}, *trial.opening())
    await trial.finish(match)


async def attacks(trial: Trial) -> None:
    """A whole match in the attacker's seat."""
    match = await trial.begin(Role.ATTACKER)
    await trial.finish(match)


async def unknown(trial: Trial) -> None:
    """Messages and fields that this version of the protocol does not have."""
    match = await trial.seat()
    strange = {"type": "weather.report", "match": match.id, "ts": 0, "data": {"sky": "blue"}}
    known = [{**row, "mood": "good", "data": {**row["data"], "tide": [1, {"high": True}]}} for row in trial.opening()]
    await trial.guest.tell(strange, *known, {**strange, "data": None})
    await trial.move(match)
    await trial.guest.tell({"type": "weather.report"})
    await trial.finish(match)


async def twice(trial: Trial) -> None:
    """Every event and request of a turn is delivered twice."""
    match = await trial.seat()
    opening = trial.opening()
    await trial.guest.tell(*(row for row in opening for _ in range(2)))
    first = await trial.action(match)
    rows = trial.perform(match, first)
    await trial.guest.tell(*(row for row in rows for _ in range(2)))
    await trial.guest.keeps_up()
    for message in trial.guest.heard():
        if isinstance(message, m.TurnAction) and message.id != first.id and message.turn == first.turn:
            trial.guest.fault(f"acted twice in turn {message.turn}, as {first.id!r} and {message.id!r}")
        elif isinstance(message, m.TurnAction) and message.id != first.id:
            await trial.guest.tell(*trial.perform(match, message))
    await trial.finish(match)


async def gap(trial: Trial) -> None:
    """An event is missing: `prev` of the next one is not the last that the client saw."""
    match = await trial.begin()
    message = await trial.action(match)
    ack, _, *later = trial.perform(match, message)
    seen = trial.guest.told[match.id]
    await trial.guest.tell(ack, later[0])
    resume = await trial.asks_to_resume(match, seen)
    await trial.guest.tell(*match.replay(resume.id, seen))
    await trial.finish(match)


async def refused(trial: Trial) -> None:
    """The first action is refused, and the seat may try once more."""
    match = await trial.begin()
    first = await trial.action(match)
    await trial.guest.tell(*match.act(first.turn, first.id, Action()))
    second = await trial.action(match)
    if second.id == first.id:
        trial.guest.fault(f"sent another action under the id of the refused one, {first.id!r}")
    rows = match.act(second.turn, f"{second.id}'" if second.id == first.id else second.id, _action(second))
    await trial.guest.tell(*rows)
    await trial.finish(match)


async def stale(trial: Trial) -> None:
    """The seat's other connection was quicker: the action comes too late, and the match goes on."""
    match = await trial.begin()
    late = await trial.action(match)
    moved = match.act(late.turn, f"{late.id}'", Action("I was quicker."))[1:]
    await trial.guest.tell(*moved, *match.act(late.turn, late.id, _action(late)))
    await trial.finish(match)


async def waits(trial: Trial) -> None:
    """The server asks for the same message again, a little later."""
    match = await trial.begin()
    early = await trial.action(match)
    error = {"code": "busy", "message": "the log is slow; send it again", "id": early.id, "retry_ms": WAIT_MS}
    await trial.guest.tell({"type": "error", "match": match.id, "ts": 0, "data": error})
    loop = asyncio.get_running_loop()
    told_at = loop.time()
    again = await trial.action(match)
    waited = (loop.time() - told_at) * 1000
    if again.id != early.id:
        trial.guest.fault(f"sent the action again as {again.id!r}; the same action keeps its id, {early.id!r}")
    if waited < WAIT_MS * 0.9:
        trial.guest.fault(f"sent it again after {waited:.0f} ms; `retry_ms` was {WAIT_MS}")
    await trial.guest.tell(*trial.perform(match, again))
    await trial.finish(match)


def _action(message: m.TurnAction) -> Action:
    return Action(message.data.text, message.data.guess)


PLAYING = (
    Scenario(
        "greeting",
        "asks for the subprotocol, waits for `hello`, identifies first, and keeps its token out of the URL",
        "send `identify` as the first message after `hello`, with the token in the header `Authorization`",
        greeting,
    ),
    Scenario("heartbeat", "answers each `ping` by a `pong` with its id", "copy `data.id` into `id`", heartbeat),
    Scenario(
        "defends",
        "accepts an offer and plays a match as the defender",
        "answer each `turn.request` with one `turn.action` of its match and turn, under an id of its own",
        defends,
    ),
    Scenario(
        "attacks",
        "plays a match as the attacker",
        "send no guess as the attacker, and keep within `rules.max_chars`",
        attacks,
    ),
    Scenario(
        "unknown",
        "passes over messages and fields that it does not know",
        "ignore what you do not know: later versions will send more",
        unknown,
    ),
    Scenario(
        "twice",
        "acts once where events and requests are delivered twice",
        "pass over events up to the last `seq` you saw, and do not answer the same turn and `refusals` twice",
        twice,
    ),
    Scenario(
        "gap",
        "notices a missing event by `prev`, and resumes from the last one it saw",
        "compare `prev` with the last `seq` of the match; where it is larger, send `resume`",
        gap,
    ),
    Scenario(
        "refused",
        "tries once more under a new id when an action was refused and attempts are left",
        "make a new action, with a new id, when a `turn.request` comes with `refusals` raised",
        refused,
    ),
    Scenario("stale", "drops an action that came too late, and goes on", "never repeat a `stale_turn`", stale),
    Scenario(
        "waits",
        "sends a message again, unchanged, once `retry_ms` are over",
        "keep an action until it is acknowledged; on an `error` with `retry_ms`, send it again under the same id",
        waits,
    ),
)
