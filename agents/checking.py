"""Plays somebody's agent offline against built-in ones, in both roles, and notes what it did.

The agent runs in a worker process, as `taboo match` runs it. Nothing is judged here but what the rules say: an action
that is refused, a crash and running out of time are faults; losing is not.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from arena import registry
from arena.clock import timestamp
from arena.core.errors import TabooError
from arena.core.events import Acted, Departure, Event, Finished, Left, Refused, Started
from arena.core.ports import Agent, AnyView, Given
from arena.core.rules import Rules
from arena.core.seeds import derive, derive_id
from arena.core.verdict import Reason, Role
from arena.registry import AgentRef
from arena.runner import Fixture, MemoryLog, Played, Sitting, play_all, seat_of

OPPONENTS = {Role.ATTACKER: ("honest", "detector"), Role.DEFENDER: ("direct", "hiding")}
"""Who sits opposite the agent in each role."""
JOBS = 2


@dataclass(eq=False)
class NothingToCheckError(TabooError):
    """The agent's card says that it plays nothing here."""

    agent: str
    language: str

    def __str__(self) -> str:
        return f"{self.agent}: its card names no role in language {self.language!r}; choose another --lang, or mend it"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that breaks the rules or loses a match by itself."""

    role: Role
    against: str
    turn: int
    kind: str
    problem: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One match that the agent played."""

    role: Role
    against: str
    word: str
    reason: Reason
    has_won: bool
    turns: int
    actions: int
    seconds: tuple[float, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Timed:
    """An agent, with how long each of its actions took in seconds."""

    agent: Agent
    seconds: list[float]

    async def act(self, view: AnyView) -> Given:
        """The agent's answer."""
        began = time.perf_counter()
        try:
            return await self.agent.act(view)
        finally:
            self.seconds.append(time.perf_counter() - began)

    async def close(self) -> None:
        """Let the agent go."""
        await self.agent.close()


@dataclass(slots=True)
class _Planned:
    """A match to be played, and where its times go."""

    role: Role
    against: str
    fixture: Fixture
    seconds: list[float] = field(default_factory=list)


async def examine(
    reference: str, rules: Rules, words: int, master: str, report: Callable[[Trial], None] = lambda _: None
) -> list[Trial]:
    """Play every role of the agent's card against each opponent on so many words.

    Raises TabooError where the agent cannot be loaded or plays nothing in the language of the rules.
    """
    from arena.words import WordMatcher

    agent = registry.agent(reference)
    planned = {it.fixture.match: it for it in _plan(agent, rules, words, master)}
    if not planned:
        raise NothingToCheckError(reference, rules.language.value)
    log, trials = MemoryLog(), []

    def done(played: Played) -> None:
        trial = _trial(planned[played.match], played, log.events[played.match])
        trials.append(trial)
        report(trial)

    fixtures = [it.fixture for it in planned.values()]
    await play_all(fixtures, log, WordMatcher(), registry.judges_for, JOBS, done)
    return sorted(trials, key=lambda trial: (trial.role, trial.against, trial.word))


def count_of(agent: AgentRef, rules: Rules, words: int) -> int:
    """How many matches an examination plays."""
    return sum(len(OPPONENTS[role]) for role in _roles(agent, rules)) * words


def _roles(agent: AgentRef, rules: Rules) -> list[Role]:
    return sorted(agent.card.roles) if rules.language in agent.card.languages else []


def _plan(agent: AgentRef, rules: Rules, words: int, master: str) -> Iterator[_Planned]:
    from arena.words.lists import load_list

    listed = sorted(load_list(rules.word_list).words)
    dealt = Random(derive(master, "words")).sample(listed, min(words, len(listed)))
    for role in _roles(agent, rules):
        for name in OPPONENTS[role]:
            for word in dealt:
                yield _planned(agent, role, registry.agent(name), word, rules, derive_id(master, role, name, word))


def _planned(agent: AgentRef, role: Role, other: AgentRef, word: str, rules: Rules, master: str) -> _Planned:
    seats = {role: agent, role.other: other}
    attacker, defender = (seat_of(seats[it].name, seats[it].card) for it in (Role.ATTACKER, Role.DEFENDER))
    started = Started(rules, word, master, attacker, defender, timestamp(), rated=False)
    seconds: list[float] = []

    def timed() -> Sitting:
        return Sitting(_Timed(agent.make(), seconds), replace(agent.card, is_timed=True))

    def opposite() -> Sitting:
        return Sitting(other.make(), other.card)

    makers = {role: timed, role.other: opposite}
    fixture = Fixture(derive_id(master, "id"), started, makers[Role.ATTACKER], makers[Role.DEFENDER])
    return _Planned(role, other.name, fixture, seconds)


def _trial(planned: _Planned, played: Played, events: list[Event]) -> Trial:
    role, verdict = planned.role, played.verdict
    own = [event.body for event in events if getattr(event.body, "role", None) is role]
    return Trial(
        role,
        planned.against,
        played.started.target,
        verdict.reason,
        verdict.winner is role,
        played.turns,
        sum(isinstance(body, Acted) for body in own),
        tuple(planned.seconds),
        tuple(_faults(planned, played, events)),
    )


def _faults(planned: _Planned, played: Played, events: list[Event]) -> Iterator[Fault]:
    turn, role = 1, planned.role
    for body in (event.body for event in events):
        if isinstance(body, Acted):
            turn = body.turn + (body.role is Role.DEFENDER)
        elif isinstance(body, Refused) and body.role is role:
            yield Fault(role, planned.against, body.turn, "refused", body.why.value)
        elif isinstance(body, Left) and body.role is role and body.how is Departure.TIME:
            yield Fault(role, planned.against, turn, "late", f"no action within {_limit(played.started.rules):g} s")
        elif isinstance(body, Finished) and role in played.crashes:
            seat = played.started.attacker if role is Role.ATTACKER else played.started.defender
            problem = played.crashes[role].removeprefix(f"WorkerError: agent {seat.agent}: ").removeprefix("crashed: ")
            yield Fault(role, planned.against, turn, "crashed", problem)


def _limit(rules: Rules) -> float:
    return (rules.turn_ms + rules.bank_ms) / 1000
