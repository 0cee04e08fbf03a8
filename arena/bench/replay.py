"""How long it takes to derive every verdict of a large log again."""

import asyncio
import tempfile
import time
from pathlib import Path

from arena.bench.measure import Measure, peak_memory
from arena.clock import timestamp
from arena.core.actions import Action
from arena.core.events import Event, Seat, Started
from arena.core.machine import Act, Begin, Match, Message, Record
from arena.core.ports import Log
from arena.core.replay import replay
from arena.core.rules import preset
from arena.core.verdict import Role

MATCHES, TURNS, BAR_SECONDS = 10_000, 6, 60.0
UTTERANCE = "it is something that you would find in a kitchen and people often eat it in the morning with some milk"


def run(matches: int = MATCHES) -> list[Measure]:
    """Fill a log with matches of six turns of 20-word utterances, then read and replay all of it."""
    from arena.store import open_log

    with tempfile.TemporaryDirectory() as folder:
        log = open_log(str(Path(folder) / "bench.db"))
        try:
            asyncio.run(_fill(log, matches))
            started, cpu = time.perf_counter(), time.process_time()
            stands = sum(replay(events).verdict is not None for events in log.iter_events())
            wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        finally:
            log.close()
    scale = MATCHES / max(1, stands)
    return [
        Measure(f"reading and replaying {MATCHES:,} matches", wall * scale, "s", BAR_SECONDS),
        Measure("the same, by CPU time", cpu * scale, "s"),
        Measure("matches whose verdict stands", stands, "matches"),
        peak_memory(),
    ]


async def _fill(log: Log, matches: int) -> None:
    from arena.words import WordMatcher

    matcher, seat = WordMatcher(), Seat("bench", "1")
    template: list[Event] = []
    started = Started(preset("spag", max_turns=TURNS), "banana", "bench", seat, seat, timestamp())
    match = Match("template", started, matcher)
    messages: list[Message] = [Begin()]
    messages += [Act(role, turn, f"{turn}{role}", Action(UTTERANCE)) for turn in range(1, TURNS + 1) for role in Role]
    for message in messages:
        template += [effect.event for effect in match.receive(message, 0) if isinstance(effect, Record)]
    pending = [
        log.append([Event(f"bench-{number}", event.seq, event.at, event.body) for event in template])
        for number in range(matches)
    ]
    for start in range(0, len(pending), 500):
        await asyncio.gather(*pending[start : start + 500])
