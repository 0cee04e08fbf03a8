"""The engine: asks a server for many askers at once, from whatever event loop they come."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from math import inf

from agents.llm.engines.local.plain import CUES, written_out
from agents.llm.engines.openai.answers import Answer
from agents.llm.engines.openai.asking import Asking
from agents.llm.engines.openai.attempt import listed
from agents.llm.engines.openai.estimates import estimated
from agents.llm.engines.openai.excerpts import Veil
from agents.llm.engines.openai.faults import Faults
from agents.llm.engines.openai.keys import Key
from agents.llm.engines.openai.listing import Listing
from agents.llm.engines.openai.server import Server
from agents.llm.engines.openai.spending import Spent
from agents.llm.engines.openai.thread import LoopThread
from agents.llm.engines.openai.watching import Watching
from agents.llm.errors import ContextError, ServerError
from arena.core.errors import ScoringError
from arena.core.generation import Completion, Prompt, Request, Scored


class OpenAIEngine:
    """A model behind a server. It works in a thread of its own; open it with `OpenAIEngines.open`.

    `watch` is told the text when the answer is whole, in one piece: an attempt that breaks half-way is thrown away
    and made anew, and nothing shall be told twice. In the last attempt, which with the option `retries=0` is the
    first, it is told as it comes.
    """

    is_reproducible = False
    """Servers are given the seed, and promise nothing."""

    def __init__(self, server: Server, key: Key | None, thread: LoopThread, context: int | None) -> None:
        self._server, self._key, self._thread = server, key, thread
        self._name = str(server.address)
        self._is_closed = False
        self.context = context

    @property
    def name(self) -> str:
        """The name that the server gives the model."""
        return self._server.address.model

    @property
    def fingerprint(self) -> str:
        """16 hex digits over the server's URL and the model's name: no more is known of it."""
        return sha256(self._name.encode()).hexdigest()[:16]

    @property
    def has_chat(self) -> bool:
        """Whether the server puts conversations into form, as the option says; else they are written out here."""
        return self._server.terms.has_chat

    @property
    def has_schemas(self) -> bool:
        """Whether conversations are held to a JSON Schema: as the option says, or until the server refused one."""
        return self._server.abilities.schemas

    @property
    def spent(self) -> Spent:
        """What was asked so far, and what it cost."""
        return self._server.spent

    async def complete(self, request: Request, watch: Callable[[str], None] | None = None) -> Completion:
        """The answer. Raises EngineError; EngineTimeoutError where `seconds` ran out, retries and waits included.

        Cancelling closes the connection to the server.
        """
        self._require_open()
        self._require_room(request.prompt)
        deadline = inf if request.seconds is None else time.monotonic() + request.seconds
        request = request if self.has_chat else _written_out(request)
        watching = Watching(watch) if watch is not None else None
        future = self._thread.submit(self._answer(request, deadline, watching.tell if watching else None))
        completion: Completion | None = None
        try:
            if watching is not None:
                watching.future = future
            completion = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not self._is_closed and (watching is None or watching.problem is None):
                raise
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        finally:
            if watching is not None:
                watching.is_over = True
        if watching is not None and watching.problem is not None:
            raise watching.problem
        if completion is None:
            raise ServerError(self._name, "it was closed before the answer came", "open it again")
        return completion

    async def score(self, prompt: Prompt, text: str, adapter: str | None = None) -> Scored:  # noqa: ARG002 - the port
        """Raises ScoringError: few servers tell how likely a given text is, and none its ranks."""
        raise ScoringError(self._name, "a server only generates", "score with a local model")

    def count(self, prompt: Prompt) -> int:
        """About how many tokens the prompt has; see `estimates`."""
        terms = self._server.terms
        if not terms.has_chat and not isinstance(prompt, str):
            prompt = written_out(prompt)
        return estimated(prompt, terms.chars)

    async def close(self) -> None:
        """Cancel what is under way and leave the server."""
        if self._is_closed:
            return
        self._is_closed = True
        self._thread.stop(self._server.api.close)

    def __repr__(self) -> str:
        return f"OpenAIEngine({self._name})"

    def _require_open(self) -> None:
        if self._is_closed:
            raise ServerError(self._name, "it was closed", "open it again")

    def _require_room(self, prompt: Prompt) -> None:
        """Raise ContextError where a prompt is too long by the count that prompts are cut by.

        Not every server refuses what its model cannot read.
        """
        if self.context is not None and (tokens := self.count(prompt)) >= self.context:
            problem = f"the prompt has about {tokens} tokens, and the context is {self.context}"
            raise ContextError(self._name, problem, "shorten the prompt, or correct context or chars")

    async def _answer(self, request: Request, deadline: float, tell: Callable[[str], None] | None) -> Completion:
        """In the engine's loop: one answer, counted. Raises EngineError."""
        veil = Veil(self._key, request.prompt)
        faults = Faults.of(self._server.address, self._key, veil)
        given = await Asking(self._server, request, faults, tell, deadline).answer()
        if isinstance(given, Answer):
            return self._counted(request, given)
        if given.status in (404, 405):
            body = await listed(self._server.api, faults, deadline - time.monotonic())
            listing = Listing.parse(body) if isinstance(body, str) else None
            given = faults.missing(listing.shown(veil) if listing is not None else None)
        raise given.error

    def _counted(self, request: Request, answer: Answer) -> Completion:
        is_estimated = answer.prompt_tokens is None or answer.tokens is None
        read = self.count(request.prompt) if answer.prompt_tokens is None else answer.prompt_tokens
        said = self.count(answer.reasoning + answer.text) if answer.tokens is None else answer.tokens
        terms = self._server.terms
        self._server.spent = self._server.spent.with_answer(read, said, is_estimated, terms.price_in, terms.price_out)
        return Completion(answer.text, answer.ending, read, said, answer.reasoning)


def _written_out(request: Request) -> Request:
    """The request with its conversation as plain text, which ends where the model begins the other's words."""
    if isinstance(request.prompt, str):
        return request
    stops = (*request.sampling.stop, *CUES)
    return replace(request, prompt=written_out(request.prompt), sampling=replace(request.sampling, stop=stops))
