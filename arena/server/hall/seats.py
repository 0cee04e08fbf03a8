"""A seat of a live match: who holds it, how it is reached, and how long the match has waited for it."""

from dataclasses import dataclass
from typing import Protocol

from arena.core.ports import Agent
from arena.core.verdict import Role
from arena.server.players import Player


class Link(Protocol):
    """A way to whoever holds a seat. Never blocks, and keeps a bounded backlog only."""

    @property
    def credit_ms(self) -> int:
        """What the journey of its latest action is worth, in milliseconds of match time."""

    def send(self, text: str) -> None:
        """Hand over one message, already written as JSON."""

    def left(self, match: str) -> None:
        """The match is over, or somebody else serves the seat now."""


@dataclass(slots=True)
class SeatPlace:
    """One seat. `agent` thinks for the host's own players; the others are reached by `link`, None while they are gone.

    `grace_ms` is how long match time will still wait for the seat to come back.
    """

    role: Role
    player: Player
    grace_ms: int
    agent: Agent | None = None
    is_timed: bool = True
    link: Link | None = None
    _waiting_since: float | None = None

    @property
    def is_here(self) -> bool:
        """Whether somebody could act now."""
        return self.agent is not None or self.link is not None

    def grace_left(self, now: float) -> int:
        """How much longer match time stands still for this seat, which is to move: 0 while it is here.

        What was waited since the last call is taken off its grace. `now` is in seconds, by a clock that never jumps.
        """
        if self._waiting_since is not None:
            self.grace_ms = max(0, self.grace_ms - round((now - self._waiting_since) * 1000))
        self._waiting_since = None if self.is_here or not self.grace_ms else now
        return 0 if self.is_here else self.grace_ms
