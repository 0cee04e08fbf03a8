"""A real server under load: other processes play, watch, or just stay connected, over the loopback of this machine.

Start with `stage` (one load on one server) and `players` (what acts, and what counts as its latency). `paced` is the
load that a server must carry, `ceiling` finds the most that it can, `idle` counts what a connection costs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from arena.bench.measure import Measure
from arena.bench.server.resting import rest
from arena.bench.server.scene import TURNS
from arena.bench.server.stage import Load, Outcome, play
from arena.core.errors import UnknownNameError

PACED_P99_MS, CEILING_P99_MS, CEILING_RATE, IDLE_MIB = 50.0, 100.0, 2000.0, 400e6 / (1 << 20)

PACED = Load(matches=1000, spectators=3, rate=1000.0, warm=5.0, seconds=60.0, seats=16)
CEILING = Load(matches=1000, spectators=3, rate=CEILING_RATE, warm=2.0, seconds=6.0, seats=16)


@dataclass(frozen=True)
class Plan:
    """How large the loads are; the defaults are what the bars are about."""

    paced: Load = PACED
    ceiling: Load = CEILING
    """The first step of the search."""
    held_p99_ms: float = CEILING_P99_MS
    """A rate is held where 99 of 100 actions are acknowledged so soon after they were due."""
    step: float = 250.0
    """How finely the highest rate is looked for."""
    highest: float | None = None
    """The most that is tried; None: as long as the matches have turns."""
    sockets: int = 5000
    rest_seconds: float = 20.0


def run(plan: Plan | None = None, phases: tuple[str, ...] = (), profile: Path | None = None) -> list[Measure]:
    """The figures of the named phases, of all without a name. Raises UnknownNameError, BenchError or LogError.

    `profile` is a file for the profile of a server under the paced load, by cProfile: nothing else is run then, since
    a server that is profiled is slower.
    """
    chosen = plan or Plan()
    for name in phases:
        if name not in PHASES:
            raise UnknownNameError("phase of the server's bench", name, known=tuple(PHASES))
    if profile is not None:
        return list(_of_load("profiled", play(chosen.paced, profile)))
    return [it for name, phase in PHASES.items() if not phases or name in phases for it in phase(chosen)]


# --- a steady load ----------------------------------------------------------------------------------------------------


def paced(plan: Plan) -> Iterator[Measure]:
    """The load that must be carried with every action acknowledged."""
    went = play(plan.paced)
    yield Measure("paced: connections of players", went.connections, "connections")
    yield from _of_load("paced", went, PACED_P99_MS)


def _of_load(name: str, went: Outcome, p99_bar: float | None = None) -> Iterator[Measure]:
    yield Measure(f"{name}: actions due", went.planned, "actions")
    yield Measure(f"{name}: actions acknowledged", went.acknowledged, "actions", went.planned)
    yield Measure(f"{name}: sent to acknowledged, median", went.p50, "ms")
    yield Measure(f"{name}: sent to acknowledged, p99", went.p99, "ms", p99_bar)
    yield Measure(f"{name}: sent to acknowledged, longest", went.longest, "ms")
    yield Measure(f"{name}: due to acknowledged, p99", went.due_p99, "ms")
    yield from _of_log(name, went)
    yield Measure(f"{name}: sent to shown, p99", went.lag_p99, "ms")
    yield from _of_cost(name, went)


def _of_log(name: str, went: Outcome) -> Iterator[Measure]:
    """What is counted over the whole run, the seconds of warming up included."""
    yield Measure(f"{name}: in the log after SIGKILL", went.kept, "actions", went.accepted)
    yield Measure(f"{name}: shown to spectators", went.delivered, "utterances", went.expected)
    for trouble, count in went.troubles.items():
        yield Measure(f"{name}: {trouble}", count, "times")


def _of_cost(name: str, went: Outcome) -> Iterator[Measure]:
    actions = max(1, went.acknowledged)
    yield Measure(f"{name}: server's CPU an action", went.server_cpu / actions * 1e6, "us")
    yield Measure(f"{name}: server, of a core", 100 * went.server_cpu / went.seconds, "%")
    yield Measure(f"{name}: players, of a core", 100 * went.players_cpu / went.seconds, "%")
    yield Measure(f"{name}: spectators, of a core", 100 * went.spectators_cpu / went.seconds, "%")
    yield Measure(f"{name}: others, of a core", 100 * went.others_cpu / went.seconds, "%")
    yield Measure(f"{name}: peak memory", went.memory.peak, "MiB")


# --- the most there is ------------------------------------------------------------------------------------------------


def ceiling(plan: Plan) -> Iterator[Measure]:
    """The highest rate that is held, with the spectators and without any."""
    for name, load in (("ceiling", plan.ceiling), ("ceiling unwatched", replace(plan.ceiling, spectators=0))):
        went = _highest(load, plan)
        if went is None:
            yield Measure(f"{name}: rate held", 0.0, "actions/s", CEILING_RATE)
            continue
        yield Measure(f"{name}: rate held", went.load.rate, "actions/s", CEILING_RATE)
        yield Measure(f"{name}: due to acknowledged, p99", went.due_p99, "ms", plan.held_p99_ms)
        yield from _of_log(name, went)
        yield from _of_cost(name, went)


def _highest(load: Load, plan: Plan) -> Outcome | None:
    """How the highest rate went that was held; None if none was."""
    held: dict[float, Outcome] = {}

    def holds(rate: float) -> bool:
        went = play(replace(load, rate=rate))
        if went.is_whole and went.due_p99 <= plan.held_p99_ms:
            held[rate] = went
        return rate in held

    most = load.matches * 2 * TURNS / (load.warm + load.seconds)
    best = search(holds, load.rate, plan.step, most if plan.highest is None else min(most, plan.highest))
    return held.get(best)


def search(holds: Callable[[float], bool], first: float, step: float, most: float) -> float:
    """The highest rate found to hold, 0.0 if none: doubled until one does not, then halved in between to a step."""
    held, missed, rate = 0.0, most + step, first
    while held < rate < missed:
        if holds(rate):
            held = rate
        else:
            missed = rate
        between = 2 * held if missed > most else (held + missed) / 2
        rate = min(most, between) // step * step
    return held


# --- nothing at all ---------------------------------------------------------------------------------------------------


def idle(plan: Plan) -> Iterator[Measure]:
    """What identified connections cost that do nothing."""
    went = rest(plan.sockets, plan.rest_seconds)
    yield Measure("idle: connections", went.opened, "connections", plan.sockets)
    yield Measure("idle: still open after heartbeats", went.still_open, "connections", plan.sockets)
    yield Measure("idle: memory before", went.before.now, "MiB")
    yield Measure("idle: memory with them", went.after.now, "MiB", IDLE_MIB)
    yield Measure("idle: memory of a connection", (went.after.now - went.before.now) / went.opened * 1024, "KiB")
    yield Measure("idle: server, of a core", 100 * went.server_cpu / went.seconds, "%")


PHASES: dict[str, Callable[[Plan], Iterator[Measure]]] = {"paced": paced, "ceiling": ceiling, "idle": idle}
