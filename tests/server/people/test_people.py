"""Accounts: registering, guests, logging in, and what an admin does."""

import asyncio
from threading import Event

import pytest
from server.people.made import CHEAP

from arena.core.errors import TabooError
from arena.server.errors import (
    BannedError,
    ConflictError,
    FullError,
    InputError,
    NameTakenError,
    NotFoundError,
    ThrottledError,
    WrongLoginError,
)
from arena.server.people import People, Rank
from arena.server.people.accounts import free_name
from arena.server.people.passwords import AT_ONCE, MOST_WAITING
from arena.store.beside import ACCOUNT

PASSWORD = "correct horse"


async def register(people, name="alice"):
    return await people.register(name, PASSWORD, agreed=True)


async def refusal(doing) -> TabooError:
    """What an awaitable of ours refuses with."""
    with pytest.raises(TabooError) as refused:
        await doing
    return refused.value


def test_whoever_registers_is_a_member_and_can_log_in(people, clock):
    async def scene():
        account = await register(people)
        assert account.rank is Rank.MEMBER
        assert account.created_at == account.agreed_at == "2026-03-01T12:00:00+00:00"
        for name in ("alice", "ALICE", " alice"):
            assert await people.log_in(name, PASSWORD, "1.2.3.4") == account
        assert await people.account(account.id) == account == await people.find("Alice")
        assert await people.account("nobody") is None
        assert await people.find("nobody") is None

    asyncio.run(scene())


def test_only_a_hash_of_the_password_is_stored(people, log):
    asyncio.run(register(people))
    (row,) = log.look_now(lambda connection: connection.execute(ACCOUNT.select()).mappings().all())
    assert row["password"].startswith("$argon2id$")
    assert not any(PASSWORD in str(value) for value in row.values())


@pytest.mark.parametrize("name", ["alice", "Alice", "aIice", "al\u00edce", "\ua4ee\ua4e1\ua4f2\ua4da\ua4f0"])
def test_a_name_that_is_taken_or_looks_like_it_is_refused(people, name):
    async def scene():
        await register(people)
        assert isinstance(await refusal(register(people, name)), NameTakenError)

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["\u0430lice", "\uff41lice", "al\u200bice", "hiding", "<b>", "\x1b[2J"])
def test_a_name_that_is_none_is_refused(people, name):
    assert isinstance(asyncio.run(refusal(register(people, name))), InputError)


def test_of_many_who_want_one_name_at_once_one_gets_it(people):
    async def scene():
        return await asyncio.gather(*(register(people, "alice") for _ in range(10)), return_exceptions=True)

    answers = asyncio.run(scene())
    assert sum(isinstance(answer, NameTakenError) for answer in answers) == 9


def test_a_weak_password_makes_no_account(people):
    async def scene():
        assert (await refusal(people.register("alice", "short", agreed=True))).field == "password"
        assert await people.find("alice") is None

    asyncio.run(scene())


def test_agreeing_is_noted_once(people, clock):
    async def scene():
        account = await people.register("alice", PASSWORD, agreed=False)
        assert not account.has_agreed
        first = await people.agree(account.id)
        assert first.has_agreed
        clock.turn(days=1)
        assert await people.agree(account.id) == first
        assert isinstance(await refusal(people.agree("nobody")), NotFoundError)

    asyncio.run(scene())


# --- guests -----------------------------------------------------------------------------------------------------------


def test_a_guest_gets_the_nickname_or_one_with_a_number(people):
    async def scene():
        first = await people.guest("robin", agreed=True)
        second = await people.guest("R0bin", agreed=False)
        assert (first.name, first.rank, first.has_agreed) == ("robin", Rank.GUEST, True)
        assert second.name.startswith("R0bin-")
        assert second.name[6:].isdecimal()
        assert not second.has_agreed
        long = "x" * 23 + "y"
        assert [len((await people.guest(long, agreed=True)).name) for _ in range(3)] == [24, 24, 24]

    asyncio.run(scene())


def test_a_nickname_of_which_every_number_is_taken_is_refused(people, log):
    async def scene():
        for name in ("robin", "robin-1000", "robin-1001"):
            await people.guest(name, agreed=True)
        numbers = (1000, 1001)
        assert await log.look(lambda it: free_name(it, "robin", (*numbers, 1002))) == "robin-1002"
        assert isinstance(await refusal(log.look(lambda it: free_name(it, "robin", numbers))), NameTakenError)

    asyncio.run(scene())


