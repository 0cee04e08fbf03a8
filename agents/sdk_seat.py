"""One match of a served agent: asks it, keeps its deadline, and loses only this match by whatever goes wrong."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from agents.sdk_player import CrashError, Player
from arena.core.ports import Given
from arena.wire import WireError
from arena.wire.news import MatchEnded, MatchStarted, TurnAsked

CLOSE_SECONDS = 5.0
"""How long an agent may take for what it does after its match."""
log = logging.getLogger("agents.sdk")

Answering = Callable[[TurnAsked, Given], None]
"""Sends an action; raises WireError where no message can hold it."""


class Seat:
    """The user's agent in one match. `crashes` and `late` count what went wrong in it."""

    def __init__(
        self,
        kind: Callable[..., Any],
        started: MatchStarted,
        answer: Answering,
        resign: Callable[[], None],
        close_seconds: float = CLOSE_SECONDS,
    ) -> None:
        self._started, self._answer, self._resign = started, answer, resign
        self._player, self._close_seconds = Player(kind), close_seconds
        self._asks: asyncio.Queue[TurnAsked | None] = asyncio.Queue()
        self._acting: asyncio.Task[Given] | None = None
        self._limit: asyncio.Timeout | None = None
        self._deadline: float | None = None
        self._ended: MatchEnded | None = None
        self._is_over = self._is_broken = False
        self.crashes = self.late = 0
        self._task = asyncio.get_running_loop().create_task(self._live())

    def ask(self, asked: TurnAsked) -> None:
        """The agent is to act. Asked again, it is given the new deadline."""
        self._set_deadline(asked.deadline / 1000)
        if not asked.again:
            self._asks.put_nowait(asked)

    def hold(self) -> None:
        """The connection is gone: nobody knows the deadline until the turn is asked again."""
        self._set_deadline(None)

    def _set_deadline(self, seconds: float | None) -> None:
        self._deadline = seconds
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(seconds)

    def end(self, ended: MatchEnded | None) -> None:
        """The match is over; None where nobody said how it ended."""
        self._is_over, self._ended = True, ended
        if self._acting is not None:
            self._acting.cancel()
        self._asks.put_nowait(None)

    @property
    def has_left(self) -> bool:
        """Whether the agent has been let go."""
        return self._task.done()

    async def left(self) -> None:
        """Wait until the agent has been let go."""
        await asyncio.wait({self._task})

    def drop(self) -> None:
        """Stop at once."""
        self._is_over = True
        for task in (self._acting, self._task):
            if task is not None:
                task.cancel()

    async def _live(self) -> None:
        try:
            await self._tried("in its constructor or `started`", self._player.begin(self._started))
            while not self._is_over:
                asked = await self._asks.get()
                if asked is not None and not self._is_broken:
                    await self._turn(asked)
            if self._ended is not None and not self._is_broken:
                await self._bounded("in `ended`", self._player.end(self._ended))
            await self._bounded("in `close`", self._player.close())
        finally:
            self._player.leave()

    async def _turn(self, asked: TurnAsked) -> None:
        self._acting = acting = asyncio.get_running_loop().create_task(self._player.act(asked.view))
        try:
            async with asyncio.timeout_at(self._deadline) as self._limit:
                await asyncio.wait({acting})
        except TimeoutError:
            acting.cancel()
            acting.add_done_callback(_forget)
            self.late += 1
            limit = f"{asked.view.ms_left / 1000:g} s"
            log.error(
                "match %s, turn %d: act took longer than its %s and was cancelled", asked.match, asked.turn, limit
            )
            return
        finally:
            self._limit = self._acting = None
        if self._is_over:
            _forget(acting)
            return
        await self._tried(f"in `act`, turn {asked.turn}", self._given(asked, acting))

    async def _given(self, asked: TurnAsked, acting: "asyncio.Task[Given]") -> None:
        given = acting.result()
        try:
            self._answer(asked, given)
        except WireError as wrong:
            raise CrashError(wrong) from None

    async def _tried(self, where: str, work: Any) -> None:  # noqa: ANN401 - a coroutine
        """Do what the user's code does; a crash gives the match up."""
        try:
            await work
        except CrashError as crash:
            self.crashes += 1
            self._is_broken = True
            log.error(
                "match %s: your agent crashed %s; the match is given up\n%s", self._started.match, where, crash.report
            )
            self._resign()

    async def _bounded(self, where: str, work: Any) -> None:  # noqa: ANN401 - a coroutine
        try:
            async with asyncio.timeout(self._close_seconds):
                await work
        except TimeoutError:
            limit = self._close_seconds
            log.warning("match %s: your agent took longer than %g s %s", self._started.match, limit, where)
        except CrashError as crash:
            self.crashes += 1
            log.error("match %s: your agent crashed %s\n%s", self._started.match, where, crash.report)


def _forget(task: "asyncio.Task[Any]") -> None:
    """Take note of how a task ended whose result nobody wants."""
    if task.done() and not task.cancelled():
        task.exception()
