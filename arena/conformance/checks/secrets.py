"""Checks of what nobody may learn: the target, and other people's matches."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator

from arena.conformance.checks.line import Row
from arena.conformance.checks.probe import Check, Probe
from arena.conformance.checks.ways import Way
from arena.conformance.finding import SkippedError, require
from arena.core.verdict import Role

NOBODY = "0" * 20
"""A match that does not exist."""
NOTE = "a thought of nobody's business"
SECRET_FIELDS = frozenset({"target", "master", "hits"})
"""Fields that neither a defender nor a spectator of a live match is ever sent."""
_OWN_WORDS = frozenset({"type", "role", "reason", "how", "why", "label", "judge", "rules", "server", "protocol"})
"""Fields that hold the protocol's own words, which a target may happen to be one of."""


def leaks(text: str, target: str) -> str | None:
    """Where a message gives the target away, or None."""
    word = re.compile(rf"(?<![^\W_]){re.escape(target.casefold())}(?![^\W_])")
    for path, value in _values(json.loads(text), ()):
        if path and path[-1] in SECRET_FIELDS:
            return f"has the field {'.'.join(path)}"
        if isinstance(value, str) and word.search(value.casefold()):
            return f"holds the target in {'.'.join(path)}"
    return None


def _values(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every value of a message with its place, the protocol's own words left out."""
    if path and path[-1] in _OWN_WORDS:
        return
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _values(inner, (*path, str(number)))


async def defender(probe: Probe) -> None:
    """No byte that a defender or a spectator is sent holds the word, until the match is over."""
    async with probe.table(Role.DEFENDER) as table:
        target = (await table.person_view())["target"]
        async with probe.own.stream(f"{table.path}/stream") as lines:
            frames = _frames(lines)
            await table.plays(2)
            async with probe.agent(table.name) as line:
                await line.say("resume", {"matches": [{"match": table.match, "seq": -1}]})
                await line.hear("resumed")
                await line.say("resume", {"matches": [{"match": table.match, "seq": 1000}]})
                await line.hear("snapshot")
                seen = [*table.line.raw, *line.raw]
            watched = [json.dumps((await anext(frames))[1]) for _ in range(5)]
        for text, who in [*((it, "defender") for it in seen), *((it, "spectator") for it in watched)]:
            found = leaks(text, target)
            require(found is None, f"sent a {who} a message that {found}")


async def attacker(probe: Probe) -> None:
    """The attacker is told the word, as it must be."""
    async with probe.table(Role.ATTACKER) as table:
        asked = await table.asked()
        started = (await table.hear("match.event"))["data"]
        require(bool(asked["target"]) and started["target"] == asked["target"], "did not tell the attacker the word")


async def notes(probe: Probe) -> None:
    """What a program notes about an action is read by nobody while the match is live."""
    async with probe.table(Role.ATTACKER) as table:
        await table.asked()
        noted = {"text": "hmm", "guess": None, "notes": [{"kind": "reasoning", "text": NOTE, "facts": {"of": NOTE}}]}
        ack = await table.ack(await table.line.say("turn.action", noted, match=table.match, turn=1))
        require(ack["status"] == "accepted", f"{ack['status']} an action with notes: {ack.get('reason')}")
        seen = [json.dumps(await table.person_view()), (await probe.own.ask("GET", f"{table.path}/events")).text]
        async with probe.agent(table.name) as line:
            await line.say("resume", {"matches": [{"match": table.match, "seq": -1}]})
            await line.hear("resumed")
            seen += line.raw
        require(not any(NOTE in text for text in seen), "told of a live match what a program noted in it")


async def spectators(probe: Probe) -> None:
    """A spectator follows a match to its end, and comes back to where it left off."""
    async with probe.table(Role.DEFENDER) as table:
        await table.plays(1)
        async with probe.own.stream(f"{table.path}/stream", **{"Last-Event-ID": "0"}) as lines:
            frames = _frames(lines)
            first = await anext(frames)
            require(first[2] == "1", f"went on with event {first[2]} after event 0")
            await table.resigns()
            names = [first[0]]
            async with asyncio.timeout(15):
                async for name, _, _ in frames:
                    names.append(name)
                    if name == "match.end":
                        break
            require(names[-1] == "match.end" and set(names[:-1]) == {"match.event"}, f"streamed {names}")


async def _frames(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Row, str | None]]:
    """Name, data and id of each server-sent event."""
    frame: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if name:
            frame[name] = value
        elif "data" in frame:
            yield frame.get("event", ""), json.loads(frame["data"]), frame.get("id")
            frame = {}
        else:
            frame = {}


