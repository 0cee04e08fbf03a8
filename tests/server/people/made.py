"""What the tests of people share: passwords that cost next to nothing, and a clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **spans: float) -> None:
        """Set it forward, or back."""
        self.now += timedelta(**spans)
