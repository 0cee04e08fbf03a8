"""`taboo bench llm`: what batching language models brings, on one thread of a CPU and on a CUDA device.

The CPU part asks a real small model through the engine; the CUDA part runs a large model of random weights, and is not
run where there is no such device.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from agents.bench.arms import Run, answered, cpu_rate, rate, ratio, rounds, summed
from agents.bench.bare import BareLoop
from agents.bench.prompts import conversations, prompts
from agents.llm.errors import ModelMissingError
from arena.bench.measure import Measure, peak_memory
from arena.core.generation import Request, Sampling

if TYPE_CHECKING:
    from agents.llm.engines.local.engine import LocalEngine

MODEL: Final = "tinystories-656k"
_SEED: Final = 656
_BARS: Final[Mapping[int, float]] = {20: 8.0, 250: 2.5}
"""How many times faster together than one at a time, by the tokens of the prompt."""
_BARE_BAR: Final = 0.85
_RULES, _TURN, _TURNS = 160, 20, 5
"""Tokens of the rules that every match begins with, tokens that a turn adds, and turns."""
_TEMPERATURE: Final = 0.7
_QUICK: Final = 4
"""How many times more often the arms are run that answer everything at once, and so take little time."""


def bench(
    model: str = "", concurrent: str = "64", new: str = "32", lengths: str = "20,100,250", repeats: str = "3"
) -> list[Measure]:
    """Every figure. `model` is a folder; without one it is that in $TABOO_DATA. Raises ModelMissingError.

    `concurrent` requests, prompts of each of these `lengths` in tokens, `new` tokens each, the median of `repeats`.
    """
    folder = _folder(model)
    from agents.llm.engines.local.loading import require_packages

    require_packages(str(folder))
    import torch

    torch.set_num_threads(1)
    several = int(concurrent)
    measures = [Measure("threads", torch.get_num_threads(), "", note=f"{folder.name}, {several} requests at once")]
    with ExitStack() as stack:
        exact = _opened(stack, folder, rows=concurrent)
        measures.append(replace(peak_memory(), name="memory with the model open", note="the libraries are most of it"))
        loose = _opened(stack, folder, rows=concurrent, exact="off", window_ms="0")
        reusing = _opened(stack, folder, rows=concurrent, reuse="on")
        bare = BareLoop(folder)
        for length in map(int, lengths.split(",")):
            requests = _requests(exact, length, several, int(new))
            measures += _compared(exact, loose, bare, requests, length, int(repeats))
        measures += _reused(exact, reusing, several, int(new), int(repeats))
    measures.append(peak_memory())
    return [*measures, *_on_cuda()]


def _folder(model: str) -> Path:
    base = os.environ.get("TABOO_DATA")
    folder = Path(model) if model else Path(base or ".") / MODEL
    if not (folder / "config.json").is_file():
        wanted = "a folder with a model of Hugging Face: taboo bench llm --set model=FOLDER, or set TABOO_DATA to where"
        raise ModelMissingError(str(folder), "there is no such model here", f"name {wanted} {MODEL} is")
    return folder


def _opened(stack: ExitStack, folder: Path, **options: str) -> "LocalEngine":
    """An engine that is closed with the stack."""
    from agents.llm.engines.local import TransformersEngines

    engine = TransformersEngines.open(str(folder), {"device": "cpu", "batching": "static", **options})
    stack.callback(lambda: asyncio.run(engine.close()))
    return engine


def _requests(engine: "LocalEngine", length: int, several: int, new: int) -> list[Request]:
    texts = prompts(engine.count, length, several, Random(_SEED + length))
    sampling = Sampling(max_tokens=new, temperature=_TEMPERATURE)
    return [Request(text, sampling, seed) for seed, text in enumerate(texts)]


def _compared(
    exact: "LocalEngine", loose: "LocalEngine", bare: BareLoop, requests: list[Request], length: int, repeats: int
) -> list[Measure]:
    """All at once against one at a time, and against a loop without an engine."""
    sampling = requests[0].sampling
    ids = bare.ids([str(request.prompt) for request in requests])

    def at_once() -> Run:
        return answered(exact, requests, at_once=True)

    runs = rounds(
        {
            # One of these is short, and what else the machine does in that moment would be all that it shows.
            "together": lambda: summed([at_once() for _ in range(_QUICK)]),
            "one": lambda: answered(exact, requests, at_once=False),
            "rival": lambda: answered(loose, requests, at_once=False),
        },
        repeats,
    )
    together, one, rival = runs["together"], runs["one"], runs["rival"]
    quick = rounds({"together": at_once, "bare": lambda: bare.run(ids, sampling)}, _QUICK * repeats)
    faster = max(one, rival, key=rate)
    named = f"{length} tokens"
    return [
        _rate(f"{named}: together", quick["together"]),
        _rate(f"{named}: one at a time, as the engine stands", one),
        _rate(f"{named}: one at a time, exact=off, window_ms=0", rival),
        _rate(f"{named}: bare generate loop", quick["bare"]),
        Measure(f"{named}: together against the faster of both", ratio(together, faster), "times", _BARS.get(length)),
        Measure(f"{named}: together against both, by CPU time", ratio(together, faster, _by_cpu), "times"),
        Measure(f"{named}: together against as it stands", ratio(together, one), "times"),
        Measure(
            f"{named}: together against the bare loop", ratio(quick["together"], quick["bare"]), "times", _BARE_BAR
        ),
        Measure(
            f"{named}: together against bare, by CPU time", ratio(quick["together"], quick["bare"], _by_cpu), "times"
        ),
        Measure(f"{named}: texts equal to one at a time", _equal(together, one), "texts", len(requests)),
        Measure(f"{named}: texts equal where exact=off", _equal(together, rival), "texts"),
    ]


def _reused(exact: "LocalEngine", reusing: "LocalEngine", several: int, new: int, repeats: int) -> list[Measure]:
    """Matches of several turns, each prompt beginning with the one before; every run plays other matches."""
    rng = Random(_SEED)
    sampling = Sampling(max_tokens=new, temperature=_TEMPERATURE)

    def played(engine: "LocalEngine", matches: Sequence[Sequence[str]]) -> Run:
        turns = [
            answered(engine, [Request(match[turn], sampling, seed) for seed, match in enumerate(matches)], at_once=True)
            for turn in range(_TURNS)
        ]
        return replace(summed(turns), texts=tuple(text for turn in turns for text in turn.texts))

    runs: dict[str, list[Run]] = {"off": [], "on": []}
    for number in range(repeats + 1):  # the first is unmeasured
        matches = conversations(exact.count, _RULES, _TURN, _TURNS, several, rng)
        for name, engine in (("off", exact), ("on", reusing)):
            run = played(engine, matches)
            if number:
                runs[name].append(run)
    named = f"{_TURNS} turns, {_RULES} to {_RULES + _TURN * (_TURNS - 1)} tokens"
    total = len(runs["on"][0].texts)
    return [
        _rate(f"{named}: reuse=off", runs["off"]),
        _rate(f"{named}: reuse=on", runs["on"]),
        Measure(f"{named}: what reuse adds", ratio(runs["on"], runs["off"]), "times"),
        Measure(f"{named}: what reuse adds, by CPU time", ratio(runs["on"], runs["off"], _by_cpu), "times"),
        Measure(f"{named}: texts that stay the same", _equal(runs["on"], runs["off"]), "texts", note=f"of {total}"),
    ]


def _on_cuda() -> list[Measure]:
    import torch

    from agents.bench.accelerator import LARGE, measured, not_run

    if not torch.cuda.is_available():
        return not_run(LARGE, "no CUDA device here")
    return measured(LARGE, torch.device("cuda"))


def _rate(name: str, runs: Sequence[Run]) -> Measure:
    return Measure(name, rate(runs), "tokens/s", note=f"{cpu_rate(runs):,.0f} per CPU second")


def _by_cpu(run: Run) -> float:
    return run.cpu_rate


def _equal(runs: Sequence[Run], others: Sequence[Run]) -> int:
    """The fewest texts, over the rounds, that two arms had in common, place by place."""
    return min(_in_common(run.texts, other.texts) for run, other in zip(runs, others, strict=True))


def _in_common(texts: Sequence[Any], others: Sequence[Any]) -> int:
    return sum(text == other for text, other in zip(texts, others, strict=True))
