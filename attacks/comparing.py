"""Finished attacks side by side: one row of figures for each, and whether they may be compared at all."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from arena.analysis.rates import Rate
from attacks.finished import Finished

RATES = ("success", "accuracy", "under_attack")
COUNTS = ("examples", "succeeded", "failed", "skipped", "errors", "queries")
MEANS = (
    *("queries_mean", "queries_median", "changed"),
    *("words_changed", "words_share", "edits", "edits_share"),
)


def figures(finished: Finished) -> dict[str, Any]:
    """Names and numbers of one attack, flat: a rate is its value, `_low` and `_high`; None where there is nothing."""
    summary = finished.summary
    row: dict[str, Any] = {
        "folder": str(finished.path),
        "recipe": finished.recipe,
        "victim": finished.victim,
        "data": finished.file,
        "budget": finished.budget,
    }
    row |= {name: getattr(summary, name) for name in COUNTS}
    for name in RATES:
        rate: Rate = getattr(summary, name)
        row[name] = rate.value if rate.total else None
        row[f"{name}_low"], row[f"{name}_high"] = rate.interval.low, rate.interval.high
    return row | {name: getattr(summary, name) for name in MEANS}


def as_csv(attacks: Sequence[Finished]) -> str:
    """The figures of all as CSV with a header."""
    rows = [figures(it) for it in attacks]
    written = StringIO()
    table = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def warnings(attacks: Sequence[Finished]) -> list[str]:
    """What stands in the way of comparing these, a sentence each."""
    found = [
        f"{it.path}: only {len(it.rows)} of {it.examples} examples are done; go on with --resume"
        for it in attacks
        if not it.is_whole
    ]
    for it in attacks:
        if it.summary.errors:
            found.append(f"{it.path}: {it.summary.errors} examples broke; they count for neither side")
    if len({it.digest for it in attacks}) > 1 or len({_numbers(it) for it in attacks}) > 1:
        found.append("the attacks were not made on the same examples: their rates say little about each other")
    if len({it.budget for it in attacks}) > 1:
        found.append("the attacks had different budgets: success is bought with queries")
    return found


def _numbers(finished: Finished) -> frozenset[int]:
    return frozenset(row.number for row in finished.rows)
