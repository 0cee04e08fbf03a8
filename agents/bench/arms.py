"""What is compared: ways to answer the same requests, each run timed by the clock and by the processor."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

from arena.core.generation import Completion, Request
from arena.core.ports import Engine


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an arm: tokens said, seconds by the clock and of all processors, and the texts where it made some."""

    tokens: int
    seconds: float
    cpu_seconds: float
    texts: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Tokens a second by the clock."""
        return self.tokens / self.seconds

    @property
    def cpu_rate(self) -> float:
        """Tokens a second of processor time."""
        return self.tokens / self.cpu_seconds


def answered(engine: Engine, requests: Sequence[Request], *, at_once: bool) -> Run:
    """The requests answered by an engine, all at once or each after the one before."""
    ask = _together if at_once else _one_by_one
    completions, seconds, cpu_seconds = timed(lambda: _ran(ask(engine, requests)))
    return Run(sum(it.tokens for it in completions), seconds, cpu_seconds, tuple(it.text for it in completions))


def timed(task: Callable[[], Any]) -> tuple[Any, float, float]:
    """What a task returns, and the seconds that it took by the clock and of all processors."""
    start, cpu_start = perf_counter(), process_time()
    result = task()
    return result, perf_counter() - start, process_time() - cpu_start


def summed(runs: Sequence[Run]) -> Run:
    """Runs of one arm as a single one, with the texts of the last."""
    return Run(
        sum(it.tokens for it in runs),
        sum(it.seconds for it in runs),
        sum(it.cpu_seconds for it in runs),
        runs[-1].texts,
    )


def rounds(arms: Mapping[str, Callable[[], Run]], repeats: int) -> dict[str, list[Run]]:
    """Every arm's runs, the arms taking turns, so that what else the machine does falls on all of them alike.

    Each arm is run once before, unmeasured, with everything that happens only the first time.
    """
    for arm in arms.values():
        arm()
    runs: dict[str, list[Run]] = {name: [] for name in arms}
    for _ in range(repeats):
        for name, arm in arms.items():
            runs[name].append(arm())
    return runs


def rate(runs: Sequence[Run]) -> float:
    """The median tokens a second of an arm's runs."""
    return median(it.rate for it in runs)


def cpu_rate(runs: Sequence[Run]) -> float:
    """The median tokens a second of processor time."""
    return median(it.cpu_rate for it in runs)


def ratio(runs: Sequence[Run], others: Sequence[Run], of: Callable[[Run], float] = lambda run: run.rate) -> float:
    """The median, over the rounds, of how many times faster one arm was than another in the same round."""
    return median(of(run) / of(other) for run, other in zip(runs, others, strict=True))


async def _together(engine: Engine, requests: Sequence[Request]) -> list[Completion]:
    return list(await asyncio.gather(*(engine.complete(request) for request in requests)))


async def _one_by_one(engine: Engine, requests: Sequence[Request]) -> list[Completion]:
    return [await engine.complete(request) for request in requests]


def _ran(coroutine: Coroutine[Any, Any, list[Completion]]) -> list[Completion]:
    return asyncio.run(coroutine)
