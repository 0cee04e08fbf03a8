"""How a match ends: one verdict, with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """The two sides of the game."""

    ATTACKER = "attacker"
    DEFENDER = "defender"

    @property
    def other(self) -> "Role":
        """The opposite role."""
        return Role.DEFENDER if self is Role.ATTACKER else Role.ATTACKER


class Reason(StrEnum):
    """Every way a match can end."""

    ABORTED = "aborted"
    FORFEIT = "forfeit"
    RESIGNED = "resigned"
    LEAKED = "leaked"
    VOID = "void"
    RULED = "ruled"
    INFERRED = "inferred"
    MISGUESSED = "misguessed"
    INDUCED = "induced"
    TIE = "tie"
    INFRASTRUCTURE = "infrastructure"


class Cause(StrEnum):
    """What made a seat forfeit."""

    TIME = "time"
    CRASH = "crash"
    REFUSALS = "refusals"


_UNRATED = frozenset({Reason.ABORTED, Reason.INFRASTRUCTURE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who won and why. `winner` None means nobody; `cause` goes with a forfeit, `judge` and `label` with a ruling."""

    winner: Role | None
    reason: Reason
    cause: Cause | None = None
    judge: str | None = None
    label: str | None = None

    @property
    def is_rated(self) -> bool:
        """Whether the result says anything about the players."""
        return self.reason not in _UNRATED

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON values; fields that do not apply are absent."""
        row: dict[str, Any] = {"winner": self.winner, "reason": self.reason}
        for name in ("cause", "judge", "label"):
            if (value := getattr(self, name)) is not None:
                row[name] = value
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Verdict":
        """The verdict that `to_json` wrote. Raises KeyError or ValueError."""
        winner, cause = row["winner"], row.get("cause")
        return cls(
            Role(winner) if winner is not None else None,
            Reason(row["reason"]),
            Cause(cause) if cause is not None else None,
            row.get("judge"),
            row.get("label"),
        )
