"""SIGKILL at twenty moments of a program that writes: what was acknowledged is there, once, and nothing is torn."""

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from arena.core.events import Finished
from arena.core.replay import replay
from arena.store import open_log

KILLS = 20
PROGRAM = Path(__file__).with_name("writing_program.py")


def killed_after(lines: int, db: Path, run: str) -> list[tuple[str, int]]:
    """Run the writing program, kill it once it has said so many lines, and hand over all that it said."""
    command = [sys.executable, str(PROGRAM), str(db), run]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        said = [program.stdout.readline() for _ in range(lines)]
        program.send_signal(signal.SIGKILL)
        said += program.stdout.readlines()
        assert program.wait() == -signal.SIGKILL
    whole = (line.decode().split() for line in said if line.endswith(b"\n"))
    return [(match, int(seq)) for match, seq in whole]


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path):
    db, chance = tmp_path / "log.db", random.Random(20)
    acknowledged: list[tuple[str, int]] = []
    for run in range(KILLS):
        # The first are killed while they open the log, which has no tables yet; the others at any later moment.
        acknowledged += killed_after(chance.randrange(1, 600) if run > 1 else run, db, f"r{run}")
    with closing(sqlite3.connect(db)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with open_log(str(db), create=False) as log:
        kept = {events[0].match: events for events in log.iter_events()}
        assert log.matches(finished=True) == [
            name for name, events in kept.items() if isinstance(events[-1].body, Finished)
        ]
        words = {one.match: one.kept() for one in log.iter_stored()}
    assert len(acknowledged) > 1000
    assert [(match, seq) for match, seq in acknowledged if match not in kept or seq >= len(kept[match])] == []
    for match, events in kept.items():
        assert [event.seq for event in events] == list(range(len(events)))
        assert replay(events).events == len(events)  # also compares verdicts, and finds a decided match without its end
        sealed = {event.seq for event in events if getattr(event.body, "seal", None)}
        assert words[match].keys() == sealed
