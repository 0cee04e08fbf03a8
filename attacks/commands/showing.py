"""Figures of an attack as lines for a terminal, and as JSON; and whether a file can be written that takes long."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attacks.opening import RefusedAttackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arena.analysis.rates import Rate
    from attacks.evaluation.measuring import Measured
    from attacks.evaluation.reporting import Summary
    from attacks.evaluation.saving import Timing


def lines(summary: "Summary") -> list[tuple[str, str]]:
    """Name and value of every figure."""
    mean = "-" if summary.queries_mean is None else f"{summary.queries_mean:.1f}"
    middle = "-" if summary.queries_median is None else f"{summary.queries_median:g}"
    return [
        ("success rate", rate(summary.success)),
        ("accuracy before", rate(summary.accuracy)),
        ("accuracy under attack", rate(summary.under_attack)),
        ("queries an example", f"{mean} in the mean, {middle} in the median, {summary.queries:,} in all"),
        ("words changed", mean_and_share(summary.words_changed, summary.words_share, "words")),
        ("edit distance", mean_and_share(summary.edits, summary.edits_share, "characters")),
        (
            "examples",
            f"{summary.examples}: {summary.succeeded} succeeded, {summary.failed} failed, {summary.skipped} skipped, "
            f"{summary.errors} broken",
        ),
    ]


def measure_lines(measures: "Mapping[str, Measured]") -> list[tuple[str, str]]:
    """Name and value of every measure that was taken."""
    return [(name, f"{of_measure(it)}, by {it.by}") for name, it in measures.items()]


def of_measure(it: "Measured") -> str:
    """A measure in words: its mean, and of how many successes where not of all."""
    means = {
        "similarity": f"{it.mean:.3f} in the mean",
        "perplexity": f"{it.mean:.2f} times in the mean, {it.median:.2f} in the median",
        "grammar": f"{it.mean:+.2f} errors in the mean",
    }
    some = "" if it.count == it.successes else f" (of {it.count} of {it.successes} successes)"
    return means[it.measure] + some


def time_line(timing: "Timing | None") -> list[tuple[str, str]]:
    """How long it took, where that is known."""
    if timing is None:
        return []
    sittings = "" if timing.sittings == 1 else f", in {timing.sittings} sittings"
    return [("seconds", f"{timing.wall:.1f} by the clock, {timing.cpu:.1f} of the processor{sittings}")]


def rate(rate: "Rate") -> str:
    """A rate with its interval, in percent."""
    if not rate.total:
        return "-"
    low, high = rate.interval.low, rate.interval.high
    return f"{100 * rate.value:.1f} % [{100 * low:.1f}, {100 * high:.1f}] of {rate.total}"


def mean_and_share(value: float | None, share: float | None, unit: str) -> str:
    """A mean over successes, and what share of the text it is."""
    if value is None or share is None:
        return "-"
    return f"{value:.2f} {unit}, {100 * share:.1f} % of the text, in the mean of successes"


def plain_json(row: Any) -> Any:  # noqa: ANN401 - JSON values
    """JSON values without numbers that JSON does not have."""
    if isinstance(row, dict):
        return {name: plain_json(value) for name, value in row.items()}
    if isinstance(row, list | tuple):
        return [plain_json(value) for value in row]
    return None if isinstance(row, float) and row != row else row


def check_new(file: Path) -> None:
    """Raise RefusedAttackError where a file is there already or could not be written. Nothing is made."""
    if file.exists():
        raise RefusedAttackError(f"{file} is there already; choose another --out, or remove it")
    if not file.absolute().parent.is_dir():
        raise RefusedAttackError(f"{file}: there is no folder {file.parent}; make it, or choose another --out")
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise RefusedAttackError(f"{file}: its folder cannot be written to; choose another --out")
