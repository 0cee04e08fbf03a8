"""Where a row of an attack contradicts itself: what can be said of it without asking anybody."""

from collections.abc import Callable, Iterator, Sequence

from attacks.core.perturbation import Perturbation
from attacks.core.text import Span, Text
from attacks.engine import Label, Row, Status, unfit

Reader = Callable[[str], Text]
"""How a recipe reads a text."""


def is_answer(label: Label, classes: int | None) -> bool:
    """Whether a label is one of so many classes, or a text where the victim writes (None)."""
    return isinstance(label, str) if classes is None else isinstance(label, int) and 0 <= label < classes


def can_be_asked(row: Row, classes: int | None) -> bool:
    """Whether the example could be attacked at all: a text that is not empty, with a label of the victim's."""
    return not unfit(row.text, row.label, classes)


def contradictions(row: Row, classes: int | None, budget: int | None) -> Iterator[str]:
    """What is wrong with a row by itself."""
    if row.queries > row.asked:
        yield f"counts {row.queries} distinct queries, and {row.asked} in all"
    if budget is not None and row.queries > budget:
        yield f"counts {row.queries} queries, beyond the budget of {budget}"
    if row.perturbed is None:
        if row.changes:
            yield "has changes, and no perturbed text"
    elif _applied(row) != row.perturbed:
        yield "the changes do not make the perturbed text"
    if row.after is not None and row.status is not Status.SUCCEEDED:
        yield f"is written as {row.status}, and holds the answer to a perturbed text, which only a success does"
    yield from _broken(row) if row.status is Status.ERROR else _sound(row, classes)


def miscounted(row: Row, read: Reader, protected: Sequence[Span] = ()) -> Iterator[str]:
    """Where a row counts other words than the recipe reads in its text, or changes what the recipe cannot."""
    text = Text.around(row.text, protected, read) if protected else read(row.text)
    # A row that was skipped, or that broke early, was not read.
    known = {
        Status.SKIPPED: {0},
        Status.ERROR: {0, len(text)},
    }.get(row.status, {len(text)})
    if row.words not in known:
        wanted = " or ".join(map(str, sorted(known)))
        yield f"counts {row.words} words, and {wanted} is what the recipe reads"


def _sound(row: Row, classes: int | None) -> Iterator[str]:
    """Of a row that is not broken."""
    if not row.text.strip():
        yield f"is written as {row.status}, and its text is empty"
    if not is_answer(row.label, classes):
        kind = "no text, and the victim writes" if classes is None else f"none of the victim's {classes} classes"
        yield f"label {row.label} is {kind}"
    if row.before is None:
        yield "has no answer to the original"
    if row.status is Status.SKIPPED and (row.asked or row.perturbed is not None):
        yield "was skipped, and yet attacked"
    if row.status is Status.SUCCEEDED:
        if row.queries < 1:
            yield "succeeded without a query"
        if row.perturbed is None:
            yield "succeeded without a perturbed text"
        if row.after is None:
            yield "succeeded without an answer to the perturbed text"


def _broken(row: Row) -> Iterator[str]:
    """Of a row that is."""
    if not row.problem:
        yield "is broken, and does not say why"
    if row.before is None and (row.asked or row.words):
        yield "broke before the attack began, and yet counts queries or words"


def _applied(row: Row) -> str | None:
    """The text with the row's changes, None where they cannot be made."""
    try:
        text = Text.of(row.text, lambda _: [span for span, _ in row.changes])
    except ValueError:
        return None
    return Perturbation(text, tuple((place, new) for place, (_, new) in enumerate(row.changes))).written
