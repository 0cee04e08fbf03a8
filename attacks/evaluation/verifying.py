"""Asks the victim again for every text of a finished attack, and counts every figure anew.

What can be checked is checked: that the folder's rows are one for each example and agree with themselves, that the
victim answers what they say, and that each status follows from its answers. How many queries a search took is not: that
needs the attack itself, made again with the same settings, which gives the same rows to the byte: `unlike` says where
they are not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from attacks.commands.attacking import goal_of
from attacks.core.errors import VictimError
from attacks.core.goals import Floats, Goal, ReplyGoal, TextMatch, Untargeted
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability, Replier, Victim
from attacks.core.text import Text
from attacks.engine import Example, Label, Row, Status
from attacks.engine.desk import Answer, Desk
from attacks.evaluation.finished import Finished
from attacks.evaluation.reporting import Summary, summarise

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
    victim: Victim | Replier,
    examples: Sequence[Example] | None = None,
    digest: str | None = None,
    tolerance: float = TOLERANCE,
) -> Recount:
    """Ask and count again. `examples` and `digest` are those of the file that was attacked, where it is at hand."""
    found = list(_whole(finished, victim, digest))
    if examples is not None:
        found += _unlike(finished, examples)
    desk = Desk(victim)
    classes = None if Capability.REPLIES in victim.can else cast("Victim", victim).classes
    usual: Callable[[Any], Goal | ReplyGoal] = TextMatch if classes is None else Untargeted
    goal = goal_of(finished.goal, finished.reading.labels) or usual
    sound = [row for row in finished.rows if row.status is not Status.ERROR]
    answers = desk.answers(text for row in sound for text in (row.text, row.perturbed) if text is not None)
    rows = []
    for row in finished.rows:
        found += (Difference(row.number, problem) for problem in _inside(row, classes, finished.budget))
        if row.status is Status.ERROR or not _is_answer(row.label, classes):
            rows.append(row)
            continue
        again, problems = _judged(row, goal(row.label), answers, tolerance)
        rows.append(again)
        found += (Difference(row.number, problem) for problem in problems)
    broken = len(finished.rows) - len(sound)
    return Recount(finished.summary, summarise(rows), tuple(_in_order(found)), desk.shown, broken)


def unlike(finished: Finished, again: Iterable[Row]) -> Iterator[Difference]:
    """Where the rows of the same attack, made again, are not those of the folder to the byte."""
    written = {row.number: row for row in finished.rows}
    for row in again:
        there = written.pop(row.number, None)
        if there is None:
            yield Difference(row.number, "has no row, and has one when the attack is made again")
        elif there.to_line() != row.to_line():
            names = [name for name in row.__slots__ if getattr(row, name) != getattr(there, name)]
            yield Difference(row.number, f"comes out with other {', '.join(names)} when the attack is made again")
    for number in written:
        yield Difference(number, "is not there when the attack is made again")


def _is_answer(label: Label, classes: int | None) -> bool:
    """Whether a label is one of so many classes, or a text where the victim writes (None)."""
    return isinstance(label, str) if classes is None else isinstance(label, int) and 0 <= label < classes


def _in_order(found: Iterable[Difference]) -> list[Difference]:
    return sorted(found, key=lambda it: -1 if it.number is None else it.number)


def _whole(finished: Finished, victim: Victim | Replier, digest: str | None) -> Iterator[Difference]:
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


def _inside(row: Row, classes: int | None, budget: int | None) -> Iterator[str]:
    """Where a row contradicts itself."""
    if row.status is Status.ERROR:
        return
    if not _is_answer(row.label, classes):
        kind = "no text, and the victim writes" if classes is None else f"none of the victim's {classes} classes"
        yield f"label {row.label} is {kind}"
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


def _judged(row: Row, goal: Goal | ReplyGoal, answers: Mapping[str, Answer], tolerance: float) -> tuple[Row, list[str]]:
    """The row with the status that the victim's answers give it, and what differs from the row as written."""
    before = answers[row.text]
    after = None if row.perturbed is None else answers[row.perturbed]
    for said in (before, after):
        if isinstance(said, VictimError):
            return replace(row, status=Status.ERROR, problem=str(said)), [str(said)]
    original = cast("Floats | str", before)
    perturbed = cast("Floats | str | None", after)
    is_wrong = not isinstance(original, str) and int(original.argmax()) != row.label
    if is_wrong or _is_reached(goal, original):
        status = Status.SKIPPED
    elif perturbed is not None and _is_reached(goal, perturbed):
        status = Status.SUCCEEDED
    else:
        status = Status.FAILED
    problems = [] if status is row.status else [f"is written as {row.status}, and comes out as {status}"]
    for name, written, answer in (("original", row.before, original), ("perturbed text", row.after, perturbed)):
        if written is not None and answer is not None and not _is_same(written, answer, tolerance):
            problems.append(f"the {name} comes out as {_told(answer)}, and the row says {_told(written)}")
    return replace(row, status=status), problems


def _is_reached(goal: Goal | ReplyGoal, said: Floats | str) -> bool:
    asked: Any = [said] if isinstance(said, str) else said[None]
    return bool(goal.reached(asked)[0])


def _is_same(written: tuple[float, ...] | str, answer: Floats | str, tolerance: float) -> bool:
    if isinstance(written, str) or isinstance(answer, str):
        return isinstance(written, str) and isinstance(answer, str) and written == answer
    return len(written) == len(answer) and float(np.abs(answer - np.asarray(written)).max()) <= tolerance


def _told(said: Iterable[float] | str) -> str:
    return repr(said) if isinstance(said, str) else "[" + ", ".join(f"{share:.4f}" for share in said) + "]"
