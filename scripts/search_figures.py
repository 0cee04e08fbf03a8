"""Compares the search of `swift` with that of `pwws` at equal candidates, sentence by sentence, and prints a table.

    NLTK_DATA=... python scripts/search_figures.py --victim sklearn:model.joblib --data dev.tsv --half second

Both choose among the same synonyms of WordNet, and queries are counted alike: distinct texts, the original not
included. Rows of the table are means with 95 % intervals, of the differences too, from a bootstrap over sentences;
words are counted over the sentences on which both succeeded, by alignment of the two texts (the measure of the
reports) and as places that the attack changed. `--half first` are the examples with even numbers, on which the settings
of `swift` were chosen; report on `second`.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from arena.analysis.rates import Estimate, clustered_rate, paired_difference
from attacks.core.ports import Attack, Replier, Victim
from attacks.data.examples import read_examples
from attacks.engine import Engine, Example, Row, Status
from attacks.metrics import words_changed
from attacks.opening import victim_named
from attacks.recipes.pwws import PWWS
from attacks.recipes.swift import Swift

SEED = 1
"""Of the bootstrap."""
ENDED = (Status.SUCCEEDED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of both searches over the same sentences; means in the measure's own unit."""

    name: str
    sentences: int
    swift: Estimate
    pwws: Estimate
    difference: Estimate
    scale: float

    def __str__(self) -> str:
        columns = (_shown(self.swift, self.scale), _shown(self.pwws, self.scale))
        apart = _shown(self.difference, self.scale, "+")
        return f"{self.name:28}{self.sentences:6}  {columns[0]:27}{columns[1]:27}{apart}"


def attacked(
    attack: Attack, victim: Victim | Replier, examples: Sequence[Example], say: Callable[[str], None]
) -> list[Row]:
    """The rows of an attack by number, with the progress told now and then."""
    began, rows = perf_counter(), []
    for row in Engine(victim, attack).run(examples):
        rows.append(row)
        say(f"\r{attack.name}: {len(rows)} of {len(examples)} examples, {perf_counter() - began:.0f} s")
    say("\n")
    return sorted(rows, key=lambda row: row.number)


def figures(swift: Sequence[Row], pwws: Sequence[Row]) -> Iterator[Figure]:
    """What the two came to on the same examples. Those that broke or were skipped on a side are left out of both."""
    pairs = [pair for pair in zip(swift, pwws, strict=True) if all(row.status in ENDED for row in pair)]
    both = [pair for pair in pairs if all(row.status is Status.SUCCEEDED for row in pair)]
    yield compared("success rate", pairs, lambda row: float(row.status is Status.SUCCEEDED))
    yield compared("queries", pairs, lambda row: row.queries)
    yield compared("queries of successes", both, lambda row: row.queries)
    yield compared("words changed, aligned", both, lambda row: words_changed(row.text, row.perturbed or row.text))
    yield compared("places changed", both, lambda row: len(row.changes))


def compared(name: str, pairs: Sequence[tuple[Row, Row]], measure: Callable[[Row], float]) -> Figure:
    """The means of a measure and of its differences; each sentence is a cluster of its own."""
    values = np.array([[measure(row) for row in pair] for pair in pairs], dtype=np.float64).reshape(-1, 2)
    scale = float(values.max(initial=1.0))
    ours, theirs = (values / scale).T.tolist()
    names = list(range(len(pairs)))
    return Figure(
        name,
        len(pairs),
        clustered_rate(ours, names, seed=SEED),
        clustered_rate(theirs, names, seed=SEED),
        paired_difference(ours, theirs, names, seed=SEED),
        scale,
    )


def _shown(estimate: Estimate, scale: float, sign: str = "") -> str:
    ends = estimate.interval
    mean, low, high = (value * scale for value in (estimate.value, ends.low, ends.high))
    return f"{mean:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def main() -> None:
    """Attack with both, and print the comparison."""
    parser = argparse.ArgumentParser(description="Compare the searches of swift and pwws at equal candidates.")
    parser.add_argument("--victim", required=True, help="sklearn:FILE, hf:FOLDER, ... as for `taboo attack`")
    parser.add_argument("--data", required=True, type=Path, help=".tsv, .csv or .jsonl with text and label")
    parser.add_argument("--limit", type=int, help="only so many examples of the file")
    parser.add_argument("--half", choices=("first", "second", "all"), default="all", help="even, odd or all numbers")
    given = parser.parse_args()
    victim = victim_named(given.victim)
    halves = {"first": (0,), "second": (1,), "all": (0, 1)}[given.half]
    examples = [it for it in read_examples(given.data, given.limit) if it.number % 2 in halves]
    ours, theirs = (attacked(attack, victim, examples, _say) for attack in (Swift(), PWWS()))
    broken = sum(row.status is Status.ERROR for row in (*ours, *theirs))
    sys.stdout.write(f"{given.victim} on {given.data.name}, {given.half}: {len(examples)} examples, {broken} errors\n")
    sys.stdout.write(f"{'':28}{'n':>6}  {'swift':27}{'pwws':27}difference\n")
    found = list(figures(ours, theirs))
    for figure in found:
        sys.stdout.write(f"{figure}\n")
    share = found[1].swift.value / found[1].pwws.value if found[1].pwws.value else float("nan")
    sys.stdout.write(f"swift asks {share:.3f} of the queries of pwws\n")


if __name__ == "__main__":
    main()
