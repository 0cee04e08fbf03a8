"""Sessions and tokens: what opens the server, for how long, and what ends it."""

import asyncio

import pytest
from server.people.made import CHEAP

from arena.core.errors import TabooError
from arena.server.errors import BannedError, ConflictError, ForbiddenError, InputError, NotFoundError
from arena.server.people import People, Rank, Scope
from arena.server.people.cache import SECONDS
from arena.store.beside import ACCOUNT, LOGIN, TOKEN

PASSWORD = "correct horse"
PLAY = frozenset({Scope.PLAY})


async def register(people, name="alice"):
    return await people.register(name, PASSWORD, agreed=True)


async def refusal(doing) -> TabooError:
    with pytest.raises(TabooError) as refused:
        await doing
    return refused.value


def rows(log, table):
    return log.look_now(lambda connection: connection.execute(table.select()).mappings().all())


def test_every_session_has_a_secret_of_its_own_and_only_its_hash_is_stored(people, log):
    async def scene():
        account = await register(people)
        secrets = [await people.open_session(account.id) for _ in range(3)]
        assert len(set(secrets)) == 3
        assert [await people.session(secret) for secret in secrets] == [account] * 3
        stored = [row["id"] for row in rows(log, LOGIN)]
        assert len(stored) == 3
        assert set(stored).isdisjoint(secrets)
        assert [await people.session(one) for one in stored] == [None] * 3

    asyncio.run(scene())


@pytest.mark.parametrize("secret", ["", "none of ours", "x" * 100_000, "\ud800", "\x00"])
def test_a_secret_that_is_none_opens_nothing(people, secret):
    async def scene():
        assert await people.session(secret) is None
        assert await people.token(secret) is None
        assert await people.token(f"taboo_{secret}".ljust(49, "x")) is None
        await people.close_session(secret)

    asyncio.run(scene())


def test_a_session_runs_out(people, clock, log):
    async def scene():
        account = await register(people)
        secret = await people.open_session(account.id)
        clock.turn(days=30, seconds=-1)
        assert await people.session(secret) == account
        clock.turn(seconds=1)
        assert await people.session(secret) == account  # remembered for a few seconds
        clock.turn(seconds=SECONDS)
        assert await people.session(secret) is None
        await people.open_session(account.id)
        assert len(rows(log, LOGIN)) == 1

    asyncio.run(scene())


def test_a_closed_session_opens_nothing_from_then_on(people):
    async def scene():
        account = await register(people)
        mine, other = [await people.open_session(account.id) for _ in range(2)]
        assert await people.session(mine)
        assert await people.session(other)
        await people.close_session(mine)
        assert await people.session(mine) is None
        assert await people.session(other)
        ticket = people.issue_ticket(account.id)
        await people.close_sessions(account.id)
        assert await people.session(other) is None
        assert people.redeem_ticket(ticket) is None

    asyncio.run(scene())


def test_an_accounts_oldest_session_gives_way(people, clock):
    async def scene():
        account, bob = await register(people), await register(people, "bob")
        bobs = await people.open_session(bob.id)
        secrets = []
        for _ in range(21):
            secrets.append(await people.open_session(account.id))
            clock.turn(seconds=1)
        assert [await people.session(secret) is not None for secret in secrets] == [False] + [True] * 20
        assert await people.session(bobs) == bob

    asyncio.run(scene())


def test_another_process_is_believed_within_seconds(people, log, clock):
    async def scene():
        account = await register(people)
        secret, (_, token) = await people.open_session(account.id), await people.issue_token(account.id, "x", PLAY, 1)
        assert await people.session(secret)
        assert await people.token(token)
        await People(log, read_now=clock, hasher=CHEAP).ban(account.id, banned=True)
        clock.turn(seconds=SECONDS)
        assert await people.session(secret) is None
        assert await people.token(token) is None

    asyncio.run(scene())


