"""A real server in a process of its own: started, measured, killed."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType

from arena.bench.server.gauges import BenchError

START_SECONDS = 60.0
_ADDRESS = re.compile(r"http://([\w.]+):(\d+)")
_PREFIX = "TABOO_"
_ROOM = 6000
SETTINGS = {
    "LOG_LEVEL": "error",
    "MAX_LIVE": 5000,
    "MAX_CONNECTIONS": _ROOM,
    "CONNECTIONS_PER_ACCOUNT": _ROOM,
    "CONNECTIONS_PER_ADDRESS": _ROOM,
    "MAX_STREAMS": _ROOM,
    "STREAMS_PER_ADDRESS": _ROOM,
    "REQUESTS_PER_MINUTE": 1_000_000,
    "MESSAGE_RATE": 10_000,
}
"""Limits that one address stands for thousands of visitors behind; all else is as a server has it by default."""


class Host:
    """`taboo serve` on a free port of this machine, with a database of its own; use it in a `with`."""

    def __init__(self, folder: Path, database: Path, profile: Path | None = None) -> None:
        self._folder, self._profile = folder, profile
        self._command = [sys.executable]
        if profile is not None:
            self._command += ["-m", "cProfile", "-o", str(profile.absolute())]
        self._command += ["-m", "arena", "serve", "--host", "127.0.0.1", "--port", "0", "--db", str(database)]
        self._lines: deque[str] = deque(maxlen=3)
        self._is_known = threading.Event()
        self.address: tuple[str, int] = ("", 0)

    def __enter__(self) -> "Host":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        ours = {f"{_PREFIX}{name}": str(value) for name, value in SETTINGS.items()}
        self._running = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env={**kept, **ours},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        if not self._is_known.wait(START_SECONDS) or not self.address[1]:
            self.kill()
            raise BenchError("server", "did not start; it said: " + " / ".join(self._lines))
        return self

    def _read(self) -> None:
        """Note the address, and what is said last, until the process ends."""
        with self._running.stdout or nullcontext(()) as lines:
            for line in lines:
                self._lines.append(line.strip())
                found = _ADDRESS.search(line)
                if found is not None and not self.address[1]:
                    self.address = (found[1], int(found[2]))
                    self._is_known.set()
        self._is_known.set()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._running.pid

    def require_running(self) -> None:
        """Raises BenchError where the server has ended by itself."""
        if (code := self._running.poll()) is not None:
            raise BenchError("server", f"ended with {code}; it said: " + " / ".join(self._lines))

    def kill(self) -> None:
        """End the process without a word; under a profiler ask it to end, so that the profile is written."""
        if self._running.poll() is None:
            self._running.send_signal(signal.SIGKILL if self._profile is None else signal.SIGINT)
        self._running.wait(START_SECONDS)
        self._reading.join()
