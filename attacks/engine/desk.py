"""Asks a victim: what many examples want to know goes in one question, each text once, like lengths together."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from attacks.core.errors import VictimError
from attacks.core.goals import Floats
from attacks.core.ports import Victim

Answer: TypeAlias = Floats | VictimError
"""The probabilities of one text, shape `(classes,)`, or why there are none."""

TOLERANCE = 1e-3
"""How far probabilities may be from adding up to 1."""


class Desk:
    """Where a victim is asked. Answers are remembered for the whole run."""

    def __init__(self, victim: Victim, batch: int = 256) -> None:
        self._victim, self._batch = victim, batch
        self._known: dict[str, Answer] = {}
        self.shown = 0
        """How many texts the victim was shown, repeats for the sake of a fresh look included."""

    def answers(self, texts: Iterable[str], *, fresh: bool = False) -> dict[str, Answer]:
        """The answer to every distinct text; `fresh` asks again what is known already."""
        wanted = dict.fromkeys(texts)
        missing = [text for text in wanted if fresh or text not in self._known]
        missing.sort(key=len)
        for start in range(0, len(missing), self._batch):
            self._ask(missing[start : start + self._batch])
        return {text: self._known[text] for text in wanted}

    def _ask(self, texts: Sequence[str]) -> None:
        """Ask one batch; where it breaks, in halves, until the text that breaks it stands alone."""
        self.shown += len(texts)
        try:
            rows = self._checked(self._victim.predict(texts), len(texts))
        except MemoryError:
            if len(texts) == 1:
                raise
            self._batch = max(1, len(texts) // 2)
            self._halves(texts)
        except Exception as problem:  # noqa: BLE001 - a victim is anyone's, and may raise anything
            if len(texts) == 1:
                self._known[texts[0]] = _as_error(self._victim.name, problem)
            else:
                self._halves(texts)
        else:
            self._known.update(zip(texts, rows, strict=True))

    def _halves(self, texts: Sequence[str]) -> None:
        middle = len(texts) // 2
        self._ask(texts[:middle])
        self._ask(texts[middle:])

    def _checked(self, answered: object, count: int) -> list[Answer]:
        """One answer for each text. Raises VictimError where the whole has another shape."""
        rows = np.asarray(answered, dtype=np.float64)
        wanted = (count, self._victim.classes)
        if rows.shape != wanted:
            raise VictimError(self._victim.name, f"answered in the shape {rows.shape}, and {wanted} was asked for")
        return [self._checked_row(row) for row in rows]

    def _checked_row(self, row: Floats) -> Answer:
        name = self._victim.name
        if not np.isfinite(row).all():
            return VictimError(name, "answered with what is no number")
        if (row < -TOLERANCE).any() or abs(float(row.sum()) - 1) > TOLERANCE:
            return VictimError(name, f"answered with probabilities that add up to {float(row.sum()):.4g}")
        return row


def _as_error(victim: str, problem: Exception) -> VictimError:
    if isinstance(problem, VictimError):
        return problem
    return VictimError(victim, f"raised {type(problem).__name__}: {problem}")
