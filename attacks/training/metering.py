"""Asks a victim for what learns from many texts at once, outside of an attack, and counts what that costs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import numpy as np

from attacks.core.errors import VictimError
from attacks.core.goals import Goal
from attacks.core.ports import Victim
from attacks.core.searching import Outcome, Question
from attacks.core.slopes import Slopes
from attacks.core.universal import Learning, Learnt
from attacks.engine import Example
from attacks.engine.desk import Desk
from attacks.tokens import by_places


class Meter:
    """Asks a victim, and counts as the engine counts: a slope is a query of its own.

    `asked` counts every text that was asked for, `seen` holds the distinct ones.
    """

    def __init__(self, victim: Victim) -> None:
        self._desk = Desk(victim)
        self.asked = 0
        self.seen: set[str] = set()

    def right(self, examples: Iterable[Example]) -> list[tuple[str, int]]:
        """The texts, with their labels, about which the victim is right. They are not counted."""
        given = [(it.text, it.label) for it in examples if isinstance(it.label, int) and it.text.strip()]
        answers = self._desk.answers(text for text, _ in given)
        return [(text, label) for text, label in given if _whole(answers[text]).argmax() == label]

    def drive(self, learning: Learning, goal: Goal, watch: Callable[[int], None]) -> Learnt:
        """Answer questions until there is a trigger. Raises VictimError."""
        question = next(learning)
        while True:
            outcomes = self._slopes(question, goal) if isinstance(question, Slopes) else self._scores(question, goal)
            watch(self.asked)
            try:
                question = learning.send(outcomes)
            except StopIteration as stopped:
                return cast("Learnt", stopped.value)

    def _scores(self, question: Question, goal: Goal) -> list[Outcome]:
        texts = [it.written for it in cast("tuple[Any, ...]", question)]
        self._count(texts)
        if not texts:
            return []
        answers = self._desk.answers(texts)
        return _judged([_whole(answers[text]) for text in texts], goal)

    def _slopes(self, question: Slopes, goal: Goal) -> list[Outcome]:
        label, sign = goal.steers
        wanted = [(it.written, label) for it in question.of]
        self._count([f"{text}\0" for text, _ in wanted])
        answers = self._desk.slopes(wanted)
        found = []
        for it in wanted:
            slope = answers[it]
            if isinstance(slope, VictimError):
                raise slope
            found.append(slope)
        outcomes = _judged([it.probabilities for it in found], goal)
        known = self._desk.vocabulary
        turned = (by_places(asked, it, sign, known) for asked, it in zip(question.of, found, strict=True))
        return [came._replace(slope=slope) for came, slope in zip(outcomes, turned, strict=True)]

    def _count(self, keys: Sequence[str]) -> None:
        self.asked += len(keys)
        self.seen.update(keys)


def _whole(answer: Any) -> Any:  # noqa: ANN401 - an answer, and probabilities
    """The answer. Raises it where it is an error."""
    if isinstance(answer, VictimError):
        raise answer
    return answer


def _judged(answers: Sequence[Any], goal: Goal) -> list[Outcome]:
    shares = np.stack(answers)
    return list(map(Outcome, goal.score(shares).tolist(), goal.reached(shares).tolist()))
