"""Who can sit in a seat of a hosted match, and what a match is opened with."""

from dataclasses import dataclass, field
from enum import StrEnum

from arena.core.events import Seat
from arena.core.rules import Rules
from arena.core.verdict import Role


class Kind(StrEnum):
    """What sits in a seat. Players learn it of each other when the match is over."""

    PERSON = "person"
    AGENT = "agent"
    BUILT_IN = "built_in"


@dataclass(frozen=True, slots=True)
class Player:
    """One who plays. `name` is as the log has it: `@alice`, her agent `alice/parrot`, the host's own `hiding`.

    `account` is whose memory counts and who may act: None for the host's own agents, which remember nothing.
    """

    kind: Kind
    name: str
    version: str = "1"
    account: str | None = None

    def seat(self) -> Seat:
        """The player as an event names it."""
        return Seat(self.name, self.version, is_human=self.kind is Kind.PERSON)

    @classmethod
    def person(cls, account: str, name: str) -> "Player":
        """The person of an account."""
        return cls(Kind.PERSON, f"@{name}", "1", account)

    @classmethod
    def agent(cls, account: str, owner: str, name: str, version: str) -> "Player":
        """A program that an account runs."""
        return cls(Kind.AGENT, f"{owner}/{name}", version, account)


@dataclass(frozen=True, slots=True)
class Opening:
    """A match about to begin. `master` is its 128-bit seed; a private match is listed nowhere."""

    rules: Rules
    target: str
    seats: dict[Role, Player]
    preset: str = "custom"
    pair: str | None = None
    rated: bool = True
    is_private: bool = False
    master: str = field(default="", repr=False)
