"""Asks a victim: what many examples want to know goes in one question, each text once, like lengths together."""

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any, Protocol, TypeAlias, cast

import numpy as np

from attacks.core.errors import VictimError, VictimGoneError
from attacks.core.goals import Floats
from attacks.core.ports import Capability, GradientVictim, Replier, TokenSlope, Victim
from attacks.core.slopes import Vocabulary

Answer: TypeAlias = Floats | str | VictimError
"""The probabilities of one text, shape `(classes,)`, or the reply to it, or why there is none."""
Steered: TypeAlias = tuple[str, int]
"""A text, and the class by whose log-probability its slope is taken."""

TOLERANCE = 1e-3
"""How far probabilities may be from adding up to 1."""
BATCH, SMALLEST, LARGEST = 256, 32, 4096
"""How many texts a batch has; where the best number is sought, from and to."""
ROOM, ROW = 64_000_000, 400
"""How many characters of texts are remembered with their answers, and for how many a text's answer is counted."""
SLOPES_AT_A_TIME = 32
"""Gradients hold every layer's values: fewer texts at a time."""
_GAIN = 0.9
"""A batch of twice the size is better where a text takes less than this share of its time."""


class Answers(Protocol):
    """Where answers are remembered beyond a run."""

    def known(self, texts: Sequence[str]) -> dict[str, Floats | str]:
        """The answers that are there."""

    def keep(self, answers: dict[str, Floats | str]) -> None:
        """Remember these."""