def test_a_guest_cannot_pass_for_the_server(people):
    assert isinstance(asyncio.run(refusal(people.guest("admin", agreed=True))), InputError)


def test_a_guest_has_no_password_to_log_in_with_or_to_change(people):
    async def scene():
        guest = await people.guest("robin", agreed=True)
        for password in ("", "the password of nobody"):
            assert isinstance(await refusal(people.log_in("robin", password, "1.2.3.4")), WrongLoginError)
        assert isinstance(await refusal(people.set_password(guest.id, "", PASSWORD)), ConflictError)
        assert isinstance(await refusal(people.reset_password(guest.id, PASSWORD)), ConflictError)
        assert isinstance(await refusal(people.promote(guest.id, Rank.ADMIN)), ConflictError)

    asyncio.run(scene())


# --- logging in -------------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_refused_in_the_words_of_a_wrong_password(people):
    async def scene():
        await register(people)
        await people.guest("robin", agreed=True)
        tries = [("alice", "wrong horse"), ("nobody", PASSWORD), ("robin", PASSWORD), ("\x1b\x00\ud800<", PASSWORD)]
        refusals = [await refusal(people.log_in(*one, "1.2.3.4")) for one in tries]
        assert {type(one) for one in refusals} == {WrongLoginError}
        assert len({str(one) for one in refusals}) == 1

    asyncio.run(scene())


def test_a_ban_shows_only_to_who_knows_the_password(people):
    async def scene():
        account = await register(people)
        await people.ban(account.id, banned=True)
        assert isinstance(await refusal(people.log_in("alice", "wrong horse", "1.2.3.4")), WrongLoginError)
        assert isinstance(await refusal(people.log_in("alice", PASSWORD, "1.2.3.4")), BannedError)
        await people.ban(account.id, banned=False)
        assert not (await people.log_in("alice", PASSWORD, "1.2.3.4")).is_banned

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_failing_again_and_again_means_waiting_whether_the_name_exists_or_not(people, clock, name):
    async def scene():
        await register(people)
        for _ in range(10):
            assert isinstance(await refusal(people.log_in(name, "wrong horse", "1.2.3.4")), WrongLoginError)
        refused = await refusal(people.log_in(name, PASSWORD, "1.2.3.4"))
        assert (type(refused), refused.seconds) == (ThrottledError, 1)
        assert name not in str(refused)

    asyncio.run(scene())


def test_an_enemy_locks_nobody_out_for_good(people, clock):
    async def scene():
        await register(people)
        for number in range(300):
            await refusal(people.log_in("alice", "wrong horse", f"10.0.{number}.1"))
        refused = await refusal(people.log_in("alice", PASSWORD, "1.2.3.4"))
        assert isinstance(refused, ThrottledError)
        clock.turn(seconds=refused.seconds)
        await people.log_in("alice", PASSWORD, "1.2.3.4")
        for number in range(300):  # the enemy goes on, and is now a stranger where she is known
            await refusal(people.log_in("alice", "wrong horse", f"10.1.{number}.1"))
        await people.log_in("alice", PASSWORD, "1.2.3.4")

    asyncio.run(scene())


def test_a_whole_network_of_the_newer_internet_is_one_address(people):
    async def scene():
        for number in range(10):
            await refusal(people.log_in(f"name{number}", "wrong horse", f"2001:db8::{number}"))
        assert isinstance(await refusal(people.log_in("other", "wrong horse", "2001:db8::ffff")), ThrottledError)

    asyncio.run(scene())


def test_a_login_that_the_server_was_too_busy_for_is_not_counted(log, clock):
    class Stuck:
        goes_on = Event()

        def hash(self, password: bytes) -> str:
            self.goes_on.wait()
            return "decoy"

        def verify_and_update(self, password: bytes, hash: str) -> tuple[bool, str | None]:
            return False, None

    async def scene():
        people = People(log, read_now=clock, hasher=Stuck(), login_attempts=1)
        most = AT_ONCE + MOST_WAITING
        answers = [asyncio.ensure_future(people.log_in(f"name{n}", PASSWORD, f"10.0.0.{n}")) for n in range(most + 1)]
        turned_away, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        (index,) = [answers.index(one) for one in turned_away]
        assert isinstance(answers[index].exception(), FullError)
        Stuck.goes_on.set()
        await asyncio.wait(answers)
        again = [await refusal(people.log_in(f"name{n}", PASSWORD, f"10.0.0.{n}")) for n in (index, (index + 1) % most)]
        assert [type(one) for one in again] == [WrongLoginError, ThrottledError]

    asyncio.run(scene())


