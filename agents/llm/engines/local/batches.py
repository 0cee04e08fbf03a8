"""Brings requests together: a queue with a short collection window, and which of those waiting make the next batch."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from arena.core.errors import EngineError

_log = logging.getLogger("arena.engines")
PATIENCE: Final = 4
"""For how many windows the first of a batch waits at most while others keep coming."""
SLACK: Final = 64
"""So many tokens longer than the shortest is no reason to wait for another batch."""


class Task(Protocol):
    """One request in the queue."""

    @property
    def all_ids(self) -> tuple[int, ...]:
        """The tokens that the model reads first."""

    @property
    def is_wanted(self) -> bool:
        """Whether anyone still waits for it."""

    def fail(self, error: BaseException) -> None:
        """Settle it with an error. Harmless where it is settled."""

    def leave(self, model: str) -> None:
        """Settle what is no longer wanted."""


T = TypeVar("T", bound=Task)


def rounded(number: int, to: int) -> int:
    """The least multiple of `to` that is not below the number."""
    return -(-number // to) * to


def bucket(tasks: Sequence[T], rows: int) -> list[T]:
    """The tasks for the next batch, in the order of asking: the first one, and of its kind those about as long.

    Padding makes every row as long as the longest, so no row is more than half again as long as another (and `SLACK`).
    """
    first = tasks[0]
    size = len(first.all_ids)
    near = [
        (abs(length - size), place)
        for place, task in enumerate(tasks)
        if type(task) is type(first)
        for length in (len(task.all_ids),)
        if size / 1.5 - SLACK <= length <= size * 1.5 + SLACK
    ]
    kept = sorted(place for _, place in sorted(near)[:rows])
    return [tasks[place] for place in kept]


class _AbandonedError(Exception):
    """Raised in the thread of a batch that was given up, to end it."""


class Lane:
    """One thread that works through batches, and one that watches over it.

    A batch begins when for `window` seconds nobody came along, or its first has waited `PATIENCE` windows, or `rows`
    are there. What arrives while a batch runs waits, and so collects by itself. `work` is given each batch and calls
    `beat` as it gets on; where it does not for `stuck_seconds`, the batch fails, its thread is left behind, and another
    goes on with the next.
    """

    def __init__(
        self, name: str, work: Callable[[list[Task]], None], *, rows: int, window: float, stuck_seconds: float
    ) -> None:
        self._name, self._work, self._rows = name, work, rows
        self._window, self._stuck_seconds = window, stuck_seconds
        self._lock = threading.Lock()
        self._arrival = threading.Condition(self._lock)
        self._start = threading.Condition(self._lock)
        self._waiting: list[Task] = []
        self._running: list[Task] = []
        self._first = self._latest = self._beat = 0.0
        self._thread: threading.Thread | None = None
        self._watch: threading.Thread | None = None
        self._is_closed = False

    def submit(self, task: Task) -> None:
        """Let a task wait for a batch. Returns at once."""
        with self._lock:
            if not self._is_closed:
                self._latest = time.monotonic()
                self._first = self._first if self._waiting else self._latest
                self._waiting.append(task)
                if self._thread is None:
                    self._thread, self._watch = self._started(self._run), self._started(self._keep_watch)
                self._arrival.notify()
                return
        task.fail(self._closed())

    def beat(self) -> None:
        """Say that the batch gets on. Ends the batch, by raising, where it was given up."""
        self._require_mine()
        self._beat = time.monotonic()

    def close(self) -> None:
        """Fail what waits, let the running batch come to its next token, and end the threads."""
        with self._lock:
            self._is_closed = True
            left, self._waiting = [*self._waiting, *self._running], []
            threads = [thread for thread in (self._thread, self._watch) if thread is not None]
            self._arrival.notify_all()
            self._start.notify_all()
        for task in left:
            task.fail(self._closed())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout=self._stuck_seconds)

    def _started(self, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"engine {self._name}", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while batch := self._next():
            try:
                self._work(batch)
            except _AbandonedError:
                return
            except Exception as error:  # noqa: BLE001 - whatever a model raises fails its batch, not the engine
                _log.warning("model %s: a batch of %d requests failed", self._name, len(batch), exc_info=True)
                problem = f"its batch failed: {type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
                _fail(batch, EngineError(self._name, problem))
            # Nothing may stay unanswered, whatever `work` has forgotten.
            _fail([task for task in batch if task.is_wanted], EngineError(self._name, "its batch ended without it"))

    def _next(self) -> list[Task] | None:
        """The next batch, waited for; None where the lane is closed or this thread was left behind."""
        with self._lock:
            if threading.current_thread() is self._thread:
                self._running = []
            while not self._is_closed and threading.current_thread() is self._thread:
                gone = [task for task in self._waiting if not task.is_wanted]
                self._waiting = [task for task in self._waiting if task.is_wanted]
                for task in gone:
                    task.leave(self._name)
                seconds = self._seconds_to_wait()
                if seconds is None or seconds > 0:
                    self._arrival.wait(seconds)
                    continue
                batch = bucket(self._waiting, self._rows)
                chosen = set(map(id, batch))
                self._waiting = [task for task in self._waiting if id(task) not in chosen]
                self._running, self._beat = batch, time.monotonic()
                self._start.notify()
                return batch
        return None

    def _seconds_to_wait(self) -> float | None:
        """How long to wait for others to come along; None where nobody is there, 0 where a batch may begin."""
        if not self._waiting:
            return None
        if len(self._waiting) >= self._rows:
            return 0.0
        until = min(self._latest + self._window, self._first + PATIENCE * self._window)
        return max(0.0, until - time.monotonic())

    def _keep_watch(self) -> None:
        while True:
            with self._lock:
                if self._is_closed:
                    return
                left = self._beat + self._stuck_seconds - time.monotonic() if self._running else None
                if left is None or left > 0:
                    self._start.wait(left)
                    continue
                stuck, self._running = self._running, []
                self._thread = self._started(self._run)
            _log.warning("model %s: a batch of %d requests is stuck and was given up", self._name, len(stuck))
            problem = f"its batch brought nothing for {self._stuck_seconds:g} s and was given up"
            _fail(stuck, EngineError(self._name, problem, "ask again"))

    def _require_mine(self) -> None:
        if threading.current_thread() is not self._thread:
            raise _AbandonedError

    def _closed(self) -> EngineError:
        return EngineError(self._name, "it was closed", "open it again")


def _fail(tasks: Sequence[Task], error: EngineError) -> None:
    for task in tasks:
        task.fail(error)
