"""A real server in its own process, and a real browser. Both are stopped by their process ids.

Needs Chromium and its Python driver; without them the tests are skipped and say what to install.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest

CHROMIUM = os.environ.get("TABOO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 15_000


class Server:
    """`taboo serve` on a free port of this machine, with a database of its own. It can be killed and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._settings = {"PACE_MS": "0", "QUEUE_AGENT_AFTER_SECONDS": "1", "QUEUE_BUILT_IN_AFTER_SECONDS": "2"}
        self._settings |= settings
        self._running: subprocess.Popen[str] | None = None
        self._diagnostics: IO[bytes] | None = None
        self.url, self._port = "", "0"

    def start(self) -> None:
        """Listen; on the same port as before, where there was one."""
        self._diagnostics = (self._folder / "diagnostics").open("ab")
        command = [sys.executable, "-m", "arena", "serve", "--port", self._port, "--db", str(self._folder / "arena.db")]
        given = {f"TABOO_{name}": value for name, value in self._settings.items()}
        self._running = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=self._diagnostics,
            text=True,
            cwd=self._folder,
            env={**os.environ, **given, "COLUMNS": "200", "NO_COLOR": "1"},
        )
        self.url = self._address()
        self._port = self.url.rpartition(":")[2]

    def _address(self) -> str:
        """Where it listens, as it says itself."""
        assert self._running is not None
        assert self._running.stdout is not None
        for line in self._running.stdout:
            _, found, rest = line.partition("is open at ")
            if found:
                return rest.split()[0]
        raise AssertionError((self._folder / "diagnostics").read_text())

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal and wait until it is gone; nothing where it does not run."""
        running, self._running = self._running, None
        if running is None or self._diagnostics is None:
            return
        with closing(self._diagnostics), running:
            os.kill(running.pid, by)
            running.wait(timeout=30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    driver = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'taboo-arena[dev]'")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium, or name one in TABOO_CHROMIUM")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests share, which nobody ends."""
    server = Server(tmp_path_factory.mktemp("arena"))
    server.start()
    yield server
    server.end()


@pytest.fixture
def mortal_arena(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be killed and started again."""
    server = Server(tmp_path)
    server.start()
    yield server
    server.end()


@pytest.fixture
def visitor(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages of visitors who know nothing of each other; each must have seen no error of a script at the end."""
    contexts, crashes = [], []

    def visit(**wishes: object) -> Any:
        context = chromium.new_context(**{"locale": "en-GB", **wishes})
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("pageerror", lambda crash: crashes.append(crash))
        page.on("console", lambda said: crashes.append(said.text) if "Content Security Policy" in said.text else None)
        contexts.append(context)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not crashes
