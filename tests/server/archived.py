"""Finished matches for the tests of the archive: made by the machine, hosted by rows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, insert
from store.made import played

from arena.core.events import Event, Seat
from arena.core.verdict import Role
from arena.server.people import Account, Rank
from arena.server.players import Kind, Player
from arena.store import StoreLog
from arena.store.beside import HOSTED, SEAT

T = TypeVar("T")

ALICE = Account("alice-id", "alice", Rank.MEMBER, "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00")
BOB = Account("bob-id", "bob", Rank.MEMBER, "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00")
ROOT = Account("root-id", "root", Rank.ADMIN, "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00")

PERSON = Player.person(ALICE.id, "alice")
PROGRAM = Player.agent(BOB.id, "bob", "parrot", "2")
OWN = Player(Kind.BUILT_IN, "hiding")


def host(
    log: StoreLog, match: str, attacker: Player, defender: Player, *, is_private: bool = False, **options: Any
) -> list[Event]:
    """Keep a match of these players, as a server would have; its events."""
    events = played(match, attacker=_seat(attacker), defender=_seat(defender), **options)

    def note(connection: Connection) -> None:
        hosted = {"match": match, "preset": "paper", "language": "en", "opened_at": "2026-01-02T03:04:05Z"}
        connection.execute(insert(HOSTED), {**hosted, "is_private": is_private})
        rows = [
            {"match": match, "role": role.value, "account": it.account, "player": it.name, "kind": it.kind.value}
            for role, it in ((Role.ATTACKER, attacker), (Role.DEFENDER, defender))
        ]
        connection.execute(insert(SEAT), rows)

    asyncio.run(log.append(events, along=note))
    return events


def _seat(player: Player) -> Seat:
    return player.seat()


def run(ask: Callable[[], Awaitable[T]]) -> T:
    async def wait() -> T:
        return await ask()

    return asyncio.run(wait())
