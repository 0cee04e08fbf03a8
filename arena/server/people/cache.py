"""Who a cookie or a token belongs to, remembered for a few seconds: a program asks many times a second."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

SECONDS = 5
"""How long an entry lives: how late this process learns what another one changed in the database."""
MOST = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    account: str
    value: T
    since: datetime


class Cache(Generic[T]):
    """A bounded number of values by key. `forget` drops everything of an account, at once."""

    def __init__(self, *, seconds: float = SECONDS, most: int = MOST) -> None:
        self.generation = 0
        """Rises whenever something is forgotten: what was read before must not be put back after."""
        self._life = timedelta(seconds=seconds)
        self._most = most
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str, now: datetime) -> T | None:
        """The value, or None where it is unknown or too old."""
        entry = self._entries.get(key)
        if entry is None or not entry.since <= now < entry.since + self._life:
            return None
        return entry.value

    def put(self, key: str, account: str, value: T, now: datetime, generation: int) -> None:
        """Remember a value that was read when the cache was of that generation."""
        if generation != self.generation:
            return
        self._entries[key] = _Entry(account, value, now)
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def forget(self, account: str) -> None:
        """Drop everything that belongs to an account."""
        self.generation += 1
        for key in [key for key, entry in self._entries.items() if entry.account == account]:
            del self._entries[key]
