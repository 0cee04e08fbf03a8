"""The log as the rest of the program knows it: `open_log`, and a `StoreLog` to append to, read, redact and close.

`append` and `read` are the `Log` port and are awaited; everything else blocks, and is for tools and threads.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TypeVar

from sqlalchemy import Connection, select

from arena.core.events import Event
from arena.core.verdict import Role
from arena.store import stored
from arena.store.changes import Append, Change, Job, Rebuild, Redaction, Rows, Work
from arena.store.database import Database, open_database
from arena.store.errors import CorruptLogError, MatchNotFoundError
from arena.store.results import Result
from arena.store.stored import StoredMatch
from arena.store.tables import EVENT, RESULT
from arena.store.writer import Writer

T = TypeVar("T")

LOCK_SECONDS = 10.0
"""How long a lock of another program is waited for."""


def open_log(url: str, *, create: bool = True, lock_seconds: float = LOCK_SECONDS) -> "StoreLog":
    """The log at a file path or an SQLAlchemy URL (`sqlite:///FILE`, `postgresql+psycopg://...`), up to date.

    Raises LogError: among others where `create` is False and there is no log.
    """
    return StoreLog(open_database(url, create=create, seconds=lock_seconds))


class StoreLog:
    """A log in a database. Safe to use from any thread and event loop; close it, or use it in a `with`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = Writer(database)

    @property
    def url(self) -> str:
        """The name that people know the log by: its file, or its URL without the password."""
        return self._database.where

    def __enter__(self) -> "StoreLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write and acknowledge everything that waits, and let go of the database."""
        self._writer.close()
        self._database.engine.dispose()

    # --- the port ---

    async def append(self, events: Sequence[Event], along: Job | None = None) -> None:
        """Keep events of one match, all or none, durable on return; a person's words are sealed and kept apart.

        `along` writes to the tables beside the log in the same transaction: both stay, or neither.
        Raises LogError: nothing was kept then. Cancelled, the events may be kept or not, but never some of them.
        """
        if events:
            await self._writer.write(Append(events[0].match, tuple(events), along))

    async def work(self, job: Callable[[Connection], T]) -> T:
        """Do something with the tables beside the log, whole or not at all, durable on return. Raises what it raises.

        The job runs in the one thread that writes, so what it reads cannot change before it writes.
        """
        answer: T = (await self._writer.write(Work(job))).answer
        return answer

    async def look(self, read: Callable[[Connection], T]) -> T:
        """What `read` finds, in a thread and a transaction of its own. Raises LogError."""
        return await asyncio.to_thread(self.look_now, read)

    def look_now(self, read: Callable[[Connection], T]) -> T:
        """The same, for a caller that may block."""
        with self._database.reading() as connection:
            return read(connection)

    async def read(self, match: str) -> list[Event]:
        """The events of a match in order, with the words that were not redacted; empty where there is none."""
        return await asyncio.to_thread(self._read, match)

    def _read(self, match: str) -> list[Event]:
        found = self.look_now(lambda connection: stored.read(connection, [match]))
        return found[0].events() if found else []

    # --- everything else blocks ---

    def append_now(self, events: Sequence[Event]) -> None:
        """The same as `append`, for a program without an event loop."""
        if events:
            self.write_now(Append(events[0].match, tuple(events)))

    def write_now(self, change: Change) -> Rows:
        """Write any change; durable on return. Raises LogError."""
        return self._writer.write_now(change)

    def write_all_now(self, changes: Iterable[Change]) -> None:
        """Write several changes, each whole or not at all; durable on return. Raises the first LogError of them."""
        self._writer.write_all_now(changes)

    def matches(self, finished: bool | None = None) -> list[str]:
        """The matches in the order in which they began: all, or only the finished or the unfinished ones."""
        rows = select(EVENT.c.match).where(stored.IS_FIRST).order_by(EVENT.c.id)
        if finished is not None:
            is_finished = select(RESULT.c.match).where(RESULT.c.match == EVENT.c.match).exists()
            rows = rows.where(is_finished if finished else ~is_finished)
        with self._database.reading() as connection:
            return list(connection.execute(rows).scalars())

    def results(self) -> Iterator[Result]:
        """The results of the finished matches, in the order in which those began."""
        after = -1
        while True:
            rows = (
                select(EVENT.c.id, *RESULT.c)
                .join(RESULT, RESULT.c.match == EVENT.c.match)
                .where(stored.IS_FIRST, EVENT.c.id > after)
                .order_by(EVENT.c.id)
                .limit(stored.CHUNK)
            )
            with self._database.reading() as connection:
                chunk = connection.execute(rows).mappings().all()
            if not chunk:
                return
            after = chunk[-1]["id"]
            for row in chunk:
                yield Result.from_row({name: value for name, value in row.items() if name != "id"})

    def iter_events(self, matches: Iterable[str] | None = None) -> Iterator[list[Event]]:
        """The events of every match, or of the named ones, match by match in the order in which those began.

        Raises MatchNotFoundError before the first is read, and EventError where stored text is damaged.
        """
        for one in self.iter_stored(matches):
            yield one.events()

    def iter_stored(self, matches: Iterable[str] | None = None) -> Iterator[StoredMatch]:
        """The same matches byte for byte, and last those that lost their first event, so that nothing stays unseen.

        No transaction is kept open while the caller works.
        """
        if matches is None:
            yield from self._iter_all()
            return
        wanted = list(matches)
        with self._database.reading() as connection:
            names = stored.in_order(connection, wanted)
        for missing in sorted(set(wanted) - set(names)):
            raise MatchNotFoundError(missing)
        yield from self._iter_named(names)

    def _iter_named(self, names: Sequence[str]) -> Iterator[StoredMatch]:
        for start in range(0, len(names), stored.CHUNK):
            with self._database.reading() as connection:
                chunk = stored.read(connection, names[start : start + stored.CHUNK])
            yield from chunk

    def _iter_all(self) -> Iterator[StoredMatch]:
        after = -1
        while True:
            with self._database.reading() as connection:
                chunk = stored.first_events(connection, after)
                found = stored.read(connection, [match for _, match in chunk])
            if not chunk:
                break
            yield from found
            after = chunk[-1][0]
        with self._database.reading() as connection:
            names = stored.beheaded(connection)
        yield from self._iter_named(names)

    def find_stored(self, matches: Sequence[str]) -> dict[str, StoredMatch]:
        """Those of the named matches that the log holds, byte for byte."""
        with self._database.reading() as connection:
            return {one.match: one for one in stored.read(connection, matches)}

    def check(self) -> None:
        """Raises CorruptLogError where the file itself is damaged, so that rows could be missed; SQLite only."""
        if self._database.is_sqlite and (found := self._database.pragma("integrity_check(1)")) != "ok":
            raise CorruptLogError(self.url, str(found).splitlines()[0])

    def redact(self, match: str, seq: int) -> None:
        """Erase what a person wrote in one event: text, guess and salt. Raises MatchNotFoundError or RedactionError.

        The event, its hits and rulings stay, so the match still replays; an event that tells of it is appended.
        """
        self.write_now(Redaction(match, seq))

    def redact_seat(self, match: str, role: Role) -> int:
        """Erase everything that a person wrote in a seat of a match; how many events that were. Raises as `redact`."""
        return len(self.write_now(Redaction(match, role)).erased)

    def rebuild_results(self) -> int:
        """Derive the results of all finished matches again from their events; how many there are."""
        return len(self.write_now(Rebuild()).results)
