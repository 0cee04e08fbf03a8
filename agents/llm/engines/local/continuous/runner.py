"""Runs jobs in one continuous batch: each joins at the next token and leaves when it is done.

Two threads: the batch's own, which hands over every token as it is drawn, and a keeper, which lets jobs in, takes out
those that nobody waits for, and starts a new batch where one broke. Neither knows of event loops; jobs do.
"""

import atexit
import threading
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

import torch
from transformers import PreTrainedModel
from transformers.generation.continuous_batching.requests import GenerationOutput

from agents.llm.engines.local.continuous.batch import Batch, attention_for, free_what_broke, ran_out_of_memory
from agents.llm.engines.local.continuous.flight import Flight
from agents.llm.engines.local.continuous.sizes import Sizes
from agents.llm.errors import ContextError, OutOfMemoryError
from arena.core.errors import EngineError
from arena.core.generation import Ending

if TYPE_CHECKING:
    from agents.llm.engines.local.job import Job

_ROUND_SECONDS = 0.05
"""How often the keeper looks for jobs that nobody waits for any more."""
_PATIENCE_SECONDS = 300.0
"""A step that takes longer is stuck. The first on a GPU may compile kernels, which takes a minute."""
_CLOSING_SECONDS = 15.0


class ContinuousRunner:
    """A continuous batch for a model, started with the first job.

    A job that breaks the batch is found by trying the jobs again in halves, and fails alone; where memory ran out, the
    batch goes on in half its size. Every job keeps the tokens that it has, so no sample changes by it.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        name: str,
        ends: Collection[int] = (),
        rows: int | None = None,
        sizes: Sizes | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """Nothing is allocated yet. `ends` are the model's own end tokens, `patience` is in seconds.

        `sizes` are those that fit the device where nobody says otherwise, with `rows` the most requests at once.
        """
        self._model, self._name, self._ends, self._patience = model, name, frozenset(ends), patience
        self._sizes = sizes or Sizes.fitting(
            model.device, attention=attention_for(model), rows=rows, context=context_of(model) or 4096
        )
        self._vocabulary = int(model.config.get_text_config().vocab_size)
        self._names = (f"flight {number}" for number in count())
        self._waiting: deque[Flight] = deque()
        self._groups: deque[list[Flight]] = deque()  # to be tried apart, since one of them breaks the batch
        self._flights: dict[str, Flight] = {}
        self._batch: Batch | None = None
        self._cuts = False  # until a job with top-k or top-p comes
        self._progress = (0, monotonic())
        self._gate = threading.Lock()  # held while a batch is begun or ended
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._is_closed = False
        self._keeper: threading.Thread | None = None

    def submit(self, job: "Job") -> None:
        """Let a job take part. It fails at once where it can never be run."""
        if self._is_closed:
            job.fail(self._error("it was closed"))
        elif (problem := self._problem(job)) is not None:
            job.fail(problem)
        else:
            self._waiting.append(Flight(job))
            with self._starting:
                if self._keeper is None:
                    # The threads would be cut down within the library at the exit, which aborts the process.
                    atexit.register(self.close)
                    self._keeper = threading.Thread(target=self._keep, name=f"keeper of {self._name}", daemon=True)
                    self._keeper.start()
            self._wake.set()

    def close(self) -> None:
        """End the batch and its threads, and fail the jobs in it. May be called again."""
        self._is_closed = True
        atexit.unregister(self.close)
        self._wake.set()
        if self._keeper is not None:
            self._keeper.join(_CLOSING_SECONDS)

    @property
    def sizes(self) -> Sizes:
        """What the batch has room for now: less than at first where memory ran out."""
        return self._sizes

    @property
    def live(self) -> int:
        """How many jobs have a place in the batch, or wait in it for one."""
        return len(self._flights)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No step of the batch runs inside: for whoever changes the model in place, an adapter for one."""
        with self._gate, ExitStack() as stack:
            if self._batch is not None and not self._batch.is_over:
                with suppress(RuntimeError):  # it broke before it could pause, so that nothing runs either
                    stack.enter_context(self._batch.paused())
            yield

    # What follows runs in the keeper's thread, but for _receive.

    def _keep(self) -> None:
        if self._model.device.index is not None:
            torch.cuda.set_device(self._model.device)  # of this thread alone
        while not self._is_closed:
            self._wake.wait(_ROUND_SECONDS if self._flights or self._groups else None)
            self._wake.clear()
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 - whatever it is, the jobs must hear of it and the keeper live on
                self._fail_all(self._error(f"its batch broke ({type(error).__name__}: {error})"))
        self._end_batch()
        self._fail_all(self._error("it was closed"))

    def _round(self) -> None:
        if self._batch is not None and self._batch.is_over:
            self._recover(self._batch)
            free_what_broke()
        self._sweep()
        self._watch_progress()
        self._admit()

    def _admit(self) -> None:
        """Let jobs in: all that wait, or, while one that breaks the batch is looked for, one group of the suspects."""
        if self._groups:
            if self._flights:
                return
            boarding = self._groups.popleft()
        else:
            boarding = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for flight in boarding:
            if not flight.job.is_wanted:
                flight.job.leave(self._name)
        boarding = [it for it in boarding if it.job.is_wanted]
        if not boarding:
            return
        if any(it.is_cut for it in boarding) and not self._cuts:
            boarding = [*self._call_back(), *boarding]
            self._cuts = True
        batch = self._batch or self._begin_batch(boarding)
        if batch is None:
            return
        for flight in boarding:
            if flight.tokens_at_most > batch.capacity:
                flight.job.fail(self._too_large(flight.job, batch.capacity))
                continue
            flight.board(next(self._names))
            self._flights[flight.name] = flight
            batch.add(flight)

    def _begin_batch(self, boarding: list[Flight]) -> Batch | None:
        """A running batch, smaller where memory is short; None where there can be none, which fails the jobs."""
        while True:
            try:
                with self._gate:
                    self._batch = Batch(self._model, self._sizes, self._receive, ends=self._ends, cuts=self._cuts)
            except Exception as error:  # noqa: BLE001 - a model may refuse in any way, and its jobs must hear of it
                smaller = self._sizes.half() if ran_out_of_memory(error) else None
                if smaller is None:
                    for flight in boarding:
                        flight.job.fail(self._cause(error))
                    return None
                self._sizes = smaller
                free_what_broke()
            else:
                self._progress = (self._batch.steps, monotonic())
                return self._batch

    def _receive(self, output: GenerationOutput) -> None:
        """What the batch says of one flight, in the batch's thread."""
        flight = self._flights.get(output.request_id)
        batch = self._batch
        if flight is None or batch is None:
            return  # it is gone already, and the batch has yet to notice
        if output.error is not None:
            if not batch.is_over:  # else all of them are lost, and the keeper sees to them
                self._leave(flight)
                flight.job.fail(self._error(f"its batch refused the request ({output.error})"))
            return
        try:
            is_done = self._take(flight, output)
        except Exception as error:  # noqa: BLE001 - of this job alone: the others in the batch go on
            is_done = True
            flight.job.fail(self._error(f"its answer could not be read ({type(error).__name__}: {error})"))
        if is_done or output.is_finished() or not flight.job.is_wanted:
            self._leave(flight)
            flight.job.leave(self._name)
            if not output.is_finished():
                batch.drop(flight.name)

    def _take(self, flight: Flight, output: GenerationOutput) -> bool:
        for token in flight.fresh(output.generated_tokens):
            if flight.job.take(token):
                return True
        if output.is_finished():
            flight.job.end(Ending.LENGTH)
        return False

    def _leave(self, flight: Flight) -> None:
        self._flights.pop(flight.name, None)
        if not self._flights:
            self._wake.set()

    def _sweep(self) -> None:
        """Take out the jobs that were cancelled or ran out of time, those too that get no tokens."""
        for flight in list(self._flights.values()):
            if not flight.job.is_wanted and self._batch is not None:
                self._leave(flight)
                self._batch.drop(flight.name)
                flight.job.leave(self._name)

    def _watch_progress(self) -> None:
        """Give up a batch whose device does not come back from a step."""
        if self._batch is None:
            return
        steps, since = self._progress
        if self._batch.steps != steps or not self._flights:
            self._progress = (self._batch.steps, monotonic())
        elif monotonic() - since > self._patience:
            for flight in self._call_back(seconds=0):
                flight.job.fail(self._error(f"its device has not answered for {self._patience:.0f} s"))

    def _recover(self, batch: Batch) -> None:
        """Go on after a batch broke: in half the size where memory ran out, else in halves that find who breaks it."""
        error = batch.error or RuntimeError("it stopped")
        lost = self._call_back()
        smaller = self._sizes.half() if ran_out_of_memory(error) else None
        if smaller is not None:
            self._sizes = smaller
            self._waiting.extendleft(reversed(lost))
        elif len(lost) > 1:
            middle = len(lost) // 2
            self._groups.extendleft((lost[middle:], lost[:middle]))
        else:
            for flight in lost:
                flight.job.fail(self._cause(error))

    def _call_back(self, seconds: float = _CLOSING_SECONDS) -> list[Flight]:
        """End the batch, and have back whoever was in it, each with the tokens that it has."""
        self._end_batch(seconds)
        flights = list(self._flights.values())
        self._flights.clear()
        return flights

    def _end_batch(self, seconds: float = _CLOSING_SECONDS) -> None:
        with self._gate:
            batch, self._batch = self._batch, None
            if batch is not None:
                batch.close(seconds)

    def _fail_all(self, error: EngineError) -> None:
        flights = [*self._flights.values(), *self._waiting, *(it for group in self._groups for it in group)]
        self._flights.clear()
        self._waiting.clear()
        self._groups.clear()
        for flight in flights:
            flight.job.fail(error)

    # What goes wrong, in words.

    def _problem(self, job: "Job") -> EngineError | None:
        """Why a job can never be run. One bad token would break the batch, and on a GPU the whole process."""
        if job.adapter is not None:
            return self._error(f"continuous batches take no adapters, such as {job.adapter!r}", "use batching=static")
        if not job.ids or not all(0 <= token < self._vocabulary for token in job.ids):
            return self._error(f"its prompt has tokens that are none of its {self._vocabulary}")
        context = context_of(self._model)
        if context is not None and len(job.ids) >= context:
            problem = f"the prompt has {len(job.ids)} tokens, and it reads {context} with the answer"
            return ContextError(self._name, problem, "shorten the prompt")
        return None

    def _too_large(self, job: "Job", capacity: int) -> EngineError:
        asked = f"{len(job.ids)} tokens of prompt and up to {job.most} of answer"
        return OutOfMemoryError(self._name, f"{asked} exceed its cache of {capacity}", "ask for fewer")

    def _cause(self, error: Exception) -> EngineError:
        found = f"{type(error).__name__}: {error}"
        if ran_out_of_memory(error):
            return OutOfMemoryError(self._name, f"not even one request fits the memory ({found})", "free some of it")
        return self._error(f"the request broke its batch ({found})")

    def _error(self, problem: str, remedy: str = "") -> EngineError:
        return EngineError(self._name, problem, remedy)


def context_of(model: PreTrainedModel) -> int | None:
    """The most tokens that a model can read; None where its configuration does not say."""
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return most if isinstance(most, int) else None