def test_what_a_session_tells_of_its_owner_is_new_at_once(people):
    async def scene():
        account = await people.register("alice", PASSWORD, agreed=False)
        secret = await people.open_session(account.id)
        assert not (await people.session(secret)).has_agreed
        await people.agree(account.id)
        assert (await people.session(secret)).has_agreed
        await people.promote(account.id, Rank.ADMIN)
        assert (await people.session(secret)).rank is Rank.ADMIN

    asyncio.run(scene())


def test_a_ban_ends_everything_at_once_and_for_good(people):
    async def scene():
        account, bob = await register(people), await register(people, "bob")
        session, bobs = await people.open_session(account.id), await people.open_session(bob.id)
        _, token = await people.issue_token(account.id, "parrot", PLAY, 30)
        ticket = people.issue_ticket(account.id)
        assert await people.session(session)
        assert await people.token(token)
        assert (await people.ban(account.id, banned=True)).is_banned
        assert await people.session(session) is None
        assert await people.token(token) is None
        assert people.redeem_ticket(ticket) is None
        assert isinstance(await refusal(people.open_session(account.id)), BannedError)
        assert isinstance(await refusal(people.issue_token(account.id, "x", PLAY, 1)), BannedError)
        assert not (await people.ban(account.id, banned=False)).is_banned
        assert await people.session(session) is None
        assert await people.token(token) is None
        assert await people.session(bobs) == bob
        assert isinstance(await refusal(people.ban("nobody", banned=True)), NotFoundError)
        assert isinstance(await refusal(people.open_session("nobody")), NotFoundError)

    asyncio.run(scene())


def test_a_new_password_ends_the_other_sessions_and_a_reset_voids_tokens_too(people):
    async def scene():
        account = await register(people)
        mine, other = [await people.open_session(account.id) for _ in range(2)]
        _, token = await people.issue_token(account.id, "parrot", PLAY, 30)
        await people.set_password(account.id, PASSWORD, "battery staple", keep=mine)
        assert await people.session(mine) == account
        assert await people.session(other) is None
        assert await people.token(token)
        await people.reset_password(account.id, "staple battery")
        assert await people.session(mine) is None
        assert await people.token(token) is None
        assert await people.log_in("alice", "staple battery", "1.2.3.4") == account

    asyncio.run(scene())


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_says_whose_it_is_and_what_it_allows_and_only_its_hash_is_stored(people, log):
    async def scene():
        account = await register(people)
        token, secret = await people.issue_token(account.id, " parrot ", {Scope.PLAY, Scope.READ}, 30)
        assert secret.startswith("taboo_")
        assert secret[6:].isalnum()
        assert (token.label, token.scopes) == ("parrot", {Scope.PLAY, Scope.READ})
        assert token.expires_at == "2026-03-31T12:00:00+00:00"
        assert await people.token(secret) == (account, token)
        (row,) = rows(log, TOKEN)
        assert not any(secret in str(value) for value in row.values())
        assert await people.token(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None
        assert secret not in repr(token)

    asyncio.run(scene())


def test_a_token_runs_out_to_the_second(people, clock):
    async def scene():
        account = await register(people)
        _, secret = await people.issue_token(account.id, "parrot", PLAY, 1)
        clock.turn(days=1, seconds=-1)
        assert await people.token(secret)
        clock.turn(seconds=1)
        assert await people.token(secret) is None

    asyncio.run(scene())


def test_a_revoked_token_opens_nothing_from_then_on(people):
    async def scene():
        account, bob = await register(people), await register(people, "bob")
        token, secret = await people.issue_token(account.id, "parrot", PLAY, 1)
        assert await people.token(secret)
        assert isinstance(await refusal(people.revoke_token(bob.id, token.id)), NotFoundError)
        assert await people.token(secret)
        revoked = await people.revoke_token(account.id, token.id)
        assert revoked.revoked_at is not None
        assert await people.token(secret) is None
        assert await people.revoke_token(account.id, token.id) == revoked
        assert await people.tokens(account.id) == [revoked]
        assert await people.tokens(bob.id) == []

    asyncio.run(scene())


def test_a_tokens_use_is_noted_once_a_minute(people, log, clock):
    async def scene():
        account = await register(people)
        _, secret = await people.issue_token(account.id, "parrot", PLAY, 30)
        noted = []
        for _ in range(13):
            await asyncio.gather(*(people.token(secret) for _ in range(5)))
            noted.append(rows(log, TOKEN)[0]["used_at"][11:19])
            clock.turn(seconds=10)
        assert noted == ["12:00:00"] * 6 + ["12:01:00"] * 6 + ["12:02:00"]
        again = People(log, read_now=clock, hasher=CHEAP)
        clock.turn(seconds=-20)
        await again.token(secret)
        assert rows(log, TOKEN)[0]["used_at"][11:19] == "12:01:50"  # the clock was set back

    asyncio.run(scene())


def test_a_token_is_known_while_the_disk_takes_nothing(people, log, clock, tmp_path):
    import sqlite3

    from arena.store import open_log

    async def scene():
        account = await register(people)
        _, secret = await people.issue_token(account.id, "parrot", PLAY, 30)
        with open_log(str(tmp_path / "log.db"), lock_seconds=0.05) as impatient:
            other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            assert (await People(impatient, read_now=clock, hasher=CHEAP).token(secret))[0] == account
            other.close()
        assert rows(log, TOKEN)[0]["used_at"] is None

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("label", "scopes", "days", "problem", "kind"),
    [
        ("", PLAY, 1, "label", InputError),
        ("x" * 61, PLAY, 1, "label", InputError),
        ("\x1b[2J", PLAY, 1, "label", InputError),
        ("x", frozenset(), 1, "scopes", InputError),
        ("x", PLAY, 0, "days", InputError),
        ("x", PLAY, 367, "days", InputError),
        ("x", frozenset({Scope.ADMIN}), 1, "only an admin", ForbiddenError),
    ],
)
def test_a_token_that_nobody_should_have_is_refused(people, label, scopes, days, problem, kind):
    async def scene():
        account = await register(people)
        refused = await refusal(people.issue_token(account.id, label, scopes, days))
        assert isinstance(refused, kind)
        assert problem in str(refused)
        assert await people.tokens(account.id) == []

    asyncio.run(scene())


