"""The load: agents in every seat, who act at moments fixed beforehand, however slow the answers are."""

import asyncio
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from arena.bench.server.gauges import quantile
from arena.bench.server.links import OPEN_SECONDS, Link
from arena.bench.server.scene import UTTERANCES
from arena.core.verdict import Role

STAMP = " stamp "
"""Stands before the microsecond at which an utterance was sent, so that a spectator knows how old it is."""
STAMP_DIGITS = 16
SETTLE_SECONDS = 10.0
"""How long the last acknowledgements are waited for."""
_TICK = 0.001
_OPENING = 32


@dataclass(slots=True, eq=False)
class Table:
    """A match as its players see it. `link` is of the seat that was asked, `id` is set while an action is on its way.

    The next seat may be asked before the action's acknowledgement is here: it comes over another connection.

    `owed` holds when actions were due that could not be sent yet, since the seat had not been asked.
    """

    match: str
    link: Link | None = None
    turn: int = 0
    id: str = ""
    due: float = 0.0
    sent: float = 0.0
    actions: int = 0
    owed: deque[float] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When actions are due: `rate` a second from `begin`, by the clock that all processes share.

    Those of the first `warm` seconds are not measured, those of the `seconds` after it are.
    """

    begin: float
    warm: float
    seconds: float
    rate: float

    @property
    def measured_from(self) -> float:
        """When the measured part begins."""
        return self.begin + self.warm

    @property
    def end(self) -> float:
        """When nothing is due any more."""
        return self.begin + self.warm + self.seconds


class Players:
    """Agents in both seats of each match, over as many connections as their capacity asks for."""

    def __init__(self, address: tuple[str, int], tokens: dict[str, str], matches: list[str], seats: int) -> None:
        self._address, self._tokens, self._seats = address, tokens, seats
        self._tables = {match: Table(match) for match in matches}
        self._links: list[Link] = []
        self._resumed, self._all_resumed = 0, asyncio.Event()
        self._flying, self._landed = 0, asyncio.Event()
        self._is_over = False
        self._measured_from = float("inf")
        self._from_sent: list[float] = []
        self._from_due: list[float] = []
        self._accepted = 0
        self._troubles: Counter[str] = Counter()

    async def open(self) -> dict[str, int]:
        """Connect, and take every seat up again. Raises BenchError, OSError or TimeoutError."""
        dealt = list(enumerate(shares(list(self._tables), self._seats)))
        for role in Role:
            for start in range(0, len(dealt), _OPENING):
                some = dealt[start : start + _OPENING]
                await asyncio.gather(*(self._sit_down(role, number, share) for number, share in some))
        async with asyncio.timeout(OPEN_SECONDS):
            await self._all_resumed.wait()
        return {"connections": len(self._links)}

    async def _sit_down(self, role: Role, number: int, matches: list[str]) -> None:
        link = Link(self._hear)
        self._links.append(link)
        await link.open(self._address, self._tokens[role], f"{role}-{number}", self._seats)
        link.tell("resume", {"matches": [{"match": match, "seq": -1} for match in matches]})

    async def run(self, schedule: Schedule) -> dict[str, Any]:
        """Act as the schedule says, wait for what is on its way, and tell how it went."""
        self._measured_from = schedule.measured_from
        tables, planned = list(self._tables.values()), round((schedule.warm + schedule.seconds) * schedule.rate)
        done = 0
        while done < planned:
            now = time.monotonic()
            while done < planned and (due := schedule.begin + done / schedule.rate) <= now:
                self._is_due(tables[done % len(tables)], due)
                done += 1
            await asyncio.sleep(_TICK)
        await asyncio.sleep(max(0.0, schedule.end - time.monotonic()))
        self._is_over = True
        await self._settle()
        return self._told(schedule)

    async def _settle(self) -> None:
        self._landed.clear()
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while self._flying:
                    await self._landed.wait()
                    self._landed.clear()
        except TimeoutError:
            self._troubles["no answer"] += self._flying

    def _told(self, schedule: Schedule) -> dict[str, Any]:
        first = round(schedule.warm * schedule.rate)
        planned = round((schedule.warm + schedule.seconds) * schedule.rate) - first
        self._troubles.update(f"closed {link.closed}" for link in self._links if link.closed is not None)
        sent, due = sorted(self._from_sent), sorted(self._from_due)
        return {
            "planned": planned,
            "acknowledged": len(sent),
            "accepted_in_all": self._accepted,
            "p50": quantile(sent, 0.5),
            "p99": quantile(sent, 0.99),
            "longest": sent[-1] if sent else 0.0,
            "due_p99": quantile(due, 0.99),
            "troubles": dict(self._troubles),
        }

    # --- one action ---

    def _is_due(self, table: Table, due: float) -> None:
        if table.link is None or table.id:
            table.owed.append(due)
        else:
            self._act(table, table.link, due)

    def _act(self, table: Table, link: Link, due: float) -> None:
        table.link = None
        table.actions += 1
        table.id, table.due, table.sent = f"{table.turn}-{table.actions}", due, time.monotonic()
        said = UTTERANCES[table.actions % len(UTTERANCES)]
        text = f"{said}{STAMP}{int(table.sent * 1e6):0{STAMP_DIGITS}d}"
        link.send(
            f'{{"type":"turn.action","id":"{table.id}","match":"{table.match}","turn":{table.turn},'
            f'"data":{{"text":"{text}"}}}}'.encode("ascii")
        )
        self._flying += 1

    # --- what is heard ---

    def _hear(self, link: Link, type_: str, match: str, turn: int, text: bytes) -> None:
        if type_ == "match.event":
            return
        if type_ == "turn.request":
            self._asked(self._tables[match], link, turn)
        elif type_ == "turn.ack":
            self._acknowledged(self._tables[match], json.loads(text)["data"])
        elif type_ == "resumed":
            self._resumed += 1
            if self._resumed == 2 * len(self._tables):
                self._all_resumed.set()
        elif type_ == "error":
            self._troubles[f"error {json.loads(text)['data']['code']}"] += 1
        elif type_ not in ("peer.back", "peer.gone"):
            self._troubles[type_] += 1

    def _asked(self, table: Table, link: Link, turn: int) -> None:
        table.link, table.turn = link, turn
        self._catch_up(table)

    def _catch_up(self, table: Table) -> None:
        """Do what was due before it could be done."""
        if table.owed and table.link is not None and not table.id and not self._is_over:
            self._act(table, table.link, table.owed.popleft())

    def _acknowledged(self, table: Table, ack: dict[str, Any]) -> None:
        if ack["id"] != table.id:
            self._troubles["ack of nothing"] += 1
            return
        now = time.monotonic()
        self._flying -= 1
        self._landed.set()
        table.id = ""
        if ack["status"] == "accepted":
            self._accepted += 1
            if table.due >= self._measured_from:
                self._from_sent.append(1000 * (now - table.sent))
                self._from_due.append(1000 * (now - table.due))
        else:
            self._troubles[f"{ack['status']} {ack['reason']}"] += 1
        self._catch_up(table)


def shares(matches: list[str], seats: int) -> list[list[str]]:
    """The matches of each connection, dealt so that neighbours in time do not share one."""
    count = -(-len(matches) // seats)
    return [matches[number::count] for number in range(count)]
