"""The report of finished attacks as one HTML file: figures, success against queries, histograms, examples."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from arena.analysis import charts
from arena.analysis.rates import Rate
from arena.analysis.report import page, section, shown, table
from attacks.commands.showing import of_measure
from attacks.engine import Row, Status
from attacks.evaluation.comparing import warnings
from attacks.evaluation.comparison_cases import examples
from attacks.evaluation.finished import Finished
from attacks.evaluation.measuring import TOLD
from attacks.evaluation.reporting import by_label
from attacks.metrics import words_changed, words_of

BINS = 24
MOST_LABELS = 20
_BESIDE = 2
"""Histograms that stand as high as the chart of curves."""
SHARES = 20
"""Bins of the histogram of the share of words changed."""


def comparison(attacks: Sequence[Finished]) -> str:
    """The whole document; at least one attack. The same folders give the same bytes."""
    recipes, victims = (len({getattr(it, of) for it in attacks}) for of in ("recipe", "victim"))
    lead = (
        f"{_many(recipes, 'recipe')} against {_many(victims, 'victim')}, "
        f"{sum(len(it.rows) for it in attacks):,} examples in all. Rates carry 95 % intervals (Wilson)."
    )
    return page("How the models held", lead, _sections(attacks))


def _sections(attacks: Sequence[Finished]) -> Iterator[str]:
    cautions = "".join(f"<li>{shown(caution)}</li>" for caution in warnings(attacks))
    yield section(
        "Figures",
        "Success is among the examples that the victim had right. Queries are distinct texts.",
        *([f'<ul class="sheet hint">{cautions}</ul>'] if cautions else []),
        table(
            ["attack", "success", "", "accuracy", "queries an example", "seconds", "examples"],
            (_cells(number, it) for number, it in enumerate(attacks)),
            "Figures of every attack",
        ),
    )
    yield section(
        "Success against queries",
        "How much of what was attacked falls within so many queries, the original not counted; and how many queries "
        "examples took (in colour those that fell, grey those that held).",
        *_queries(attacks),
    )
    yield _changes(attacks)
    if any(_has_classes(it) for it in attacks):
        rows = (row for number, it in enumerate(attacks) if _has_classes(it) for row in _classes(number, it))
        heads = ["attack and right label", "success", "", "accuracy before", "accuracy under attack", "examples"]
        lead = "Each right label apart. Accuracy of a label is how many of its examples the victim gets right."
        yield section("By class", lead, table(heads, rows, "Figures of every class"))
    yield from examples(attacks)


def _changes(attacks: Sequence[Finished]) -> str:
    """What successes did to the texts: words, characters, and the measures that were taken."""
    taken = [name for name in TOLD if any(name in it.measures for it in attacks)]
    rows = (
        (
            _name(it),
            _mean(it.summary.words_changed, it.summary.words_share, "words"),
            _mean(it.summary.edits, it.summary.edits_share, "characters"),
            *(_measure(it, name) for name in taken),
        )
        for it in attacks
    )
    return section(
        "What the changes did",
        "Means over successes, measured on the two texts by alignment, whatever an attack says that it did; and what "
        "share of the words successes changed.",
        table(["attack", "words changed", "edit distance", *(TOLD[name] for name in taken)], rows, "Changes"),
        f'<div class="pair">{"".join(_shares(number, it) for number, it in enumerate(attacks))}</div>',
    )


def _measure(it: Finished, name: str) -> str:
    of = it.measures.get(name)
    if of is None:
        return "-"
    told, _, more = of_measure(of).partition(", ")
    by = f"by {of.by.rstrip('/').rpartition('/')[2]}"
    return f"<span>{shown(told)}<small>{shown(f'{more}, {by}' if more else by)}</small></span>"


def _shares(number: int, it: Finished) -> str:
    """A histogram of the share of words that successes changed; more than all of them stand in the last bin."""
    bins = [0] * SHARES
    for row in it.rows:
        if row.status is Status.SUCCEEDED and row.perturbed is not None:
            share = words_changed(row.text, row.perturbed) / max(1, len(words_of(row.text)))
            bins[min(SHARES - 1, int(share * SHARES))] += 1
    edges = [100 * place / SHARES for place in range(SHARES + 1)]
    drawn = charts.stacks(
        [(count, 0) for count in bins], edges, number=number, label="Words changed", across="words changed, %"
    )
    return f'<div class="sheet"><h3>{shown(it.title)} <span class="hint">{shown(it.target)}</span></h3>{drawn}</div>'


def _has_classes(it: Finished) -> bool:
    """Whether the right answers are classes, and few enough to be read one by one; texts are none."""
    labels = {row.label for row in it.rows}
    return 1 < len(labels) <= MOST_LABELS and all(isinstance(label, int) for label in labels)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _name(it: Finished) -> str:
    return f"{shown(it.title)}<small>{shown(it.target)}</small>"


def _cells(number: int, it: Finished) -> tuple[str, ...]:
    summary = it.summary
    mean = "-" if summary.queries_mean is None else f"{summary.queries_mean:,.1f}"
    middle = "-" if summary.queries_median is None else f"{summary.queries_median:g}"
    broken = f", {summary.errors} broken" if summary.errors else ""
    return (
        f"{_name(it)}<small>{shown(it.file)}</small>",
        _rate(summary.success),
        _drawn(summary.success, number),
        f"<span>{_percent(summary.accuracy)} &#8594; {_percent(summary.under_attack)}"
        "<small>before and under attack</small></span>",
        f"<span>{mean}<small>median {middle}, {summary.queries:,} in all</small></span>",
        _seconds(it),
        f"<span>{summary.examples:,}<small>{summary.skipped} skipped{broken}</small></span>",
    )


def _seconds(it: Finished) -> str:
    timing = it.timing
    return (
        "-" if timing is None else f"<span>{timing.wall:,.1f}<small>{timing.cpu:,.1f} of the processor</small></span>"
    )


def _classes(number: int, it: Finished) -> Iterator[tuple[str, ...]]:
    for label, summary in by_label(it.rows).items():
        yield (
            f"{shown(it.title)}, label {shown(it.class_name(label))}<small>{shown(it.target)}</small>",
            _rate(summary.success),
            _drawn(summary.success, number),
            _rate(summary.accuracy),
            _rate(summary.under_attack),
            f"{summary.examples:,}",
        )


def _rate(rate: Rate) -> str:
    if not rate.total:
        return "-"
    low, high = 100 * rate.interval.low, 100 * rate.interval.high
    return f"<span>{_percent(rate)}<small>{low:.1f} to {high:.1f} %, of {rate.total:,}</small></span>"


def _percent(rate: Rate) -> str:
    return f"{100 * rate.value:.1f} %" if rate.total else "-"


def _drawn(rate: Rate, number: int) -> str:
    return charts.interval(rate.interval.low, rate.value, rate.interval.high, number) if rate.total else ""


def _mean(value: float | None, share: float | None, unit: str) -> str:
    if value is None or share is None:
        return "-"
    return f"<span>{value:.2f} {unit}<small>{100 * share:.1f} % of the text</small></span>"


# --- charts -----------------------------------------------------------------------------------------------------------


def _attacked(it: Finished) -> list[Row]:
    return [row for row in it.rows if row.status in (Status.SUCCEEDED, Status.FAILED)]


def success_by_queries(it: Finished, most: int) -> list[tuple[float, float]]:
    """Points (queries, share of the attacked that fell within them), up to `most` queries or the attack's budget.

    Beyond its budget nobody knows how an attack would have fared; one without a budget is over, and stays where it is.
    """
    attacked = _attacked(it)
    if not attacked:
        return []
    fell = Counter(row.queries for row in attacked if row.status is Status.SUCCEEDED)
    points, so_far = [], 0
    for queries in sorted(fell):
        so_far += fell[queries]
        points.append((float(queries), so_far / len(attacked)))
    end = most if it.budget is None else min(most, it.budget)
    return [*points, (float(max(end, *fell, 1)), so_far / len(attacked))]


def _queries(attacks: Sequence[Finished]) -> Iterator[str]:
    """The curves with the histograms: beside them where these are as high together, in a grid beneath where more."""
    drawn, histograms = _curves(attacks), list(_histograms(attacks))
    is_short = len(attacks) <= _BESIDE
    keys = _keys(attacks, is_short=is_short)
    if is_short:
        beside = "".join(f"<div>{it}</div>" for it in histograms)
        curves = f'<div class="sheet stays">{drawn}{keys}</div>'
        yield f'<div class="pair">{curves}<div class="sheet several">{beside}</div></div>'
        return
    yield f'<div class="sheet"><div class="pair">{drawn}{keys}</div></div>'
    beneath = "".join(f'<div class="sheet">{it}</div>' for it in histograms)
    yield f'<div class="pair">{beneath}</div>'


def _curves(attacks: Sequence[Finished]) -> str:
    most = max((row.queries for it in attacks for row in _attacked(it)), default=1)
    return charts.steps(
        [success_by_queries(it, most) for it in attacks],
        label="Success against queries",
        across="queries (logarithmic)",
    )


def _keys(attacks: Sequence[Finished], *, is_short: bool) -> str:
    """Which curve is whose and, where there is room beside them, where it ends."""
    keys = []
    for number, it in enumerate(attacks):
        told, success = shown(it.target), it.summary.success
        if not is_short and success.total:
            told += f": {_percent(success)} fell, of {success.total:,} that were attacked"
        name = f"<span>{shown(it.title)} <span class='hint'>{told}</span></span>"
        keys.append(f"<li>{charts.key(number)}{name}</li>")
    return f'<ul class="keys">{"".join(keys)}</ul>'


def _histograms(attacks: Sequence[Finished]) -> Iterator[str]:
    most = max((row.queries for it in attacks for row in _attacked(it)), default=1)
    tens = 10 ** max(0, math.ceil(math.log10((most + 1) / BINS)) - 1)
    wide = next(it * tens for it in (1, 2, 5, 10) if it * tens * BINS > most)
    count = -(-(most + 1) // wide)
    edges = [float(wide * place) for place in range(count + 1)]
    for number, it in enumerate(attacks):
        bins = [[0, 0] for _ in range(count)]
        for row in _attacked(it):
            bins[row.queries // wide][row.status is Status.FAILED] += 1
        drawn = charts.stacks(
            [(fell, held) for fell, held in bins], edges, number=number, label="Queries an example", across="queries"
        )
        yield f'<h3>{shown(it.title)} <span class="hint">{shown(it.target)}</span></h3>{drawn}'
