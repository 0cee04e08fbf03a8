"""One request from its asking to its answer: paces, places, attempts, waits. One request yields one answer.

Attempts follow each other, and the connection of one is closed before the next begins. What an attempt says is told
only once it is whole, except in the last attempt that may be made, which is told as it comes: so no text is told twice.
"""

import asyncio
import time
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

from agents.llm.engines.openai import backoff
from agents.llm.engines.openai.answers import Answer
from agents.llm.engines.openai.attempt import attempt
from agents.llm.engines.openai.faults import Fault, Faults
from agents.llm.engines.openai.pace import Turn
from arena.core.errors import EngineTimeoutError
from arena.core.generation import Request

if TYPE_CHECKING:
    from agents.llm.engines.openai.server import Server

LONGEST_WAIT = 300.0
"""Seconds that a server may ask to wait before it is given up."""


class Asking:
    """One request under way. Lives in the event loop of the engine."""

    def __init__(
        self, server: "Server", request: Request, faults: Faults, tell: Callable[[str], None] | None, deadline: float
    ) -> None:
        """`deadline` is on the monotonic clock, infinite where there is none."""
        self._server, self._request, self._faults, self._tell = server, request, faults, tell
        self._deadline = deadline
        self._attempts = 0
        self._last: Fault | None = None

    async def answer(self) -> Answer | Fault:
        """The one answer, or the fault that is left of all attempts: at the deadline, an EngineTimeoutError."""
        left = self._deadline - time.monotonic()
        try:
            async with asyncio.timeout(None if left == inf else left):
                return await self._ask()
        except TimeoutError:
            return self._too_late()

    async def _ask(self) -> Answer | Fault:
        while True:
            given, sent = await self._once()
            if isinstance(given, Answer):
                return given
            self._last = given
            if given.complaint and self._server.adapt(given.complaint, self._request, sent):
                continue
            retry = self._attempts - 1
            if not given.may_retry or retry >= self._server.terms.retries:
                return given.after(self._attempts)
            wait = backoff.jittered(retry, self._server.chance)
            if given.wait is not None and given.wait > LONGEST_WAIT:
                return given.after(self._attempts)
            wait = max(wait, given.wait or 0.0)
            if time.monotonic() + wait > self._deadline:
                return self._too_late()
            self._server.note_retry()
            await asyncio.sleep(wait)

    async def _once(self) -> tuple[Answer | Fault, dict[str, Any]]:
        """One attempt, when paces and places allow, and the call it made."""
        # The place first: turns that are taken and not used at once would let too many through later.
        async with self._server.places:
            turn = self._server.turn(self._request, time.monotonic())
            try:
                if turn.start > self._deadline:
                    turn.cost = 0.0
                    return self._too_late(turn.start - time.monotonic()), {}
                await asyncio.sleep(turn.start - time.monotonic())
                return await self._attempt(turn)
            except BaseException:
                turn.cost = 0.0
                raise

    async def _attempt(self, turn: Turn) -> tuple[Answer | Fault, dict[str, Any]]:
        # Anew for each attempt: others may have found out meanwhile what the server does not take.
        sent = self._server.call(self._request, is_streamed=self._tell is not None)
        is_last = self._attempts >= self._server.terms.retries
        told: list[str] = []
        tell = self._tell if is_last or self._tell is None else told.append
        self._attempts += 1
        terms, sampling = self._server.terms, self._request.sampling
        given = await attempt(self._server.api, sent, sampling, self._faults, tell, terms.patience)
        if isinstance(given, Answer):
            turn.cost = float((given.prompt_tokens or 0) + (given.tokens or 0)) or turn.cost
            if self._tell is not None and told:
                self._tell("".join(told))
        elif given.complaint:
            self._attempts -= 1  # a call that was not taken is no attempt: the next one differs
        return given, sent

    def _too_late(self, wait: float | None = None) -> Fault:
        seconds = self._request.seconds
        problem = f"no answer in {seconds:g} s" if seconds is not None else "no answer in time"
        if wait is not None:
            problem += f", and its rate limits have it wait {wait:.0f} s"
        elif self._last is not None:
            problem += f"; the last of {max(self._attempts, 1)} attempts: {self._last.error.problem}"
        return Fault(EngineTimeoutError(self._faults.model, problem, "give it longer, or raise rpm and tpm"))
