"""Open seats: somebody offers to play, and whoever has the code may sit down opposite.

A code is 128 bits from the operating system. A public seat is listed with its code, but not with the name of whoever
posted it; a private one is known by its link only, and one reserved for a person is shown to that person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from arena.clock import timestamp
from arena.core.verdict import Role
from arena.server.errors import ConflictError, FullError, NotFoundError
from arena.server.lobby.terms import Terms
from arena.server.lobby.workers import fresh_id
from arena.server.people import Account
from arena.words.lists import Level

SEATS_PER_ACCOUNT, MAX_SEATS = 8, 5_000
SEAT_SECONDS = 1_800.0
"""How long a seat stays open, and how long whoever posted it can ask what became of it."""


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """A seat as somebody may see it. `role` is what whoever posted it wants to play, None for either.

    `by` is None where the name is not shown. `match` is set once somebody sat down, for whoever posted it.
    """

    code: str
    role: Role | None
    terms: Terms
    is_private: bool
    posted_at: str
    expires_at: str
    by: str | None
    reserved_for: str | None = None
    is_own: bool = False
    match: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A seat as the board keeps it. A rematch of `rematch_of` is played in pair `pair`, on a word of `level`."""

    seat: OpenSeat
    owner: Account
    expires: float
    reserved: Account | None = None
    pair: str | None = None
    level: Level | None = None
    rematch_of: str | None = None

    def seen_by(self, account: Account | None) -> OpenSeat:
        """The seat as an account sees it that has its code."""
        is_own = account is not None and account.id == self.owner.id
        names = is_own or self.seat.is_private or self.reserved is not None
        match = self.seat.match if is_own else None
        return replace(self.seat, is_own=is_own, by=self.seat.by if names else None, match=match)

    def is_for(self, account: Account | None) -> bool:
        """Whether somebody with the code may know of it."""
        known = None if account is None else account.id
        return self.reserved is None or known in (self.reserved.id, self.owner.id)

    def is_listed_for(self, account: Account | None) -> bool:
        """Whether it is shown without the code."""
        is_open = self.reserved is None and not self.seat.is_private
        is_ours = account is not None and self.is_for(account) and self.reserved is not None
        return is_open or is_ours or (account is not None and account.id == self.owner.id)


class Board:
    """Every open seat. `read_now` is in seconds, by a clock that never jumps."""

    def __init__(self, read_now: Callable[[], float]) -> None:
        self._read_now = read_now
        self._posted: dict[str, Posted] = {}
        self._taken: dict[str, Posted] = {}

    def post(
        self,
        owner: Account,
        role: Role | None,
        terms: Terms,
        *,
        is_private: bool,
        reserved: Account | None = None,
        pair: str | None = None,
        level: Level | None = None,
        rematch_of: str | None = None,
    ) -> Posted:
        """Open a seat. Raises ConflictError where the account has too many, FullError where the board is full."""
        self.tidy()
        if sum(it.owner.id == owner.id for it in self._posted.values()) >= SEATS_PER_ACCOUNT:
            raise ConflictError(f"you have {SEATS_PER_ACCOUNT} open seats already; withdraw one first")
        if len(self._posted) >= MAX_SEATS:
            raise FullError("open seats", MAX_SEATS)
        expires_at = datetime.fromisoformat(timestamp()) + timedelta(seconds=SEAT_SECONDS)
        seat = OpenSeat(
            fresh_id(),
            role,
            terms,
            is_private,
            timestamp(),
            expires_at.astimezone(UTC).isoformat(timespec="seconds"),
            f"@{owner.name}",
            None if reserved is None else f"@{reserved.name}",
        )
        posted = Posted(seat, owner, self._read_now() + SEAT_SECONDS, reserved, pair, level, rematch_of)
        self._posted[seat.code] = posted
        return posted

    def listed(self, account: Account | None) -> list[OpenSeat]:
        """The seats that an account may choose from, and its own; the longest open first."""
        self.tidy()
        return [it.seen_by(account) for it in self._posted.values() if it.is_listed_for(account)]

    def find(self, account: Account | None, code: str) -> Posted:
        """An open seat by its code, or one that is taken for whoever posted it. Raises NotFoundError."""
        self.tidy()
        found = self._posted.get(code)
        if found is None and (taken := self._taken.get(code)) is not None and account is not None:
            found = taken if taken.owner.id == account.id else None
        if found is None or not found.is_for(account):
            raise NotFoundError("open seat", code)
        return found

    def rematch_of(self, match: str) -> list[Posted]:
        """The open seats for a rematch of a match."""
        self.tidy()
        return [it for it in self._posted.values() if it.rematch_of == match]

    def withdraw(self, account: Account, code: str) -> None:
        """Close an account's own seat. Raises NotFoundError."""
        posted = self.find(account, code)
        if posted.owner.id != account.id or code not in self._posted:
            raise NotFoundError("open seat", code)
        del self._posted[code]

    def lift(self, account: Account, code: str) -> Posted:
        """Take a seat off the board, for an account that sits down. Raises NotFoundError, or ConflictError."""
        posted = self.find(account, code)
        if posted.owner.id == account.id:
            raise ConflictError("this seat is your own; send its link to somebody else")
        del self._posted[code]
        return posted

    def put_back(self, posted: Posted) -> None:
        """Open a seat again: nobody sat down after all."""
        self._posted[posted.seat.code] = posted

    def taken(self, posted: Posted, match: str) -> None:
        """Somebody sat down: whoever posted the seat can find the match."""
        if len(self._taken) >= MAX_SEATS:
            del self._taken[next(iter(self._taken))]
        self._taken[posted.seat.code] = replace(posted, seat=replace(posted.seat, match=match))

    def tidy(self) -> None:
        """Close the seats whose time is over."""
        now = self._read_now()
        for seats in (self._posted, self._taken):
            for code in [code for code, posted in seats.items() if posted.expires <= now]:
                del seats[code]
