"""Asks the victim again for every text of a finished attack, and counts every figure anew.

What can be checked is checked: that the folder's rows are one for each example and agree with themselves, that the
victim answers what they say, and that each status follows from its answers. How many queries a search took is not: that
needs the attack itself, made again with the same seed, which gives the same rows to the byte.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from attacks.core.errors import VictimError
from attacks.core.goals import Untargeted
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Victim
from attacks.core.text import Text
from attacks.engine import Example, Row, Status
from attacks.engine.desk import Answer, Desk
from attacks.finished import Finished
from attacks.reporting import Summary, summarise

TOLERANCE = 1e-3
"""How far a probability may be from the row's: batches of other shapes change the last digits of a network."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not stand; `number` is the example's, None where it is the folder as a whole."""

    number: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Recount:
    """What a finished attack comes to when the victim is asked again.

    `broken` rows say nothing about the victim and were not asked again.
    """

    written: Summary
    recounted: Summary
    differences: tuple[Difference, ...]
    asked: int
    broken: int

    @property
    def stands(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def recount(
    finished: Finished,
    victim: Victim,
    examples: Sequence[Example] | None = None,
    digest: str | None = None,
    tolerance: float = TOLERANCE,
) -> Recount:
    """Ask and count again. `examples` and `digest` are those of the file that was attacked, where it is at hand."""
    found = list(_whole(finished, victim, digest))
    if examples is not None:
        found += _unlike(finished, examples)
    desk = Desk(victim)
    sound = [row for row in finished.rows if row.status is not Status.ERROR]
    answers = desk.answers(text for row in sound for text in (row.text, row.perturbed) if text is not None)
    rows = []
    for row in finished.rows:
        found += (Difference(row.number, problem) for problem in _inside(row, victim.classes, finished.budget))
        if row.status is Status.ERROR or not 0 <= row.label < victim.classes:
            rows.append(row)
            continue
        again, problems = _judged(row, answers, tolerance)
        rows.append(again)
        found += (Difference(row.number, problem) for problem in problems)
    broken = len(finished.rows) - len(sound)
    return Recount(finished.summary, summarise(rows), tuple(_in_order(found)), desk.shown, broken)


def _in_order(found: Iterable[Difference]) -> list[Difference]:
    return sorted(found, key=lambda it: -1 if it.number is None else it.number)


def _whole(finished: Finished, victim: Victim, digest: str | None) -> Iterator[Difference]:
    """What is wrong with the folder."""
    if victim.fingerprint != finished.fingerprint:
        yield Difference(None, f"the victim is {victim.fingerprint}, and {finished.fingerprint} was attacked")
    if digest is not None and digest != finished.digest:
        yield Difference(None, f"the file of examples is {digest}, and {finished.digest} was attacked")
    if not finished.is_whole:
        yield Difference(None, f"{len(finished.rows)} of {finished.examples} examples have a row")
    for number, count in Counter(row.number for row in finished.rows).items():
        if count > 1:
            yield Difference(number, f"stands in {count} rows")


def _unlike(finished: Finished, examples: Sequence[Example]) -> Iterator[Difference]:
    """Where rows and the file of examples differ."""
    rows = {row.number: row for row in finished.rows}
    for example in examples:
        row = rows.pop(example.number, None)
        if row is None:
            yield Difference(example.number, "has no row")
        elif row.text != example.text:
            yield Difference(example.number, "has another text than the file")
        elif row.label != example.label:
            yield Difference(example.number, f"has label {row.label}, and the file says {example.label}")
    for number in rows:
        yield Difference(number, "is no example of the file")


def _inside(row: Row, classes: int, budget: int | None) -> Iterator[str]:
    """Where a row contradicts itself."""
    if row.status is Status.ERROR:
        return
    if not 0 <= row.label < classes:
        yield f"label {row.label} is none of the victim's {classes} classes"
    if row.queries > row.asked:
        yield f"counts {row.queries} distinct queries, and {row.asked} in all"
    if budget is not None and row.queries > budget:
        yield f"counts {row.queries} queries, beyond the budget of {budget}"
    if row.status is Status.SUCCEEDED and row.queries < 1:
        yield "succeeded without a query"
    if row.perturbed is None:
        if row.status is Status.SUCCEEDED:
            yield "succeeded without a perturbed text"
    elif _applied(row) != row.perturbed:
        yield "the changes do not make the perturbed text"


def _applied(row: Row) -> str | None:
    """The text with the row's changes, None where they cannot be made."""
    try:
        text = Text.of(row.text, lambda _: [span for span, _ in row.changes])
    except ValueError:
        return None
    return Perturbation(text, tuple((place, new) for place, (_, new) in enumerate(row.changes))).written


def _judged(row: Row, answers: Mapping[str, Answer], tolerance: float) -> tuple[Row, list[str]]:
    """The row with the status that the victim's answers give it, and what differs from the row as written."""
    before = answers[row.text]
    after = None if row.perturbed is None else answers[row.perturbed]
    broken = next((it for it in (before, after) if isinstance(it, VictimError)), None)
    if broken is not None or isinstance(before, VictimError) or isinstance(after, VictimError):
        return replace(row, status=Status.ERROR, problem=str(broken)), [str(broken)]
    goal = Untargeted(row.label)
    if bool(goal.reached(before[None])[0]):
        status = Status.SKIPPED
    elif after is not None and bool(goal.reached(after[None])[0]):
        status = Status.SUCCEEDED
    else:
        status = Status.FAILED
    problems = [] if status is row.status else [f"is written as {row.status}, and comes out as {status}"]
    for name, written, answer in (("original", row.before, before), ("perturbed text", row.after, after)):
        if written is None or answer is None:
            continue
        if len(written) != len(answer) or max(abs(answer - written)) > tolerance:
            problems.append(f"the {name} comes out as {_shares(answer)}, and the row says {_shares(written)}")
    return replace(row, status=status), problems


def _shares(probabilities: Iterable[float]) -> str:
    return "[" + ", ".join(f"{share:.4f}" for share in probabilities) + "]"
