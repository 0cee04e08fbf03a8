"""What is told of finished matches: a query and its pages, a match in a line or whole, how a player or a word fared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from arena.analysis.rates import Rate, wilson
from arena.core.hits import Language
from arena.core.verdict import Reason, Role, Verdict
from arena.server.players import Kind
from arena.store.measures import Measured

T = TypeVar("T")

MAX_LIMIT = 100
NOBODY = "nobody"
"""As a winner: the match was tied, void, aborted or cut off."""


@dataclass(frozen=True)
class MatchQuery:
    """Which finished matches are looked for: all that is set must hold.

    `player` is a name as the log has it, in `role` where that is set. `account` finds the matches of whoever holds it.
    `after` is the place of the last match of the page before.
    """

    player: str | None = None
    role: Role | None = None
    account: str | None = None
    language: Language | None = None
    preset: str | None = None
    reason: Reason | None = None
    winner: str | None = None
    rated: bool | None = None
    after: int | None = None
    limit: int = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of what was found; `after` is where the next page goes on, None at the end."""

    items: list[T]
    after: int | None = None


@dataclass(frozen=True)
class SeatSummary:
    """Who sat in a role."""

    player: str
    version: str
    kind: Kind


@dataclass(frozen=True)
class MatchSummary:
    """One finished match in a line."""

    id: str
    language: Language
    preset: str
    word_list: str
    target: str
    seats: Mapping[Role, SeatSummary]
    verdict: Verdict
    turns: int
    rated: bool
    started_at: str
    is_private: bool


@dataclass(frozen=True)
class MatchRecord:
    """One finished match, whole. `events` are JSON values with the words that may still be shown.

    An event whose words are gone has `text` None and says in `gone` why: `redacted` or `hidden`. `measured` is what was
    measured of the match, by the number of the event.
    """

    summary: MatchSummary
    rules: Mapping[str, Any]
    pair: str | None
    events: list[dict[str, Any]] = field(repr=False)
    measured: Mapping[int, list[Measured]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RoleRecord:
    """What a player did in a role: every finished match counts once, in one of the four.

    `won` is the share of wins among the matches that had a winner or were tied, with Wilson's interval.
    """

    wins: int = 0
    losses: int = 0
    ties: int = 0
    void: int = 0

    @property
    def matches(self) -> int:
        """All of them."""
        return self.wins + self.losses + self.ties + self.void

    @property
    def won(self) -> Rate:
        """Wins among the matches that say anything."""
        return wilson(self.wins, self.wins + self.losses + self.ties)


@dataclass(frozen=True)
class WordCount:
    """How one word fared: matches that are over, and in how many it was induced or inferred."""

    played: int = 0
    induced: int = 0
    inferred: int = 0
