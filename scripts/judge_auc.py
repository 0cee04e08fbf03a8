"""Measures how well the model judges tell good utterances from bad ones, as the area under the ROC curve (AUC).

    TABOO_DATA=... python scripts/judge_auc.py [--encoder MODEL ...] [--part dev]

Relevance: real replies of DailyDialog++ against random ones, and against adversarial ones, which were written to look
relevant. The constants of the way by words were chosen on its part `dev`; the default here is `test`. Length alone is
shown beside it: what it reaches, a judge need not understand anything for.
Perplexity: sentences against their own words in another order, with first letter and full stop put right again: the
simple sentences below, written for this script, and the real replies of 6 to 20 words.

AUC is the chance that a bad utterance scores worse than a good one, ties counting half; 0.5 is guessing. Intervals are
95 %, from resampling whole contexts (or whole sentences with their shuffles).
"""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from agents.llm.judges.calibrated import Gauge
from agents.llm.judges.perplexity import PerplexityJudge
from agents.llm.judges.relevance import WORDS, RelevanceJudge
from agents.llm.judges.sentences import Sentence
from arena.analysis.rates import Interval, clustered_rate, wilson
from arena.core.actions import Case
from arena.core.hits import Language

RESAMPLES, LEVEL, SEED = 1000, 0.95, 7
AT_ONCE = 256
SHUFFLES = 5
MIN_WORDS, MAX_WORDS = 6, 20
CAUSAL_MODELS = ("tinystories-656k", "stories260k")
ENCODERS = ("imdb-bert-mini", "sst2-bert-mini?kind=sentence")
KINDS = {"random": "random_negative_responses", "adversarial": "adversarial_negative_responses"}

SIMPLE = """
One day, a little girl went to the park with her mom.
The boy was very happy because he found his red ball.
Tom and his sister liked to play in the garden.
The big dog ran after the cat and barked loudly.
She put on her blue hat and walked to school.
Mom made a cake and gave a piece to everyone.
The sun was bright and the birds were singing.
He wanted to share his toys with his best friend.
They saw a small frog jumping near the pond.
Lily was sad because her doll was broken.
The old man told the children a funny story.
Dad took the kids to the beach in his new car.
The bunny ate a carrot and hopped into the woods.
Sam was scared of the dark, so he turned on the light.
The girl picked some flowers and gave them to her teacher.
It was raining, so they stayed at home and read a book.
The cat was sleeping on the soft bed all day.
Ben asked his mom if he could have some milk.
The little bird could not fly because its wing was hurt.
They laughed and played together until it was time for bed.
The bear was hungry and looked for honey in the tree.
Anna lost her shoe and could not find it anywhere.
Her grandma gave her a big hug and a warm cookie.
The fish swam fast in the cold water.
He climbed the tall tree and saw the whole town.
The kids were excited to see the snow outside.
Max the dog loved to dig holes in the yard.
She said sorry and promised to be nice to her brother.
The farmer had a cow, a pig and many chickens.
At night the moon and the stars came out.
The boy fell down and hurt his knee.
His friend helped him to get up and walk home.
They built a tall tower with many blocks.
The baby was crying because she wanted her bottle.
A kind lady gave the lost puppy some food.
The train was very long and made a loud noise.
Sue drew a picture of a rainbow for her dad.
The ball rolled down the hill and into the river.
Every morning he fed the ducks with some bread.
She opened the box and found a shiny ring.
""".strip().splitlines()
"""Sentences of the kind that the small story models were made for."""


