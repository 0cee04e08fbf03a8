"""The second match of a pair: the same two, roles swapped, another word of the same level."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from arena.core.events import Started
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.errors import ConflictError, NotFoundError
from arena.server.lobby.opening import Opener
from arena.server.players import Kind, Player
from arena.store import StoreLog
from arena.store.beside import HOSTED, SEAT
from arena.store.tables import RESULT
from arena.words.lists import Level, level_of


@dataclass(frozen=True, slots=True)
class Leg:
    """A match that is over, as one who sat in it in `role` looks back. `legs` is how many matches its pair has."""

    match: str
    rules: Rules
    preset: str
    rated: bool
    is_private: bool
    seats: Mapping[Role, Player]
    role: Role
    level: Level | None
    pair: str | None
    legs: int

    @property
    def opponent(self) -> Player:
        """Who sat opposite."""
        return self.seats[self.role.other]


class Pairs:
    """Looks back at matches, and sees to it that a pair has two legs at most."""

    def __init__(self, log: StoreLog, opener: Opener) -> None:
        self._log, self._opener = log, opener
        self._completing: set[str] = set()

    async def leg(self, account: str, match: str) -> Leg:
        """The match as an account saw it that sat there in person.

        Raises NotFoundError where it did not, ConflictError where the match still goes on, LogError.
        """
        found = await self._log.look(lambda connection: _hosted(connection, match))
        role = None if found is None else _role_of(found[2], account)
        if found is None or role is None:
            raise NotFoundError("match of yours", match)
        preset, is_private, seats = found
        if self._opener.get(match) is not None or not await self._log.look(lambda it: _is_over(it, match)):
            raise ConflictError("the match is not over yet; a rematch comes after its end")
        started = (await self._log.read(match))[0].body
        if not isinstance(started, Started):
            raise NotFoundError("match of yours", match)
        played = await self._log.look(lambda it: _legs(it, account, started.pair))
        playing = {it.id for it, _ in self._opener.seats_of(account) if it.opening.pair == started.pair}
        level = level_of(started.target, started.rules.language)
        legs = played + len(playing)
        return Leg(match, started.rules, preset, started.rated, is_private, seats, role, level, started.pair, legs)

    @contextmanager
    def completing(self, leg: Leg, opponent: str) -> Iterator[str | None]:
        """The pair that a match which is made inside completes; None where it begins one of its own."""
        is_free = leg.legs == 1 and leg.pair not in self._completing
        pair = leg.pair if is_free and opponent == leg.opponent.name else None
        if pair is not None:
            self._completing.add(pair)
        try:
            yield pair
        finally:
            if pair is not None:
                self._completing.discard(pair)


def _role_of(seats: Mapping[Role, Player], account: str) -> Role | None:
    sits = (role for role, it in seats.items() if it.account == account and it.kind is Kind.PERSON)
    return next(sits, None)


def _hosted(connection: Connection, match: str) -> tuple[str, bool, dict[Role, Player]] | None:
    row = connection.execute(select(HOSTED.c.preset, HOSTED.c.is_private).where(HOSTED.c.match == match)).first()
    if row is None:
        return None
    rows = connection.execute(select(SEAT).where(SEAT.c.match == match)).mappings()
    seats = {Role(it["role"]): Player(Kind(it["kind"]), it["player"], "1", it["account"]) for it in rows}
    return row.preset, row.is_private, seats


def _is_over(connection: Connection, match: str) -> bool:
    return connection.execute(select(RESULT.c.match).where(RESULT.c.match == match)).first() is not None


def _legs(connection: Connection, account: str, pair: str | None) -> int:
    """How many matches of a pair are over. Both are the account's, so only its own are looked through."""
    if pair is None:
        return 0
    theirs = select(SEAT.c.match).where(SEAT.c.account == account)
    rows = select(func.count()).select_from(RESULT).where(RESULT.c.match.in_(theirs), RESULT.c.pair == pair)
    return connection.execute(rows).scalar() or 0
