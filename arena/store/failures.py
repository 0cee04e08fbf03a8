"""What an error of a database driver means for the log."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from arena.store.errors import (
    BrokenLogError,
    CorruptLogError,
    FullLogError,
    LockedLogError,
    LogError,
    ReadOnlyLogError,
    UnreachableLogError,
)

_SQLITE = {
    sqlite3.SQLITE_BUSY: LockedLogError,
    sqlite3.SQLITE_LOCKED: LockedLogError,
    sqlite3.SQLITE_READONLY: ReadOnlyLogError,
    sqlite3.SQLITE_FULL: FullLogError,
    sqlite3.SQLITE_CORRUPT: CorruptLogError,
    sqlite3.SQLITE_NOTADB: CorruptLogError,
    sqlite3.SQLITE_CANTOPEN: UnreachableLogError,
}

_POSTGRES = {
    "25006": ReadOnlyLogError,
    "42501": ReadOnlyLogError,
    "53100": FullLogError,
    "55P03": LockedLogError,
    "XX001": CorruptLogError,
    "XX002": CorruptLogError,
}


_UNDECODABLE = "Could not decode to UTF-8"


def explain(error: DBAPIError | sqlite3.Error, where: str, seconds: float) -> LogError:
    """The driver's error in the log's own words; `seconds` is how long a lock is waited for.

    Only the first line of the driver's sentence is quoted: later ones may hold values, and so what somebody said.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    problem = (str(cause).splitlines() or [type(cause).__name__])[0]
    if problem.startswith(_UNDECODABLE):  # the rest of that line is the stored text
        return CorruptLogError(where, "stored text is not UTF-8")
    kind = _kind(cause)
    if kind is ReadOnlyLogError or kind is FullLogError:
        return kind(where)
    if kind is LockedLogError:
        return LockedLogError(where, seconds)
    return kind(where, problem)


def _kind(cause: BaseException | None) -> type[LogError]:
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return _SQLITE.get(code & 0xFF, BrokenLogError)  # the low byte is the code, the rest its refinement
    code = getattr(cause, "sqlstate", None)
    if code is None or code[:2] == "08" or code[:3] == "57P":
        return UnreachableLogError
    return _POSTGRES.get(code, BrokenLogError)
