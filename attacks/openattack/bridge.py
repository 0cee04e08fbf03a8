"""An attacker that calls its victim, as a search that asks: what it asks of the victim is what our meter counts.

Where it asks, its thread stands still, the search yields the question, and the answer is handed back. A text is one
place, for these attackers rewrite whole texts: they put spaces around signs and write in lower case. What they draw is
the search's own, and one of them runs at a time, so that rows are the same whatever else is under way.
"""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any, TypeAlias

import numpy as np

from attacks.core.errors import AttackError
from attacks.core.goals import Floats, Goal
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Question, Search
from attacks.core.slopes import Slope, Slopes
from attacks.core.text import PAIR, Text
from attacks.openattack.conversation import Conversation
from attacks.openattack.draws import Draws, use
from attacks.openattack.errors import OpenAttackError
from attacks.openattack.loading import openattack

Ask: TypeAlias = Callable[[Question], Sequence[Outcome]]
Talk: TypeAlias = Conversation[Question, Sequence[Outcome], Any]
_STRETCH = re.compile(rf"\S(?:[^{PAIR}]*\S)?")
"""The unit separator is a space to `re`."""
UNKNOWN = "<UNK>"
"""How OpenAttack writes a word that a victim does not know; its vector is zero where the victim has none for it."""


def stretches(written: str) -> Text:
    """A text as one place, or of a pair as two; spaces around it belong to none."""
    return Text.of(written, lambda _: [match.span() for match in _STRETCH.finditer(written)])


def search(name: str, attacker: Any, text: Text, goal: Goal, chance: Random, *, torch: bool = False) -> Search:  # noqa: ANN401
    """What an attacker of OpenAttack does with a text, to its end.

    Where the text has several places, because it is a pair or some of it is protected, each is attacked by itself, one
    after the other, in the midst of the others as they are. Raises OpenAttackError where the attacker raises, gives
    what is no text, or gives one that does not reach its own goal.
    """
    found: Perturbation | None = None
    steers: tuple[int, float] | None = getattr(goal, "steers", None)
    if steers is None:
        raise AttackError("OpenAttack attacks classifiers, and this victim writes; choose another recipe")
    for place in range(len(text)):
        draws = Draws(chance.getrandbits(63), torch=torch)
        found, is_reached = yield from _attacked(name, attacker, _Stretch(text, place), steers, draws)
        if is_reached:
            return found
    return found


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A place of a text, which an attacker takes for the whole."""

    text: Text
    place: int

    @property
    def written(self) -> str:
        return self.text.words[self.place]

    def put(self, instead: str) -> Perturbation:
        """The text with something else in the place."""
        return Perturbation(self.text).with_word(self.place, instead)

    def put_tokens(self, tokens: Sequence[str]) -> Perturbation:
        """The text with tokens in the place, a space between any two, as a text in which each is a place."""
        start, end = self.text.spans[self.place]
        begins = accumulate((len(token) + 1 for token in tokens[:-1]), initial=start)
        spans = tuple((at, at + len(token)) for at, token in zip(begins, tokens, strict=True))
        written = self.text.written
        return Perturbation(Text(f"{written[:start]}{' '.join(tokens)}{written[end:]}", spans))


def _attacked(
    name: str,
    attacker: Any,  # noqa: ANN401 - OpenAttack's own
    stretch: _Stretch,
    aim: tuple[int, float],
    draws: Draws,
) -> Generator[Question, Sequence[Outcome], tuple[Perturbation | None, bool]]:
    """What was found, and whether it is reached; the last question then held it."""
    label, is_wanted = aim[0], aim[1] > 0
    asked: Question = ()
    told: Sequence[Outcome] = ()
    with closing(_talk(attacker, stretch, aim, draws)) as talk:
        question = _next(name, talk, draws, None)
        while question is not None:
            told = yield question
            asked, question = question, _next(name, talk, draws, told)
    if talk.found is None:
        return None, False
    if not isinstance(talk.found, str):
        raise OpenAttackError(name, f"gave a {type(talk.found).__name__} where a text was due")
    found = stretch.put(talk.found)
    came = dict(zip(asked, told, strict=True)).get(found) if isinstance(asked, tuple) else None
    if came is None:
        (came,) = yield (found,)
    if not came.is_reached and (_row(came).argmax() == label) != is_wanted:
        raise OpenAttackError(name, f"gave a text that does not reach its goal: {talk.found!r}")
    return found, came.is_reached


def _talk(attacker: Any, stretch: _Stretch, aim: tuple[int, float], draws: Draws) -> Talk:  # noqa: ANN401
    label, sign = aim

    def work(ask: Ask) -> Any:  # noqa: ANN401 - should be a text, or None
        use(draws)
        goal = openattack().goal.ClassifierGoal(label, sign > 0)
        # Attackers keep notes of a text on themselves: each search has an attacker of its own.
        return copy(attacker).attack(_asking()(ask, stretch, sign), stretch.written, goal)

    return Conversation(work)


def _next(name: str, talk: Talk, draws: Draws, told: Sequence[Outcome] | None) -> Question | None:
    try:
        with draws.lent():
            return talk.go_on(told)
    except AttackError:
        raise
    except Exception as problem:
        raise OpenAttackError(name, f"broke: {type(problem).__name__}: {problem}") from problem


def _row(came: Outcome) -> Floats:
    if came.answer is None:
        raise AttackError("no probabilities came with an answer; the engine sends those of every classifier")
    return came.answer


def word_embedding(words: Sequence[str], vectors: Floats) -> Any:  # noqa: ANN401 - OpenAttack's own
    """The words of a victim as OpenAttack's WordEmbedding, with one more for what it does not know."""
    rows = {word: number for number, word in enumerate(words)}
    if UNKNOWN not in rows:
        rows[UNKNOWN] = len(rows)
        vectors = np.vstack([vectors, np.zeros((1, vectors.shape[1]))])
    return openattack().word_embedding.WordEmbedding(rows, vectors)


