"""Attack victims like those of published papers once, and say which of the papers' figures stand.

    TABOO_DATA=... NLTK_DATA=... TABOO_COUNTERFITTED=... python scripts/reproduce.py textfooler-mr-lstm --out runs

Each case trains a network like the paper's on the paper's data set, attacks it with the paper's settings as near as
they can be had, and compares. TOLERANCES were fixed before the first run, and no case is tuned: `reproduced` needs the
victim's accuracy, the success rate and the share of words changed all to be that near to what was published. With
`--out` the rows are kept, so that every figure can be counted again. Deviations: docs/reproductions.md.
"""

import argparse
import csv
import gzip
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import environ
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, TypeAlias, cast

from attacks.core.ports import Attack
from attacks.core.text import spaced_words
from attacks.core.universal import Learner
from attacks.engine import Engine, Example, Row
from attacks.evaluation.reporting import Summary, summarise
from attacks.recipes.deepwordbug import DeepWordBug
from attacks.recipes.genetic import Genetic
from attacks.recipes.hotflip import HotFlip
from attacks.recipes.pwws import PWWS
from attacks.recipes.textfooler import TextFooler
from attacks.recipes.uat import UAT
from attacks.triggers import learn_triggers
from attacks.victims.torch_module import TorchVictim
from attacks.victims.word_vocabulary import WordVocabulary

if TYPE_CHECKING:
    from torch.nn import Module

TOLERANCES: Mapping[str, float] = {"accuracy": 5.0, "success": 5.0, "changed": 3.0}
"""How far a figure may be from the published one, in points of a percentage."""
Labelled: TypeAlias = tuple[str, int]
Split: TypeAlias = tuple[Sequence[Labelled], Sequence[Labelled]]
"""What a victim learns from, and what it is attacked on."""


@dataclass(frozen=True, slots=True)
class Network:
    """A small network and how it learns. No word vectors are given to it: its own start near nothing.

    `widths` are those of a CNN's filters, `hidden` of each; without any it is an LSTM, of which the highest outputs
    over all words count. `dense` is a layer before the last.
    """

    widths: tuple[int, ...] = ()
    dimensions: int = 100
    hidden: int = 75
    dense: int = 0
    dropout: float = 0.3
    is_bidirectional: bool = True
    words: int = 20_000
    longest: int = 400
    passes: int = 3


@dataclass(frozen=True, slots=True)
class Published:
    """A paper's figures in percent; None where it gives none."""

    accuracy: float | None
    success: float
    changed: float | None

    @classmethod
    def under_attack(cls, before: float, after: float, changed: float | None = None) -> "Published":
        """Where the paper gives accuracies: a success is a text that the victim had right and lost."""
        return cls(before, 100 * (before - after) / before, changed)


@dataclass(frozen=True, slots=True)
class Case:
    """One figure to reproduce. `attack` makes the recipe for a victim and the texts that it is attacked on."""

    name: str
    published: Published
    data: Callable[[], Split]
    network: Network
    attack: Callable[[TorchVictim, Sequence[Example]], Attack]
    most: int = 1000
    label: int | None = None


def build(network: Network, words: int, classes: int) -> "Module":
    """The network, its weights drawn by torch's chance."""
    import torch
    from torch import Tensor, nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(words, network.dimensions)
            nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
            self.drop = nn.Dropout(network.dropout)
            sides = 1 + network.is_bidirectional
            read = network.hidden * (len(network.widths) or sides)
            self.filters = nn.ModuleList(
                nn.Conv1d(network.dimensions, network.hidden, width, padding=width - 1) for width in network.widths
            )
            if not network.widths:
                self.lstm = nn.LSTM(
                    network.dimensions, network.hidden, batch_first=True, bidirectional=network.is_bidirectional
                )
            middle = [nn.Linear(read, network.dense), nn.ReLU(), self.drop] if network.dense else []
            self.out = nn.Sequential(self.drop, *middle, nn.Linear(network.dense or read, classes))

        def forward(self, numbers: Tensor) -> Tensor:
            embedded = self.drop(self.embedding(numbers))
            if not network.widths:
                return cast("Tensor", self.out(self.lstm(embedded)[0].amax(dim=1)))
            turned = embedded.transpose(1, 2)
            highest = [torch.relu(it(turned)).amax(dim=2) for it in self.filters]
            return cast("Tensor", self.out(torch.cat(highest, dim=1)))

    return Classifier()


