"""What all live matches share: the log, the judges, the host's own agents, and the host's bounds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import structlog

from arena.core.events import Event
from arena.core.ports import Judge, Matcher
from arena.core.rules import Rules
from arena.server.hall.studio import Studio
from arena.store import StoreLog
from arena.store.changes import Job
from arena.store.errors import DuplicateEventError, EventGapError, LogError, UnfitEventError

if TYPE_CHECKING:
    from arena.server.hall.match import LiveMatch

FIRST_RETRY, LONGEST_RETRY = 0.1, 5.0
"""Seconds between attempts to write to a log that fails: doubled from the first to the longest."""
SLOW_SECONDS = 2.0
"""What an append may take; one that takes longer shows that something is wrong with the log."""
REMEMBERED_SECONDS = 10.0
"""How long a failure is spoken of when nothing was written since, and so nobody knows better."""


class Gauges(Protocol):
    """What a hall measures."""

    def append(self, seconds: float) -> None:
        """How long the log took to make something durable."""

    def error(self, code: str) -> None:
        """Something went wrong, by its short name."""


class Office:
    """Shared by the matches of one hall."""

    def __init__(
        self,
        log: StoreLog,
        matcher: Matcher,
        judges_for: Callable[[Rules], Mapping[str, Judge]],
        gauges: Gauges,
        *,
        credit_ms: int,
        grace_ms: int,
        pace_ms: int,
    ) -> None:
        self.matcher, self.judges_for, self.studio = matcher, judges_for, Studio()
        self.credit_ms, self.grace_ms, self.pace_ms = credit_ms, grace_ms, pace_ms
        self._problem: str | None = None
        self._failed_at = 0.0
        self._under_way: dict[object, float] = {}
        self._log, self._gauges = log, gauges
        self._on_end: Callable[[LiveMatch], None] = lambda _: None

    @property
    def failing(self) -> str | None:
        """What is wrong with the log, while it cannot be written or takes long; None while all is well."""
        now = time.monotonic()
        oldest = next(iter(self._under_way.values()), now)
        if now - oldest > SLOW_SECONDS:
            return self._problem or f"writing takes longer than {SLOW_SECONDS:g} s"
        return self._problem if now - self._failed_at < REMEMBERED_SECONDS else None

    def call_at_end(self, on_end: "Callable[[LiveMatch], None]") -> None:
        """Have a function called with each match that is over."""
        self._on_end = on_end

    def ended(self, live: "LiveMatch") -> None:
        """A match is over."""
        self._on_end(live)

    async def append(self, events: list[Event], along: Job | None = None) -> None:
        """Make events durable, however long that takes: match time stands still meanwhile, and nobody is told.

        The first events of a match are tried once only, since nobody waits for them yet, and what the log will never
        take is not tried again: raises LogError.
        """
        attempt, began = object(), time.monotonic()
        self._under_way[attempt] = began
        try:
            await self._keep(events, along)
        finally:
            del self._under_way[attempt]
        self._problem = None
        self._gauges.append(time.monotonic() - began)

    async def _keep(self, events: list[Event], along: Job | None) -> None:
        pause = FIRST_RETRY
        while True:
            try:
                await self._log.append(events, along)
                return
            except (UnfitEventError, EventGapError):
                raise
            except DuplicateEventError:
                if pause == FIRST_RETRY:
                    raise
                return  # the attempt that seemed to fail had been kept
            except LogError as problem:
                self._fail(problem)
                if events[0].seq == 0:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY)

    def _fail(self, problem: LogError) -> None:
        if self._problem is None:
            structlog.get_logger("hall").error("log_failing", problem=str(problem))
        self._problem, self._failed_at = str(problem), time.monotonic()
        self._gauges.error("log")


Ended = Callable[["LiveMatch"], Awaitable[None]]
"""Is called once the end of a match is durable."""