@lru_cache(maxsize=1)
def _asking() -> Any:  # noqa: ANN401 - a class
    """A classifier of OpenAttack's that asks whoever is talked to; a class cannot be had before its library."""

    class Asking(openattack().Classifier):  # type: ignore[misc]
        def __init__(self, ask: Ask, stretch: _Stretch, sign: float) -> None:
            self._ask, self._stretch, self._sign = ask, stretch, sign

        def get_prob(self, texts: list[str]) -> Floats:
            outcomes = self._ask(tuple(map(self._stretch.put, texts)))
            return np.stack([_row(came) for came in outcomes])

        def get_pred(self, texts: list[str]) -> Any:  # noqa: ANN401 - numbers of classes
            return self.get_prob(texts).argmax(axis=1)

        def get_grad(self, texts: list[list[str]], labels: Sequence[int]) -> tuple[Floats, Floats]:
            """Gradients of the log-probability of the goal's class; no attacker asks for another's."""
            wrong = next((it for it in labels if not isinstance(it, int | np.integer)), None)
            if wrong is not None:
                raise TypeError(f"a label is the number of a class, and no {type(wrong).__name__}")
            outcomes = self._ask(Slopes(tuple(map(self._stretch.put_tokens, texts))))
            slopes = [self._slope(came) for came in outcomes]
            longest = max(len(tokens) for tokens in texts)
            # Ours point to the goal; OpenAttack's are those of its class, whether that is wanted or not.
            of_class = [self._sign * it.gradients for it in slopes]
            padded = [np.pad(it, ((0, longest - len(it)), (0, 0))) for it in of_class]
            return np.stack([_row(came) for came in outcomes]), np.stack(padded)

        def get_embedding(self) -> Any:  # noqa: ANN401 - OpenAttack's own
            """The victim's words; they come with a slope, so this is a query too."""
            (came,) = self._ask(Slopes((self._stretch.put(self._stretch.written),)))
            known = self._slope(came).vocabulary
            return word_embedding(known.words, known.vectors)

        def _slope(self, came: Outcome) -> Slope:
            if came.slope is None:
                raise AttackError("no gradients came with the answer; the victim must have them")
            return came.slope

    return Asking
