"""What goes wrong around a log: each has a sentence of its own, and nothing acknowledged is lost."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from psycopg import errors as postgres
from sqlalchemy.exc import OperationalError
from store.made import played

from arena.store import open_log
from arena.store.errors import (
    BrokenLogError,
    CorruptLogError,
    ForeignLogError,
    FullLogError,
    LockedLogError,
    LogUrlError,
    MissingFolderError,
    MissingLogError,
    NewerLogError,
    ReadOnlyLogError,
    UnreachableLogError,
)
from arena.store.failures import explain


@pytest.fixture
def db(tmp_path):
    """A log with one match in it, closed."""
    path = tmp_path / "log.db"
    with open_log(str(path)) as log:
        log.append_now(played("m"))
    return path


def test_a_missing_log_is_not_made_where_one_was_expected(tmp_path):
    for name in ("none.db", "no-folder/none.db"):
        with pytest.raises(MissingLogError, match=r"there is no log at .*none.db'; check the name"):
            open_log(str(tmp_path / name), create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_log_until_it_is_made_one(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(MissingLogError):
        open_log(str(path), create=False)
    open_log(str(path)).close()
    open_log(str(path), create=False).close()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(MissingFolderError, match=r"there is no folder '.*nowhere'; make it first"):
        open_log(str(tmp_path / "nowhere" / "log.db"))


URLS = [
    ("", "name a file"),
    ("sqlite://", "a log outlives the program"),
    ("sqlite:///:memory:", "a log outlives the program"),
    ("mysql://user:hunter2@host/db", "a log is a file, sqlite:///FILE or postgresql://USER@HOST/NAME"),
    ("post gres://x", "neither a file nor a database URL"),
]


@pytest.mark.parametrize(("url", "problem"), URLS)
def test_a_name_that_means_no_database_is_refused(url, problem):
    with pytest.raises(LogUrlError, match=problem) as refused:
        open_log(url)
    assert "hunter2" not in str(refused.value)


def test_a_database_url_of_a_file_is_that_file(db):
    with open_log(f"sqlite:///{db}", create=False) as log:
        assert log.matches() == ["m"]
        assert log.url == f"sqlite:///{db}"


def test_a_server_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(UnreachableLogError, match=r"cannot reach the log at 'postgresql\+psycopg://user") as refused:
        open_log("postgresql://user:hunter2@127.0.0.1:1/taboo")
    assert "hunter2" not in str(refused.value)


def test_a_folder_is_not_a_log(tmp_path):
    with pytest.raises(UnreachableLogError, match="unable to open database file"):
        open_log(str(tmp_path))


def test_a_read_only_log_is_read_and_not_written(db):
    with open_log(f"sqlite:///file:{db}?mode=ro&uri=true") as log:
        assert log.matches() == ["m"]
        with pytest.raises(ReadOnlyLogError, match="is read-only and nothing was written; make the file"):
            log.append_now(played("n"))
        assert log.matches() == ["m"]


def test_a_read_only_copy_in_another_journal_mode_is_read(db):
    with closing(sqlite3.connect(db)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    with open_log(f"sqlite:///file:{db}?mode=ro&uri=true") as log:
        assert log.matches() == ["m"]


def test_a_full_disk_loses_nothing_that_was_acknowledged(db):
    acknowledged = ["m"]

    async def append_until_full(log):
        for number in range(1000):
            names = [f"m{number}-{part}" for part in range(4)]
            outcomes = await asyncio.gather(*(log.append(played(name)) for name in names), return_exceptions=True)
            acknowledged.extend(name for name, outcome in zip(names, outcomes, strict=True) if outcome is None)
            problems = [outcome for outcome in outcomes if outcome is not None]
            if problems:
                return problems
        return []

    with open_log(str(db)) as log:
        pages = log._database.pragma("page_count")
        log._database.pragma(f"max_page_count={pages + 30}")
        problems = asyncio.run(append_until_full(log))
        assert {type(problem) for problem in problems} == {FullLogError}
        assert "no room left for the log" in str(problems[0])
        log._database.pragma(f"max_page_count={pages + 1000}")
        log.append_now(played("after"))
    with open_log(str(db)) as log:
        assert sorted(log.matches()) == sorted([*acknowledged, "after"])
        assert {len(events) for events in log.iter_events()} == {len(played("m"))}


def test_a_log_that_another_program_keeps_locked_is_given_up(db):
    with open_log(str(db), lock_seconds=0.05) as log, closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def append_two():
            return await asyncio.gather(*(log.append(played(name)) for name in "ab"), return_exceptions=True)

        problems = asyncio.run(append_two())
        assert [str(problem) for problem in problems] == [
            f"another program kept the log at '{db}' locked for 0.05 seconds; close it there, then try again"
        ] * 2
        assert log.matches() == ["m"]
        other.execute("ROLLBACK")
        log.append_now(played("a"))
        assert log.matches() == ["m", "a"]


def test_a_new_log_that_another_program_keeps_locked_is_given_up(tmp_path):
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedLogError):
            open_log(str(path), lock_seconds=0.05)


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    path = tmp_path / "log.db"
    path.write_bytes(b"these are not the bytes of a database" * 200)
    with pytest.raises(CorruptLogError, match=r"cannot be read \(file is not a database\); restore it"):
        open_log(str(path))


def test_damaged_pages_are_said_to_be_damaged(tmp_path):
    path = tmp_path / "log.db"
    with open_log(str(path)) as log:
        for number in range(50):
            log.append_now(played(f"m{number}"))
    whole = path.read_bytes()
    page = 4096
    path.write_bytes(whole[: 2 * page] + b"\xff" * (len(whole) - 2 * page))
    with pytest.raises(CorruptLogError, match="malformed"), open_log(str(path)) as log:
        list(log.iter_events())


def test_stored_text_that_is_not_utf8_is_said_to_be_damaged_and_not_quoted(db):
    with closing(sqlite3.connect(db)) as raw:
        raw.execute("UPDATE event SET line = CAST(replace(line, 'yellow', x'ff') AS TEXT) WHERE seq = 1")
        raw.commit()
    with open_log(str(db)) as log, pytest.raises(CorruptLogError) as refused:
        list(log.iter_events())
    assert str(refused.value).endswith("cannot be read (stored text is not UTF-8); restore it from a copy or an export")


def test_an_index_that_contradicts_its_table_is_said_to_be_damaged(tmp_path):
    db = tmp_path / "log.db"
    with open_log(str(db)) as log:
        for name in "abc":
            log.append_now(played(f"match-{name}"))
    whole = db.read_bytes()
    with closing(sqlite3.connect(db)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_event_1'").fetchone()
    start, end = 4096 * (page - 1), 4096 * page
    db.write_bytes(whole[:start] + whole[start:end].replace(b"match-b", b"match-z", 1) + whole[end:])
    with open_log(str(db)) as log, pytest.raises(CorruptLogError, match="an index and its table disagree"):
        list(log.iter_stored())


def test_a_log_of_a_newer_program_is_left_alone(db):
    with closing(sqlite3.connect(db)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(NewerLogError, match="has form '9999', and this program knows forms up to '0003'"):
        open_log(str(db))


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "bookmarks.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(ForeignLogError, match=r"another program's database \(it holds bookmarks\)"):
        open_log(str(path))
    assert path.read_bytes() == before


POSTGRES = [
    (postgres.DiskFull, FullLogError),
    (postgres.ReadOnlySqlTransaction, ReadOnlyLogError),
    (postgres.InsufficientPrivilege, ReadOnlyLogError),
    (postgres.LockNotAvailable, LockedLogError),
    (postgres.DataCorrupted, CorruptLogError),
    (postgres.AdminShutdown, UnreachableLogError),
    (postgres.ConnectionFailure, UnreachableLogError),
    (postgres.UniqueViolation, BrokenLogError),
]


@pytest.mark.parametrize(("cause", "kind"), POSTGRES)
def test_an_error_of_the_server_has_a_meaning(cause, kind):
    assert type(explain(OperationalError("INSERT", {}, cause("wrong")), "here", 1.0)) is kind


def test_only_the_first_line_of_a_drivers_sentence_is_quoted():
    cause = postgres.UniqueViolation("a key is there twice\nDETAIL: what somebody said")
    assert str(explain(OperationalError("INSERT", {}, cause), "here", 1.0)) == (
        "the log at 'here' failed and nothing of the request was written: a key is there twice"
    )


def test_an_error_without_words_is_named_by_its_kind():
    assert "OperationalError" in str(explain(sqlite3.OperationalError(), "here", 1.0))
