"""One example under attack: its search, what it has asked, and how it ended."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from random import Random
from typing import cast

import numpy as np

from attacks.core.errors import AttackError, QueryBudgetError, SearchError, VictimError
from attacks.core.goals import Floats, Goal, LabelOnly, ReplyGoal, TextMatch
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Attack, TokenSlope
from attacks.core.searching import Outcome, Question, Search
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.text import Span, Text
from attacks.engine.desk import Answer, Steered
from attacks.engine.rows import HOLDS_ALREADY, Label, Row, Status
from attacks.tokens import by_places

Said = Floats | str
"""What a victim answered to one text: probabilities, shape `(classes,)`, or a reply."""

EMPTY_QUESTIONS = 10_000
"""So many questions without a text, one after the other, are those of a search that never ends."""


class Run:
    """Drives one search. `wanted` are the texts that it waits for; `row` is set when it is over."""

    def __init__(
        self,
        number: int,
        written: str,
        label: Label,
        attack: Attack,
        goal: Goal | ReplyGoal,
        budget: int | None,
        chance: Random,
        protected: Sequence[Span] = (),
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._number, self._written, self._label = number, written, label
        self._attack, self._goal, self._budget, self._chance = attack, goal, budget, chance
        self._protected, self._vocabulary = protected, vocabulary
        self._search: Search | None = None
        self._asked: Sequence[Perturbation] = ()
        self._text: Text | None = None
        self._original: Said | None = None
        self._found: Perturbation | None = None
        self._seen: set[str] = set()
        self._reached: set[str] = set()
        self._queries = 0
        self.wanted: tuple[str, ...] = (written,)
        self.is_fresh = False
        """Whether it wants an answer that was not remembered."""
        self.steers: int | None = None
        """The class by which it wants the slopes of the texts; None where it wants none."""
        self.row: Row | None = None

    @property
    def steered(self) -> Iterable[Steered]:
        """The texts that it wants the slopes of."""
        return () if self.steers is None else ((text, self.steers) for text in self.wanted)

    def take(self, answers: Mapping[str, Answer]) -> None:
        """The answers to what was wanted; afterwards something else is, or it is over."""
        self._take([answers[text] for text in self.wanted], ())

    def take_slopes(self, answers: Mapping[Steered, TokenSlope | VictimError]) -> None:
        """The slopes of what was wanted, likewise."""
        found = [answers[it] for it in self.steered]
        self._take([it if isinstance(it, VictimError) else it.probabilities for it in found], found)

    def _take(self, found: Sequence[Answer], slopes: Sequence[TokenSlope | VictimError]) -> None:
        broken = next((answer for answer in found if isinstance(answer, VictimError)), None)
        if broken is not None:
            self._end(Status.ERROR, problem=str(broken))
            return
        try:
            self._go_on(cast("Sequence[Said]", found), cast("Sequence[TokenSlope]", slopes))
        except AttackError as problem:
            status = Status.FAILED if isinstance(problem, QueryBudgetError) else Status.ERROR
            self._end(status, problem=str(problem))
        except Exception as bug:  # noqa: BLE001 - an attack is anyone's; its bug is no robustness of the victim
            self._end(Status.ERROR, problem=f"{type(bug).__name__}: {bug}")

    def _go_on(self, said: Sequence[Said], slopes: Sequence[TokenSlope]) -> None:
        if self._original is None:
            self._begin(said[0])
        elif self._found is not None:
            self._confirm(said[0])
        else:
            self._step(self._outcomes(said, slopes))

    def _judged(self, said: Sequence[Said]) -> tuple[list[float], list[bool]]:
        if isinstance(said[0], str):
            replies, of_replies = cast("Sequence[str]", said), cast("ReplyGoal", self._goal)
            scores, reached = of_replies.score(replies), of_replies.reached(replies)
        else:
            stacked, goal = np.stack(cast("Sequence[Floats]", said)), cast("Goal", self._goal)
            scores, reached = goal.score(stacked), goal.reached(stacked)
        return scores.tolist(), reached.tolist()

    def _begin(self, original: Said) -> None:
        """The first answer: is it worth an attack at all? That question is not counted."""
        self._original = original
        (base,), (is_there,) = self._judged([original])
        is_wrong = self._is_wrong(original)
        if is_there or (is_wrong and not isinstance(original, str)):
            self._end(Status.SKIPPED, problem="" if is_wrong else HOLDS_ALREADY)
            return
        read = self._attack.read
        self._text = Text.around(self._written, self._protected, read) if self._protected else read(self._written)
        # Whatever the goal judges, an attack is only told scores.
        self._search = self._attack.begin(self._text, cast("Goal", self._goal), base, self._chance)
        self._step(None)

    def _is_wrong(self, original: Said) -> bool:
        """Whether the victim chose another class than the right one, or wrote a reply without the right answer."""
        if isinstance(original, str):
            return bool(TextMatch(str(self._label)).reached([original])[0])
        return int(original.argmax()) != self._label

    def _outcomes(self, said: Sequence[Said], slopes: Sequence[TokenSlope]) -> Sequence[Outcome]:
        scores, reached = self._judged(said)
        self._reached |= {it.written for it, is_there in zip(self._asked, reached, strict=True) if is_there}
        told = map(self._slope, self._asked, slopes) if slopes else repeat(None)
        return list(map(Outcome, scores, reached, told, self._shown(said)))

    def _shown(self, said: Sequence[Said]) -> Iterable[Floats | None]:
        """The probabilities, or no more than which class is the likeliest where the goal hides them."""
        if isinstance(said[0], str):
            return repeat(None)
        shares = cast("Sequence[Floats]", said)
        if not isinstance(self._goal, LabelOnly):
            return shares
        return np.eye(len(shares[0]))[[int(share.argmax()) for share in shares]]

    def _slope(self, asked: Perturbation, found: TokenSlope) -> Slope:
        """What was found by tokens, by the places of the text."""
        if self._vocabulary is None:
            raise RuntimeError("a slope came without the victim's vocabulary")
        return by_places(asked, found, cast("Goal", self._goal).steers[1], self._vocabulary)

    def _step(self, outcomes: Sequence[Outcome] | None) -> None:
        """Send the outcomes of what was asked and ask what the search wants next.

        Raises QueryBudgetError, and SearchError where it goes on asking nothing.
        """
        search = self._search
        if search is None:
            raise RuntimeError("a search is stepped before it began")
        try:
            asked: Question = next(search) if outcomes is None else search.send(outcomes)
            empty = 0
            while not (asked.of if isinstance(asked, Slopes) else asked):
                empty += 1
                if empty == EMPTY_QUESTIONS:
                    raise SearchError(self._attack.name, f"asked for nothing {empty:,} times in a row")
                asked = search.send(())
        except StopIteration as stopped:
            self._settle(stopped.value)
            return
        if isinstance(asked, Slopes):
            self._asked, self.steers = asked.of, cast("Goal", self._goal).steers[0]
        else:
            self._asked, self.steers = asked, None
        texts = tuple(it.written for it in self._asked)
        self._meter(texts)
        self.wanted = texts

    def _meter(self, texts: Sequence[str]) -> None:
        """Count these, or raise QueryBudgetError where they would go beyond the budget."""
        if self.steers is None:
            new = {text for text in texts if text not in self._seen and text != self._written}
        else:
            # A slope is a pass of its own, also through a text whose label is known.
            new = {slope for text in texts if (slope := f"{text}\0") not in self._seen}
        if self._budget is not None and len(self._seen) + len(new) > self._budget:
            raise QueryBudgetError(len(self._seen), len(new), self._budget)
        self._seen |= new
        self._queries += len(texts)

    def _settle(self, found: Perturbation | None) -> None:
        """The search is over: what it says it found is looked at afresh before it counts. Raises SearchError."""
        if found is not None:
            self._require_own(found)
        if found is None or found.written not in self._reached:
            self._end(Status.FAILED, found)
            return
        self._found, self.wanted, self.is_fresh, self.steers = found, (found.written,), True, None

    def _require_own(self, found: Perturbation) -> None:
        """Raises SearchError where a result is of another text, or changes what is protected."""
        if found.original.written != self._written:
            raise SearchError(self._attack.name, "returned a perturbation of another text")
        for start, end in found.touched:
            if any(start < last and first < end for first, last in self._protected):
                raise SearchError(self._attack.name, f"changed what is protected, at {start}:{end}")

    def _confirm(self, said: Said) -> None:
        if self._judged([said])[1][0]:
            self._end(Status.SUCCEEDED, self._found, answer=said)
        else:
            self._end(Status.ERROR, self._found, problem="the victim answered otherwise when it was asked once more")

    def _end(
        self, status: Status, found: Perturbation | None = None, problem: str = "", answer: Said | None = None
    ) -> None:
        if self._search is not None:
            # Whatever a search does when it is closed, its example is over, and the others go on.
            with suppress(Exception):
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


def _rounded(said: Said) -> tuple[float, ...] | str:
    return said if isinstance(said, str) else tuple(round(float(share), 6) for share in said)
