"""Who somebody is, and what a program of theirs may do. Nothing here holds a password or a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from arena.clock import timestamp


class Rank(StrEnum):
    """What an account is. A guest has a nickname and no password."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


class Scope(StrEnum):
    """What a token lets a program do in its owner's name."""

    PLAY = "play"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """One person. Times are ISO 8601 in UTC; None where it has not happened."""

    id: str
    name: str
    rank: Rank
    created_at: str
    agreed_at: str | None = None
    banned_at: str | None = None

    @property
    def has_agreed(self) -> bool:
        """Whether they agreed that what they say is stored and used for research."""
        return self.agreed_at is not None

    @property
    def is_banned(self) -> bool:
        """Whether an admin shut them out."""
        return self.banned_at is not None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> "Account":
        """The account that a row of the table tells of."""
        return cls(row["id"], row["name"], Rank(row["rank"]), row["created_at"], row["agreed_at"], row["banned_at"])


@dataclass(frozen=True, slots=True)
class Token:
    """One API token as its owner sees it: never its secret, which is shown once and not kept."""

    id: str
    label: str
    scopes: frozenset[Scope]
    created_at: str
    expires_at: str
    revoked_at: str | None = None
    used_at: str | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and stamp(now) < self.expires_at

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> "Token":
        """The token that a row of the table tells of."""
        return cls(
            id=row["id"],
            label=row["label"],
            scopes=frozenset(map(Scope, row["scopes"].split())),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"],
            used_at=row["used_at"],
        )


def read_clock() -> datetime:
    """Now, to the second."""
    return datetime.fromisoformat(timestamp())


def stamp(moment: datetime) -> str:
    """A moment as the tables have it. Stamps sort as their moments do."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
