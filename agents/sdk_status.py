"""How a served agent stands: values that a status line can show, and the switch that stops it."""

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum

from arena.core.verdict import Reason
from arena.wire.news import MatchEnded


class State(StrEnum):
    """What the connection is doing."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    AWAY = "connection lost, coming back"
    FINISHING = "finishing"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the matches so far. `void` had no result; `lost_sight` ended while nobody could tell us how."""

    won: int = 0
    lost: int = 0
    tied: int = 0
    void: int = 0
    lost_sight: int = 0
    crashes: int = 0
    late: int = 0

    @property
    def played(self) -> int:
        """Matches that are over."""
        return self.won + self.lost + self.tied + self.void + self.lost_sight

    def after(self, ended: MatchEnded | None, crashes: int, late: int) -> "Score":
        """The score with one more match."""
        counted = "lost_sight" if ended is None else outcome(ended)
        more = {counted: getattr(self, counted) + 1, "crashes": self.crashes + crashes, "late": self.late + late}
        return replace(self, **more)


def outcome(ended: MatchEnded) -> str:
    """How a match went for its player: won, lost, tied or void."""
    verdict = ended.verdict
    if verdict.winner is not None:
        return "won" if verdict.winner is ended.role else "lost"
    return "tied" if verdict.reason is Reason.TIE else "void"


@dataclass(frozen=True, slots=True)
class Status:
    """Everything worth showing of a served agent at a moment. `player` is empty until the server knows it."""

    state: State = State.CONNECTING
    player: str = ""
    seats: int = 0
    busy: int = 0
    seeking: int = 0
    score: Score = Score()


class Stop:
    """Asks a served agent to stop: first after its running matches, then at once."""

    def __init__(self) -> None:
        self._finish, self._now = asyncio.Event(), asyncio.Event()

    @property
    def is_finishing(self) -> bool:
        """Whether no new matches shall begin."""
        return self._finish.is_set()

    def press(self) -> None:
        """Ask to finish; asked a second time, stop at once."""
        if self._finish.is_set():
            self._now.set()
        self._finish.set()

    async def finishing(self) -> None:
        """Wait until it was asked to finish."""
        await self._finish.wait()

    async def at_once(self) -> None:
        """Wait until it was asked to stop at once."""
        await self._now.wait()
