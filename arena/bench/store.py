"""How many turns a second the log makes durable."""

import asyncio
import tempfile
import time
from pathlib import Path

from arena.bench.measure import Measure, peak_memory
from arena.clock import timestamp
from arena.core.actions import Action, Ruling
from arena.core.events import Acted, Event, Finished, Seat, Started
from arena.core.ports import Log
from arena.core.rules import Rules
from arena.core.verdict import Reason, Role, Verdict

MATCHES, TURNS, BAR_TURNS = 64, 10, 3000.0
UTTERANCE = "it is something that you would find in a kitchen and people often eat it in the morning with some milk"


def run(seconds: float = 3.0, folder: str | None = None) -> list[Measure]:
    """Let 64 matches append to a new log in the folder, each waiting for every event as a match does."""
    from arena.store import open_log

    with tempfile.TemporaryDirectory(dir=folder) as made, open_log(str(Path(made) / "bench.db")) as log:
        cpu, began = time.process_time(), time.perf_counter()
        turns = asyncio.run(_play_all(log, began + seconds))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return [
        Measure(f"durable turns at {MATCHES} matches", turns / wall, "turns/s", BAR_TURNS),
        Measure("CPU time a durable turn", cpu / max(1, turns) * 1e6, "us"),
        peak_memory(),
    ]


async def _play_all(log: Log, until: float) -> int:
    return sum(await asyncio.gather(*(_play(log, number, until) for number in range(MATCHES))))


async def _play(log: Log, number: int, until: float) -> int:
    """Match after match until the time is over; how many turns became durable."""
    seat, turns = Seat("bench", "1"), 0
    while time.perf_counter() < until:
        match = f"bench-{number}-{turns}"
        await log.append([Event(match, 0, 0, Started(Rules(), "banana", "bench", seat, seat, timestamp()))])
        for turn in range(1, TURNS + 1):
            for role in Role:
                seq = 2 * turn - (role is Role.ATTACKER)
                await log.append([Event(match, seq, 0, _said(role, turn))])
            turns += 1
        await log.append([Event(match, 2 * TURNS + 1, 0, Finished(Verdict(None, Reason.TIE)))])
    return turns


def _said(role: Role, turn: int) -> Acted:
    ruling = Ruling("form", "1", "fine", 0.0, "0123456789abcdef")
    return Acted(role, turn, f"{turn}{role[0]}0", Action(UTTERANCE), None, (), (ruling,), "0123456789abcdef")
