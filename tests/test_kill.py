"""SIGKILL at twenty moments of a tournament, `--resume` after each: nothing is lost, doubled or played twice."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from arena.cli import main
from arena.core.events import Event, Finished, Resumed, Started
from arena.core.replay import replay
from arena.store import open_log

KILLS, WORDS, LIMIT_SECONDS = 20, 40, 240
TOURNAMENT = ("tournament", "--agents", "direct,hiding,honest,detector,evasive", "--words", str(WORDS), "--seed", "11")


def written(db: Path) -> int:
    """How many events the log holds, seen from another process."""
    if not db.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as raw:
            return int(raw.execute("select count(*) from event").fetchone()[0])
    except sqlite3.OperationalError:  # the table is not there yet
        return 0


def run_and_kill(db: Path, more_events: int) -> int | None:
    """Run the tournament and kill it once it has written so many more events; its exit code if it ended before."""
    command = [sys.executable, "-m", "arena", *TOURNAMENT, "--jobs", "8", "--db", str(db), "--resume", "--json"]
    goal = written(db) + more_events
    deadline = time.monotonic() + LIMIT_SECONDS
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        while written(db) < goal:
            if (code := running.poll()) is not None:
                return code
            assert time.monotonic() < deadline, "the tournament stopped writing"
            time.sleep(0.002)  # let the other process have the disk between two looks
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=30)
    return None


def matches(db: Path) -> Iterator[list[Event]]:
    """Every match of a log."""
    log = open_log(str(db), create=False)
    try:
        yield from log.iter_events()
    finally:
        log.close()


def facts(events: list[Event]) -> list[object]:
    """What happened in a match, whenever it started and however often it was interrupted."""
    kept = [event for event in events if not isinstance(event.body, Resumed | Started)]
    return [(event.at, event.body) for event in kept]


@pytest.mark.slow
def test_a_killed_tournament_goes_on_as_if_nothing_had_happened(tmp_path, capsys):
    db, whole = tmp_path / "killed.db", tmp_path / "whole.db"
    chance = random.Random(5)
    kills, finished_before = 0, set()
    for _ in range(KILLS):
        code = run_and_kill(db, chance.randrange(20, 120))
        assert code in (None, 0)
        if code == 0:
            break
        kills += 1
        finished = {events[0].match: events for events in matches(db) if isinstance(events[-1].body, Finished)}
        assert finished_before <= finished.keys(), "a finished match was lost"
        finished_before = set(finished)
    assert kills == KILLS, f"the tournament ended after {kills} kills: give it more words"
    assert main([*TOURNAMENT, "--db", str(db), "--resume", "--json"]) == 0
    assert main([*TOURNAMENT, "--db", str(whole), "--json"]) == 0
    capsys.readouterr()

    killed, straight = ({events[0].match: events for events in matches(path)} for path in (db, whole))
    assert killed.keys() == straight.keys()
    interrupted = 0
    for name, events in killed.items():
        assert [event.seq for event in events] == list(range(len(events)))
        assert replay(events).verdict == replay(straight[name]).verdict
        assert facts(events) == facts(straight[name])
        interrupted += any(isinstance(event.body, Resumed) for event in events)
    assert interrupted > 0, "no kill fell into a match: the test shows nothing"
