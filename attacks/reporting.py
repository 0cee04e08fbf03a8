"""What the rows of an attack come to. Every figure is counted from rows, and can be counted again by anybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from arena.analysis.rates import Rate, wilson
from attacks.engine import Row, Status


@dataclass(frozen=True, slots=True)
class Summary:
    """An attack in figures. Rates have 95 % intervals (Wilson); a mean over nothing is None.

    `success` is among the examples that were attacked: those that the victim had right and that did not break.
    `accuracy` and `under_attack` are the victim's accuracy before and after, broken examples left out. Queries are
    distinct texts of attacked examples, `changed` the share of words that a success replaced.
    """

    examples: int
    succeeded: int
    failed: int
    skipped: int
    errors: int
    success: Rate
    accuracy: Rate
    under_attack: Rate
    queries: int
    queries_mean: float | None
    queries_median: float | None
    changed: float | None


def summarise(rows: Sequence[Row]) -> Summary:
    """The figures of these rows."""
    counts = Counter(row.status for row in rows)
    attacked = [row for row in rows if row.status in (Status.SUCCEEDED, Status.FAILED)]
    successes = [row for row in attacked if row.status is Status.SUCCEEDED]
    sound = len(rows) - counts[Status.ERROR]
    queries = [row.queries for row in attacked]
    return Summary(
        examples=len(rows),
        succeeded=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        skipped=counts[Status.SKIPPED],
        errors=counts[Status.ERROR],
        success=wilson(len(successes), len(attacked)),
        accuracy=wilson(len(attacked), sound),
        under_attack=wilson(counts[Status.FAILED], sound),
        queries=sum(queries),
        queries_mean=fmean(queries) if queries else None,
        queries_median=median(queries) if queries else None,
        changed=fmean(len(row.changes) / row.words for row in successes) if successes else None,
    )
