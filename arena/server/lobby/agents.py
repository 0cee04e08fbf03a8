"""The agents that may be challenged: the host's own, and those of participants that are online."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from random import Random

from arena import registry
from arena.analysis.ratings import Rating
from arena.core.errors import UnknownNameError
from arena.core.hits import Language
from arena.core.ports import AgentCard
from arena.core.verdict import Role
from arena.server.lobby.queue import Standby
from arena.server.lobby.ratings import RatingBook
from arena.server.lobby.workers import Present, Roster
from arena.server.players import Kind, Player

ALWAYS_FREE = 1 << 20
"""Seats of the host's own agents: each match has a fresh one, and the hall bounds how many matches there are."""


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent as a directory shows it. `free` is how many more seats it could take now."""

    name: str
    kind: Kind
    version: str
    summary: str
    roles: frozenset[Role]
    languages: frozenset[Language]
    is_online: bool
    free: int
    ratings: Mapping[Role, Rating]


class Directory:
    """Knows the host's own agents by their cards, and asks the roster for the others."""

    def __init__(self, names: Iterable[str], roster: Roster, book: RatingBook) -> None:
        """Raises TabooError where an agent that the host names is not installed or cannot be loaded."""
        self._cards = {name: registry.agent(name).card for name in names}
        self._roster, self._book = roster, book

    def __contains__(self, name: object) -> bool:
        """Whether the host has an agent of its own that is called so."""
        return name in self._cards

    def require(self, name: str) -> tuple[Player, AgentCard]:
        """One of the host's own agents. Raises UnknownNameError."""
        card = self._cards.get(name)
        if card is None:
            raise UnknownNameError("agent", name, tuple(get_close_matches(name, self._cards, n=3)), tuple(self._cards))
        return Player(Kind.BUILT_IN, name, card.version), card

    def stand_in(self, role: Role, language: Language, rng: Random) -> str | None:
        """One of the host's own agents that plays a role, by chance."""
        able = [name for name, card in self._cards.items() if role in card.roles and language in card.languages]
        return able[rng.randrange(len(able))] if able else None

    def rows(self) -> list[AgentRow]:
        """All agents that may be challenged now: the host's own first, then by name."""
        own = [self._own_row(name, card) for name, card in self._cards.items()]
        return own + [self._row(name, several) for name, several in sorted(self._roster.by_name().items())]

    def _own_row(self, name: str, card: AgentCard) -> AgentRow:
        return AgentRow(
            name,
            Kind.BUILT_IN,
            card.version,
            card.summary,
            card.roles,
            card.languages,
            is_online=True,
            free=ALWAYS_FREE,
            ratings=self._book.of_program(name),
        )

    def _row(self, name: str, several: list[Present]) -> AgentRow:
        newest = several[-1]
        return AgentRow(
            name,
            Kind.AGENT,
            newest.player.version,
            newest.worker.summary,
            frozenset().union(*(it.worker.roles for it in several)),
            frozenset().union(*(it.worker.languages for it in several)),
            is_online=True,
            free=sum(it.worker.free for it in several),
            ratings=self._book.of_program(name),
        )

    def standbys(self, promised: Mapping[int, int]) -> list[Standby]:
        """Who could be asked to play without looking for a match.

        `promised` is how many seats of a worker, by its `id`, its own wishes wait for.
        """
        own = [
            Standby(Player(Kind.BUILT_IN, name, card.version), card.roles, card.languages, ALWAYS_FREE, ratings)
            for name, card in self._cards.items()
            for ratings in (self._book.of_program(name),)
        ]
        here = [
            Standby(it.player, it.worker.roles, it.worker.languages, free, self._book.of_program(it.player.name))
            for several in self._roster.by_name().values()
            for it in several[:1]
            if (free := sum(one.worker.free - promised.get(id(one.worker), 0) for one in several)) > 0
        ]
        return own + here
