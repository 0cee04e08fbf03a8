"""Figures of an attack as lines for a terminal, and as JSON."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arena.analysis.rates import Rate
    from attacks.reporting import Summary


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
    return None if isinstance(row, float) and row != row else row
