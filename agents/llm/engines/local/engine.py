"""The engine of a local model: what askers see of it. The work is done by its runners, in threads of their own."""

import asyncio
import copy
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Final, TypeVar

from agents.llm.engines.local.job import Job, Runner
from agents.llm.engines.local.loading import Loaded, load
from agents.llm.engines.local.plain import CUES
from agents.llm.engines.local.scoring import ScoreJob, scored
from agents.llm.engines.local.settings import Settings
from agents.llm.engines.local.static import StaticRunner
from agents.llm.errors import ContextError
from arena.core.errors import EngineTimeoutError
from arena.core.generation import Completion, Ending, Prompt, Request, Sampling, Scored

T = TypeVar("T")


class LocalEngine:
    """Runs one model for any number of askers, in any number of threads and event loops."""

    has_schemas: Final = False

    def __init__(self, loaded: Loaded, settings: Settings) -> None:
        self._loaded, self._settings = loaded, settings
        # What was read before with other rows has other last digits, so rounding would gain nothing.
        wants_exact = settings.exact == "on" or (settings.exact == "auto" and loaded.can_be_exact)
        self._is_exact = wants_exact and not settings.reuse
        self._is_continuous = settings.batching == "continuous" or (
            settings.batching == "auto" and loaded.device.type == "cuda"
        )
        self._static = StaticRunner(loaded, settings, is_exact=self._is_exact)
        # A thread that is inside a model's code when the interpreter ends brings the whole program down.
        weakref.finalize(self, self._static.close)
        self._continuous: Runner | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, model: str, settings: Settings) -> "LocalEngine":
        """Load a model; blocks until it is there. Raises ModelMissingError, EngineError."""
        return cls(load(model, settings), settings)

    @property
    def name(self) -> str:
        """The folder's name, or the model's name on the hub."""
        return self._loaded.name

    @property
    def fingerprint(self) -> str:
        """16 hex digits over configuration, tokenizer, weights, and the type that they were loaded as."""
        return self._loaded.fingerprint

    @property
    def context(self) -> int | None:
        """The most tokens that prompt and answer may have together; None where the model does not say."""
        return self._loaded.context

    @property
    def vocabulary(self) -> int:
        """How many tokens the model chooses between."""
        return self._loaded.vocab

    @property
    def is_reproducible(self) -> bool:
        """Whether a sample depends on model, request and seed alone: batches are exact, in float32, on a CPU."""
        return self._is_exact and self._loaded.can_be_exact and not self._is_continuous

    @property
    def has_chat(self) -> bool:
        """Whether the tokenizer brings a chat format."""
        return self._loaded.tokens.has_chat

    async def complete(self, request: Request, watch: Callable[[str], None] | None = None) -> Completion:
        """The answer. Raises ContextError where the prompt leaves no room, EngineTimeoutError, EngineError."""
        started = time.monotonic()
        ids = self._loaded.tokens.of(request.prompt)
        most = min(request.sampling.max_tokens, self._room(len(ids)))
        if most < 1:
            return Completion("", Ending.LENGTH, len(ids), 0)
        teller = None if watch is None else _Teller(watch)
        job = Job(
            ids,
            self._sampling(request),
            request.seed,
            self._loaded.tokens,
            most=most,
            adapter=request.adapter,
            deadline=None if request.seconds is None else started + request.seconds,
            watch=teller,
        )
        self._runner(job).submit(job)
        try:
            return await self._answer(job.answer, request.seconds)
        finally:
            if teller is not None:
                teller.is_over = True

    async def score(self, prompt: Prompt, text: str, adapter: str | None = None) -> Scored:
        """How likely the text is after the prompt, token by token.

        Prompt and text are made tokens apart and put together, so that the prompt's tokens are the same for every text;
        the model's own tokens of both in one piece may differ where the text goes on within a word. Raises ContextError
        where both are too long, EngineError.
        """
        tokens = self._loaded.tokens
        ids = tokens.of(prompt)
        text_ids = tokens.after(ids, text)
        if self.context is not None and len(ids) + len(text_ids) > self.context:
            raise self._too_long(len(ids) + len(text_ids))
        job = ScoreJob(ids, text_ids, adapter)
        self._static.submit(job)
        return scored(tokens.pieces(ids, text_ids), await self._answer(job.answer, None))

    def count(self, prompt: Prompt) -> int:
        """How many tokens the prompt has, chat format included."""
        return len(self._loaded.tokens.of(prompt))

    async def close(self) -> None:
        """Fail what is not done, and let go of the model."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._static.close()
        if self._continuous is not None:
            self._continuous.close()

    async def _answer(self, answer: "Future[T]", seconds: float | None) -> T:
        """Wait in the asker's event loop. Being cancelled cancels the job, which then leaves its batch."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(answer)
        except EngineTimeoutError:
            raise
        except TimeoutError:
            problem = f"no answer in {seconds:g} s"
            raise EngineTimeoutError(self.name, problem, "give it more seconds, or fewer tokens") from None

    def _sampling(self, request: Request) -> Sampling:
        """How it is drawn; a conversation that was written out ends where the model writes the next one's words."""
        if isinstance(request.prompt, str) or self.has_chat:
            return request.sampling
        return replace(request.sampling, stop=(*request.sampling.stop, *CUES))

    def _room(self, tokens: int) -> int:
        """How many tokens an answer to so long a prompt may have. Raises ContextError where there is room for none."""
        if self.context is None:
            return 2**31
        if tokens >= self.context:
            raise self._too_long(tokens)
        return self.context - tokens

    def _too_long(self, tokens: int) -> ContextError:
        problem = f"{tokens} tokens do not fit its context of {self.context}"
        return ContextError(self.name, problem, "shorten the prompt")

    def _runner(self, job: Job) -> Runner:
        """Who runs it: the continuous batch has no adapters, and keeps prompts in a way of its own."""
        if not self._is_continuous or job.adapter is not None or self._settings.reuse:
            return self._static
        with self._lock:
            if self._continuous is None:
                from agents.llm.engines.local.continuous import ContinuousRunner

                # It changes how the model attends while it runs, and scores are read from this one meanwhile.
                twin = _twin(self._loaded.model)
                self._continuous = ContinuousRunner(
                    twin,
                    name=self.name,
                    ends=self._loaded.tokens.ends,
                    rows=self._settings.rows,
                    patience=self._settings.stuck_seconds,
                )
            return self._continuous


def _twin(model: Any) -> Any:  # noqa: ANN401
    """The same weights in modules and with settings of their own, at no cost in memory."""
    shared = {id(part): part for part in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, shared)


class _Teller:
    """Hands pieces of text to a watcher in the event loop that it was made in, until the answer is over."""

    def __init__(self, watch: Callable[[str], None]) -> None:
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self.is_over = False

    def __call__(self, piece: str) -> None:
        """Called in any thread."""
        try:
            self._loop.call_soon_threadsafe(self._tell, piece)
        except RuntimeError:
            self.is_over = True  # the asker's loop is closed: nobody listens any more

    def _tell(self, piece: str) -> None:
        if not self.is_over:
            self._watch(piece)
