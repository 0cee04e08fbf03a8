"""Agents and judges of the game as victims of the attack engine: what they do about an utterance is a class."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

import numpy as np

from arena.core.actions import Case
from arena.core.ports import Judge
from arena.core.rules import JudgeSpec
from arena.core.verdict import Role
from arena.registry import AgentRef
from attacks.core.errors import VictimError
from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.core.text import PAIR
from attacks.game.goals import Reaction
from attacks.game.positions import Standing

T = TypeVar("T")
TOGETHER, WORKERS = 32, 8
"""How many utterances an agent or a judge is asked about at a time, and how many where each instance is a process."""
Wait: TypeAlias = Callable[[Coroutine[Any, Any, list[Any]]], list[Any]]
"""Runs a coroutine to its end from a thread without an event loop, as `asyncio.run` does."""


class DefenderVictim:
    """A defender at one position. Its classes are reactions; a fresh instance answers each utterance, all at once.

    A fresh instance knows the history that it is shown, and nothing that it might have kept beside it in earlier turns.
    It shows what it does and no probabilities: 1 for the reaction, 0 for the others. It counts as a victim with scores
    all the same, since what an utterance leads to is graded (see `goals`); searches that want to feel their way have
    little to feel. Nothing is remembered: who asks afresh is answered afresh.
    """

    can = frozenset({Capability.SCORES})
    classes = len(Reaction)

    def __init__(self, defender: AgentRef, standing: Standing, wait: Wait = asyncio.run) -> None:
        self.name, self._defender, self._standing, self._wait = defender.name, defender, standing, wait
        known = f"{defender.name}\n{defender.card.version}\n{standing.defender_seed}\n{standing.view!r}"
        self.fingerprint = sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def predict(self, texts: Sequence[str]) -> Floats:
        """What each utterance leads to, shape `(len(texts), 4)`. Raises what the agent raises."""
        together = WORKERS if self._defender.card.is_timed else TOGETHER
        reactions = self._wait(_all_of(self._one, texts, together))
        return np.eye(self.classes)[[int(it) for it in reactions]]

    async def _one(self, text: str) -> Reaction:
        at = await self._standing.after(text)
        if at is None:
            return Reaction.LOST
        agent = self._defender.make()
        try:
            return await self._standing.reaction(at, agent.act)
        finally:
            await agent.close()


class JudgeVictim:
    """A judge as a victim: class 0 lets an utterance pass, class 1 rules against it.

    Utterances of many matches go side by side: each has its standing, and a text is `NUMBER<PAIR>UTTERANCE`. A score at
    the judge's threshold is a probability of just above a half: what flips the label flips the ruling. What the
    attacker would lose the match by flips nothing: it gets the ruling on the original. Must be asked from a thread
    without an event loop.
    """

    can = frozenset({Capability.SCORES})
    classes = 2

    def __init__(self, judge: Judge, spec: JudgeSpec, utterances: Sequence[tuple[Standing, str]]) -> None:
        self.name, self.fingerprint = f"judge {judge.name}", judge.fingerprint
        self._judge, self._spec, self._utterances = judge, spec, tuple(utterances)

    @staticmethod
    def written(number: int, utterance: str) -> str:
        """An utterance as this victim reads it."""
        return f"{number}{PAIR}{utterance}"

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of passing and of a ruling against, shape `(len(texts), 2)`. Raises what the judge raises."""
        against = np.array(asyncio.run(_all_of(self._one, texts, TOGETHER)))
        return np.stack([1 - against, against], axis=1)

    async def _one(self, text: str) -> float:
        number, _, utterance = text.partition(PAIR)
        standing, original = self._utterances[int(number)]
        read = original if await standing.after(utterance) is None else utterance
        view = standing.view
        ruling = await self._judge.rule(Case(Role.ATTACKER, view.turn, read, view.history, view.rules.language))
        score = ruling.settled().score
        if score is None:
            raise VictimError(self.name, f"was not available ({ruling.label})")
        return _halved(score, self._spec.threshold)


async def _all_of(ask: Callable[[str], Awaitable[T]], texts: Sequence[str], together: int) -> list[T]:
    """The answer to each text, or the first exception once nothing is under way any more."""
    found: list[T] = []
    for start in range(0, len(texts), together):
        some = await asyncio.gather(*map(ask, texts[start : start + together]), return_exceptions=True)
        for answer in some:
            if isinstance(answer, BaseException):
                raise answer
            found.append(answer)
    return found


def _halved(score: float, threshold: float) -> float:
    """A score in [0, 1] stretched so that the threshold is just above a half, and all below it at most a half."""
    if score >= threshold:
        return 0.5 + 1e-6 + (0.5 - 1e-6) * (score - threshold) / max(1e-9, 1 - threshold)
    return 0.5 * score / threshold
