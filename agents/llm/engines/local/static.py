"""Batches that run to their end: each one call of `model.generate`, with our choosing and our way of stopping."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor

from agents.llm.engines.local.batches import Lane, Task
from agents.llm.engines.local.choosing import Chooser, Choosing
from agents.llm.engines.local.job import Job
from agents.llm.engines.local.loading import Loaded
from agents.llm.engines.local.memory import in_halves, too_big
from agents.llm.engines.local.reuse import Reuse
from agents.llm.engines.local.scoring import ScoreJob, rows_that_fit, score
from agents.llm.engines.local.settings import Settings
from agents.llm.engines.local.shape import filled_up, padded
from agents.llm.errors import AdapterError
from arena.core.errors import EngineError

CPU_ROWS, GPU_ROWS = 64, 256
_REMINDER: Final = "This is a friendly reminder - the current text generation call has exceeded"
_this_thread = threading.local()


class StaticRunner:
    """Generates and scores in batches of requests that are about equally long, one batch after the other."""

    def __init__(self, loaded: Loaded, settings: Settings, *, is_exact: bool) -> None:
        self._loaded, self._settings, self._is_exact = loaded, settings, is_exact
        rows = settings.rows or (CPU_ROWS if loaded.device.type == "cpu" else GPU_ROWS)
        self._lane = Lane(
            loaded.name, self._work, rows=rows, window=settings.window, stuck_seconds=settings.stuck_seconds
        )
        self._shelf: Any = None
        self._reuse = Reuse(settings.reuse_mb * 2**20) if settings.reuse else None

    def submit(self, job: Job | ScoreJob) -> None:
        """Take a job in. Returns at once."""
        self._lane.submit(job)

    def close(self) -> None:
        """Fail what is not done, and let go of the threads."""
        self._lane.close()

    def _work(self, batch: Sequence[Task]) -> None:
        jobs = [task for task in batch if isinstance(task, Job)]
        scores = [task for task in batch if isinstance(task, ScoreJob)]
        for group in self._groups(jobs):
            in_halves(self._generate, group, self._too_big)
        for some in self._groups(scores):
            step = rows_that_fit(some, self._loaded.vocab)
            for start in range(0, len(some), step):
                in_halves(self._score, some[start : start + step], self._too_big)

    def _generate(self, jobs: Sequence[Job]) -> None:
        """One batch. Where it runs out of memory on the way, what was drawn stays drawn: it goes on from there."""
        live = self._wanted(jobs)
        if not live:
            return
        if self._reuse is None:
            self._run(live, *self._padded(live))
            return
        found = [self._reuse.find(job) for job in live]
        known = [(job, one) for job, one in zip(live, found, strict=True) if one is not None]
        if known:
            rows = [job for job, _ in known]
            joined = self._reuse.join(rows, [one for _, one in known], self._loaded.tokens.pad, self._loaded.device)
            self._run(rows, joined.ids, joined.mask, past_key_values=joined.cache)
        if fresh := self._wanted([job for job, one in zip(live, found, strict=True) if one is None]):
            self._run(fresh, *self._padded(fresh))

    def _padded(self, jobs: Sequence[Job]) -> tuple[Tensor, Tensor]:
        loaded = self._loaded
        return padded([job.all_ids for job in jobs], loaded.tokens.pad, loaded.device, is_exact=self._is_exact)

    def _run(self, jobs: Sequence[Job], ids: Tensor, mask: Tensor, **before: object) -> None:
        loaded = self._loaded
        rows = [*jobs, *[jobs[0]] * (len(ids) - len(jobs))]
        choosing = Choosing.of([(job.sampling, job.seed) for job in rows], loaded.vocab, loaded.device)
        steps = torch.tensor([job.token_count for job in rows], device=loaded.device)
        with torch.inference_mode(), self._using(rows) as (model, extra), _unreminded():
            output = model.generate(
                input_ids=ids,
                attention_mask=mask,
                logits_processor=[Chooser(choosing, steps)],
                stopping_criteria=[Taking(jobs, len(rows), self._lane.beat)],
                max_new_tokens=max(job.most - job.token_count for job in jobs),
                do_sample=False,
                pad_token_id=loaded.tokens.pad,
                return_dict_in_generate=True,
                **before,
                **extra,
            )
            if self._reuse is not None:
                self._reuse.keep(jobs, mask, output.past_key_values)
        self._wanted(jobs)

    def _score(self, jobs: Sequence[ScoreJob]) -> None:
        live = [job for job in jobs if job.is_wanted]
        if live:
            rows = [*live, *[live[0]] * (filled_up(len(live), is_exact=self._is_exact) - len(live))]
            with self._using(rows) as (model, extra):
                score(self._loaded, model, live, extra, is_exact=self._is_exact)
            self._lane.beat()

    def _wanted(self, jobs: Sequence[Job]) -> list[Job]:
        """Those that somebody still waits for; the others are settled."""
        wanted = [job for job in jobs if job.is_wanted]
        for job in jobs:
            if not job.is_wanted:
                job.leave(self._loaded.name)
        return wanted

    def _too_big(self, task: Task) -> None:
        task.fail(too_big(self._loaded.name, len(task.all_ids), self._loaded.device))

    def _groups(self, jobs: Sequence[Any]) -> list[list[Any]]:
        """The jobs by who may share a batch; those whose adapter cannot be used are failed."""
        if all(job.adapter is None for job in jobs):
            return [list(jobs)] if jobs else []
        usable = [job for job in jobs if self._has_adapter(job)]
        if self._shelf is None:
            return [usable] if usable else []
        places = self._shelf.groups([job.adapter for job in usable])
        return [[usable[place] for place in group] for group in places]

    def _has_adapter(self, job: Job | ScoreJob) -> bool:
        if job.adapter is None:
            return True
        try:
            self._the_shelf().require(job.adapter)
        except EngineError as error:
            job.fail(error)
            return False
        return True

    def _the_shelf(self) -> Any:  # noqa: ANN401 - its package imports peft
        if self._settings.adapters is None:
            problem = "a request names an adapter, and the model was opened without a folder of them"
            raise AdapterError(self._loaded.name, problem, "open it with the option adapters=FOLDER")
        if self._shelf is None:
            from agents.llm.engines.adapters import Shelf

            self._shelf = Shelf(self._loaded.model, folder=self._settings.adapters, is_exact=self._is_exact)
        return self._shelf

    @contextmanager
    def _using(self, rows: Sequence[Job | ScoreJob]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """The network to run for these rows, and what it must be given besides."""
        if self._shelf is None:
            yield self._loaded.model, {}
            return
        with self._shelf.using([job.adapter for job in rows]) as extra:
            yield self._shelf.model, extra


class Taking:
    """The stopping criterion of one batch: hands each row's new token to its job, and ends rows that are done.

    Rows beyond the jobs are padding, done from the beginning.
    """

    def __init__(self, jobs: Sequence[Job], rows: int, beat: Callable[[], None]) -> None:
        self._live = dict(enumerate(jobs))
        self._done = [place >= len(jobs) for place in range(rows)]
        self._beat = beat

    def __call__(self, input_ids: Tensor, scores: Tensor | None, **_: object) -> Tensor:  # noqa: ARG002
        """Which rows are done, shape `(rows,)`."""
        self._beat()
        tokens = input_ids[:, -1].tolist()
        for place, job in list(self._live.items()):
            if not job.is_wanted or job.take(tokens[place]):
                self._done[place] = True
                del self._live[place]
        return torch.tensor(self._done, device=input_ids.device)


@contextmanager
def _unreminded() -> Iterator[None]:
    """No false alarm of transformers while this thread runs a batch; other threads and other messages are as before.

    Its own stopping criterion, which cannot be left out, takes the columns of a batch for tokens of the model's
    context. Some of them are padding: no row has more tokens than the engine found room for.
    """
    logging.getLogger("transformers.generation.stopping_criteria").addFilter(_is_to_be_said)  # once, however often
    _this_thread.is_running = True
    try:
        yield
    finally:
        _this_thread.is_running = False


def _is_to_be_said(record: logging.LogRecord) -> bool:
    return not (getattr(_this_thread, "is_running", False) and str(record.msg).startswith(_REMINDER))
