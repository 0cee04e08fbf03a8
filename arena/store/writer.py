"""The one thread that writes: whatever waits is written together, in one transaction, and then acknowledged.

A disk makes some hundred transactions durable in a second, however small they are. So a match does not get one of its
own: all changes that came in while the last transaction was on its way to the disk share the next one.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, delete, insert

from arena.core.errors import TabooError
from arena.store import stored
from arena.store.changes import Append, Change, Job, Rows, Standing, standing_of
from arena.store.database import Database
from arena.store.errors import ClosedLogError, LockedLogError, LogError, UnreachableLogError
from arena.store.stored import StoredMatch
from arena.store.tables import EVENT, RESULT, WORDS

MAX_TOGETHER = 1024
"""Changes that share a transaction at most, so that the first of them is not kept waiting."""

_NOT_ALONE_EITHER = (LockedLogError, UnreachableLogError)
"""What no change would escape by being tried alone; trying would only make all of them wait again and again."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A change and whoever waits for it: a task on an event loop, or a thread."""

    change: Change
    future: "asyncio.Future[Rows] | Future[Rows]"
    loop: asyncio.AbstractEventLoop | None = None
    outcome: Rows | BaseException = field(default_factory=Rows)


class Writer:
    """Writes changes in the order in which they come, each as a whole or not at all, and acknowledges them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._played: dict[str, Standing] = {}
        self._must_scrub = False
        self._is_closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="taboo-log", daemon=True)
        self._thread.start()

    async def write(self, change: Change) -> Rows:
        """Write a change; durable on return. Raises LogError. Cancelled, it is written as a whole or not at all."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Rows] = loop.create_future()
        self._submit(_Waiting(change, future, loop))
        return await future

    def write_now(self, change: Change) -> Rows:
        """The same, for a program without an event loop."""
        return self.write_all_now([change])[0]

    def write_all_now(self, changes: Iterable[Change]) -> list[Rows]:
        """Write several changes, together where possible. Raises the first LogError; others may be written then."""
        futures: list[Future[Rows]] = []
        for change in changes:
            futures.append(Future())
            self._submit(_Waiting(change, futures[-1]))
        wait(futures)
        return [future.result() for future in futures]

    def close(self) -> None:
        """Write what waits, acknowledge it, and end the thread."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _submit(self, waiting: _Waiting) -> None:
        with self._lock:
            if self._is_closed:
                raise ClosedLogError(self._database.where)
            self._queue.put(waiting)

    # --- the thread ---

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            batch = [self._queue.get()]
            with suppress(Empty):
                while len(batch) < MAX_TOGETHER:
                    batch.append(self._queue.get_nowait())
            goes_on = None not in batch
            several = [waiting for waiting in batch if waiting is not None]
            if several:
                self._write(several)
                _acknowledge(several)
        if self._must_scrub:
            self._scrub()

    def _write(self, several: Sequence[_Waiting], *, again: bool = False) -> None:
        """Write all together; where that fails, each alone and looked up afresh, so that only what is wrong fails."""
        try:
            self._commit(several, trusts=not again)
        except Exception as problem:  # noqa: BLE001 - whatever it was, whoever waits must be told
            for waiting in several:
                self._played.pop(waiting.change.match, None)  # another program may have written to the match
                waiting.outcome = problem
            if not again and not isinstance(problem, _NOT_ALONE_EITHER):
                for waiting in several:
                    self._write([waiting], again=True)

    def _commit(self, several: Sequence[_Waiting], *, trusts: bool) -> None:
        with self._database.writing() as connection:
            desk = _Desk(connection, self._played, trusts=trusts)
            for waiting in several:
                try:
                    waiting.outcome = desk.take(waiting.change)
                except TabooError as refused:
                    waiting.outcome = refused
            desk.flush()
        for match, standing in desk.standings.items():
            if desk.is_played(match):
                self._played[match] = standing
            else:
                self._played.pop(match, None)
        if desk.has_erased:
            self._scrub()

    def _scrub(self) -> None:
        """What was erased must not live on in SQLite's write-ahead log. While others read, it waits for `close`."""
        if self._database.is_sqlite:
            self._must_scrub = True
            with suppress(LogError):
                self._must_scrub = self._database.pragma("wal_checkpoint(TRUNCATE)") != 0


class _Desk:
    """One transaction: the changes taken so far, and what further ones may look up."""

    def __init__(self, connection: Connection, played: Mapping[str, Standing], *, trusts: bool) -> None:
        self.standings: dict[str, Standing] = {}
        self.has_erased = False
        self._connection, self._played, self._trusts = connection, played, trusts
        self._appended: set[str] = set()
        self._rows = Rows()

    def take(self, change: Change) -> Rows:
        """Note the rows of a change. Raises TabooError, and then nothing of it is written."""
        rows = change.rows(self)
        self._rows.add(rows)
        self.standings |= rows.standings
        if isinstance(change, Append):
            self._appended.add(change.match)
        return rows

    def standing(self, match: str) -> Standing | None:
        """Where the match stands, or None where the log has none of it."""
        found = self.standings.get(match) or self._played.get(match)
        if found is not None:
            return found
        stored = self.stored(match)
        return None if stored is None else standing_of(stored.sealed_events())

    def trusts_new(self, match: str) -> bool:
        """Whether a match that begins need not be looked up: only where a failure would be tried again, alone."""
        return self._trusts and match not in self.standings and match not in self._played

    def is_played(self, match: str) -> bool:
        """Whether the match is being played through this log right now."""
        standing = self.standings.get(match) or self._played.get(match)
        is_ours = match in self._appended or match in self._played
        return is_ours and standing is not None and standing.verdict is None

    def stored(self, match: str) -> StoredMatch | None:
        """The match as it is stored, or None where the log has none of it."""
        self.flush()
        return next(iter(stored.read(self._connection, [match])), None)

    def everything(self) -> Iterable[StoredMatch]:
        """Every match of the log."""
        self.flush()
        return stored.everything(self._connection)

    def perform(self, job: Job) -> Any:  # noqa: ANN401 - whatever the job returns
        """Run the job on the connection: where it raises, nothing of it stays."""
        self.flush()
        with self._connection.begin_nested():
            return job(self._connection)

    def flush(self) -> None:
        """Hand the rows noted so far to the database; they are durable once the transaction is."""
        rows, self._rows = self._rows, Rows()
        if rows.replaces_results:
            self._connection.execute(delete(RESULT))
        for table, values in ((EVENT, rows.events), (WORDS, rows.words), (RESULT, rows.results)):
            if values:
                self._connection.execute(insert(table).inline(), values)
        for match, seq in rows.erased:
            self._connection.execute(delete(WORDS).where(WORDS.c.match == match, WORDS.c.seq == seq))
            self.has_erased = True


def _acknowledge(several: Iterable[_Waiting]) -> None:
    """Tell whoever waits, each event loop once: waking a loop costs more than all that it is told."""
    by_loop: defaultdict[asyncio.AbstractEventLoop | None, list[_Waiting]] = defaultdict(list)
    for waiting in several:
        by_loop[waiting.loop].append(waiting)
    _settle(by_loop.pop(None, []))
    for loop, its in by_loop.items():
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(_settle, its)


def _settle(several: Iterable[_Waiting]) -> None:
    for waiting in several:
        if waiting.future.done():
            continue  # whoever waited was cancelled
        if isinstance(waiting.outcome, BaseException):
            waiting.future.set_exception(waiting.outcome)
        else:
            waiting.future.set_result(waiting.outcome)
