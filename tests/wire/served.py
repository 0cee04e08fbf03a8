"""A real arena server as a process of its own, with a database in the test's folder; killed and started at will."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from arena.core.events import Event
from arena.store import open_log

QUICK = {
    "TABOO_QUEUE_AGENT_AFTER_SECONDS": "0",
    "TABOO_QUEUE_BUILT_IN_AFTER_SECONDS": "0",
    "TABOO_PACE_MS": "0",
    "TABOO_DRAIN_SECONDS": "2",
}
"""Settings under which nobody waits for company."""


class RealServer:
    """`taboo serve` on a port that stays the same from start to start."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._settings = {**QUICK, **settings}
        self.db = folder / "served.db"
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "arena", "serve", "--port", str(self.port), "--db", str(self.db)]
        keep = {name: value for name, value in os.environ.items() if not name.startswith("TABOO_")}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**keep, **self._settings}
        )
        stdout = self._process.stdout
        assert stdout is not None
        for line in stdout:
            self.said.append(line)
            if found := re.search(r"is open at http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(self.said))
        self._reader = threading.Thread(target=lambda: self.said.extend(stdout))
        self._reader.start()

    def end(self, how: signal.Signals) -> None:
        if self._process is not None and self._reader is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._reader.join(30)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def token(self, name: str, *, agreed: bool = True, scopes: tuple[str, ...] = ("play",)) -> str:
        """A token of a new account, made as a browser makes it."""
        with httpx.Client(base_url=f"{self.url}/api/v1", trust_env=False) as browser:
            who = {"name": name, "password": "a long sentence is a good one", "agreed": agreed}
            me = browser.post("/accounts", json=who).raise_for_status().json()
            wish = {"label": "test", "scopes": list(scopes)}
            made = browser.post("/tokens", json=wish, headers={"X-Csrf-Token": me["csrf"]}).raise_for_status()
            return str(made.json()["secret"])

    def matches(self) -> list[list[Event]]:
        """Every match of the log."""
        log = open_log(str(self.db), create=False)
        try:
            return list(log.iter_events())
        finally:
            log.close()


@contextmanager
def real_server(folder: Path, **settings: str) -> Iterator[RealServer]:
    server = RealServer(folder, **settings)
    server.start()
    try:
        yield server
    finally:
        server.end(signal.SIGKILL)
