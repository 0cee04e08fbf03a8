"""An attacker of the game whose utterances are perturbed before they are said, so that a defender does as wanted."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from threading import Event
from typing import Any

from arena.core.actions import Action, Note
from arena.core.ports import Agent, Answer, AnyView, Given, Judge, Matcher
from arena.core.views import AttackerView
from arena.registry import AgentRef
from arena.runner import parted
from attacks.core.errors import VictimError
from attacks.core.ports import Attack
from attacks.engine import Engine, Example, Row, Status
from attacks.game.goals import Aim, Reacts
from attacks.game.positions import Standing
from attacks.game.victims import DefenderVictim, Wait

NOTE = "perturbed"
"""The kind of note that a perturbed utterance leaves in the transcript; its text is the original."""


@dataclass(frozen=True)
class Means:
    """What an attack on a defender is made with. `seed` is of the attack's own chance, apart from the match's.

    Searches run in `threads`; agents and judges are asked in the event loop in which the match is played.
    """

    attack: Attack
    aim: Aim
    budget: int | None
    seed: int
    defender: AgentRef
    matcher: Matcher
    judges: Mapping[str, Judge]
    threads: Executor


class Perturbing:
    """Another attacker with its utterances perturbed: what it would have said, unless an attack finds better.

    An utterance that already leads to what is wanted is said as it is, and so is one for which nothing is found.
    `rows` are what became of each utterance; the number of a row is its turn.
    """

    def __init__(self, agent: Agent, means: Means, defender_seed: int) -> None:
        self._agent, self._means, self._defender_seed = agent, means, defender_seed
        self._is_over = Event()
        self._asking: Future[list[Any]] | None = None
        self.rows: list[Row] = []

    async def act(self, view: AnyView) -> Given:
        """The other's action, its text perturbed where that helps."""
        given = await self._agent.act(view)
        action, notes = parted(given)
        if not isinstance(view, AttackerView) or not isinstance(action, Action):
            return given
        if action.guess is not None or not action.text.strip():
            return given
        means, loop = self._means, asyncio.get_running_loop()
        standing = Standing(view, self._defender_seed, means.matcher, means.judges)
        victim = DefenderVictim(means.defender, standing, self._waiting_in(loop))
        row = await loop.run_in_executor(means.threads, self._attacked, victim, view.turn, action.text)
        self.rows.append(row)
        if row.status is not Status.SUCCEEDED or row.perturbed is None:
            return given
        facts = (("recipe", means.attack.name), ("aim", means.aim.value), ("queries", row.queries))
        return Answer(Action(row.perturbed), (*notes, Note(NOTE, action.text, facts)))

    async def close(self) -> None:
        """Let go of the other, and of a search that may still be under way."""
        self._is_over.set()
        if self._asking is not None:
            self._asking.cancel()
        await self._agent.close()

    def _waiting_in(self, loop: asyncio.AbstractEventLoop) -> Wait:
        def wait(question: Coroutine[Any, Any, list[Any]]) -> list[Any]:
            if self._is_over.is_set():  # nobody waits for what this would find
                question.close()
                raise VictimError(self._means.defender.name, "is not asked any more: the match was broken off")
            self._asking = asyncio.run_coroutine_threadsafe(question, loop)
            return self._asking.result()

        return wait

    def _attacked(self, victim: DefenderVictim, turn: int, text: str) -> Row:
        means = self._means
        engine = Engine(victim, means.attack, goal=lambda _: Reacts(means.aim), budget=means.budget, seed=means.seed)
        # What the utterance leads to as it is: the label that the attack has to change.
        before = engine.desk.answers([text])[text]
        label = 0 if isinstance(before, VictimError | str) else int(before.argmax())
        (row,) = engine.run([Example(turn, text, label)])
        return row
