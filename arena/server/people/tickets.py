"""One-use tickets: how a browser says on a socket who it is, without a token in a URL. Kept in memory alone."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from arena.server.errors import FullError

SECONDS = 30
MOST = 10_000
MOST_OF_ONE = 32
_LENGTH = timedelta(seconds=SECONDS)


@dataclass(frozen=True, slots=True)
class _Ticket:
    account: str
    issued: datetime

    def is_valid(self, now: datetime) -> bool:
        return self.issued <= now < self.issued + _LENGTH


class Tickets:
    """The tickets that are out. Of one account's the oldest give way; of all together there is a bound."""

    def __init__(self, *, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._out: OrderedDict[str, _Ticket] = OrderedDict()
        self._of: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._out)

    def issue(self, account: str, now: datetime) -> str:
        """A fresh ticket. Raises FullError."""
        self._drop_old(now)
        if len(self._of.get(account, ())) >= self._most_of_one:
            self._drop(self._of[account][0])
        if len(self._out) >= self._most:
            raise FullError("tickets that wait to be used", self._most)
        secret = secrets.token_urlsafe(24)
        key = _key(secret)
        self._out[key] = _Ticket(account, now)
        self._of.setdefault(account, []).append(key)
        return secret

    def redeem(self, secret: str, now: datetime) -> str | None:
        """The account that the ticket was issued to; None where it is used, too old, or none of ours."""
        ticket = self._drop(_key(secret))
        return ticket.account if ticket is not None and ticket.is_valid(now) else None

    def forget(self, account: str) -> None:
        """Drop all tickets of an account."""
        for key in list(self._of.get(account, ())):
            self._drop(key)

    def _drop_old(self, now: datetime) -> None:
        while self._out:
            oldest = next(iter(self._out))
            if self._out[oldest].is_valid(now):
                return
            self._drop(oldest)

    def _drop(self, key: str) -> _Ticket | None:
        ticket = self._out.pop(key, None)
        if ticket is not None:
            its = self._of[ticket.account]
            its.remove(key)
            if not its:
                del self._of[ticket.account]
        return ticket


def _key(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
