"""Rate limits: so much in any window of time, first come first served. Without IO; the clock is an argument."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

MINUTE = 60.0


@dataclass(slots=True)
class Turn:
    """When one request may start, and what it costs; the cost may be corrected once it is known."""

    start: float
    cost: float


class Pace:
    """At most `most` in any window of `seconds`. A cost above it counts as all of it, and waits for an empty window."""

    def __init__(self, most: float, seconds: float = MINUTE) -> None:
        self._most, self._seconds = most, seconds
        self._turns: deque[Turn] = deque()

    def earliest(self, cost: float, now: float) -> float:
        """The first time from now on, and not before those who came before, at which the cost fits."""
        cost = min(cost, self._most)
        start = max(now, self._turns[-1].start) if self._turns else now
        if isinf(self._most):
            return start
        inside = [turn for turn in self._turns if turn.start > start - self._seconds]
        spent = sum(turn.cost for turn in inside)
        for turn in inside:
            if spent + cost <= self._most:
                break
            spent -= turn.cost
            start = turn.start + self._seconds
        return start

    def take(self, cost: float, start: float) -> Turn:
        """Take the turn that `earliest` found."""
        while self._turns and self._turns[0].start <= start - self._seconds:
            self._turns.popleft()
        turn = Turn(start, min(cost, self._most))
        self._turns.append(turn)
        return turn


def together(paces: Sequence[Pace], costs: Sequence[float], now: float) -> float:
    """The first time at which every cost fits its pace."""
    start = now
    while True:
        later = max((pace.earliest(cost, start) for pace, cost in zip(paces, costs, strict=True)), default=start)
        if later == start:
            return start
        start = later
