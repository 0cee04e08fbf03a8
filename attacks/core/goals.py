"""What an attack wants of a victim: how near an answer is to it, and whether it is reached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Answers = TypeVar("Answers", contravariant=True)


class Judging(Protocol[Answers]):
    """Judges what a victim answered."""

    def score(self, answers: Answers) -> Floats:
        """How near each answer is to the goal, shape `(texts,)`; higher is nearer, in [0, 1]."""

    def reached(self, answers: Answers) -> Flags:
        """Which answers are what was wanted, shape `(texts,)`."""


class Goal(Judging[Floats], Protocol):
    """A goal among classes: judges probabilities of shape `(texts, classes)`."""

    @property
    def steers(self) -> tuple[int, float]:
        """A class, and 1 where its log-probability is to rise or -1 where it is to fall: gradients are of that."""


ReplyGoal: TypeAlias = Judging[Sequence[str]]
"""A goal for a victim that writes: judges its replies."""


@dataclass(frozen=True, slots=True)
class Untargeted:
    """Any other label than the right one."""

    label: int

    @property
    def steers(self) -> tuple[int, float]:
        """Away from the right label."""
        return self.label, -1.0

    def score(self, answers: Floats) -> Floats:
        """The probability of all other labels together."""
        return 1.0 - answers[:, self.label]

    def reached(self, answers: Floats) -> Flags:
        """Whether another label is the likeliest; of equals the lowest number is."""
        return np.asarray(answers.argmax(axis=1) != self.label)


@dataclass(frozen=True, slots=True)
class Targeted:
    """One label, and no other."""

    label: int

    @property
    def steers(self) -> tuple[int, float]:
        """Towards the wanted label."""
        return self.label, 1.0

    def score(self, answers: Floats) -> Floats:
        """The probability of the wanted label."""
        return np.asarray(answers[:, self.label], dtype=np.float64)

    def reached(self, answers: Floats) -> Flags:
        """Whether the wanted label is the likeliest."""
        return np.asarray(answers.argmax(axis=1) == self.label)


@dataclass(frozen=True, slots=True)
class Margin:
    """Any other label, and likelier than the right one by a margin, from 0 to 1: a success that is no accident."""

    label: int
    margin: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.margin < 1:
            raise ValueError(f"a margin of probabilities is from 0 to below 1, which {self.margin} is not")

    @property
    def steers(self) -> tuple[int, float]:
        """Away from the right label."""
        return self.label, -1.0

    def score(self, answers: Floats) -> Floats:
        """By how much the likeliest other label leads, -1 to 1 drawn together to 0 to 1."""
        return np.asarray((1.0 + self._lead(answers)) / 2)

    def reached(self, answers: Floats) -> Flags:
        """Whether another label leads, and by the margin."""
        return np.asarray((answers.argmax(axis=1) != self.label) & (self._lead(answers) >= self.margin))

    def _lead(self, answers: Floats) -> Floats:
        others = np.delete(answers, self.label, axis=1)
        best = others.max(axis=1) if others.shape[1] else np.zeros(len(answers))
        return np.asarray(best - answers[:, self.label])


@dataclass(frozen=True, slots=True)
class LabelOnly:
    """Another goal of which nothing is seen but whether it is reached: what a victim without scores lets one see."""

    goal: Goal

    @property
    def steers(self) -> tuple[int, float]:
        """As the other goal."""
        return self.goal.steers

    def score(self, answers: Floats) -> Floats:
        """1 where it is reached, else 0."""
        return self.goal.reached(answers).astype(np.float64)

    def reached(self, answers: Floats) -> Flags:
        """As the other goal."""
        return self.goal.reached(answers)


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A reply that holds a text (`is_wanted`), or holds it no longer. Compared in words, upper and lower case alike.

    An ideograph is a word of its own, and so is a sign of kana: no space says where their words end.

    For victims that write. The score of one that still holds the right text is 0, and that of one that lacks the wanted
    text is the share of the wanted words that it has, halved: nothing finer shows in a reply.
    """

    text: str
    is_wanted: bool = False

    def score(self, answers: Sequence[str]) -> Floats:
        """1 where it is reached."""
        reached = self.reached(answers)
        wanted = set(_words(self.text)) if self.is_wanted else set()
        near = [len(wanted.intersection(_words(reply))) / (2 * len(wanted)) if wanted else 0.0 for reply in answers]
        return np.where(reached, 1.0, near)

    def reached(self, answers: Sequence[str]) -> Flags:
        """Whether the words of the text stand in the reply in a row, or stand there no longer."""
        wanted = f" {' '.join(_words(self.text))} "
        holds = np.array([wanted in f" {' '.join(_words(reply))} " for reply in answers], dtype=np.bool_)
        return holds if self.is_wanted else ~holds


_UNSPACED = re.compile(r"([\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
"""What is written without spaces between words: ideographs, hiragana, katakana."""


def _words(text: str) -> list[str]:
    spaced = _UNSPACED.sub(r" \1 ", text.casefold())
    return "".join(letter if letter.isalnum() else " " for letter in spaced).split()