def test_logging_in_well_is_never_throttled(people):
    async def scene():
        await register(people)
        for _ in range(30):
            await people.log_in("alice", PASSWORD, "1.2.3.4")

    asyncio.run(scene())


def test_an_old_hash_is_renewed_at_the_next_login(log, clock):
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    def kept():
        return log.look_now(lambda connection: connection.execute(ACCOUNT.select()).mappings().one())["password"]

    async def scene():
        await register(People(log, read_now=clock, hasher=CHEAP))
        old = kept()
        newer = People(
            log, read_now=clock, hasher=PasswordHash((Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1),))
        )
        await newer.log_in("alice", PASSWORD, "1.2.3.4")
        renewed = kept()
        assert renewed != old
        await newer.log_in("alice", PASSWORD, "1.2.3.4")
        assert kept() == renewed

    asyncio.run(scene())


# --- changing passwords -----------------------------------------------------------------------------------------------


def test_a_new_password_replaces_the_old_one(people):
    async def scene():
        account = await register(people)
        await people.set_password(account.id, PASSWORD, "battery staple")
        assert isinstance(await refusal(people.log_in("alice", PASSWORD, "1.2.3.4")), WrongLoginError)
        assert await people.log_in("alice", "battery staple", "1.2.3.4") == account

    asyncio.run(scene())


def test_the_old_password_is_asked_for_and_cannot_be_guessed_without_end(people):
    async def scene():
        account = await register(people)
        for _ in range(10):
            refused = await refusal(people.set_password(account.id, "wrong horse", "battery staple"))
            assert (type(refused), refused.field) == (InputError, "old")
        assert isinstance(await refusal(people.set_password(account.id, PASSWORD, "battery staple")), ThrottledError)
        assert (await people.log_in("alice", PASSWORD, "1.2.3.4")).id == account.id

    asyncio.run(scene())


def test_a_weak_new_password_changes_nothing(people):
    async def scene():
        account = await register(people)
        assert (await refusal(people.set_password(account.id, PASSWORD, "short"))).field == "new"
        await people.log_in("alice", PASSWORD, "1.2.3.4")
        assert isinstance(await refusal(people.set_password("nobody", PASSWORD, "battery staple")), NotFoundError)

    asyncio.run(scene())


def test_of_two_changes_at_once_one_wins(people):
    async def scene():
        account = await register(people)
        changes = [people.set_password(account.id, PASSWORD, f"battery staple {number}") for number in range(2)]
        answers = await asyncio.gather(*changes, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["InputError", "NoneType"]
        await people.log_in("alice", f"battery staple {answers.index(None)}", "1.2.3.4")

    asyncio.run(scene())


# --- the host's list --------------------------------------------------------------------------------------------------


def test_accounts_are_listed_in_pages(people):
    async def scene():
        for name in ("dave", "alice", "carol", "bob", "\u5c0f\u660e"):
            await register(people, name)
        first = await people.accounts(limit=3)
        rest = await people.accounts(after=first[-1].name, limit=3)
        assert [account.name for account in first + rest] == ["alice", "bob", "carol", "dave", "\u5c0f\u660e"]
        assert [account.name for account in await people.accounts(like="A1I")] == ["alice"]
        assert await people.accounts(like="%") == []
        assert len(await people.accounts(limit=0)) == 1

    asyncio.run(scene())


def test_an_admin_is_made_and_unmade(people):
    async def scene():
        account = await register(people)
        assert (await people.promote(account.id, Rank.ADMIN)).rank is Rank.ADMIN
        assert (await people.promote(account.id, Rank.MEMBER)).rank is Rank.MEMBER
        assert isinstance(await refusal(people.promote(account.id, Rank.GUEST)), ConflictError)
        assert isinstance(await refusal(people.promote("nobody", Rank.ADMIN)), NotFoundError)

    asyncio.run(scene())