class Desk:
    """Where a victim is asked. Answers are remembered in the run, and beyond it in `answers`.

    What is remembered in the run takes `room` characters, some 100 MB: beyond that the texts are forgotten that nobody
    wanted for the longest time, and asked again should somebody want them. No meter of an example knows of that.

    `batch` is how many texts a victim is shown at most at a time; None seeks the number: from 32 upwards, doubled as
    long as a text comes cheaper by that. A batch that breaks for lack of memory is halved, and so are those after it;
    not where a text of it is too much by itself, which harms no other. A victim that is gone ends the run: a
    VictimGoneError goes through.
    """

    def __init__(
        self,
        victim: Victim | Replier,
        batch: int | None = BATCH,
        answers: Answers | None = None,
        clock: Callable[[], float] = perf_counter,
        room: int = ROOM,
    ) -> None:
        """`clock` tells seconds, from which the cost of a batch is taken."""
        self._clock = clock
        self._victim, self._answers = victim, answers
        self.batch = SMALLEST if batch is None else batch
        self._seeks, self._cost = batch is None, float("inf")
        self._known: dict[str, Answer] = {}
        """What was wanted last stands last."""
        self._room, self._taken = room, 0
        self.shown = 0
        """How many texts the victim was shown, repeats for the sake of a fresh look included."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of a victim with gradients."""
        return cast("GradientVictim", self._victim).vocabulary

    def answers(self, texts: Iterable[str], *, fresh: bool = False) -> dict[str, Answer]:
        """The answer to every distinct text; `fresh` asks again what is known already."""
        wanted = dict.fromkeys(texts)
        missing = [text for text in wanted if fresh or text not in self._known]
        if missing and not fresh and self._answers is not None:
            for text, answer in self._answers.known(missing).items():
                self._remember(text, answer)
            missing = [text for text in missing if text not in self._known]
        if missing:
            self._ask_all(missing, fresh=fresh)
        found = {text: self._known.pop(text) for text in wanted}
        self._known.update(found)
        self._forget()
        return found

    def _remember(self, text: str, answer: Answer) -> None:
        if text not in self._known:
            self._taken += len(text) + ROW
        self._known[text] = answer

    def _forget(self) -> None:
        """Forget what was wanted longest ago, until the rest has room."""
        while self._taken > self._room:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._taken -= len(oldest) + ROW

    def slopes(self, wanted: Iterable[Steered]) -> dict[Steered, TokenSlope | VictimError]:
        """The slope of every distinct text and class. Not remembered: they are many numbers, and seldom asked twice."""
        victim = cast("GradientVictim", self._victim)
        missing = sorted(dict.fromkeys(wanted), key=lambda it: len(it[0]))
        found: dict[Steered, TokenSlope | VictimError] = {}

        def ask(some: Sequence[Steered]) -> None:
            slopes = victim.slopes([text for text, _ in some], [label for _, label in some])
            if len(slopes) != len(some):
                raise VictimError(victim.name, f"gave {len(slopes)} slopes for {len(some)} texts")
            for it, slope in zip(some, slopes, strict=True):
                row = self._checked_row(np.asarray(slope.probabilities, dtype=np.float64))
                is_whole = np.isfinite(slope.gradients).all() and len(slope.gradients) == len(slope.spans)
                problem = None if is_whole else VictimError(victim.name, "gave gradients that are no numbers")
                found[it] = row if isinstance(row, VictimError) else problem or slope

        def fail(it: Steered, problem: VictimError) -> None:
            found[it] = problem

        for start in range(0, len(missing), SLOPES_AT_A_TIME):
            self._in_halves(missing[start : start + SLOPES_AT_A_TIME], ask, fail)
        return found

    def _ask_all(self, texts: list[str], *, fresh: bool) -> None:
        """Ask all of these, in batches of texts of like lengths."""
        texts.sort(key=len)
        at = 0
        try:
            while at < len(texts):
                some = texts[at : at + self.batch]
                at += len(some)
                began = self._clock()
                self._in_halves(some, self._ask, self._fail)
                if self._seeks and len(some) == self.batch:
                    self._seek((self._clock() - began) / len(some))
        finally:
            if self._answers is not None and not fresh:
                answered = {text: self._known[text] for text in texts if text in self._known}
                self._answers.keep({text: it for text, it in answered.items() if not isinstance(it, VictimError)})

    def _seek(self, cost: float) -> None:
        """Double the batch while a text comes cheaper by it; else go back, and seek no more."""
        if cost < _GAIN * self._cost and self.batch < LARGEST:
            self._cost, self.batch = cost, 2 * self.batch
        else:
            self.batch, self._seeks = max(SMALLEST, self.batch // 2), False

    def _ask(self, texts: Sequence[str]) -> None:
        rows: Sequence[Answer]
        if Capability.REPLIES in self._victim.can:
            rows = self._checked_replies(cast("Replier", self._victim).reply(texts), len(texts))
        else:
            rows = self._checked(cast("Victim", self._victim).predict(texts), len(texts))
        for text, row in zip(texts, rows, strict=True):
            self._remember(text, row)

    def _fail(self, text: str, problem: VictimError) -> None:
        self._remember(text, problem)

    def _in_halves(
        self, some: Sequence[Any], ask: Callable[[Sequence[Any]], None], fail: Callable[[Any, VictimError], None]
    ) -> bool:
        """Ask one batch; where it breaks, in halves, until the text that breaks it stands alone.

        Returns whether a text was too much for the memory by itself. Raises VictimGoneError: then no text is to blame,
        and what is not asked by then can be asked another time.
        """
        self.shown += len(some)
        try:
            ask(some)
            return False
        except VictimGoneError:
            raise
        except Exception as problem:  # noqa: BLE001 - a victim is anyone's; its bug is an error of the text
            is_short = _is_short_of_memory(problem)
            if len(some) == 1:
                fail(some[0], _as_error(self._victim.name, problem))
                return is_short
        before = self.batch, self._seeks
        middle = len(some) // 2
        if is_short:
            self.batch, self._seeks = min(self.batch, middle), False
        is_one_to_blame = [self._in_halves(half, ask, fail) for half in (some[:middle], some[middle:])]
        if any(is_one_to_blame):
            self.batch, self._seeks = before
        return any(is_one_to_blame)

    def _checked_replies(self, answered: object, count: int) -> list[Answer]:
        if not isinstance(answered, Sequence) or isinstance(answered, str) or len(answered) != count:
            raise VictimError(self._victim.name, f"did not give the {count} replies that it was asked for")
        name = self._victim.name
        return [it if isinstance(it, str) else VictimError(name, f"replied with no text: {it!r}") for it in answered]

    def _checked(self, answered: object, count: int) -> list[Answer]:
        """One answer for each text. Raises VictimError where the whole has another shape."""
        rows = np.asarray(answered, dtype=np.float64)
        wanted = (count, cast("Victim", self._victim).classes)
        if rows.shape != wanted:
            raise VictimError(self._victim.name, f"answered in the shape {rows.shape}, and {wanted} was asked for")
        is_finite = np.isfinite(rows).all(axis=1)
        is_share = (np.abs(rows.sum(axis=1) - 1) <= TOLERANCE) & (rows >= -TOLERANCE).all(axis=1)
        if (is_finite & is_share).all():
            return list(rows)
        return [self._checked_row(row) for row in rows]

    def _checked_row(self, row: Floats) -> Floats | VictimError:
        name = self._victim.name
        if not np.isfinite(row).all():
            return VictimError(name, "answered with what is no number")
        if (row < -TOLERANCE).any() or abs(float(row.sum()) - 1) > TOLERANCE:
            return VictimError(name, f"answered with probabilities that add up to {float(row.sum()):.4g}")
        return row


def _is_short_of_memory(problem: Exception) -> bool:
    """Whether a device or the machine had too little memory; accelerators say so in their own words."""
    return isinstance(problem, MemoryError) or type(problem).__name__ == "OutOfMemoryError"


def _as_error(victim: str, problem: Exception) -> VictimError:
    if isinstance(problem, VictimError):
        return problem
    return VictimError(victim, f"raised {type(problem).__name__}: {problem}")
