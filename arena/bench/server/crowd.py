"""Clients in a process of their own (`client`), as the bench sees it.

What they are told and what they tell goes over pipes, one JSON object a line. A crowd is told what it is, opens its
connections and says so, is told when to act, and tells at the end how it went.
"""

import json
import select
import subprocess
import sys
from dataclasses import asdict
from types import TracebackType
from typing import Any

from arena.bench.server.gauges import BenchError
from arena.bench.server.players import Schedule

WAIT_SECONDS = 180.0


class Crowd:
    """The clients' process, seen from the bench; use it in a `with`. `part` is one of `client.PARTS`."""

    def __init__(self, part: str, **arguments: object) -> None:
        self._part, self._arguments = part, arguments

    def __enter__(self) -> "Crowd":
        command = [sys.executable, "-m", "arena.bench.server.client"]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._tell({"part": self._part, **self._arguments})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.kill()
        self._running.communicate()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._running.pid

    def opened(self) -> dict[str, Any]:
        """Wait until all is connected, and what that came to. Raises BenchError."""
        return self._hear(WAIT_SECONDS)

    def act(self, schedule: Schedule) -> None:
        """Tell when to act."""
        self._tell(asdict(schedule))

    def told(self, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """Wait at most so long for how it went. Raises BenchError."""
        return self._hear(seconds)

    def settle(self, expected: int) -> dict[str, Any]:
        """Tell how much should have come, and wait for how it went. Raises BenchError."""
        self._tell({"expected": expected})
        return self._hear(WAIT_SECONDS)

    def _tell(self, row: dict[str, Any]) -> None:
        if self._running.stdin is not None:
            self._running.stdin.write(json.dumps(row).encode("ascii") + b"\n")
            self._running.stdin.flush()

    def _hear(self, seconds: float) -> dict[str, Any]:
        pipe = self._running.stdout
        if pipe is None or not select.select([pipe], [], [], seconds)[0]:
            raise BenchError("server", f"the {self._part} said nothing for {seconds:.0f} s")
        line = pipe.readline()
        if not line:
            raise BenchError("server", f"the {self._part} ended with {self._running.wait()}")
        row: dict[str, Any] = json.loads(line)
        if "problem" in row:
            raise BenchError("server", f"the {self._part}: {row['problem']}")
        return row