@cache
def trained(network: Network, data: Callable[[], Split], seed: int = 0) -> TorchVictim:
    """A victim of its own, by Adam at 0.001 on batches of 64 texts of one length; the process's chance stays."""
    import torch

    learnt, _ = data()
    known = WordVocabulary.of_texts((text for text, _ in learnt), most=network.words)
    vocabulary = WordVocabulary(known.words, longest=network.longest)
    rows = [(vocabulary(text).numbers, label) for text, label in learnt]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build(network, len(vocabulary), 1 + max(label for _, label in learnt)).train()
        adam = torch.optim.Adam(module.parameters(), lr=0.001)
        for batch in (it for _ in range(network.passes) for it in batches(rows, Random(seed))):
            logits = module(torch.tensor([numbers for numbers, _ in batch]))
            loss = torch.nn.functional.cross_entropy(logits, torch.tensor([label for _, label in batch]))
            adam.zero_grad()
            torch.autograd.backward(loss)
            adam.step()
    words = {number: word for number, word in vocabulary.named.items() if word.isalpha()}
    return TorchVictim(module, vocabulary, 1 + max(label for _, label in learnt), words=words)


def batches(
    rows: Sequence[tuple[Sequence[int], int]], chance: Random, size: int = 64
) -> Iterator[list[tuple[Sequence[int], int]]]:
    """All rows once, those of one length together, in an order by chance."""
    by_length: dict[int, list[tuple[Sequence[int], int]]] = {}
    for row in chance.sample(rows, len(rows)):
        by_length.setdefault(len(row[0]), []).append(row)
    made = [alike[start : start + size] for alike in by_length.values() for start in range(0, len(alike), size)]
    yield from chance.sample(made, len(made))


def folder() -> Path:
    """The folder of data sets. Ends the program where none is named."""
    if "TABOO_DATA" not in environ:
        sys.exit("there are no data sets: set TABOO_DATA to the folder that docs/reproductions.md describes")
    return Path(environ["TABOO_DATA"])


@cache
def mr() -> Split:
    """MR: attacked are the 1,000 sentences of TextFooler's authors, learnt are all others."""
    lines = (folder() / "textfooler-samples/mr").read_text("utf-8").splitlines()
    attacked = [(text, int(label)) for label, _, text in (line.partition(" ") for line in lines)]
    letters = {re.sub(r"\W", "", text.lower()) for text, _ in attacked}
    learnt = []
    for label, name in enumerate(("neg", "pos")):
        file = folder() / f"nltk_data/corpora/sentence_polarity/rt-polarity.{name}"
        learnt += [(text, label) for text in file.read_text("latin-1").strip().split("\n")]
    return [it for it in learnt if re.sub(r"\W", "", it[0].lower()) not in letters], attacked


@cache
def imdb(longest: int = 10_000) -> Split:
    """IMDB: learnt is the training half, attacked the other, of which only reviews of so many words."""
    learnt, attacked = (
        [(line[2].replace("<br />", " "), int(line[0])) for line in _table(folder() / f"imdb/{half}.tsv.gz")]
        for half in ("train", "test")
    )
    return learnt, [it for it in attacked if len(spaced_words(it[0])) <= longest]


def short_imdb() -> Split:
    """IMDB, attacked on reviews of 100 words at most, as the paper of the genetic attack does."""
    return imdb(100)


@cache
def ag() -> Split:
    """AG's News without titles: learnt are 10,001 of the training descriptions, attacked are the test's."""
    classes = ("World", "Sports", "Business", "Sci/Tech")
    learnt, attacked = (
        [(text, classes.index(name)) for text, name in _table(folder() / f"agnews/{half}.tsv")]
        for half in ("dev", "test")
    )
    return learnt, attacked


@cache
def sst() -> Split:
    """SST-2: learnt are sentences and phrases of the training part, attacked the development sentences."""
    learnt, attacked = (
        [(text, int(label)) for label, text in list(_table(folder() / f"sst2/{part}.tsv"))[1:]]
        for part in ("train", "dev")
    )
    return learnt, attacked


