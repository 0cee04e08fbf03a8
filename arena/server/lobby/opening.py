"""What the lobby needs of the rest of the server, as protocols; the hall and the accounts fit them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from arena.core.verdict import Role
from arena.server.hall import LiveMatch
from arena.server.people import Account
from arena.server.players import Opening


class Opener(Protocol):
    """Opens matches. `on_end` holds what is awaited with each match whose end is durable."""

    on_end: list[Callable[[LiveMatch], Awaitable[None]]]

    @property
    def live(self) -> Mapping[str, LiveMatch]:
        """The live matches by id."""

    @property
    def is_draining(self) -> bool:
        """Whether no match is opened any more."""

    async def open(self, opening: Opening) -> LiveMatch:
        """Begin a match, durably. Raises DrainingError, FullError or LogError."""

    def get(self, match: str) -> LiveMatch | None:
        """The live match of this id."""

    def seats_of(self, account: str) -> list[tuple[LiveMatch, Role]]:
        """Every seat of an account in a live match."""


class Accounts(Protocol):
    """Knows who somebody is."""

    async def account(self, id_: str, /) -> Account | None:
        """The account of this id."""

    async def find(self, name: str, /) -> Account | None:
        """The account of this name."""
