"""Passwords: what they may be, what checking costs, and how many at once."""

import asyncio
from threading import Event, Lock

import pytest
from server.people.made import CHEAP

from arena.server.errors import FullError, InputError
from arena.server.people.passwords import LONGEST, Passwords, check_password, recommended


class Counted:
    """A real hasher that remembers what it was asked."""

    def __init__(self) -> None:
        self.verified: list[tuple[int, str]] = []

    def hash(self, password: bytes) -> str:
        return CHEAP.hash(password)

    def verify_and_update(self, password: bytes, hash: str) -> tuple[bool, str | None]:
        self.verified.append((len(password), hash.rpartition("$")[0].rpartition("$")[0]))
        return CHEAP.verify_and_update(password, hash)


class Slow:
    """A hasher that waits to be let go, and knows how many waited together."""

    def __init__(self) -> None:
        self.goes_on, self.began = Event(), Event()
        self.inside, self.most = 0, 0
        self._lock = Lock()

    def hash(self, password: bytes) -> str:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.began.set()
        self.goes_on.wait()
        with self._lock:
            self.inside -= 1
        return "hash"

    def verify_and_update(self, password: bytes, hash: str) -> tuple[bool, str | None]:
        return False, None


def test_what_is_kept_is_argon2id():
    kept = recommended().hash(b"correct horse")
    assert kept.startswith("$argon2id$")
    assert recommended().verify_and_update(b"correct horse", kept) == (True, None)


def test_the_right_password_fits_and_another_does_not():
    async def scene():
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("correct horse")
        assert "correct" not in kept
        assert await passwords.check("correct horse", kept) == (True, None)
        assert await passwords.check("correct hors", kept) == (False, None)
        assert await passwords.check("x" * (LONGEST + 1), kept) == (False, None)

    asyncio.run(scene())


def test_the_same_keys_on_another_keyboard_fit():
    async def scene():
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("jos\u00e9 \ufb01ve \ud800")
        assert (await passwords.check("jose\u0301 five \ud800", kept))[0]

    asyncio.run(scene())


def test_nobody_costs_as_much_as_somebody():
    async def scene():
        hasher = Counted()
        passwords = Passwords(hasher)
        kept = await passwords.hash("correct horse")
        await passwords.check("wrong horse!!", kept)
        await passwords.check("wrong horse!!", None)
        somebody, nobody = hasher.verified
        assert somebody == nobody
        assert not (await passwords.check("the password of nobody", None))[0]

    asyncio.run(scene())


def test_a_hash_of_old_parameters_is_made_anew():
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    async def scene():
        old = await Passwords(CHEAP).hash("correct horse")
        newer = Passwords(PasswordHash((Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1),)))
        fits, renewed = await newer.check("correct horse", old)
        assert fits
        assert renewed != old
        assert await newer.check("correct horse", renewed) == (True, None)

    asyncio.run(scene())


def test_few_are_hashed_at_once_and_a_flood_is_turned_away():
    async def scene():
        slow = Slow()
        passwords = Passwords(slow, at_once=2, most_waiting=3)
        waiting = [asyncio.ensure_future(passwords.hash("x")) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(FullError):
            await passwords.hash("x")
        await asyncio.to_thread(slow.began.wait)
        slow.goes_on.set()
        assert await asyncio.gather(*waiting) == ["hash"] * 5
        assert slow.most <= 2
        assert await passwords.hash("x") == "hash"

    asyncio.run(scene())


def test_whoever_goes_away_leaves_room():
    async def scene():
        slow = Slow()
        passwords = Passwords(slow, at_once=1, most_waiting=1)
        first, second = (asyncio.ensure_future(passwords.hash("x")) for _ in range(2))
        await asyncio.to_thread(slow.began.wait)
        second.cancel()
        await asyncio.wait([second])
        third = asyncio.ensure_future(passwords.hash("x"))
        await asyncio.sleep(0)
        assert not third.done()
        slow.goes_on.set()
        assert await asyncio.gather(first, third) == ["hash", "hash"]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "fewer than 10"),
        ("x" * 1025, "more than 1024"),
        ("Alice12345", ""),
        ("aliceALICE", "little more than the name"),
        ("alice.2026", ""),
        ("alicealice12", "little more than the name"),
        ("abababababab", "same few characters"),
    ],
)
def test_a_weak_password_is_refused_with_why(password, problem):
    if not problem:
        check_password(password, "alice", shortest=10)
        return
    with pytest.raises(InputError, match=problem) as refused:
        check_password(password, "alice", shortest=10)
    assert password not in str(refused.value)
