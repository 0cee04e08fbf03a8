"""One request on its way through a runner, and the one place where its answer is settled.

A runner calls `take` for each drawn token in its own thread; whoever asked waits for `answer` in any other.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Generic, Protocol, TypeVar

from agents.llm.engines.local.spelling import Spelling, respelled
from agents.llm.engines.local.tokens import Tokens
from arena.core.errors import EngineTimeoutError
from arena.core.generation import Completion, Ending, Sampling

T = TypeVar("T")


class Asked(Generic[T]):
    """Something that a runner was asked for: `answer` is settled once, by whoever comes first."""

    def __init__(self) -> None:
        self.answer: Future[T] = Future()

    def settle(self, found: T) -> None:
        """Answer it. Harmless where it is settled or cancelled."""
        try:
            self.answer.set_result(found)
        except InvalidStateError:
            return  # cancelled in this moment, or settled before

    def fail(self, error: BaseException) -> None:
        """Settle it with an error. Harmless where it is settled or cancelled."""
        try:
            self.answer.set_exception(error)
        except InvalidStateError:
            return  # cancelled in this moment, or settled before


class Job(Asked[Completion]):
    """A request as tokens. `deadline` is in seconds of `time.monotonic`; `most` is `max_tokens`, or the room for them.

    `watch` is called in the runner's thread with each piece of text that is sure to be part of the answer.
    """

    def __init__(
        self,
        ids: tuple[int, ...],
        sampling: Sampling,
        seed: int,
        tokens: Tokens,
        *,
        most: int | None = None,
        adapter: str | None = None,
        deadline: float | None = None,
        watch: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.ids, self.sampling, self.seed = ids, sampling, seed
        self.adapter, self.deadline = adapter, deadline
        self.most = sampling.max_tokens if most is None else most
        self._tokens = tokens
        self._taken: list[int] = []
        # Text is only spelled on the way where somebody reads it: the asker, or the search for a stop text.
        is_read = watch is not None or any(sampling.stop)
        self._spelling = Spelling(tokens, ids, sampling.stop, watch) if is_read else None

    @property
    def is_wanted(self) -> bool:
        """False once it is settled, cancelled or out of time."""
        return not self.answer.done() and (self.deadline is None or time.monotonic() < self.deadline)

    @property
    def token_count(self) -> int:
        """How many tokens were taken so far: the step number of the noise for the next."""
        return len(self._taken)

    @property
    def all_ids(self) -> tuple[int, ...]:
        """The prompt and what was taken so far: what a batch that begins anew reads."""
        return (*self.ids, *self._taken)

    def take(self, token: int) -> bool:
        """Note one more drawn token; True where the answer ends with it, which is then settled."""
        self._taken.append(token)
        if token in self._tokens.ends or (self._spelling is not None and self._spelling.take(token)):
            self.end(Ending.STOP)
            return True
        if len(self._taken) >= self.most:
            self.end(Ending.LENGTH)
            return True
        return False

    def end(self, ending: Ending) -> None:
        """Settle the answer with what was taken. Harmless where it is settled or cancelled."""
        if self.answer.done():
            return
        if self._spelling is None:
            is_ended = bool(self._taken) and self._taken[-1] in self._tokens.ends
            text = respelled(self._tokens, self.ids, self._taken[:-1] if is_ended else self._taken)
        else:
            text, is_stopped = self._spelling.finished()
            ending = Ending.STOP if is_stopped else ending
        self.settle(Completion(text, ending, len(self.ids), len(self._taken)))

    def leave(self, model: str) -> None:
        """Settle what is no longer wanted: out of time, unless it was cancelled or settled before."""
        self.fail(EngineTimeoutError(model, "the time for this answer ran out", "give it more seconds"))


class Runner(Protocol):
    """Runs jobs in threads of its own, many at a time."""

    def submit(self, job: Job) -> None:
        """Take a job in; its answer is settled sooner or later, unless it is cancelled. Returns at once."""

    def close(self) -> None:
        """Fail what is not done, and let go of the threads."""
