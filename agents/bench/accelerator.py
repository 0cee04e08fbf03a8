"""Many matches on one accelerator: a large model of random weights, no tokenizer, the rules before every prompt.

The same code runs a tiny model on a CPU, in a test; its figures say nothing there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedModel

from agents.bench.arms import Run, rate, ratio, rounds, summed, timed
from agents.llm.engines.local.continuous import ContinuousRunner, Sizes
from agents.llm.engines.local.continuous.batch import attention_for
from agents.llm.engines.local.job import Job
from agents.llm.engines.local.tokens import Tokens
from arena.bench.measure import Measure
from arena.core.generation import Sampling

if TYPE_CHECKING:
    from torch import Tensor

_GOAL: Final = 40.0
_ANSWER_SECONDS: Final = 900.0
_MEBI: Final = 2**20
_SEED: Final = 1
_SPARE: Final = 1.4
"""How much more cache there is than the matches need: the scheduler stops reading prompts where little is left."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A model and a load: `matches` at once, prompts of `prompt` tokens of which `rules` are the same, `new` each.

    `alone` is how many of the matches are played one at a time; the rate does not depend on how many.
    """

    llama: Mapping[str, int | bool]
    matches: int
    rules: int
    prompt: int
    new: int
    alone: int
    repeats: int


LARGE: Final = Shape(
    # The shape of Llama 3.2 1B.
    llama={
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 64,
        "vocab_size": 128_256,
        "max_position_embeddings": 8192,
        "tie_word_embeddings": True,
    },
    matches=256,
    rules=400,
    prompt=600,
    new=64,
    alone=4,
    repeats=3,
)


def not_run(shape: Shape, why: str) -> list[Measure]:
    """The rows of the figures, without any."""
    return _rows(shape, {}, why)


def measured(shape: Shape, device: torch.device) -> list[Measure]:
    """Every figure, of a model made on the device now; bfloat16, on a CPU float32."""
    before = _allocated(device)
    model = _model(shape, device)
    weights = _allocated(device) - before
    load = _Load(shape, model)
    with _runner(shape, model) as runner:
        firsts: list[float] = []
        runs = rounds(
            {
                "continuous": lambda: load.played(runner, load.prompts(shape.matches), firsts),
                "one": lambda: load.in_turn(lambda ids: load.played(runner, ids, [])),
                "one_static": lambda: load.in_turn(load.generated),
            },
            shape.repeats,
        )
        pooled = _allocated(device)
    peaks = {"weights": weights, "continuous": pooled}
    static, why = _static(load, device, shape)
    peaks["static"] = _peak(device)
    firsts = firsts[shape.matches :]  # the unmeasured round captures graphs and compiles kernels
    attention = f"{model.config._attn_implementation} by default, {attention_for(model)} in continuous batches"
    return _rows(shape, _figures(runs, static, firsts, peaks, device), why, f"{torch.__version__}, {attention}")


def _model(shape: Shape, device: torch.device) -> PreTrainedModel:
    numbers: dict[str, Any] = dict(shape.llama)
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    with device:
        made = AutoModelForCausalLM.from_config(LlamaConfig(**numbers), dtype=dtype)  # type: ignore[no-untyped-call]
    model: PreTrainedModel = made.requires_grad_(False)
    return model


@contextmanager
def _runner(shape: Shape, model: PreTrainedModel) -> Iterator[ContinuousRunner]:
    fitting = Sizes.fitting(model.device, attention=attention_for(model), rows=shape.matches)
    pages = int(_SPARE * shape.matches * (-(-(shape.prompt + shape.new) // fitting.page)))
    sizes = Sizes(fitting.rows, fitting.batch_tokens, fitting.page, pages, fitting.memory)
    runner = ContinuousRunner(model, name="random Llama", sizes=sizes)
    try:
        yield runner
    finally:
        runner.close()


class _Load:
    """The matches: their prompts, and the ways to answer them."""

    def __init__(self, shape: Shape, model: PreTrainedModel) -> None:
        self._shape, self._model = shape, model
        self._tokens = Tokens("random Llama", _Wordless(), ())
        self._sampling = Sampling(temperature=1.0, max_tokens=shape.new)
        self._rng = Random(_SEED)
        self._vocabulary = int(shape.llama["vocab_size"])
        self._rules = self._random(shape.rules)

    def prompts(self, number: int) -> list[tuple[int, ...]]:
        """Prompts never asked before, all beginning with the rules: nothing but those can be in a cache."""
        rest = self._shape.prompt - self._shape.rules
        return [(*self._rules, *self._random(rest)) for _ in range(number)]

    def in_turn(self, play: Callable[[list[tuple[int, ...]]], Run]) -> Run:
        """A few matches, one at a time."""
        return summed([play([ids]) for ids in self.prompts(self._shape.alone)])

    def played(self, runner: ContinuousRunner, prompts: Sequence[tuple[int, ...]], firsts: list[float]) -> Run:
        """All at once in the continuous batch; the seconds until each one's first token are added to `firsts`."""
        jobs = [_Timed(ids, self._sampling, seed, self._tokens) for seed, ids in enumerate(prompts)]

        def answers() -> int:
            for job in jobs:
                runner.submit(job)
            return sum(job.answer.result(_ANSWER_SECONDS).tokens for job in jobs)

        begun = perf_counter()
        tokens, seconds, cpu_seconds = timed(answers)
        firsts += [job.first - begun for job in jobs]
        return Run(tokens, seconds, cpu_seconds)

    def generated(self, prompts: Sequence[tuple[int, ...]]) -> Run:
        """All at once as one static batch of `model.generate`. Raises torch.OutOfMemoryError."""
        ids = torch.tensor(prompts, device=self._model.device)
        with torch.inference_mode():
            lines, seconds, cpu_seconds = timed(lambda: self._generate(ids))
        return Run(lines.numel() - ids.numel(), seconds, cpu_seconds)

    def _generate(self, ids: "Tensor") -> "Tensor":
        model: Any = self._model
        lines: Tensor = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=self._sampling.temperature,
            top_k=0,
            eos_token_id=None,
            min_new_tokens=self._shape.new,
            max_new_tokens=self._shape.new,
            pad_token_id=0,
        )
        return lines.cpu()  # which waits for the device

    def _random(self, length: int) -> tuple[int, ...]:
        return tuple(self._rng.randrange(self._vocabulary) for _ in range(length))


