"""Asks the victim again for every text of a finished attack, and counts every figure anew.

What can be checked is checked: that the folder's rows are one for each example and agree with themselves, that the
victim answers what they say, that each status follows from its answers, that each text has as many words as the recipe
reads, and that an original which broke the victim still does.

What cannot be seen in the rows is taken from them: that a failure found nothing, how many queries a search took, and
why a search broke. That needs the attack itself, made again with the same settings, which gives the same rows to the
byte: `unlike` says where they are not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from attacks.commands.attacking import goal_of
from attacks.core.errors import VictimError
from attacks.core.goals import Floats, Goal, ReplyGoal, TextMatch, Untargeted
from attacks.core.ports import Capability, Replier, Victim
from attacks.engine import Example, Row, Status
from attacks.engine.desk import Answer, Desk
from attacks.evaluation.contradictions import Reader, can_be_asked, contradictions, miscounted
from attacks.evaluation.finished import Finished
from attacks.evaluation.measuring import strays
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

    `broken` rows say nothing about the victim; their originals were asked again where they could be. `uncounted` says
    why the words were not counted again, empty where they were.
    """

    written: Summary
    recounted: Summary
    differences: tuple[Difference, ...]
    asked: int
    broken: int
    uncounted: str = ""

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
    read: Reader | None = None,
) -> Recount:
    """Ask and count again.

    `examples` and `digest` are those of the file that was attacked, where it is at hand; `read` is how the recipe
    reads a text, where it can be made.
    """
    found = list(_whole(finished, victim, digest))
    if examples is not None:
        found += _unlike(finished, examples)
    desk = Desk(victim)
    classes = None if Capability.REPLIES in victim.can else cast("Victim", victim).classes
    usual: Callable[[Any], Goal | ReplyGoal] = TextMatch if classes is None else Untargeted
    goal = goal_of(finished.goal, finished.reading.labels) or usual
    asked = [row for row in finished.rows if can_be_asked(row, classes)]
    answers = desk.answers(text for row in asked for text in (row.text, row.perturbed) if text is not None)
    rows = []
    for row in finished.rows:
        again, problems = row, list(contradictions(row, classes, finished.budget))
        if can_be_asked(row, classes):
            judged = _broken_again if row.status is Status.ERROR else _judged
            again, more = judged(row, goal(row.label), answers, tolerance)
            problems += more
        rows.append(again)
        found += (Difference(row.number, problem) for problem in problems)
    words, uncounted = _words(finished, examples, read)
    broken = sum(row.status is Status.ERROR for row in finished.rows)
    ordered = tuple(_in_order([*found, *words]))
    return Recount(finished.summary, summarise(rows), ordered, desk.shown, broken, uncounted)


def _words(finished: Finished, examples: Sequence[Example] | None, read: Reader | None) -> tuple[list[Difference], str]:
    """Where words are miscounted, or why they cannot be counted."""
    if read is None:
        return [], "the recipe cannot be made here"
    if examples is None and finished.reading.protects:
        return [], "what was protected stands in --data only"
    protected = {it.number: it.protected for it in examples or () if it.protected}
    told = (
        Difference(row.number, problem)
        for row in finished.rows
        if row.text.strip()
        for problem in miscounted(row, read, protected.get(row.number, ()))
    )
    try:
        return list(told), ""
    except ValueError as wrong:  # of a row whose text is not the example's
        return [], str(wrong)


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
    for number, name in strays(finished.path, finished.rows):
        yield Difference(number, f"the {name} in measures.jsonl is of other texts")


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


def _broken_again(
    row: Row, goal: Goal | ReplyGoal, answers: Mapping[str, Answer], tolerance: float
) -> tuple[Row, list[str]]:
    """The row as it stands, and what the victim's answers say against it: rows that broke are in no figure."""
    original = answers[row.text]
    if isinstance(original, VictimError):
        return row, [] if row.before is None else [str(original)]
    if row.before is None:
        return row, [f"is written as broken ({row.problem}), and the victim answers now"]
    problems = _otherwise("original", row.before, original, tolerance)
    if _is_settled(row, goal, original):
        problems.append(f"is written as {Status.ERROR}, and comes out as {Status.SKIPPED}")
    found = None if row.perturbed is None else answers[row.perturbed]
    if found is not None and not isinstance(found, VictimError) and _is_reached(goal, found):
        problems.append("is written as broken, and its perturbed text reaches the goal")
    return row, problems


def _is_settled(row: Row, goal: Goal | ReplyGoal, original: Floats | str) -> bool:
    """Whether there is nothing to attack: the victim is wrong about the original, or the goal holds already."""
    is_wrong = not isinstance(original, str) and int(original.argmax()) != row.label
    return is_wrong or _is_reached(goal, original)


def _otherwise(name: str, written: tuple[float, ...] | str, answer: Floats | str, tolerance: float) -> list[str]:
    """Where an answer is another than the row says."""
    if _is_same(written, answer, tolerance):
        return []
    return [f"the {name} comes out as {_told(answer)}, and the row says {_told(written)}"]


def _judged(row: Row, goal: Goal | ReplyGoal, answers: Mapping[str, Answer], tolerance: float) -> tuple[Row, list[str]]:
    """The row with the status that the victim's answers give it, and what differs from the row as written."""
    before = answers[row.text]
    after = None if row.perturbed is None else answers[row.perturbed]
    for said in (before, after):
        if isinstance(said, VictimError):
            return replace(row, status=Status.ERROR, problem=str(said)), [str(said)]
    original = cast("Floats | str", before)
    perturbed = cast("Floats | str | None", after)
    if _is_settled(row, goal, original):
        status = Status.SKIPPED
    elif perturbed is not None and _is_reached(goal, perturbed):
        status = Status.SUCCEEDED
    else:
        status = Status.FAILED
    problems = [] if status is row.status else [f"is written as {row.status}, and comes out as {status}"]
    for name, written, answer in (("original", row.before, original), ("perturbed text", row.after, perturbed)):
        if written is not None and answer is not None:
            problems += _otherwise(name, written, answer, tolerance)
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
