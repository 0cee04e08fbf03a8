"""Finished attacks side by side: one row of figures for each, and whether they may be compared at all."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from arena.analysis.rates import Rate
from attacks.evaluation.finished import Finished
from attacks.evaluation.measuring import TOLD
from attacks.evaluation.reporting import by_label

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
        "fingerprint": finished.fingerprint,
        "data": finished.file,
        "goal": finished.goal,
        "language": finished.language,
        "constraints": " ".join(finished.constraints),
        "budget": finished.budget,
        "seed": finished.seed,
    }
    row |= {name: getattr(summary, name) for name in COUNTS}
    for name in RATES:
        row |= _rate(name, getattr(summary, name))
    row |= {name: getattr(summary, name) for name in MEANS}
    for name in TOLD:
        it = finished.measures.get(name)
        row[name], row[f"{name}_median"] = (None, None) if it is None else (it.mean, it.median)
        row[f"{name}_count"], row[f"{name}_by"] = (0, None) if it is None else (it.count, it.by)
    timing = finished.timing
    row["seconds"], row["cpu_seconds"] = (None, None) if timing is None else (timing.wall, timing.cpu)
    return row


def classes(finished: Finished) -> list[dict[str, Any]]:
    """The figures of each right label, flat as well."""
    found = []
    for label, summary in by_label(finished.rows).items():
        row: dict[str, Any] = {"label": label, "name": finished.class_name(label)}
        row |= {name: getattr(summary, name) for name in COUNTS}
        for name in RATES:
            row |= _rate(name, getattr(summary, name))
        found.append(row | {name: getattr(summary, name) for name in MEANS})
    return found


def _rate(name: str, rate: Rate) -> dict[str, float | None]:
    low, high = rate.interval.low, rate.interval.high
    return {name: rate.value if rate.total else None, f"{name}_low": low, f"{name}_high": high}


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
    if len({it.goal for it in attacks}) > 1:
        found.append("the attacks had different goals: success means something else in each")
    for name in TOLD:
        if len({it.measures[name].fingerprint for it in attacks if name in it.measures}) > 1:
            found.append(f"{name} was measured by different models: the figures do not compare")
        for it in attacks:
            if name in it.measures and it.measures[name].count < it.measures[name].successes:
                of = it.measures[name]
                found.append(f"{it.path}: {name} is known of {of.count} of {of.successes} successes; measure again")
    return found


def _numbers(finished: Finished) -> frozenset[int]:
    return frozenset(row.number for row in finished.rows)
