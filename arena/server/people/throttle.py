"""How often somebody may fail: an allowance that refills, and beyond it waits that double.

It counts in memory, a bounded number of keys. The clock is an argument, and may jump: nobody waits longer for it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from arena.server.errors import ThrottledError

WINDOW = timedelta(minutes=15)
"""The time in which an allowance refills."""
LONGEST = timedelta(minutes=15)
"""The longest wait there is."""
MOST_KEYS = 20_000


@dataclass(slots=True)
class _Level:
    """How many attempts weigh on a key since `at`, and until when it waits."""

    attempts: float
    at: datetime
    until: datetime


class Throttle:
    """An allowance per key. `limit` names it to whoever runs into it.

    An attempt that is refused does not count, so a wait always ends when it was said to: no one keeps a key shut for
    good. Counted attempts are forgiven one by one, `allowed` of them in 15 minutes, and that is also the rate at which
    somebody gets on who never stops failing.
    """

    def __init__(self, limit: str, allowed: int, *, most_keys: int = MOST_KEYS) -> None:
        self.limit = limit
        self._allowed = allowed
        self._most_keys = most_keys
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def check(self, key: str, now: datetime) -> None:
        """Raises ThrottledError where the key has to wait."""
        level = self._level(key, now)
        if level is not None and now < level.until:
            raise ThrottledError(self.limit, ceil((level.until - now).total_seconds()))

    def charge(self, key: str, now: datetime) -> None:
        """Count an attempt before its outcome is known, so that many at once gain nothing."""
        level = self._level(key, now) or _Level(0.0, now, now)
        level.attempts += 1
        if (beyond := level.attempts - self._allowed) >= 0:
            level.until = now + min(LONGEST, timedelta(seconds=2 ** min(beyond, 30)))
        self._levels[key] = level
        self._levels.move_to_end(key)
        if len(self._levels) > self._most_keys:
            self._levels.popitem(last=False)

    def refund(self, key: str, now: datetime) -> None:
        """The attempt was no failure: it does not count, and nobody waits for it."""
        level = self._level(key, now)
        if level is not None:
            level.attempts = max(0.0, level.attempts - 1)
            level.until = now

    def _level(self, key: str, now: datetime) -> _Level | None:
        """What weighs on the key now."""
        level = self._levels.get(key)
        if level is None:
            return None
        if now < level.at:  # the clock was set back
            level.until -= level.at - now
        else:
            level.attempts = max(0.0, level.attempts - self._allowed * ((now - level.at) / WINDOW))
        level.at = now
        if not level.attempts and level.until <= now:
            del self._levels[key]
            return None
        return level


class Gate:
    """Where logins pass: an allowance for each name and one for each address.

    Somebody who fails on purpose makes strangers to the name wait. An address from which its owner has logged in is no
    stranger, and waits for its own failures only.
    """

    def __init__(self, attempts: int, *, most_keys: int = MOST_KEYS) -> None:
        self._names = Throttle(f"{attempts} failed logins for a name in 15 minutes", attempts, most_keys=most_keys)
        self._addresses = Throttle(f"{attempts} failed logins in 15 minutes", attempts, most_keys=most_keys)
        self._most_keys = most_keys
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def enter(self, name: str, address: str, now: datetime) -> "Attempt":
        """Count an attempt. Raises ThrottledError, and then nothing is counted."""
        counted = [(self._addresses, address)]
        if (name, address) not in self._known:
            counted.append((self._names, name))
        for throttle, key in counted:
            throttle.check(key, now)
        for throttle, key in counted:
            throttle.charge(key, now)
        return Attempt(counted)

    def remember(self, name: str, address: str) -> None:
        """The owner of the name logged in from there."""
        self._known[(name, address)] = None
        self._known.move_to_end((name, address))
        if len(self._known) > self._most_keys:
            self._known.popitem(last=False)

    def forget(self, name: str) -> None:
        """Nobody is known under the name any more."""
        for pair in [pair for pair in self._known if pair[0] == name]:
            del self._known[pair]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that was counted."""

    counted: list[tuple[Throttle, str]]

    def refund(self, now: datetime) -> None:
        """It was no failure."""
        for throttle, key in self.counted:
            throttle.refund(key, now)