@dataclass(frozen=True, slots=True)
class Area:
    """An AUC and its interval; `within` compares only utterances of one context, with its own interval."""

    judge: str
    task: str
    value: float
    interval: Interval
    within: float
    within_interval: Interval
    good: int
    bad: int
    milliseconds: float

    def __str__(self) -> str:
        pooled = f"{self.value:.3f} [{self.interval.low:.3f}, {self.interval.high:.3f}]"
        within = f"{self.within:.3f} [{self.within_interval.low:.3f}, {self.within_interval.high:.3f}]"
        return (
            f"{self.judge:40}{self.task:28}{pooled:24}{within:24}{self.good:7}{self.bad:7}{self.milliseconds:9.2f} ms"
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """How bad an utterance was found, which context it belongs to, and whether it is in truth bad."""

    value: float
    context: int
    is_bad: bool


def auc(values: NDArray[np.float64], weights: NDArray[np.float64], is_bad: NDArray[np.bool_]) -> float:
    """The chance that a bad value is above a good one, ties counting half, each value counting by its weight."""
    order = np.argsort(values, kind="stable")
    values, weights, is_bad = values[order], weights[order], is_bad[order]
    _, group = np.unique(values, return_inverse=True)
    good = np.bincount(group, np.where(is_bad, 0.0, weights))
    bad = np.bincount(group, np.where(is_bad, weights, 0.0))
    below = np.cumsum(good) - good / 2
    return float((bad * below).sum() / (bad.sum() * good.sum()))


def area(judge: str, task: str, scored: Sequence[Scored], milliseconds: float) -> Area:
    """The AUC over all utterances and within contexts, both resampled by context."""
    values = np.array([it.value for it in scored])
    is_bad = np.array([it.is_bad for it in scored])
    names, context = np.unique([it.context for it in scored], return_inverse=True)
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(RESAMPLES):
        times = rng.multinomial(len(names), np.full(len(names), 1 / len(names))).astype(np.float64)
        drawn.append(auc(values, times[context], is_bad))
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    shares = [
        auc(values[context == it], np.ones(int((context == it).sum())), is_bad[context == it])
        for it in range(len(names))
    ]
    within = clustered_rate(shares, names.tolist(), seed=SEED, resamples=RESAMPLES, level=LEVEL)
    everything = auc(values, np.ones(len(values)), is_bad)
    interval = Interval(float(low), float(high), LEVEL)
    bad = int(is_bad.sum())
    return Area(judge, task, everything, interval, within.value, within.interval, len(scored) - bad, bad, milliseconds)


async def measured(gauge: Gauge, cases: Sequence[Case]) -> list[float]:
    """What the gauge says of each case, so many at once that engines can batch; nothing to tell counts as 0."""
    values: list[float] = []
    for start in range(0, len(cases), AT_ONCE):
        readings = await asyncio.gather(*(gauge.measure(case) for case in cases[start : start + AT_ONCE]))
        values += [0.0 if reading is None else reading.value for reading in readings]
    return values


def dialogues(folder: Path, part: str) -> list[dict[str, list[str]]]:
    """Contexts with their replies, real and not."""
    lines = (folder / "dailydialogpp" / f"{part}.json").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def replies(rows: Sequence[dict[str, list[str]]], bad: str) -> Iterator[tuple[int, bool, Sentence]]:
    """Every real and every bad reply with its context."""
    for number, row in enumerate(rows):
        for name in ("positive_responses", KINDS[bad]):
            for text in row[name]:
                yield number, name == KINDS[bad], Sentence(text, tuple(row["context"]))


def relevance(name: str, gauge: Gauge | None, rows: Sequence[dict[str, list[str]]]) -> Iterator[Area]:
    """The AUC of a gauge on both kinds of bad replies; of the number of words, shorter being better, for None."""
    for bad in KINDS:
        found = list(replies(rows, bad))
        start = perf_counter()
        if gauge is None:
            values = [float(len(sentence.text.split())) for _, _, sentence in found]
        else:
            values = asyncio.run(measured(gauge, [sentence.case(Language.ENGLISH) for _, _, sentence in found]))
        taken = 1000 * (perf_counter() - start) / len(found)
        scored = [Scored(value, at, is_bad) for value, (at, is_bad, _) in zip(values, found, strict=True)]
        yield area(name, f"real / {bad} replies", scored, taken)


def ruled_against(rows: Sequence[dict[str, list[str]]]) -> Iterator[str]:
    """How many replies of each kind the judge by words rules against as it comes, without a calibration."""
    judge = RelevanceJudge()

    async def labels(cases: Sequence[Case]) -> list[str]:
        return [ruling.label for ruling in await asyncio.gather(*(judge.rule(case) for case in cases))]

    for kind, field in {"real": "positive_responses", **KINDS}.items():
        cases = [Sentence(text, tuple(row["context"])).case(Language.ENGLISH) for row in rows for text in row[field]]
        against = asyncio.run(labels(cases)).count(RelevanceJudge.label)
        rate = wilson(against, len(cases), LEVEL)
        low, high = 100 * rate.interval.low, 100 * rate.interval.high
        yield f"relevance (words) rules against {100 * rate.value:.2f} % [{low:.2f}, {high:.2f}] of {kind} replies"


def shuffled(sentence: str, rng: Random) -> str:
    """The sentence's words in another order, with its first letter and last mark put right again."""
    words = re.findall(r"[\w'\u2019-]+", sentence)
    while (mixed := rng.sample(words, len(words))) == words:
        pass
    mixed = [mixed[0].capitalize(), *(it if it == "I" else it.lower() for it in mixed[1:])]
    return " ".join(mixed) + (sentence[-1] if sentence[-1] in ".!?" else "")


def plainly(sentence: str) -> str:
    """The sentence as `shuffled` would write it without shuffling, so that nothing but order differs."""
    words = re.findall(r"[\w'\u2019-]+", sentence)
    words = [words[0].capitalize(), *(it if it == "I" else it.lower() for it in words[1:])]
    return " ".join(words) + (sentence[-1] if sentence[-1] in ".!?" else "")


def perplexity(name: str, gauge: Gauge, task: str, sentences: Sequence[str]) -> Area:
    """The AUC of a gauge on sentences against their shuffles."""
    rng = Random(SEED)
    rows = [(at, False, plainly(text)) for at, text in enumerate(sentences)]
    rows += [(at, True, shuffled(text, rng)) for at, text in enumerate(sentences) for _ in range(SHUFFLES)]
    start = perf_counter()
    values = asyncio.run(measured(gauge, [Sentence(text).case(Language.ENGLISH) for _, _, text in rows]))
    taken = 1000 * (perf_counter() - start) / len(rows)
    scored = [Scored(value, at, is_bad) for value, (at, is_bad, _) in zip(values, rows, strict=True)]
    return area(name, task, scored, taken)


def main() -> None:
    """Print every AUC. Needs TABOO_DATA."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--encoder", action="append", default=[], help="name or folder of an encoder, besides two there")
    asked.add_argument("--part", default="test", choices=("test", "dev"))
    given = asked.parse_args()
    folder = Path(os.environ["TABOO_DATA"])
    rows = dialogues(folder, given.part)
    head = f"{'judge':40}{'task':28}{'AUC':24}{'within a context':24}{'good':>7}{'bad':>7}{'each':>9}"
    sys.stdout.write(head + "\n")
    for line in areas(folder, rows, given.encoder):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    for text in ruled_against(rows):
        sys.stdout.write(f"{text}\n")


def areas(folder: Path, rows: Sequence[dict[str, list[str]]], encoders: Sequence[str]) -> Iterator[Area]:
    """Every AUC in turn."""
    yield from relevance("length alone", None, rows)
    yield from relevance("relevance (words)", RelevanceJudge.open_gauge(WORDS), rows)
    for encoder in [*(str(folder / name) for name in ENCODERS), *encoders]:
        yield from relevance(f"relevance ({Path(encoder).name})", RelevanceJudge.open_gauge(encoder), rows)
    spoken = sorted({text for row in rows for text in row["positive_responses"]})
    spoken = [text for text in spoken if MIN_WORDS <= len(re.findall(r"[\w'\u2019-]+", text)) <= MAX_WORDS]
    for model in CAUSAL_MODELS:
        gauge = PerplexityJudge.open_gauge(str(folder / model))
        yield perplexity(f"perplexity ({model})", gauge, "simple sentences", SIMPLE)
        yield perplexity(f"perplexity ({model})", gauge, "real replies", spoken[:1000])


if __name__ == "__main__":
    main()
