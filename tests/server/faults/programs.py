"""Other processes that a test starts, stops in their tracks, lets go on, and ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
"""


@contextmanager
def program(*command: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python program with pipes, killed at the end; its first line has been read."""
    with subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    ) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline(), "it said nothing"
            yield running
        finally:
            running.kill()


@contextmanager
def parrot(url: str, name: str, token: str) -> Iterator["subprocess.Popen[str]"]:
    """An SDK agent in a process of its own, connected."""
    with program(str(HERE / "parrot.py"), url, name, TABOO_TOKEN=token) as running:
        yield running


@contextmanager
def locked(database: str) -> Iterator[None]:
    """Another program holds the database for itself."""
    with program("-c", HOLDER, database) as holder:
        yield
        assert holder.stdin is not None
        holder.stdin.write("enough\n")
        holder.stdin.flush()
        assert holder.wait(30) == 0


@contextmanager
def frozen(running: "subprocess.Popen[str]") -> Iterator[None]:
    """A process that does nothing, while the system keeps its connections open."""
    running.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        running.send_signal(signal.SIGCONT)


def resident_mb(pid: int) -> float:
    """Megabytes of memory that a process has."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the process is gone")


def settled_mb(pid: int) -> float:
    """The same, once it has stayed the same for a second: a server that has just started still loads what it needs."""
    last, since = resident_mb(pid), time.monotonic()
    deadline = since + 30
    while time.monotonic() < min(since + 1, deadline):
        now = resident_mb(pid)
        if abs(now - last) > 1:
            last, since = now, time.monotonic()
        time.sleep(0.05)
    return last