class _Timed(Job):
    """A job that notes when its first token came."""

    first = float("inf")

    def take(self, token: int) -> bool:
        """Note the moment, and go on as ever."""
        if not self.token_count:
            self.first = perf_counter()
        return super().take(token)


class _Wordless:
    """A tokenizer of no words: tokens stay numbers, as there is no text in this load."""

    is_fast = False
    chat_template = None
    bos_token_id = eos_token_id = pad_token_id = None
    all_special_tokens: tuple[str, ...] = ()

    def decode(self, ids: Sequence[int], **_: object) -> str:
        """The numbers."""
        return " ".join(map(str, ids))


def _static(load: _Load, device: torch.device, shape: Shape) -> tuple[list[Run], str]:
    """The runs of one static batch of all matches; none, and why, where the device is too small for it."""
    _reset_peak(device)
    try:
        load.generated(load.prompts(shape.matches))
        return [load.generated(load.prompts(shape.matches)) for _ in range(shape.repeats)], ""
    except torch.OutOfMemoryError:
        return [], "a static batch of all matches does not fit the device"


def _figures(
    runs: Mapping[str, list[Run]],
    static: list[Run],
    firsts: list[float],
    peaks: Mapping[str, int],
    device: torch.device,
) -> dict[str, float]:
    together, faster = runs["continuous"], max(runs["one"], runs["one_static"], key=rate)
    figures = {
        "continuous": rate(together),
        "one": rate(runs["one"]),
        "one_static": rate(runs["one_static"]),
        "times": ratio(together, faster),
        "p50": _quantile(firsts, 0.5),
        "p99": _quantile(firsts, 0.99),
    }
    if static:
        figures |= {"static": rate(static), "static_times": rate(together) / rate(static)}
    if device.type == "cuda":
        figures |= {f"{name}_mib": size / _MEBI for name, size in peaks.items() if name != "static" or static}
    return figures


def _rows(shape: Shape, figures: Mapping[str, float], why: str, note: str = "") -> list[Measure]:
    load = f"{shape.matches} matches, prompts of {shape.prompt} tokens ({shape.rules} shared), {shape.new} new"
    rows = (
        ("continuous", "continuous batches", "tokens/s", None, f"{load}; {note}" if note else load),
        ("one", "one match at a time, the same runner", "tokens/s", None, ""),
        ("one_static", "one match at a time, generate", "tokens/s", None, ""),
        ("times", "continuous against the faster of these", "times", _GOAL, ""),
        ("static", "one static batch of all, generate", "tokens/s", None, ""),
        ("static_times", "continuous against the static batch", "times", None, ""),
        ("p50", "time to first token, p50", "s", None, "all matches ask at once"),
        ("p99", "time to first token, p99", "s", None, ""),
        ("weights_mib", "device memory, weights", "MiB", None, ""),
        ("continuous_mib", "device memory with the continuous batch", "MiB", None, "cache and graphs included"),
        ("static_mib", "device memory, peak of the static batch", "MiB", None, ""),
    )
    return [
        Measure(f"CUDA: {name}", figures.get(key), unit, bar, about if key in figures else why)
        for key, name, unit, bar, about in rows
    ]


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def _allocated(device: torch.device) -> int:
    """Bytes of the device that are in use; 0 where nobody counts them."""
    if device.type != "cuda":
        return 0
    free, total = torch.cuda.mem_get_info(device)
    return total - free


def _peak(device: torch.device) -> int:
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0


def _reset_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
