"""A hall on a real log, and a link that keeps what it is told."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from arena import registry
from arena.core.actions import Action
from arena.core.machine import Act
from arena.core.ports import Agent
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.hall import Hall, LiveMatch
from arena.server.players import Kind, Opening, Player
from arena.store import open_log
from arena.words import WordMatcher

QUICK = Rules(judges=(), max_turns=3)
ALICE, BOB = Player.person("a" * 20, "alice"), Player.agent("b" * 20, "bob", "parrot", "2")


class Counts:
    """Gauges that can be read."""

    def __init__(self) -> None:
        self.appends = 0
        self.errors: list[str] = []

    def append(self, seconds: float) -> None:
        self.appends += 1

    def error(self, code: str) -> None:
        self.errors.append(code)


class Keeper:
    """A link that keeps every message."""

    def __init__(self, credit_ms: int = 0) -> None:
        self.texts: list[str] = []
        self.credit_ms = credit_ms
        self.left_matches: list[str] = []

    def send(self, text: str) -> None:
        self.texts.append(text)

    def left(self, match: str) -> None:
        self.left_matches.append(match)

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [row for row in map(json.loads, self.texts) if row["type"] == type_]


def make_agent(player: Player) -> tuple[Agent, bool]:
    ref = registry.agent(player.name)
    return ref.make(), ref.card.is_timed


@asynccontextmanager
async def a_hall(path: str, **options: Any) -> AsyncIterator[Hall]:
    with open_log(path) as log:
        hall = Hall(log, WordMatcher(), registry.judges_for, make_agent, Counts(), **{"pace_ms": 0, **options})
        await hall.resume()
        try:
            yield hall
        finally:
            await hall.close()


def seats(attacker: Player, defender: Player) -> Mapping[Role, Player]:
    return {Role.ATTACKER: attacker, Role.DEFENDER: defender}


def opening(attacker: Player = ALICE, defender: Player = BOB, target: str = "banana", rules: Rules = QUICK) -> Opening:
    return Opening(rules, target, dict(seats(attacker, defender)))


def built_in(name: str) -> Player:
    return Player(Kind.BUILT_IN, name)


async def says(live: LiveMatch, role: Role, text: str, guess: str | None = None, id_: str = "") -> Any:
    turn = live.position.turn
    return await live.act(Act(role, turn, id_ or f"{role}{turn}", Action(text, guess)))
