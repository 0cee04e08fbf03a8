"""The process of a crowd of clients: `python -m arena.bench.server.client`, driven by `crowd`."""

import asyncio
import gc
import json
import sys
from typing import Any

import uvloop

from arena.bench.server.gauges import BenchError
from arena.bench.server.idle import Idlers
from arena.bench.server.players import Players, Schedule
from arena.bench.server.spectators import Spectators

PARTS: dict[str, type[Any]] = {"players": Players, "spectators": Spectators, "idle": Idlers}


async def _serve() -> None:
    order = await _read()
    crowd = PARTS[order.pop("part")](**order)
    try:
        _write(await crowd.open())
    except (BenchError, OSError, TimeoutError) as problem:
        _write({"problem": str(problem) or type(problem).__name__})
        return
    gc.collect()
    gc.disable()  # a pause of the clients would look like one of the server
    _write(await crowd.run(Schedule(**await _read())))
    if hasattr(crowd, "settle"):
        _write(await crowd.settle(**await _read()))


async def _read() -> dict[str, Any]:
    row: dict[str, Any] = json.loads(await asyncio.to_thread(sys.stdin.readline))
    return row


def _write(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
