"""A database, opened: which one a name means, how its connections are set, and its form brought up to date."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from arena.store.errors import (
    ForeignLogError,
    LockedLogError,
    LogUrlError,
    MissingFolderError,
    MissingLogError,
    NewerLogError,
    ReadOnlyLogError,
)
from arena.store.failures import explain
from arena.store.migrations import HEAD

WAL_PAGES = 16_000
"""Pages (64 MB) that SQLite's write-ahead log may have before they are copied into the file itself.

Whoever commits next waits for the copying. At a busy server with SQLite's own 1,000 pages that is somebody every second
or two, and the slowest hundredth of all actions is made of them.
"""
_RETRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, the name that people know it by (without its password), and how long it waits for a lock."""

    engine: Engine
    where: str
    seconds: float

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file that this process opens itself."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the log as it stood at one moment. Raises LogError."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.explained(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is durable once the block ends. Raises LogError."""
        with self.explained(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns the driver's errors into LogError."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise explain(error, self.where, self.seconds) from error

    def pragma(self, command: str) -> Any:  # noqa: ANN401 - whatever SQLite answers
        """The first value of a pragma's answer; runs outside any transaction. Raises LogError."""
        with self.explained():
            raw = self.engine.raw_connection()
            try:
                return raw.cursor().execute(f"PRAGMA {command}").fetchone()[0]
            finally:
                raw.close()


def open_database(url: str, *, create: bool, seconds: float) -> Database:
    """The database that a file path or an SQLAlchemy URL names, in the newest form. Raises LogError."""
    address = _address(url)
    where = address.database or "" if "://" not in url else address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite":
        _check_file(where, Path(str(address.database).removeprefix("file:")), create)
    database = Database(_engine(address, seconds), where, seconds)
    try:
        found = _form(database)
        if found is None and not create:
            raise MissingLogError(where)
        _bring_up_to_date(database, found)
    except BaseException:
        database.engine.dispose()
        raise
    return database


def _address(url: str) -> URL:
    if "://" not in url:
        if not url:
            raise LogUrlError(url, "name a file")
        return URL.create("sqlite", database=url)
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise LogUrlError(url, "this is neither a file nor a database URL") from None
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database in (None, "", ":memory:"):
        raise LogUrlError(url, "a log outlives the program: name a file, sqlite:///FILE")
    if kind == "postgresql":
        if find_spec("psycopg") is None:
            raise LogUrlError(address.render_as_string(hide_password=True), "install taboo-arena[postgres] first")
        return address.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise LogUrlError(
            address.render_as_string(hide_password=True),
            "a log is a file, sqlite:///FILE or postgresql://USER@HOST/NAME",
        )
    return address


def _check_file(where: str, file: Path, create: bool) -> None:
    """SQLite would say only that it is unable to open the file."""
    if not file.parent.is_dir():
        raise MissingFolderError(where, str(file.parent)) if create else MissingLogError(where)
    if not create and not file.exists():
        raise MissingLogError(where)


def _engine(address: URL, seconds: float) -> Engine:
    if address.get_backend_name() != "sqlite":
        wait = f"-c lock_timeout={round(seconds * 1000)}"
        return create_engine(address, hide_parameters=True, connect_args={"options": wait})
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": seconds})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not where the driver guesses
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", f"wal_autocheckpoint={WAL_PAGES}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: one that read first could not wait for it any more.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _form(database: Database) -> str | None:
    """The form that the database has, or None where it is empty. Raises ForeignLogError or NewerLogError."""
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise ForeignLogError(database.where, tuple(tables))
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found not in (HEAD, None) and found not in _older_forms():
        raise NewerLogError(database.where, str(found), HEAD)
    return found


def _older_forms() -> set[str]:
    from alembic.script import ScriptDirectory  # alembic takes long to load, and is rarely needed

    return {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}


_MIGRATIONS = Path(__file__).parent / "migrations"


def _bring_up_to_date(database: Database, found: str | None) -> None:
    if database.is_sqlite and database.pragma("journal_mode") != "wal":
        # A read-only copy may be read in whatever mode it was copied.
        with suppress(ReadOnlyLogError):
            _patiently(lambda: database.pragma("journal_mode=WAL"), database.seconds)
    if found != HEAD:
        with database.writing() as connection:
            migrate(connection)


def _patiently(attempt: Callable[[], object], seconds: float) -> None:
    """SQLite does not wait where two programs enter WAL mode at once, so we do."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            attempt()
            return
        except LockedLogError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_SECONDS)


def migrate(connection: Connection) -> None:
    """Bring the database to the newest form within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7461626)"))  # two programs may open a new log at once
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
