"""The worked exchange of docs/protocol.md: played on a real server, and compared with what the page shows.

An agent called `parrot` defends against a person. It loses its connection, resumes, is refused once, guesses wrong, and
gives up. Everything but names, times, seeds and the word is the same each time.
"""

import asyncio
import json
import re
from typing import Any, TypeAlias

from arena.conformance.checks.line import Line
from arena.conformance.checks.probe import Probe, Table
from arena.conformance.checks.ways import Way
from arena.core.verdict import Role

Talk: TypeAlias = list[tuple[str, str]]
"""Who speaks, C for the client or S for the server, and the message."""

AGENT = "parrot"
TERMS = {"preset": "paper", "rated": False, "changes": {"judges": [], "max_turns": 3}}
ATTACKS = ("Hello! How was your trip to the island?", "And which of its animals did you like best?")
DEFENCE = "Long, but we saw the whole coast."
GUESS = ("It must have been the old one.", "a very old teapot")
LOST = "the connection is lost here; the client connects again a little later"
_TEXTS = (*ATTACKS, DEFENCE, *GUESS)
_CHANGING = {
    "match": "MATCH",
    "offer": "OFFER",
    "session": "SESSION",
    "server": "SERVER",
    "started_at": "TIME",
    "target": "WORD",
}
"""Fields whose text differs from one recording to the next, and what stands for it in a comparison."""
_NUMBERS = frozenset({"ts", "at", "seed", "ms_left"})


async def record(probe: Probe) -> Talk:
    """Play the exchange. The person is somebody else's way to the server. Raises DeviationError."""
    person = await probe.other()
    while True:
        async with probe.line() as line:
            await line.greet()
            await line.identify({"name": AGENT, "version": "1.0", "summary": "repeats everything"}, id_="i1")
            match = await _sit_down(line, person)
            table = Table(person, line, AGENT, match, Role.DEFENDER)
            if _is_said((await table.person_view())["target"]):
                await table.resigns()  # a word that the texts below may happen to say: another is dealt
                continue
            await _first_turn(table)
        await table.person_acts(ATTACKS[1])
        async with probe.line() as again:
            await _second_turn(again, Table(person, again, AGENT, match, Role.DEFENDER))
        return [*line.talk, ("", LOST), *again.talk]


async def _sit_down(line: Line, person: Way) -> str:
    wish = {"opponent": line.ready["player"], "role": Role.ATTACKER.value, "terms": TERMS}
    asked = asyncio.create_task(person.ask("POST", "/lobby/challenges", wish))
    offer = (await line.hear("match.offer"))["data"]["offer"]
    await line.say("match.accept", {"offer": offer}, id="a1")
    await asked
    match: str = (await line.hear("match.start"))["match"]
    await line.hear("match.event", match=match)
    return match


async def _first_turn(table: Table) -> None:
    await table.person_acts(ATTACKS[0])
    await table.asked()
    await table.ack(await table.act(1, DEFENCE, id_="1d0"))
    await table.hear("match.event", only=lambda row: row["seq"] == 2)


async def _second_turn(line: Line, table: Table) -> None:
    await line.greet()
    await line.identify({"name": AGENT, "version": "1.0", "summary": "repeats everything"}, id_="i2")
    await line.answer_to(await line.say("resume", {"matches": [{"match": table.match, "seq": 2}]}, id="r1"), "resumed")
    await table.asked()
    await table.ack(await table.act(2, id_="2d0"))
    await table.asked()
    await table.ack(await table.act(2, *GUESS, id_="2d1"))
    await table.hear("match.event", only=lambda row: row["seq"] == 5)
    await line.say("turn.resign", match=table.match, id="x1")
    await table.hear("match.end")


def _is_said(target: str) -> bool:
    """Whether one of the texts could be taken to say the word: a word of theirs begins as it does."""
    heads = {part[:3] for part in re.findall(r"\w+", target.casefold())}
    return any(word.startswith(tuple(heads)) for word in re.findall(r"\w+", " ".join(_TEXTS).casefold()))


# --- as the page has it -----------------------------------------------------------------------------------------------


def shown(talk: Talk) -> str:
    """The exchange as the page shows it, one message a line; rules are cut short."""
    return "\n".join(f"({text})" if not side else f"{side} {_compact(_cut(json.loads(text)))}" for side, text in talk)


def comparable(page: str) -> list[str]:
    """The lines of an exchange, with everything that changes from one recording to the next put aside."""
    return [
        line if line.startswith("(") else f"{line[0]} {_compact(_still(json.loads(line[2:])))}"
        for line in page.splitlines()
    ]


def _compact(row: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)


def _cut(row: Any) -> Any:  # noqa: ANN401
    if isinstance(row, dict):
        return {
            key: {"max_turns": value["max_turns"], "...": "..."} if key == "rules" else _cut(value)
            for key, value in row.items()
        }
    return [_cut(value) for value in row] if isinstance(row, list) else row


def _still(row: Any, key: str = "") -> Any:  # noqa: ANN401
    if isinstance(row, dict):
        return {name: _still(value, name) for name, value in row.items()}
    if isinstance(row, list):
        return [_still(value) for value in row]
    if key in _NUMBERS:
        return 0
    return _CHANGING[key] if key in _CHANGING and isinstance(row, str) else row
