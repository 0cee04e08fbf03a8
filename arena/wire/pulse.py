"""Whether the other side is still there: it is asked for a sign of life when quiet, and given up when it stays so."""

from dataclasses import dataclass
from enum import Enum, auto


class Beat(Enum):
    """What a look at the clock comes to."""

    NOTHING = auto()
    ASK = auto()
    SILENT = auto()


@dataclass(slots=True)
class Pulse:
    """When the other side was last heard, and how long it may be quiet. All times are milliseconds."""

    heard_at: int
    every_ms: int
    is_asked: bool = False

    def heard(self, now: int) -> None:
        """Any message is a sign of life."""
        self.heard_at, self.is_asked = now, False

    @property
    def due(self) -> int:
        """When the next look is worth it."""
        return self.heard_at + (2 if self.is_asked else 1) * self.every_ms

    def look(self, now: int) -> Beat:
        """What to do now: nothing, ask for a sign of life, or give the other side up."""
        if now < self.due:
            return Beat.NOTHING
        if self.is_asked:
            return Beat.SILENT
        self.is_asked = True
        return Beat.ASK
