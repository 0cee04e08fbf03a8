"""Connections that are known and do nothing but answer heartbeats."""

import asyncio
import time
from collections import Counter
from typing import Any

from arena.bench.server.links import Link
from arena.bench.server.players import Schedule

_OPENING = 64


class Idlers:
    """So many identified connections of one account, each with room for one seat."""

    def __init__(self, address: tuple[str, int], token: str, count: int) -> None:
        self._address, self._token, self._count = address, token, count
        self._links: list[Link] = []
        self._heard: Counter[str] = Counter()

    async def open(self) -> dict[str, int]:
        """Connect all of them. Raises BenchError, OSError or TimeoutError."""
        for start in range(0, self._count, _OPENING):
            some = [Link(self._hear) for _ in range(start, min(start + _OPENING, self._count))]
            self._links += some
            await asyncio.gather(
                *(link.open(self._address, self._token, str(start + place), 1) for place, link in enumerate(some))
            )
        return {"connections": len(self._links)}

    async def run(self, schedule: Schedule) -> dict[str, Any]:
        """Stay until the schedule ends, and tell how many are still there."""
        await asyncio.sleep(max(0.0, schedule.end - time.monotonic()))
        closed = Counter(f"closed {link.closed}" for link in self._links if link.closed is not None)
        return {"open": len(self._links) - closed.total(), "troubles": dict(closed + self._heard)}

    def _hear(self, link: Link, type_: str, match: str, turn: int, text: bytes) -> None:  # noqa: ARG002
        self._heard[type_] += 1
