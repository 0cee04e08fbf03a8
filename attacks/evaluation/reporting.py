"""What the rows of an attack come to. Every figure is counted from rows, and can be counted again by anybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from arena.analysis.rates import Rate, wilson
from attacks.engine import Label, Row, Status
from attacks.metrics import distance, share, words_changed, words_of


@dataclass(frozen=True, slots=True)
class Summary:
    """An attack in figures. Rates have 95 % intervals (Wilson); a mean over nothing is None.

    `success` is among the examples that were attacked: those that the victim had right and that did not break.
    `accuracy` and `under_attack` are the victim's accuracy before and after, broken examples left out: it is right
    about an original whose likeliest class is the label (one that writes: that was attacked), also where the goal held
    already, and stays right unless the attack succeeded. Queries are
    distinct texts of attacked examples, `changed` the share of words that a success replaced, by the attack's count.

    The last four are means over the successes, measured on the two texts whatever the attack says it did: words changed
    by alignment, also as a share of the original's words (above 1 where more is put in than there was), and the edit
    distance in characters, also as a share of the longer text.
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
    words_changed: float | None
    words_share: float | None
    edits: float | None
    edits_share: float | None


def summarise(rows: Sequence[Row]) -> Summary:
    """The figures of these rows."""
    counts = Counter(row.status for row in rows)
    attacked = [row for row in rows if row.status in (Status.SUCCEEDED, Status.FAILED)]
    successes = [row for row in attacked if row.status is Status.SUCCEEDED]
    sound = len(rows) - counts[Status.ERROR]
    right = sum(_had_right(row) for row in rows)
    queries = [row.queries for row in attacked]
    pairs = [(row.text, row.perturbed) for row in successes if row.perturbed is not None]
    words = [words_changed(*pair) for pair in pairs]
    return Summary(
        examples=len(rows),
        succeeded=counts[Status.SUCCEEDED],
        failed=counts[Status.FAILED],
        skipped=counts[Status.SKIPPED],
        errors=counts[Status.ERROR],
        success=wilson(len(successes), len(attacked)),
        accuracy=wilson(right, sound),
        under_attack=wilson(right - len(successes), sound),
        queries=sum(queries),
        queries_mean=_mean(queries),
        queries_median=median(queries) if queries else None,
        changed=_mean([len(row.changes) / max(1, row.words) for row in successes]),
        words_changed=_mean(words),
        words_share=_mean([count / max(1, len(words_of(pair[0]))) for count, pair in zip(words, pairs, strict=True)]),
        edits=_mean([distance(*pair) for pair in pairs]),
        edits_share=_mean([share(*pair) for pair in pairs]),
    )


def by_label(rows: Sequence[Row]) -> dict[Label, Summary]:
    """The figures of each right label apart: classes ascending, then right answers of a victim that writes."""
    by: dict[Label, list[Row]] = {}
    for row in rows:
        by.setdefault(row.label, []).append(row)
    labels = sorted(by, key=lambda it: (isinstance(it, str), it))
    return {label: summarise(by[label]) for label in labels}


def _had_right(row: Row) -> bool:
    """Whether the victim was right about the original. An example is attacked only where it was."""
    if row.status is Status.SKIPPED and isinstance(row.before, tuple):
        return row.before.index(max(row.before)) == row.label
    return row.status in (Status.SUCCEEDED, Status.FAILED)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
