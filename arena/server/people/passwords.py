"""Passwords: what a good one is, and argon2 in threads of its own, so that no match waits for it.

One argon2 hash takes 64 MiB, so only a few are made at once; a flood of logins is turned away, not queued without end.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import BoundedSemaphore
from typing import Protocol, TypeVar

from arena.server.errors import FullError, InputError

LONGEST = 1024
AT_ONCE = 2
MOST_WAITING = 64
_FEWEST_KINDS = 4

T = TypeVar("T")


class Hasher(Protocol):
    """What keeps passwords: pwdlib's `PasswordHash`."""

    def hash(self, password: bytes) -> str:
        """What to store."""
        ...

    def verify_and_update(self, password: bytes, hash: str) -> tuple[bool, str | None]:
        """Whether the password fits, and what to store instead where the hash is out of date."""
        ...


def recommended() -> Hasher:
    """Argon2id with pwdlib's parameters."""
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


def check_password(password: str, name: str, *, shortest: int, field: str = "password") -> None:
    """Raises InputError, which says what is wrong and never what the password is."""
    if len(password) < shortest:
        raise InputError(field, f"has fewer than {shortest} characters; a few words in a row make a good one")
    if len(password) > LONGEST:
        raise InputError(field, f"has more than {LONGEST} characters")
    if len(password.casefold().replace(name.casefold(), "")) < shortest // 2:
        raise InputError(field, "is little more than the name; a few words in a row make a good one")
    if len(set(password)) < _FEWEST_KINDS:
        raise InputError(field, "repeats the same few characters; a few words in a row make a good one")


class Passwords:
    """Hashes and checks passwords. Safe to use from any event loop."""

    def __init__(
        self, hasher: Hasher | None = None, *, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING
    ) -> None:
        self._hasher = hasher if hasher is not None else recommended()
        self._most = at_once + most_waiting
        self._room = BoundedSemaphore(self._most)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="taboo-password")

    async def hash(self, password: str) -> str:
        """What to store for a password that passed `check_password`. Raises FullError."""
        return await self._in_thread(lambda: self._hasher.hash(_bytes(password)))

    async def check(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether the password fits what is stored, and what to store instead where that is out of date.

        With nothing stored the answer is no, after the same work. Raises FullError.
        """
        return await self._in_thread(lambda: self._check(password, stored))

    def _check(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        decoy = self._decoy  # made by the first check, whomever it is for
        is_bounded = len(password) <= LONGEST
        fits, renewed = self._hasher.verify_and_update(_bytes(password if is_bounded else ""), stored or decoy)
        return (True, renewed) if fits and is_bounded and stored is not None else (False, None)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(b"the password of nobody")

    async def _in_thread(self, job: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise FullError("logins under way", self._most)
        future = self._pool.submit(job)
        future.add_done_callback(lambda _: self._room.release())  # once, whether it ran or was cancelled
        return await asyncio.wrap_future(future)


def _bytes(password: str) -> bytes:
    """The same bytes for what is typed on whatever keyboard."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
