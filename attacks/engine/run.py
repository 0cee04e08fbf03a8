"""One example under attack: its search, what it has asked, and how it ended."""

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from attacks.core.errors import AttackError, QueryBudgetError, VictimError
from attacks.core.goals import Floats, Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Attack
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text
from attacks.engine.desk import Answer
from attacks.engine.rows import Row, Status


class Run:
    """Drives one search. `wanted` are the texts that it waits for; `row` is set when it is over."""

    def __init__(
        self, number: int, written: str, label: int, attack: Attack, goal: Goal, budget: int | None, chance: Random
    ) -> None:
        self._number, self._written, self._label = number, written, label
        self._attack, self._goal, self._budget, self._chance = attack, goal, budget, chance
        self._search: Search | None = None
        self._asked: tuple[Perturbation, ...] = ()
        self._text: Text | None = None
        self._original: Floats | None = None
        self._found: Perturbation | None = None
        self._seen: set[str] = set()
        self._queries = 0
        self.wanted: tuple[str, ...] = (written,)
        self.is_fresh = False
        """Whether it wants an answer that was not remembered."""
        self.row: Row | None = None

    def take(self, answers: Mapping[str, Answer]) -> None:
        """The answers to what was wanted; afterwards something else is, or it is over."""
        found = [answers[text] for text in self.wanted]
        broken = next((answer for answer in found if isinstance(answer, VictimError)), None)
        if broken is not None:
            self._end(Status.ERROR, problem=str(broken))
            return
        probabilities = np.stack([answer for answer in found if not isinstance(answer, VictimError)])
        try:
            self._go_on(probabilities)
        except AttackError as problem:
            status = Status.FAILED if isinstance(problem, QueryBudgetError) else Status.ERROR
            self._end(status, problem=str(problem))
        except Exception as bug:  # noqa: BLE001 - an attack is anyone's; its bug is no robustness of the victim
            self._end(Status.ERROR, problem=f"{type(bug).__name__}: {bug}")

    def _go_on(self, probabilities: Floats) -> None:
        if self._original is None:
            self._begin(probabilities[0])
        elif self._found is not None:
            self._confirm(probabilities[0])
        else:
            self._step(self._outcomes(probabilities))

    def _begin(self, original: Floats) -> None:
        """The first answer: is it worth an attack at all? That question is not counted."""
        self._original = original
        if int(original.argmax()) != self._label:
            self._end(Status.SKIPPED)
            return
        self._text = self._attack.read(self._written)
        base = float(self._goal.score(original[None])[0])
        self._search = self._attack.begin(self._text, self._goal, base, self._chance)
        self._step(None)

    def _outcomes(self, probabilities: Floats) -> Sequence[Outcome]:
        scores, reached = self._goal.score(probabilities), self._goal.reached(probabilities)
        return [Outcome(float(score), bool(is_there)) for score, is_there in zip(scores, reached, strict=True)]

    def _step(self, outcomes: Sequence[Outcome] | None) -> None:
        """Send the outcomes of what was asked and ask what the search wants next. Raises QueryBudgetError."""
        search = self._search
        if search is None:
            raise RuntimeError("a search is stepped before it began")
        try:
            asked = next(search) if outcomes is None else search.send(outcomes)
            while not asked:
                asked = search.send(())
        except StopIteration as stopped:
            self._settle(stopped.value, outcomes)
            return
        texts = tuple(it.written for it in asked)
        new = {text for text in texts if text not in self._seen and text != self._written}
        if self._budget is not None and len(self._seen) + len(new) > self._budget:
            raise QueryBudgetError(len(self._seen), len(new), self._budget)
        self._seen |= new
        self._queries += len(texts)
        self._asked, self.wanted = asked, texts

    def _settle(self, found: Perturbation | None, outcomes: Sequence[Outcome] | None) -> None:
        """The search is over: what it says it found is looked at afresh before it counts."""
        was_reached = outcomes is not None and any(
            came.is_reached for it, came in zip(self._asked, outcomes, strict=True) if it == found
        )
        if found is None or not was_reached:
            self._end(Status.FAILED, found)
            return
        self._found, self.wanted, self.is_fresh = found, (found.written,), True

    def _confirm(self, probabilities: Floats) -> None:
        if bool(self._goal.reached(probabilities[None])[0]):
            self._end(Status.SUCCEEDED, self._found, answer=probabilities)
        else:
            self._end(Status.ERROR, self._found, problem="the victim answered otherwise when it was asked once more")

    def _end(
        self, status: Status, found: Perturbation | None = None, problem: str = "", answer: Floats | None = None
    ) -> None:
        if self._search is not None:
            self._search.close()
        self.wanted = ()
        self.row = Row(
            number=self._number,
            label=self._label,
            status=status,
            text=self._written,
            perturbed=None if found is None else found.written,
            changes=() if found is None else tuple((found.original.spans[place], it) for place, it in found.changes),
            words=0 if self._text is None else len(self._text),
            asked=self._queries,
            queries=len(self._seen),
            before=None if self._original is None else _rounded(self._original),
            after=None if answer is None else _rounded(answer),
            problem=problem,
        )


def _rounded(probabilities: Floats) -> tuple[float, ...]:
    return tuple(round(float(share), 6) for share in probabilities)
