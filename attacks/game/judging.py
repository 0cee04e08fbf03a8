"""The attacker's utterances of plain matches, perturbed until a judge rules otherwise on them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from arena.core.actions import Action
from arena.core.events import Started
from arena.core.ports import Agent, AnyView, Given, Judge, Matcher
from arena.core.rules import JudgeSpec
from arena.core.seeds import MatchSeeds
from arena.core.views import AttackerView
from arena.runner import Fixture, MemoryLog, Sitting, parted, play_all, seat_of
from attacks.core.errors import VictimError
from attacks.core.ports import Attack
from attacks.engine import Engine, Example, Row
from attacks.game.matches import STARTED_AT, Contest, seated, untimed
from attacks.game.positions import Standing
from attacks.game.victims import JudgeVictim


class Overheard:
    """An attacker that plays as it does, and whose views and utterances are kept."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.said: list[tuple[AttackerView, str]] = []

    async def act(self, view: AnyView) -> Given:
        """What the agent does."""
        given = await self._agent.act(view)
        action, _ = parted(given)
        if isinstance(view, AttackerView) and isinstance(action, Action) and action.text.strip():
            self.said.append((view, action.text))
        return given

    async def close(self) -> None:
        """Let go of the agent."""
        await self._agent.close()


def overheard(
    contest: Contest,
    matcher: Matcher,
    judges: Mapping[str, Judge],
    *,
    jobs: int = 1,
    report: Callable[[], None] = lambda: None,
) -> list[tuple[str, Standing, str]]:
    """Word, position and utterance of everything that the attacker says in the plain matches of a contest.

    The positions know no judges: an utterance that one of them rules against is one to flip, too.
    """
    attacker, defender = contest.attacker, contest.defender
    seats = seat_of(attacker.name, attacker.card), seat_of(defender.name, defender.card)
    listening, fixtures = [], []
    for word, _, master in contest.masters():
        ear = Overheard(attacker.make())
        started = Started(contest.rules, word, master, *seats, STARTED_AT, None, False)
        sitting = partial(Sitting, ear, untimed(attacker.card))
        fixtures.append(Fixture(contest.name_of(master), started, sitting, seated(defender)))
        listening.append((word, MatchSeeds.of(master).defender, ear))
    asyncio.run(play_all(fixtures, MemoryLog(), matcher, lambda _: judges, jobs, lambda _: report()))
    return [
        (word, Standing(view, seed, matcher, {}), text)
        for word, seed, ear in listening
        for view, text in ear.said
    ]  # fmt: skip


def flips(
    judge: Judge,
    spec: JudgeSpec,
    attack: Attack,
    utterances: Sequence[tuple[Standing, str]],
    budget: int | None,
    seed: int,
) -> Iterator[Row]:
    """A row for every utterance, by number: a success is one on which the judge came to rule otherwise.

    Raises CapabilityError where the attack needs more than a judge gives.
    """
    victim = JudgeVictim(judge, spec, utterances)
    engine = Engine(victim, attack, budget=budget, seed=seed)
    written = [victim.written(number, text) for number, (_, text) in enumerate(utterances)]
    rulings = engine.desk.answers(written)
    examples = []
    for number, (text, (_, original)) in enumerate(zip(written, utterances, strict=True)):
        ruling = rulings[text]
        label = 0 if isinstance(ruling, VictimError | str) else int(ruling.argmax())
        examples.append(Example(number, text, label, protected=((0, len(text) - len(original)),)))
    found = {row.number: row for row in engine.run(examples)}
    for number, (text, (_, original)) in enumerate(zip(written, utterances, strict=True)):
        yield _told(found[number], original, len(text) - len(original))


def _told(row: Row, original: str, before: int) -> Row:
    """A row without what stands before the utterance for the victim's sake."""
    changes = tuple(((start - before, end - before), text) for (start, end), text in row.changes)
    return replace(
        row, text=original, perturbed=None if row.perturbed is None else row.perturbed[before:], changes=changes
    )
