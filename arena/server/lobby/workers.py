"""Programs that play through a connection: what the lobby asks of one, and who is here."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.hall import LiveMatch
from arena.server.players import Kind, Player


@dataclass(frozen=True, slots=True)
class Offer:
    """A seat that is free for an agent. Who sits opposite is not told.

    `rated` is what was agreed on: a match on a word that the defender has met is not rated after all.
    """

    id: str
    role: Role
    rules: Rules
    rated: bool
    expires_ms: int


class Worker(Protocol):
    """One connection of a remote agent. It may go at any time: then it declines what it is offered."""

    roles: frozenset[Role]
    languages: frozenset[Language]
    summary: str
    is_open: bool

    @property
    def player(self) -> Player | None:
        """The agent, known before it arrives in the lobby."""

    @property
    def free(self) -> int:
        """Seats that it could still take; what it is offered and has accepted is taken."""

    async def offer(self, offer: Offer) -> bool:
        """Offer it a seat; whether it accepted in time."""

    def seat(self, live: LiveMatch, role: Role, offer: str | None) -> None:
        """Let it sit down in a match that has just begun."""

    def release(self, offer: str) -> None:
        """An accepted offer came to nothing."""


@dataclass(frozen=True, slots=True)
class Present:
    """A worker that is here, and the agent that it is."""

    worker: Worker
    player: Player

    def can(self, role: Role, language: Language) -> bool:
        """Whether it plays that role in that language."""
        return role in self.worker.roles and language in self.worker.languages


class Roster:
    """The workers that are here, in the order in which they came."""

    def __init__(self) -> None:
        self._present: dict[int, Present] = {}

    def arrive(self, worker: Worker) -> None:
        """A worker is here."""
        player = worker.player
        if player is not None and player.kind is Kind.AGENT:
            self._present[id(worker)] = Present(worker, player)

    def depart(self, worker: Worker) -> None:
        """A worker is gone; nothing where it never came."""
        self._present.pop(id(worker), None)

    def find(self, worker: Worker) -> Present | None:
        """What is known of a worker, None where it is not here."""
        return self._present.get(id(worker))

    def __iter__(self) -> Iterator[Present]:
        return iter(list(self._present.values()))

    def of(self, name: str) -> list[Present]:
        """The connections of one agent, the one with most room first."""
        return sorted((it for it in self if it.player.name == name), key=lambda it: -it.worker.free)

    def by_name(self) -> dict[str, list[Present]]:
        """The connections of each agent that others may challenge."""
        return grouped(it for it in self if it.worker.is_open)


def grouped(several: Iterable[Present]) -> dict[str, list[Present]]:
    """Connections by the agent that they are of."""
    found: dict[str, list[Present]] = {}
    for present in several:
        found.setdefault(present.player.name, []).append(present)
    return found


def fresh_id() -> str:
    """A name that nobody can guess: 128 bits from the operating system."""
    return secrets.token_urlsafe(16)
