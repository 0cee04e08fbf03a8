"""A lobby on a real hall, real accounts and a real log; a clock that is set; programs that do as they are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from doubles import WholeWords

from arena import registry
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.machine import Act
from arena.core.ports import Agent
from arena.core.verdict import Role
from arena.server.hall import Hall, LiveMatch
from arena.server.lobby import Lobby, Offer, Terms
from arena.server.people import Account, People
from arena.server.players import Player
from arena.server.settings import Settings
from arena.store import StoreLog, open_log

SPAG = Terms(preset="spag")
ATTACKER, DEFENDER = Role.ATTACKER, Role.DEFENDER


class Clock:
    """Seconds, as they are set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counts:
    """Gauges that nobody reads."""

    def append(self, seconds: float) -> None:
        pass

    def error(self, code: str) -> None:
        pass


class Program:
    """A worker that answers offers as it is told: True, False, or not at all (None), until `answer_now`."""

    def __init__(self, account: Account, name: str = "parrot", seats: int = 4, answer: bool | None = True) -> None:
        self.player = Player.agent(account.id, account.name, name, "2")
        self.roles, self.languages = frozenset(Role), frozenset(Language)
        self.summary, self.is_open, self.free = "repeats what it hears", True, seats
        self.answer = answer
        self.offers: list[Offer] = []
        self.seated: list[tuple[LiveMatch, Role, str | None]] = []
        self.released: list[str] = []
        self.asked, self._told = asyncio.Event(), asyncio.Event()

    async def offer(self, offer: Offer) -> bool:
        self.offers.append(offer)
        self.free -= 1
        self.asked.set()
        if self.answer is None:
            await self._told.wait()
        if not self.answer:
            self.free += 1
        return bool(self.answer)

    def answer_now(self, accepted: bool) -> None:
        self.answer = accepted
        self._told.set()

    def seat(self, live: LiveMatch, role: Role, offer: str | None) -> None:
        self.seated.append((live, role, offer))

    def release(self, offer: str) -> None:
        self.free += 1
        self.released.append(offer)


@dataclass
class Place:
    """All of it."""

    log: StoreLog
    hall: Hall
    people: People
    lobby: Lobby
    clock: Clock = field(default_factory=Clock)

    async def guest(self, name: str) -> Account:
        return await self.people.guest(name, True)

    async def tick(self, seconds: float = 0.0) -> None:
        """Let time pass, and everything that comes of it happen."""
        self.clock.now += seconds
        await self.lobby.tick()
        await self.lobby.settled()

    async def finish(self, live: LiveMatch, winner: Role | None = DEFENDER) -> None:
        """End a match, and wait for what comes after its end."""
        if winner is DEFENDER:
            await act(live, ATTACKER, live.opening.target)
        elif winner is ATTACKER:
            await act(live, ATTACKER, "hello there")
            await act(live, DEFENDER, f"a {live.opening.target}")
        else:
            for _ in range(live.opening.rules.max_turns):
                await act(live, ATTACKER, "hello there")
                await act(live, DEFENDER, "hello you")
        await self.after(live)

    async def after(self, live: LiveMatch) -> None:
        """Wait until everything is done that comes after the end of a match."""
        async with asyncio.timeout(10):
            await self._ended(live.id).wait()

    _ends: dict[str, asyncio.Event] = field(default_factory=dict)

    def _ended(self, match: str) -> asyncio.Event:
        return self._ends.setdefault(match, asyncio.Event())

    async def note_end(self, live: LiveMatch) -> None:
        self._ended(live.id).set()


async def act(live: LiveMatch, role: Role, text: str, guess: str | None = None) -> None:
    turn = live.position.turn
    ack = await live.act(Act(role, turn, f"{role}{turn}", Action(text, guess)))
    assert ack.status == "accepted", ack


def make_agent(player: Player) -> tuple[Agent, bool]:
    ref = registry.agent(player.name)
    return ref.make(), ref.card.is_timed


@asynccontextmanager
async def a_place(path: str, max_live: int = 5000, **settings: Any) -> AsyncIterator[Place]:
    clock = Clock()
    with open_log(path) as log:
        hall = Hall(log, WholeWords(), registry.judges_for, make_agent, Counts(), max_live=max_live, pace_ms=60_000)
        people = People(log)
        lobby = Lobby(hall, people, log, Settings(**settings), read_now=clock)
        place = Place(log, hall, people, lobby, clock)
        hall.on_end.append(place.note_end)
        await hall.resume()
        try:
            async with lobby.running():
                yield place
        finally:
            await hall.close()
