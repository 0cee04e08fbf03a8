"""Drives matches: asks agents and judges, keeps match time, writes to a log. Knows the machine and the ports, no more.

`play` plays one match to its verdict; `play_all` plays many, bounded, and hands each result over as it comes. Both may
be cancelled at any time: what the log holds by then is a match that `Match.resumed` continues.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from arena.core.actions import Action, Note, Ruling
from arena.core.errors import EventError
from arena.core.events import Departure, Event, Seat, Started
from arena.core.machine import Act, Begin, Effect, Leave, Match, Message, NeedRuling, Record, Resume, Rule, Tell
from arena.core.ports import Agent, AgentCard, Answer, Judge, Log, Matcher, Resign
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict


class MemoryLog:
    """A log that lives as long as the program."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}

    async def append(self, events: Sequence[Event]) -> None:
        """Keep events of one match, all or none, in order. Raises EventError where they do not follow those before."""
        if not events:
            return
        match = events[0].match
        kept = self.events.get(match, [])
        for seq, event in enumerate(events, start=len(kept)):
            if event.match != match or event.seq != seq:
                raise EventError(event.match, event.seq, "seq", f"expected event {seq} of match {match}")
        self.events[match] = [*kept, *events]

    async def read(self, match: str) -> list[Event]:
        """The events of a match in order; empty where there is none."""
        return list(self.events.get(match, []))


def fresh_master() -> str:
    """A master seed nobody can search for: 128 bits from the operating system, as hex."""
    return secrets.token_hex(16)


