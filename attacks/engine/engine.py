"""All examples side by side: each asks what it wants, the desk answers all at once, each goes on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any, cast

from attacks.core.errors import CapabilityError, GoalError
from attacks.core.goals import Goal, ReplyGoal, TextMatch, Untargeted
from attacks.core.ports import Attack, Capability, Replier, Victim
from attacks.core.text import Span
from attacks.engine.desk import BATCH, Answers, Desk
from attacks.engine.rows import HALF, Label, Row, Status
from attacks.engine.run import Run


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its right label. `number` names it in the rows; `protected` spans of it no attack may change."""

    number: int
    text: str
    label: Label
    protected: tuple[Span, ...] = ()


class Engine:
    """Attacks a victim on many examples. `width` is how many are under way at a time: it changes speed and no row.

    `budget` is the most distinct texts that the search of one example may ask for; a question that would go beyond it
    is not asked, and the example has failed. `seed` gives each example a chance of its own. `goal` makes the goal of an
    example from its right label; without one it is any other label, or of a victim that writes any reply that lacks the
    right answer. `batch` and `answers` are those of the desk.
    """

    def __init__(
        self,
        victim: Victim | Replier,
        attack: Attack,
        *,
        goal: Callable[[Any], Goal | ReplyGoal] | None = None,
        budget: int | None = None,
        seed: int = 0,
        width: int = 256,
        batch: int | None = BATCH,
        answers: Answers | None = None,
    ) -> None:
        """Raises CapabilityError where the attack needs more of the victim, GoalError where the goal does."""
        missing = attack.needs - victim.can
        if missing:
            raise CapabilityError(attack.name, victim.name, tuple(sorted(missing)))
        self._classes = None if Capability.REPLIES in victim.can else cast("Victim", victim).classes
        self._victim, self._attack = victim, attack
        own: Callable[[Any], Goal | ReplyGoal] = TextMatch if self._classes is None else Untargeted
        self._goal = goal or own
        if self._classes is not None:
            self._require_class(self._goal(0), self._classes)
        self._budget, self._seed, self._width = budget, seed, width
        self.desk = Desk(victim, batch, answers)
        self._vocabulary = self.desk.vocabulary if Capability.GRADIENTS in attack.needs else None

    def run(self, examples: Iterable[Example]) -> Iterator[Row]:
        """A row for every example, as they come to their ends; the order depends on `width`, the rows do not."""
        waiting = iter(examples)
        live: list[Run] = []
        while True:
            while len(live) < self._width and (example := next(waiting, None)) is not None:
                made = self._begin(example)
                if isinstance(made, Row):
                    yield made
                else:
                    live.append(made)
            if not live:
                return
            self._answer(live)
            yield from (run.row for run in live if run.row is not None)
            live = [run for run in live if run.row is None]

    def _answer(self, live: list[Run]) -> None:
        sloping = [run for run in live if run.steers is not None]
        plain = [run for run in live if run.steers is None]
        for is_fresh in (False, True):
            some = [run for run in plain if run.is_fresh is is_fresh]
            answers = self.desk.answers((text for run in some for text in run.wanted), fresh=is_fresh)
            for run in some:
                run.take(answers)
        if sloping:
            slopes = self.desk.slopes(it for run in sloping for it in run.steered)
            for run in sloping:
                run.take_slopes(slopes)

    def _begin(self, example: Example) -> Run | Row:
        number, text, label = example.number, example.text, example.label
        problem = unfit(text, label, self._classes)
        if problem:
            return Row(number, label, Status.ERROR, text, None, (), 0, 0, 0, None, None, problem)
        chance, goal = self._chance(number), self._goal(label)
        return Run(number, text, label, self._attack, goal, self._budget, chance, example.protected, self._vocabulary)

    def _require_class(self, goal: Goal | ReplyGoal, classes: int) -> None:
        """Raises GoalError where a goal is for replies, or for a class that the victim does not have."""
        steers = getattr(goal, "steers", None)
        if steers is None or not 0 <= steers[0] < classes:
            raise GoalError(repr(goal), self._victim.name, classes)

    def _chance(self, number: int) -> Random:
        return Random(sha256(f"{self._seed}:{number}".encode()).digest())


def unfit(text: str, label: Label, classes: int | None) -> str:
    """Why an example cannot be attacked, empty where it can; `classes` are the victim's, None where it writes."""
    if not text.strip():
        return "the text is empty"
    half = HALF.search(text)
    if half:
        told = f"the text holds half a character (U+{ord(half[0]):04X} at {half.start()})"
        return f"{told}, which no file can hold; write the character whole, or leave it out"
    if classes is None:
        return "" if isinstance(label, str) else f"answer {label!r} is no text"
    is_class = isinstance(label, int) and 0 <= label < classes
    return "" if is_class else f"label {label!r} is none of the victim's {classes} classes"
