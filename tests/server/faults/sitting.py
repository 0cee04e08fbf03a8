"""People who sit in matches over sockets, each message sent and read by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from server.faults.browsers import Person
from server.faults.ledger import line_of
from server.sockets.talking import Talk, talk

from arena.core.verdict import Role

STRICT = {"max_turns": 50, "judges": [], "turn_ms": 1000, "bank_ms": 0}
"""Rules by which a seat that loses a second loses the match."""


class Sitter:
    """One seat of a person, by hand."""

    def __init__(self, talk: Talk, match: str, role: Role) -> None:
        self.talk, self.match, self.role = talk, match, role

    async def say(self, turn: int, text: str = "") -> dict[str, Any]:
        """Say something in a turn; the acknowledgement."""
        return await self.talk.act(self.match, turn, text or line_of(self.role, turn), id=f"t{turn}")

    async def asked(self, turn: int) -> dict[str, Any]:
        """Wait to be asked for this turn."""
        return (await self.talk.until("turn.request", turn=turn))["data"]

    async def acted(self, role: Role, turn: int) -> dict[str, Any]:
        """Wait until a seat has acted."""
        while True:
            row = (await self.talk.until("match.event"))["data"]
            if row["type"] == "acted" and (row["role"], row["turn"]) == (role.value, turn):
                return row

    async def end(self) -> tuple[str | None, str]:
        """Wait for the end of the match: the winner, and the reason."""
        verdict = (await self.talk.until("match.end"))["data"]["verdict"]
        return verdict["winner"], verdict["reason"]


@asynccontextmanager
async def seated(
    person: Person, opponent: str, role: Role = Role.ATTACKER, changes: dict[str, Any] = STRICT, **options: Any
) -> AsyncIterator[Sitter]:
    """A person who has challenged a program, and sits in the match over a socket of its page."""
    match = await person.challenge(opponent, role, changes=changes)
    async with sits(person, match, role, **options) as sitter:
        yield sitter


@asynccontextmanager
async def sits(person: Person, match: str, role: Role, **options: Any) -> AsyncIterator[Sitter]:
    """A person who sits in a match that there is."""
    port = int(person.url.rpartition(":")[2])
    async with talk(port, None, origin=person.url, **options) as it:
        await it.send("identify", {"ticket": await person.ticket(), "match": match})
        await it.until("ready")
        await it.send("resume", {"matches": [{"match": match, "seq": -1}]})
        await it.until("resumed")
        yield Sitter(it, match, role)
