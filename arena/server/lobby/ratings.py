"""Ratings as the database keeps them: moved by every rated result, and derived again where results were missed.

A server that is killed between a match's end and its rating has fewer rated matches than results, and finds that out
when it starts: all ratings are then derived once more, from the results in the order in which their matches began.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, delete, func, insert, select

from arena.analysis.ratings import Rating, rated
from arena.core.verdict import Role
from arena.server.hall import LiveMatch
from arena.store import StoreLog
from arena.store.beside import HOSTED, RATING
from arena.store.tables import EVENT, RESULT

Ratings: TypeAlias = Mapping[Role, Rating]
_ROLES = (Role.ATTACKER, Role.DEFENDER)


def unknown() -> dict[Role, Rating]:
    """The ratings of a player who has not been rated."""
    return {role: Rating() for role in _ROLES}


class RatingBook:
    """The ratings of all players; those of programs are at hand without a look at the database."""

    def __init__(self, log: StoreLog) -> None:
        self._log = log
        self._programs: dict[str, dict[Role, Rating]] = {}
        self._is_ready = asyncio.Event()
        self._waiting: set[str] = set()
        self._caught_up: frozenset[str] = frozenset()

    def of_program(self, player: str) -> dict[Role, Rating]:
        """The ratings of an agent."""
        return dict(self._programs.get(player) or unknown())

    async def of(self, player: str) -> dict[Role, Rating]:
        """The ratings of any player. Raises LogError."""
        return await self._log.look(lambda connection: _read(connection, [player])[player])

    async def catch_up(self, live: Iterable[str]) -> bool:
        """Make good for results that were missed; whether there were any. To be called once, before `ended` matters.

        `live` are the matches that have not ended, as far as is known. Raises LogError.
        """
        try:
            missed = await self._log.look(_has_missed)
            if missed:
                rated_now = await self._log.work(_derive)
                self._caught_up = rated_now & (self._waiting | set(live))
            self._programs = await self._log.look(_programs)
        finally:
            self._is_ready.set()  # whoever waits must not wait for ever
        return missed

    async def ended(self, live: LiveMatch) -> None:
        """Move both ratings by the result of a match, where it is rated. Raises LogError."""
        verdict, seats = live.verdict, live.opening.seats
        if verdict is None or not verdict.is_rated or not live.opening.rated:
            return
        self._waiting.add(live.id)
        await self._is_ready.wait()
        self._waiting.discard(live.id)
        if live.id in self._caught_up:
            return
        attacker, defender = (seats[role].name for role in _ROLES)
        moved = await self._log.work(lambda it: _move(it, attacker, defender, verdict.winner))
        for player, role in ((attacker, Role.ATTACKER), (defender, Role.DEFENDER)):
            if not player.startswith("@"):
                self._programs.setdefault(player, unknown())[role] = moved[role]


def _read(connection: Connection, players: Iterable[str]) -> dict[str, dict[Role, Rating]]:
    found = {player: unknown() for player in players}
    for row in connection.execute(select(RATING).where(RATING.c.player.in_(list(found)))).mappings():
        found[row["player"]][Role(row["role"])] = Rating(row["mu"], row["sigma"], row["matches"])
    return found


def _programs(connection: Connection) -> dict[str, dict[Role, Rating]]:
    found: defaultdict[str, dict[Role, Rating]] = defaultdict(unknown)
    for row in connection.execute(select(RATING).where(~RATING.c.player.startswith("@"))).mappings():
        found[row["player"]][Role(row["role"])] = Rating(row["mu"], row["sigma"], row["matches"])
    return dict(found)


def _move(connection: Connection, attacker: str, defender: str, winner: Role | None) -> dict[Role, Rating]:
    known = _read(connection, (attacker, defender))
    one, other = rated(known[attacker][Role.ATTACKER], known[defender][Role.DEFENDER], winner)
    for player, role, rating in ((attacker, Role.ATTACKER, one), (defender, Role.DEFENDER, other)):
        connection.execute(delete(RATING).where(RATING.c.player == player, RATING.c.role == role.value))
        connection.execute(insert(RATING).inline(), _row(player, role, rating))
    return {Role.ATTACKER: one, Role.DEFENDER: other}


def _row(player: str, role: Role, rating: Rating) -> dict[str, object]:
    return {"player": player, "role": role.value, "mu": rating.mu, "sigma": rating.sigma, "matches": rating.matches}


def _results() -> Select[Any]:
    return (
        select(RESULT.c.match, RESULT.c.attacker, RESULT.c.defender, RESULT.c.winner)
        .join(HOSTED, HOSTED.c.match == RESULT.c.match)
        .where(RESULT.c.rated)
    )


def _has_missed(connection: Connection) -> bool:
    known = connection.execute(select(func.sum(RATING.c.matches)).where(RATING.c.role == Role.ATTACKER.value)).scalar()
    results = connection.execute(select(func.count()).select_from(_results().subquery())).scalar()
    return (known or 0) != (results or 0)


def _derive(connection: Connection) -> frozenset[str]:
    """Derive every rating from the results; which matches those were of."""
    book: defaultdict[tuple[str, Role], Rating] = defaultdict(Rating)
    began = select(EVENT.c.id).where(EVENT.c.match == RESULT.c.match, EVENT.c.seq == 0).scalar_subquery()
    matches = []
    for row in connection.execute(_results().order_by(began)):
        one, other = (row.attacker, Role.ATTACKER), (row.defender, Role.DEFENDER)
        book[one], book[other] = rated(book[one], book[other], None if row.winner is None else Role(row.winner))
        matches.append(row.match)
    connection.execute(delete(RATING))
    if book:
        connection.execute(insert(RATING).inline(), [_row(*key, rating) for key, rating in book.items()])
    return frozenset(matches)