def test_an_admin_may_have_an_admins_token_and_a_guest_none(people):
    async def scene():
        account, guest = await register(people), await people.guest("robin", agreed=True)
        await people.promote(account.id, Rank.ADMIN)
        _, secret = await people.issue_token(account.id, "x", {Scope.ADMIN}, 1)
        assert (await people.token(secret))[0].rank is Rank.ADMIN
        assert isinstance(await refusal(people.issue_token(guest.id, "x", PLAY, 1)), ForbiddenError)
        assert isinstance(await refusal(people.issue_token("nobody", "x", PLAY, 1)), NotFoundError)

    asyncio.run(scene())


def test_an_accounts_valid_tokens_are_bounded(people):
    async def scene():
        account = await register(people)
        made = [await people.issue_token(account.id, str(number), PLAY, 1) for number in range(50)]
        assert isinstance(await refusal(people.issue_token(account.id, "x", PLAY, 1)), ConflictError)
        await people.revoke_token(account.id, made[0][0].id)
        await people.issue_token(account.id, "x", PLAY, 1)

    asyncio.run(scene())


def test_a_ticket_names_its_account_once(people):
    ticket = people.issue_ticket("a")
    assert people.redeem_ticket(ticket) == "a"
    assert people.redeem_ticket(ticket) is None


def test_an_account_that_is_banned_in_the_table_is_shut_out_whatever_is_left_of_its_keys(people, log, clock):
    def ban_alone(connection):
        connection.execute(ACCOUNT.update().values(banned_at="2026-03-01T12:00:00+00:00"))

    async def scene():
        account = await register(people)
        session, (_, token) = await people.open_session(account.id), await people.issue_token(account.id, "x", PLAY, 1)
        await log.work(ban_alone)
        assert await people.session(session) is None
        assert await people.token(token) is None

    asyncio.run(scene())
