"""The conformance kit for victims."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability, GradientVictim, Replier, Victim
from attacks.testing.report import Law, Report, check_fingerprint, examined, require
from attacks.testing.samples import HOSTILE, SAMPLES


def check_victim(victim: Victim | Replier, texts: Sequence[str] = SAMPLES["en"]) -> Report:
    """Whether a victim keeps the laws of its port. It is asked for some sixty texts."""
    trial = _Asking(victim, tuple(texts))
    laws: tuple[tuple[str, Law], ...] = (
        (
            "says what it is called, and its fingerprint: 16 hex digits, the same whenever asked",
            trial.describes_itself,
        ),
        ("one text has one answer, alone or among others", trial.is_steady),
        ("answers several threads at once as it answers one", trial.is_thread_safe),
        ("no text is too strange", trial.stands_anything),
    )
    if Capability.GRADIENTS in victim.can:
        laws += (("tells slopes that fit its texts", trial.slopes_fit),)
    return examined(f"victim {getattr(victim, 'name', victim)}", laws)


class _Asking:
    """A victim that is asked."""

    def __init__(self, victim: Victim | Replier, texts: tuple[str, ...]) -> None:
        self._victim, self._texts = victim, texts

    def _answers(self, texts: Sequence[str]) -> list[Any]:
        """One answer for each text. Raises BreachError where an answer is none."""
        if Capability.REPLIES in self._victim.can:
            replies = list(cast("Replier", self._victim).reply(texts))
            require(len(replies) == len(texts), f"{len(replies)} replies to {len(texts)} texts")
            require(all(isinstance(it, str) for it in replies), "a reply is no text")
            return replies
        victim = cast("Victim", self._victim)
        rows = np.asarray(victim.predict(texts), dtype=np.float64)
        require(rows.shape == (len(texts), victim.classes), f"answers have the shape {rows.shape}")
        is_share = np.isfinite(rows).all() and (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-3)
        require(bool(is_share), "probabilities are no numbers from 0 that add up to 1")
        if Capability.SCORES not in victim.can:
            require(bool(np.isin(rows, (0, 1)).all()), "it has no scores, and answers with more than a label")
        return list(rows)

    def describes_itself(self) -> None:
        name = self._victim.name
        require(isinstance(name, str) and name != "", f"name is {name!r}")
        check_fingerprint(self._victim.fingerprint, self._victim.fingerprint)
        can = self._victim.can
        require(isinstance(can, frozenset) and all(it in Capability for it in can), f"can is {can!r}")

    def is_steady(self) -> None:
        together = self._answers(self._texts)
        for text, answer in zip(self._texts, together, strict=True):
            require(_alike(self._answers([text])[0], answer), f"another answer to {text!r} alone")
        turned = self._answers(self._texts[::-1])[::-1]
        require(all(map(_alike, turned, together)), "other answers in another order")

    def is_thread_safe(self) -> None:
        wanted = self._answers(self._texts)
        with ThreadPoolExecutor(max_workers=3) as threads:
            for answers in threads.map(self._answers, [self._texts] * 3):
                require(all(map(_alike, answers, wanted)), "other answers in threads")

    def stands_anything(self) -> None:
        for text in HOSTILE:
            self._answers([text])
        self._answers(HOSTILE)

    def slopes_fit(self) -> None:
        victim = cast("GradientVictim", self._victim)
        known = victim.vocabulary
        require(len(known.words) == len(known.vectors), "the vocabulary has not one vector a word")
        slopes = victim.slopes(self._texts, [0] * len(self._texts))
        for text, answer, slope in zip(self._texts, self._answers(self._texts), slopes, strict=True):
            shape = (len(slope.spans), known.vectors.shape[1])
            require(slope.gradients.shape == shape == slope.vectors.shape, f"gradients have not the shape {shape}")
            require(_alike(slope.probabilities, answer), f"slopes tell other probabilities of {text!r}")
            inside = all(0 <= start <= end <= len(text) for start, end in slope.spans)
            require(inside and list(slope.spans) == sorted(slope.spans), f"tokens stand beyond {text!r}")


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - a reply, or probabilities
    """Whether two answers are one: replies to the letter, probabilities but for the last digits of a batch."""
    return bool(one == other) if isinstance(one, str) else bool(np.allclose(cast("Floats", one), other, atol=1e-4))
