"""Ours under OpenAttack: our victims as its classifiers, our attacks as its attackers, for its `AttackEval`.

Its meter counts what its classifiers are asked; a text that ours knows already is not asked again, so that it may count
less than our rows say. It counts an exception as a failed attack: what is an error with us is raised, and it logs it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from attacks.core.errors import AttackError
from attacks.core.goals import Floats, Goal, Targeted, Untargeted
from attacks.core.ports import Attack, Capability, GradientVictim, TokenSlope, Victim
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.openattack.bridge import word_embedding
from attacks.openattack.loading import openattack
from attacks.openattack.victims import OpenAttackVictim


def as_openattack_classifier(victim: Victim) -> Any:  # noqa: ANN401 - OpenAttack's Classifier
    """Our victim as a Classifier: `get_pred`, with SCORES also `get_prob`, with GRADIENTS `get_grad`, `get_embedding`.

    Raises AttackError for a victim that writes, OpenAttackMissingError.
    """
    if Capability.REPLIES in victim.can:
        raise AttackError(f"victim {victim.name!r} writes, and OpenAttack's classifiers choose between classes")
    return _kind_of_classifier(Capability.SCORES in victim.can, Capability.GRADIENTS in victim.can)(victim)


def as_openattack_attacker(attack: Attack, seed: int = 0) -> Any:  # noqa: ANN401 - OpenAttack's Attacker
    """Our attack as a ClassificationAttacker. The same text gets the same chance, whatever came before.

    Raises OpenAttackMissingError. What it raises as it attacks is the row's problem, as an AttackError.
    """
    return _kind_of_attacker()(attack, seed)


@lru_cache(maxsize=4)
def _kind_of_classifier(has_scores: bool, has_gradients: bool) -> Any:  # noqa: ANN401 - a class
    """OpenAttack reads off a class what its classifiers can do, so there is one for each."""

    def init(self: Any, victim: Victim) -> None:  # noqa: ANN401
        self._victim = victim

    def get_prob(self: Any, texts: list[str]) -> Floats:  # noqa: ANN401
        return np.asarray(self._victim.predict(texts), dtype=np.float64)

    def get_pred(self: Any, texts: list[str]) -> Any:  # noqa: ANN401 - numbers of classes
        return get_prob(self, texts).argmax(axis=1)

    def get_grad(self: Any, texts: list[list[str]], labels: Sequence[int]) -> tuple[Floats, Floats]:  # noqa: ANN401
        read = [_spaced(tokens) for tokens in texts]
        slopes = self._victim.slopes([it.written for it in read], [int(label) for label in labels])
        longest = max(map(len, texts))
        gradients = [_by_place(text, slope, longest) for text, slope in zip(read, slopes, strict=True)]
        return np.stack([slope.probabilities for slope in slopes]), np.stack(gradients)

    def get_embedding(self: Any) -> Any:  # noqa: ANN401
        victim: GradientVictim = self._victim
        return word_embedding(victim.vocabulary.words, victim.vocabulary.vectors)

    does: dict[str, Any] = {"__init__": init, "get_pred": get_pred}
    does |= {"get_prob": get_prob} if has_scores else {}
    does |= {"get_grad": get_grad, "get_embedding": get_embedding} if has_gradients else {}
    return type("OurVictim", (openattack().Classifier,), does)


def _spaced(tokens: Sequence[str]) -> Text:
    """Tokens as a text with a space between any two; each is a place."""
    begins = accumulate((len(token) + 1 for token in tokens[:-1]), initial=0)
    spans = tuple((at, at + len(token)) for at, token in zip(begins, tokens, strict=True))
    return Text(" ".join(tokens), spans)


def _by_place(text: Text, slope: TokenSlope, places: int) -> Floats:
    """The gradients of the tokens that stand at each place, added up; shape `(places, dimensions)`."""
    added = np.zeros((places, slope.gradients.shape[1]))
    if slope.spans:
        at = np.searchsorted([end for _, end in text.spans], [start for start, _ in slope.spans], side="right")
        np.add.at(added, at, slope.gradients)
    return added


class _ExceededError(BaseException):
    """OpenAttack's limit of queries: passes through whatever keeps an engine going after an exception."""


class _Metered(OpenAttackVictim):
    """A classifier of OpenAttack's whose limit ends everything."""

    def predict(self, texts: Sequence[str]) -> Floats:
        with _limited():
            return super().predict(texts)

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> list[TokenSlope]:
        with _limited():
            return super().slopes(texts, labels)


@contextmanager
def _limited() -> Iterator[None]:
    try:
        yield
    except openattack().exceptions.InvokeLimitExceeded:
        raise _ExceededError from None


@lru_cache(maxsize=1)
def _kind_of_attacker() -> Any:  # noqa: ANN401 - a class
    library = openattack()
    tag = library.tags.tags.Tag
    wants = {Capability.SCORES: ("get_prob",), Capability.GRADIENTS: ("get_grad", "get_embedding")}

    class OurAttack(library.ClassificationAttacker):  # type: ignore[misc, name-defined]
        def __init__(self, attack: Attack, seed: int) -> None:
            self._attack, self._seed = attack, seed
            names = {"get_pred", *(name for need in attack.needs for name in wants[need])}
            self.TAGS = {library.tags.tags.TAG_English, *(tag(name, "victim") for name in names)}
            self._classes: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

        def attack(self, victim: Any, sentence: str, goal: Any) -> str | None:  # noqa: ANN401 - OpenAttack's own
            met = _Metered(victim, "openattack", self._classes.get(victim, 0), "0" * 16)
            self._classes[victim] = met.classes
            label = int(victim.get_pred([sentence])[0]) if goal.targeted else int(goal.target)
            wanted: Goal = (Targeted if goal.targeted else Untargeted)(int(goal.target))
            engine = Engine(met, self._attack, goal=lambda _: wanted, seed=self._seed)
            try:
                (row,) = engine.run([Example(0, sentence, label)])
            except _ExceededError:
                raise library.exceptions.InvokeLimitExceeded from None
            if row.status is Status.ERROR:
                raise AttackError(row.problem)
            return row.perturbed if row.status is Status.SUCCEEDED else None

    return OurAttack
