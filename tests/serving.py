"""A real server in a process of its own, for tests: started, asked, stopped, killed, started again."""

import asyncio
import gc
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from arena.server.people import People, Rank, Scope
from arena.server.serve import prepare
from arena.server.settings import Settings
from arena.store import open_log

PLAYS = frozenset({Scope.PLAY, Scope.READ})
_ADDRESS = re.compile(r"http://[\w.]+:(\d+)")
QUICK = {"PACE_MS": 0, "LOG_FORMAT": "json", "REQUESTS_PER_MINUTE": 1_000_000, "CONNECTIONS_PER_ACCOUNT": 1000}


class Inside:
    """The same server in a thread of the test's own process, so that what it does is measured with the tests."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.database = str(folder / "arena.db")
        quick = {name.lower(): value for name, value in QUICK.items()}
        self._settings = Settings(**{**quick, "port": 0, "database": self.database, **settings})
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Inside":
        known = threading.Event()

        def listening(address: str) -> None:
            self.port = int(address.rpartition(":")[2])
            known.set()

        self._server, self._bound = prepare(self._settings, listening)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert known.wait(60), "the server did not start"
        return self

    def _run(self) -> None:
        with self._bound:
            self._server.run(sockets=[self._bound])

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(60)
        gc.unfreeze()
        gc.set_threshold(700, 10, 10)

    def member(self, name: str, *, rank: Rank = Rank.MEMBER, scopes: frozenset[Scope] = PLAYS) -> str:
        """Make an account, straight in the database; a token of it."""
        return member(self.database, name, rank=rank, scopes=scopes)

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client of this server."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


class CheapHasher:
    """Hashes passwords for tests, where nobody attacks them."""

    def hash(self, password: str) -> str:
        return f"cheap:{password}"

    def verify(self, password: str, hash: str) -> bool:
        return hash == f"cheap:{password}"


class Served:
    """`taboo serve` on a free port with the database of a folder; on the same port when it is started again."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.database = str(folder / "arena.db")
        self._settings = {**QUICK, **{name.upper(): value for name, value in settings.items()}}
        self._folder = folder
        self.port = 0
        self.lines: deque[str] = deque(maxlen=5000)
        self._running: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is not None and self._running.poll() is None:
            self.kill()

    def start(self) -> None:
        """Start, and wait until it listens."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TABOO_")}
        ours = {f"TABOO_{name}": str(value) for name, value in self._settings.items()}
        self._running = subprocess.Popen(
            [sys.executable, "-m", "arena", "serve", "--port", str(self.port), "--db", self.database],
            cwd=self._folder,
            env={**kept, **ours},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        known = threading.Event()
        threading.Thread(target=self._read, args=(self._running, known), daemon=True).start()
        assert known.wait(60), "the server said nothing"
        assert self._running.poll() is None, "\n".join(self.lines)

    def _read(self, running: "subprocess.Popen[str]", known: threading.Event) -> None:
        assert running.stdout is not None
        for line in running.stdout:
            self.lines.append(line.rstrip())
            if not known.is_set() and (found := _ADDRESS.search(line)) is not None:
                self.port = int(found[1])
                known.set()
        running.stdout.close()
        known.set()

    def kill(self) -> None:
        """SIGKILL: not a word of goodbye."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(30)

    def terminate(self) -> int:
        """SIGTERM: it drains; its exit code."""
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(60)

    def member(self, name: str, *, rank: Rank = Rank.MEMBER, scopes: frozenset[Scope] = PLAYS) -> str:
        """Make an account, straight in the database; a token of it."""
        return member(self.database, name, rank=rank, scopes=scopes)

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client of this server."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


def member(database: str, name: str, *, rank: Rank = Rank.MEMBER, scopes: frozenset[Scope] = PLAYS) -> str:
    """An account in a database, and a token of it."""

    async def make() -> str:
        with open_log(database) as log:
            people = People(log, hasher=CheapHasher())
            account = await people.register(name, f"correct horse {len(name)}", True)
            if rank is not Rank.MEMBER:
                await people.promote(account.id, rank)
            _, secret = await people.issue_token(account.id, "test", scopes, 7)
            return secret

    return asyncio.run(make())