async def unknown_match(probe: Probe) -> None:
    """There is nothing to be had from a match that does not exist."""
    async with probe.agent() as line:
        await line.require_error("no_seat", await line.say("turn.resign", match=NOBODY))
        id_ = await line.say("resume", {"matches": [{"match": NOBODY, "seq": 0}]})
        failed = await line.answer_to(id_, "resume_failed")
        require(failed["data"]["reason"] == "unknown", f"failed as {failed['data']['reason']!r} instead of 'unknown'")
        answer = await probe.own.ask("GET", f"/matches/{NOBODY}/turn")
        require(answer.status_code == 404, f"answered for a match that does not exist with {answer.status_code}")


async def others(probe: Probe) -> None:
    """Other people's matches answer as if they did not exist."""
    stranger, own = await probe.other(), probe.own
    match = await _match_of(stranger)
    try:
        async with probe.agent() as line:
            for asked in (match, NOBODY):
                action = await line.say("turn.action", {"text": "hmm"}, match=asked, turn=1)
                await line.require_error("no_seat", action)
                id_ = await line.say("resume", {"matches": [{"match": asked, "seq": -1}]})
                failed = await line.answer_to(id_, "resume_failed")
                require(failed["data"]["reason"] == "unknown", f"failed as {failed['data']['reason']!r}")
                path, body = f"/matches/{asked}", {"turn": 1, "text": "hmm"}
                answers = [
                    await own.ask("GET", f"{path}/turn"),
                    await own.ask("POST", f"{path}/actions", body, **{"Idempotency-Key": "theirs"}),
                    await own.ask("POST", f"{path}/resignation"),
                ]
                told = [it.status_code for it in answers]
                require(told == [404, 404, 404], f"answered requests about another's seat with {told}")
        require((await stranger.ask("GET", f"/matches/{match}/turn")).status_code == 200, "ended another's match")
    finally:
        await stranger.ask("POST", f"/matches/{match}/resignation")


async def _match_of(stranger: Way) -> str:
    """A live match of somebody else against one of the host's own agents."""
    agents = (await stranger.ask("GET", "/agents")).json()
    known = [it for it in agents if it["kind"] == "built_in" and "en" in it["languages"]]
    if not known:
        raise SkippedError("needs an agent of the host's own to play against")
    role = Role(known[0]["roles"][0]).other
    wish = {"opponent": known[0]["name"], "role": role.value, "terms": {"rated": False}}
    answer = await stranger.ask("POST", "/lobby/challenges", wish)
    require(answer.status_code == 201, f"answered a challenge with {answer.status_code}")
    return str(answer.json()["match"])


SECRETS = (
    Check(
        "defender",
        "no byte for a defender or a spectator of a live match holds the target",
        "project events for their audience before they are written",
        defender,
    ),
    Check("attacker", "the attacker is told the target", "set `target` in its view and in event 0", attacker),
    Check(
        "notes",
        "what a program notes is read by nobody before the end",
        "of a note send a live match's audiences its role and turn alone",
        notes,
    ),
    Check(
        "spectators",
        "spectators follow by server-sent events, from `Last-Event-ID` to `match.end`",
        "set `id` to the `seq`, and go on after `Last-Event-ID`",
        spectators,
    ),
    Check("unknown-match", "an unknown match is `no_seat`, `unknown` and 404", "look the seat up", unknown_match),
    Check(
        "others",
        "another's match answers as if it did not exist",
        "look for a seat of this account before anything else",
        others,
    ),
)
