"""One run of a load against a fresh server: everything is started, measured while the load is steady, and counted."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arena.bench.server import scene
from arena.bench.server.crowd import Crowd
from arena.bench.server.gauges import BenchError, Memory, allow_files, busy_seconds, cpu_seconds, memory
from arena.bench.server.host import Host
from arena.bench.server.players import Schedule

SPARE_FILES = 500
_LEAD_SECONDS = 0.5
"""From telling the clients when to begin until they do."""


@dataclass(frozen=True)
class Load:
    """What is asked of a server: actions a second over all matches, so many spectators of each."""

    matches: int
    spectators: int
    rate: float
    warm: float
    seconds: float
    seats: int
    """Seats of a connection."""


@dataclass(frozen=True)
class Outcome:
    """How a load went. Times are milliseconds, of actions that were due in the measured seconds.

    `due_p99` counts from when an action was due and not from when it could be sent, so a server that falls behind its
    load cannot hide it. `kept` is what the killed server's database holds, of all that was acknowledged (`accepted`).
    """

    load: Load
    planned: int
    acknowledged: int
    p50: float
    p99: float
    longest: float
    due_p99: float
    accepted: int
    kept: int
    delivered: int
    lag_p99: float
    seconds: float
    server_cpu: float
    players_cpu: float
    spectators_cpu: float
    machine_cpu: float
    memory: Memory
    connections: int
    troubles: dict[str, int] = field(default_factory=dict)

    @property
    def others_cpu(self) -> float:
        """What other programs, and the kernel on nobody's account, used meanwhile."""
        return max(0.0, self.machine_cpu - self.server_cpu - self.players_cpu - self.spectators_cpu)

    @property
    def expected(self) -> int:
        """Utterances that spectators should have been shown."""
        return self.accepted * self.load.spectators

    @property
    def is_whole(self) -> bool:
        """Whether every action was acknowledged, every acknowledged one kept, and all of them shown."""
        return (self.acknowledged, self.kept, self.delivered) == (self.planned, self.accepted, self.expected)


@contextmanager
def hosted(matches: int, files: int, profile: Path | None = None) -> Iterator[tuple[Host, scene.Scene, Path]]:
    """A running server with so many matches, and where its database is. Raises BenchError or LogError."""
    allow_files(files + SPARE_FILES)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        found = scene.set_up(str(database), matches)
        with Host(Path(folder), database, profile) as host:
            yield host, found, database


def play(load: Load, profile: Path | None = None) -> Outcome:
    """Put a load on a fresh server. Raises BenchError or LogError."""
    if (warm_up := (load.warm + load.seconds) * load.rate) > load.matches * 2 * scene.TURNS:
        raise BenchError("server", f"{warm_up:.0f} actions are more than {load.matches} matches have turns for")
    streams = load.matches * load.spectators
    with hosted(load.matches, streams + 2 * load.matches, profile) as (host, found, database):
        rows, told = _perform(load, host, found)
        held = memory(host.pid)
        host.require_running()
        host.kill()
        kept = scene.count_acted(str(database))
    troubles = Counter(told["players"].pop("troubles")) + Counter(told["spectators"].pop("troubles"))
    return Outcome(
        load=load,
        accepted=told["players"].pop("accepted_in_all"),
        kept=kept,
        memory=held,
        troubles=dict(troubles),
        **told["players"],
        **told["spectators"],
        **rows,
    )


def _perform(load: Load, host: Host, found: scene.Scene) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Open the clients, let them act, and look at all processes at both ends of the measured seconds."""
    with ExitStack() as crowds:
        players = crowds.enter_context(
            Crowd("players", address=host.address, tokens=found.tokens, matches=found.matches, seats=load.seats)
        )
        connections = players.opened()["connections"]
        spectators = crowds.enter_context(
            Crowd("spectators", address=host.address, matches=found.matches, each=load.spectators)
        )
        spectators.opened()
        schedule = Schedule(time.monotonic() + _LEAD_SECONDS, load.warm, load.seconds, load.rate)
        for crowd in (players, spectators):
            crowd.act(schedule)
        pids = {"server_cpu": host.pid, "players_cpu": players.pid, "spectators_cpu": spectators.pid}
        before = _look(schedule.measured_from, pids)
        after = _look(schedule.end, pids)
        told = {"players": players.told()}
        spectators.told()
        told["spectators"] = spectators.settle(told["players"]["accepted_in_all"] * load.spectators)
    rows = {name: after[name] - before[name] for name in before}
    return {**rows, "connections": connections}, told


def _look(when: float, pids: dict[str, int]) -> dict[str, float]:
    """The processor seconds of each process and of the machine at a moment to come, and that moment."""
    time.sleep(max(0.0, when - time.monotonic()))
    used = {name: cpu_seconds(pid) for name, pid in pids.items()}
    return {"seconds": time.monotonic(), "machine_cpu": busy_seconds(), **used}
