"""What all live matches share: the log, the judges, the host's own agents, and the host's bounds."""

import asyncio
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
        self.failing: str | None = None
        """What is wrong with the log, while it cannot be written."""
        self._log, self._gauges = log, gauges
        self._on_end: Callable[[LiveMatch], None] = lambda _: None

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
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), FIRST_RETRY
        while True:
            try:
                await self._log.append(events, along)
                break
            except (UnfitEventError, EventGapError):
                raise
            except DuplicateEventError:
                if pause == FIRST_RETRY:
                    raise
                break  # the attempt that seemed to fail had been kept
            except LogError as problem:
                self._fail(problem)
                if events[0].seq == 0:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY)
        self.failing = None
        self._gauges.append(loop.time() - began)

    def _fail(self, problem: LogError) -> None:
        if self.failing is None:
            structlog.get_logger("hall").error("log_failing", problem=str(problem))
        self.failing = str(problem)
        self._gauges.error("log")


Ended = Callable[["LiveMatch"], Awaitable[None]]
"""Is called once the end of a match is durable."""