class MatchClock:
    """Match time in integer milliseconds. It runs only while a timed agent thinks; other matches are reproducible."""

    def __init__(self, at: int = 0, read_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._passed = at
        self._read_ns = read_ns
        self._since: int | None = None

    def start(self) -> None:
        """Let match time run."""
        self._since = self._read_ns()

    def stop(self) -> None:
        """Let match time stand still."""
        self._passed = self.now()
        self._since = None

    def now(self) -> int:
        """Milliseconds of match time passed."""
        running = 0 if self._since is None else (self._read_ns() - self._since) // 1_000_000
        return self._passed + running


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who plays a role of one match: a fresh agent and its card."""

    agent: Agent
    card: AgentCard


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a match. `crashes` says, role by role, how an agent failed, for its author's eyes."""

    match: str
    started: Started
    verdict: Verdict
    turns: int
    crashes: Mapping[Role, str] = field(default_factory=dict)


Watch = Callable[[Event], None]
"""Is shown each event once it is durable."""


async def play(
    match: Match,
    seats: Mapping[Role, Sitting],
    judges: Mapping[str, Judge],
    log: Log,
    watch: Watch = lambda _: None,
) -> Played:
    """Play a match, new or resumed, to its verdict and close its agents. Raises LogError, with the match unfinished."""
    table = _Table(match, seats, judges, log, watch)
    try:
        return await table.play()
    finally:
        for sitting in seats.values():
            await sitting.agent.close()


def parted(given: object) -> tuple[object, tuple[Note, ...]]:
    """What an agent does, and what it notes about it."""
    return (given.given, given.notes) if isinstance(given, Answer) else (given, ())


class _Table:
    """One match being played: performs what the machine asks for."""

    def __init__(
        self, match: Match, seats: Mapping[Role, Sitting], judges: Mapping[str, Judge], log: Log, watch: Watch
    ) -> None:
        self._match, self._seats, self._judges, self._log, self._watch = match, seats, judges, log, watch
        self._clock = MatchClock(match.last)
        self._crashes: dict[Role, str] = {}

    async def play(self) -> Played:
        match = self._match
        message: Message | None = Begin() if match.seq == 0 else Resume()
        while match.verdict is None and message is not None:
            effects = match.receive(message, self._clock.now())
            await self._write(effects)
            message = await self._next(effects)
        if match.verdict is None:
            raise RuntimeError(f"match {match.id} asked for nothing and has no verdict")
        turns = len({said.turn for said in match.position.history})
        return Played(match.id, match.started, match.verdict, turns, self._crashes)

    async def _write(self, effects: Iterable[Effect]) -> None:
        events = [effect.event for effect in effects if isinstance(effect, Record)]
        if events:
            await self._log.append(events)
            for event in events:
                self._watch(event)

    async def _next(self, effects: Iterable[Effect]) -> Message | None:
        for effect in effects:
            if isinstance(effect, Tell):
                return await self._ask(effect)
            if isinstance(effect, NeedRuling):
                return await self._judge(effect)
        return None

    async def _ask(self, tell: Tell) -> Message | None:
        """The seat's answer; None where it ran out of time and the machine has already said so."""
        sitting, view = self._seats[tell.role], tell.view
        limit = asyncio.timeout(view.ms_left / 1000 if sitting.card.is_timed else None)
        if sitting.card.is_timed:
            self._clock.start()
        try:
            async with limit:
                answer, notes = parted(await sitting.agent.act(view))
            if isinstance(answer, Resign):
                return Leave(tell.role, Departure.RESIGNED)
            if not isinstance(answer, Action):
                raise TypeError(f"an agent answers with an Action or a Resign, not {type(answer).__name__}")
        except Exception as crash:  # noqa: BLE001 - an agent may raise anything, and loses only its own match by it
            if limit.expired() or (sitting.card.is_timed and self._clock.now() >= self._match.position.deadline):
                await self._time_out()
                return None
            self._crashes[tell.role] = f"{type(crash).__name__}: {crash}"
            return Leave(tell.role, Departure.CRASH)
        finally:
            self._clock.stop()
        attempt = f"{view.turn}{tell.role[0]}{view.refusals}"
        return Act(tell.role, view.turn, attempt, answer, notes)

    async def _time_out(self) -> None:
        now = max(self._clock.now(), self._match.position.deadline)
        await self._write(self._match.tick(now))

    async def _judge(self, need: NeedRuling) -> Message:
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(self._ruling(spec.name, need)) for spec in need.judges if spec.name in self._judges
            ]
        rulings = tuple(ruling for task in asked if (ruling := task.result()) is not None)
        return Rule(need.case.turn, need.case.role, rulings)

    async def _ruling(self, name: str, need: NeedRuling) -> Ruling | None:
        with suppress(Exception):  # a judge that fails or is late is unavailable, and never decides
            answer: object = await asyncio.wait_for(self._judges[name].rule(need.case), need.within_ms / 1000)
            return answer if isinstance(answer, Ruling) else None
        return None


@dataclass(frozen=True, slots=True)
class Fixture:
    """A match to be played: its name, its start, and how to make its agents."""

    match: str
    started: Started
    attacker: Callable[[], Sitting]
    defender: Callable[[], Sitting]

    def seats(self) -> dict[Role, Sitting]:
        """A fresh agent for each role."""
        return {Role.ATTACKER: self.attacker(), Role.DEFENDER: self.defender()}


def seat_of(name: str, card: AgentCard) -> Seat:
    """The seat as the log names it."""
    return Seat(name, card.version, card.is_human)


async def play_all(
    fixtures: Iterable[Fixture],
    log: Log,
    matcher: Matcher,
    judges_for: Callable[[Rules], Mapping[str, Judge]],
    jobs: int = 8,
    report: Callable[[Played], None] = lambda _: None,
) -> None:
    """Play fixtures, at most `jobs` at a time, and report each result as it comes.

    A fixture of which the log already holds events goes on from them. Raises LogError, and whatever a fixture raises
    when its agents are made; every match that was not reported is then unfinished in the log, none is half written.
    """
    planned = list(fixtures)
    waiting = iter(planned)

    async def work() -> None:
        for fixture in waiting:
            events = await log.read(fixture.match)
            match = Match.resumed(events, matcher) if events else Match(fixture.match, fixture.started, matcher)
            report(await play(match, fixture.seats(), judges_for(fixture.started.rules), log))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(planned))):
                group.create_task(work())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
