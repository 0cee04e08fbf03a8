"""The report of finished attacks as one HTML file: figures, success against queries, histograms, examples."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from arena.analysis import charts
from arena.analysis.rates import Rate
from arena.analysis.report import page, section, shown, table
from attacks.comparing import warnings
from attacks.engine import Row, Status
from attacks.finished import Finished
from attacks.metrics import Piece, aligned
from attacks.reporting import by_label

BINS = 24
MOST_EXAMPLES = 8
MOST_LABELS = 20
_KEPT = 110
"""Characters of an unchanged stretch that stay on either side of a change."""


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
        "Success is among the examples that the victim had right. Words changed and edit distance are means over "
        "successes, measured on the two texts by alignment.",
        *([f'<ul class="sheet hint">{cautions}</ul>'] if cautions else []),
        table(
            ["attack", "success", "", "accuracy", "queries an example", "words changed", "edit distance", "examples"],
            (_cells(number, it) for number, it in enumerate(attacks)),
            "Figures of every attack",
        ),
    )
    yield section(
        "Success against queries",
        "How much of what was attacked falls within so many queries, the original not counted; and how many queries "
        "examples took (in colour those that fell, grey those that held).",
        f'<div class="pair">{_curves(attacks)}<div class="sheet several">{"".join(_histograms(attacks))}</div></div>',
    )
    if any(1 < len(by_label(it.rows)) <= MOST_LABELS for it in attacks):
        rows = (row for number, it in enumerate(attacks) for row in _classes(number, it))
        heads = ["attack and right label", "success", "", "accuracy before", "accuracy under attack", "examples"]
        yield section("By class", "", table(heads, rows, "Figures of every class"))
    yield from _examples(attacks)


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
        _mean(summary.words_changed, summary.words_share, "words"),
        _mean(summary.edits, summary.edits_share, "characters"),
        f"<span>{summary.examples:,}<small>{summary.skipped} skipped{broken}</small></span>",
    )


def _classes(number: int, it: Finished) -> Iterator[tuple[str, ...]]:
    for label, summary in by_label(it.rows).items():
        yield (
            f"{shown(it.title)}, label {label}<small>{shown(it.target)}</small>",
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


def _curves(attacks: Sequence[Finished]) -> str:
    most = max((row.queries for it in attacks for row in _attacked(it)), default=1)
    drawn = charts.steps(
        [success_by_queries(it, most) for it in attacks],
        label="Success against queries",
        across="queries (logarithmic)",
    )
    keys = "".join(
        f"<li>{charts.key(number)}<span>{shown(it.title)} <span class='hint'>{shown(it.target)}</span></span></li>"
        for number, it in enumerate(attacks)
    )
    return f'<div class="sheet stays">{drawn}<ul class="keys">{keys}</ul></div>'


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
        yield f'<div><h3>{shown(it.title)} <span class="hint">{shown(it.target)}</span></h3>{drawn}</div>'


# --- examples ---------------------------------------------------------------------------------------------------------


def _examples(attacks: Sequence[Finished]) -> Iterator[str]:
    """For each set of examples some of its texts, each with what every attack made of it."""
    numbered = sorted(enumerate(attacks), key=lambda pair: (pair[1].digest, pair[0]))
    for _, some in groupby(numbered, key=lambda pair: pair[1].digest):
        group = dict(some)
        chosen = _chosen(group)
        if chosen:
            file = next(iter(group.values())).file
            lead = f"{_many(len(chosen), 'example')} of {file} that fell, picked evenly by number, not by beauty."
            yield section("Examples", lead, *(_case(rows, group) for rows in chosen))


def _chosen(group: Mapping[int, Finished]) -> list[dict[int, Row]]:
    """Examples that fell to the most attacks, evenly spread over the file: rows by the numbers of the attacks."""
    by_number: dict[int, dict[int, Row]] = {}
    for number, it in group.items():
        for row in it.rows:
            if row.status is Status.SUCCEEDED and row.perturbed is not None:
                by_number.setdefault(row.number, {})[number] = row
    rows = [by_number[number] | _held(group, number) for number in sorted(by_number)]
    most = max((len(by_number[number]) for number in by_number), default=0)
    best = [row for row, number in zip(rows, sorted(by_number), strict=True) if len(by_number[number]) == most]
    step = max(1, len(best) // MOST_EXAMPLES)
    return best[::step][:MOST_EXAMPLES]


def _held(group: Mapping[int, Finished], example: int) -> dict[int, Row]:
    return {
        number: row
        for number, it in group.items()
        for row in it.rows
        if row.number == example and row.status is not Status.SUCCEEDED
    }


def _case(rows: Mapping[int, Row], attacks: Mapping[int, Finished]) -> str:
    first = next(iter(rows.values()))
    told = f'<h3>Example {first.number} <span class="hint">right label {first.label}</span></h3>'
    boxes = "".join(_box(number, attacks[number], row) for number, row in sorted(rows.items()))
    return f'<article class="sheet case">{told}{boxes}</article>'


def _box(number: int, it: Finished, row: Row) -> str:
    """What one attack made of a text: the original beside what stands there now, or that it held."""
    head = (
        f'<p class="who">{charts.key(number)}<b>{shown(it.title)}</b> <span class="hint">{shown(it.target)}</span></p>'
    )
    if row.status is not Status.SUCCEEDED:
        why = f": {row.problem}" if row.problem else ""
        return f'<div class="made {charts.voice(number)}">{head}<p class="hint">{row.status}{shown(why)}</p></div>'
    gone, came = marked(row)
    sides = (("original", row.before, gone), ("perturbed", row.after, came))
    texts = "".join(
        f'<div><p class="hint">{name}{_share(row, shares)}</p><p class="said" dir="auto">{text}</p></div>'
        for name, shares, text in sides
    )
    return f'<div class="made {charts.voice(number)}">{head}<div class="pair">{texts}</div></div>'


def _share(row: Row, probabilities: Sequence[float] | None) -> str:
    if probabilities is None or not 0 <= row.label < len(probabilities):
        return ""
    return f", right label at {100 * probabilities[row.label]:.1f} %"


def marked(row: Row) -> tuple[str, str]:
    """The original with what went, and the perturbed text with what came, as HTML; long unchanged stretches cut."""
    pieces = aligned(row.text, row.perturbed or "")
    last = len(pieces) - 1
    gone, came = [], []
    for place, piece in enumerate(pieces):
        if piece.is_changed:
            gone.append(f"<del>{shown(piece.original)}</del>" if piece.original else "")
            came.append(f"<ins>{shown(piece.perturbed)}</ins>" if piece.perturbed else "")
            continue
        kept = _kept(piece, is_first=place == 0, is_last=place == last)
        gone.append(kept)
        came.append(kept)
    return "".join(gone), "".join(came)


def _kept(piece: Piece, *, is_first: bool, is_last: bool) -> str:
    """An unchanged stretch, of which only what stands beside a change is kept where it is long."""
    text = piece.original
    left, right = (0 if is_first else _KEPT), (0 if is_last else _KEPT)
    if len(text) <= left + right + 40:
        return shown(text)
    return shown(text[:left]) + '<span class="cut"> &#8230; </span>' + shown(text[len(text) - right :])