def _table(path: Path) -> Iterator[list[str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def learnt_trigger(victim: TorchVictim, examples: Sequence[Example]) -> UAT:
    """Three words learnt from the very texts that they are put before, as the authors' program does it.

    None is a word of the opinion lexicon (Hu and Liu), in place of the paper's list of words of sentiment.
    """
    lexicon = folder() / "nltk_data/corpora/opinion_lexicon"
    spared = {
        line
        for file in lexicon.glob("*-words.txt")
        for line in file.read_text("latin-1").splitlines()
        if line[:1] != ";"
    }
    learner = Learner(candidates=40, batch=128, allowed=lambda word: word.isalpha() and word not in spared)
    label = int(examples[0].label)
    learnt = learn_triggers(victim, examples, ("the",) * 3, label=label, learner=learner)
    sys.stdout.write(f"class {label}: {' '.join(learnt.triggers[0].words)}\n")
    with TemporaryDirectory() as place:
        file = Path(place) / "trigger.json"
        file.write_text(learnt.to_json(), encoding="utf-8")
        return UAT(str(file))


_MR_LSTM, _MR_CNN = Network(passes=4), Network(widths=(3, 4, 5), hidden=150, passes=4)
_PWWS_CNN = Network(widths=(3,), dimensions=50, hidden=250, dense=250, dropout=0.2, words=5000, passes=2)
_SST_LSTM, _SST_CNN = Network(passes=2), Network(widths=(3, 4, 5), hidden=100, passes=2)
CASES = (
    Case("textfooler-mr-lstm", Published.under_attack(80.7, 3.1, 14.9), mr, _MR_LSTM, lambda *_: TextFooler()),
    Case("textfooler-mr-cnn", Published.under_attack(78.0, 2.8, 14.3), mr, _MR_CNN, lambda *_: TextFooler()),
    Case("deepwordbug-ag-lstm", Published.under_attack(90.5, 36.1), ag, Network(), lambda *_: DeepWordBug(), most=500),
    Case("pwws-ag-cnn", Published.under_attack(89.0, 13.2, 12.308), ag, _PWWS_CNN, lambda *_: PWWS(), most=500),
    Case("uat-sst-positive", Published.under_attack(86.2, 29.1), sst, _SST_LSTM, learnt_trigger, label=1),
    Case("uat-sst-negative", Published.under_attack(86.6, 23.6), sst, _SST_LSTM, learnt_trigger, label=0),
    Case("hotflip-sst-cnn", Published(None, 2.0, None), sst, _SST_CNN, lambda *_: HotFlip(flips=2)),
    Case("pwws-imdb-cnn", Published.under_attack(86.2, 5.7, 3.933), imdb, _PWWS_CNN, lambda *_: PWWS(), most=100),
    Case(
        "genetic-imdb-lstm",
        Published(90.0, 97.0, 14.7),
        short_imdb,
        Network(dimensions=50, hidden=64, is_bidirectional=False, words=50_000, longest=100),
        lambda *_: Genetic(),
        most=100,
    ),
)


def attacked(case: Case) -> list[Row]:
    """The rows of a case, by number."""
    _, texts = case.data()
    every = [Example(number, *it) for number, it in enumerate(texts) if case.label in (None, it[1])]
    chosen = sorted(Random(0).sample(every, min(case.most, len(every))), key=lambda it: it.number)
    victim = trained(case.network, case.data)
    return sorted(Engine(victim, case.attack(victim, chosen)).run(chosen), key=lambda row: row.number)


def measured(summary: Summary) -> Mapping[str, float | None]:
    """What a paper would publish of an attack, in percent."""
    changed = None if summary.changed is None else 100 * summary.changed
    return {"accuracy": 100 * summary.accuracy.value, "success": 100 * summary.success.value, "changed": changed}


def is_reproduced(published: Published, came: Mapping[str, float | None]) -> bool:
    """Whether every figure that was published is within its tolerance."""
    for name, tolerance in TOLERANCES.items():
        wanted, found = getattr(published, name), came[name]
        if wanted is not None and (found is None or abs(found - wanted) > tolerance):
            return False
    return True


def told(case: Case, summary: Summary) -> str:
    """A case in a line: each figure as measured, and in brackets as published."""
    came = measured(summary)
    parts = []
    for name in TOLERANCES:
        pair = (came[name], getattr(case.published, name))
        found, wanted = ("-" if it is None else f"{it:.1f}" for it in pair)
        parts.append(f"{name} {found} ({wanted})")
    ends = summary.success.interval
    words = "reproduced" if is_reproduced(case.published, came) else "not reproduced"
    return (
        f"{case.name}: {words}; {', '.join(parts)}; success within {100 * ends.low:.1f} to {100 * ends.high:.1f}, "
        f"{summary.examples} examples, {summary.errors} errors, {summary.queries_mean or 0:.0f} queries"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the cases that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(it.name for it in CASES))
    parser.add_argument("--out", type=Path, help="folder for the rows")
    asked = parser.parse_args(arguments)
    unknown = set(asked.cases) - {it.name for it in CASES}
    if unknown:
        parser.error(f"there is no case {min(unknown)}; there are {', '.join(it.name for it in CASES)}")
    for case in CASES:
        if asked.cases and case.name not in asked.cases:
            continue
        began = process_time()
        rows = attacked(case)
        if asked.out is not None:
            asked.out.mkdir(parents=True, exist_ok=True)
            lines = "".join(f"{row.to_line()}\n" for row in rows)
            (asked.out / f"{case.name}.jsonl").write_text(lines, encoding="utf-8")
        sys.stdout.write(f"{told(case, summarise(rows))}, {process_time() - began:.0f} CPU seconds\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
