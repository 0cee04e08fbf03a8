"""A server that holds many connections on which nothing happens."""

import time
from dataclasses import dataclass

from arena.bench.server.crowd import Crowd
from arena.bench.server.gauges import Memory, cpu_seconds, memory
from arena.bench.server.players import Schedule
from arena.bench.server.stage import hosted
from arena.core.verdict import Role


@dataclass(frozen=True)
class Rested:
    """How it went: what the server held before the connections came, and after they had stayed for a while."""

    opened: int
    still_open: int
    before: Memory
    after: Memory
    seconds: float
    server_cpu: float


def rest(count: int, seconds: float) -> Rested:
    """Hold so many identified connections open for so long. Raises BenchError or LogError."""
    with hosted(0, count) as (host, found, _):
        before = memory(host.pid)
        with Crowd("idle", address=host.address, token=found.tokens[Role.ATTACKER], count=count) as idlers:
            opened = idlers.opened()["connections"]
            began, cpu = time.monotonic(), cpu_seconds(host.pid)
            idlers.act(Schedule(began, 0.0, seconds, 0.0))
            told = idlers.told(seconds + 60)
            after = memory(host.pid)
            spent = cpu_seconds(host.pid) - cpu
            host.require_running()
    return Rested(opened, told["open"], before, after, time.monotonic() - began, spent)
