"""A real model server for tests, `transformers serve`, in a process of its own: started, killed, started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
"""A chat format for models that have none."""
PATIENCE = 120.0
"""Seconds in which it must have started."""


class Served:
    """Weights behind a server on a port of its own; its process is ended by id."""

    def __init__(self, weights: Path, folder: Path) -> None:
        self.model = folder / weights.name
        shutil.copytree(weights, self.model)
        (self.model / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
        # This server heeds a temperature only where the model's own settings say that it samples.
        settings = self.model / "generation_config.json"
        settings.write_text(json.dumps(json.loads(settings.read_text()) | {"do_sample": True}))
        (folder / "hub" / "hub").mkdir(parents=True)
        self.log = folder / "serve.log"
        hidden = {"OPENAI_API_KEY", "HF_TOKEN"}
        self._environment = {name: value for name, value in os.environ.items() if name not in hidden} | {
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(folder / "hub"),
            "OMP_NUM_THREADS": "1",
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What an engine opens."""
        return f"http://127.0.0.1:{self.port}/v1#{self.model}"

    def start(self) -> None:
        """Start it where it does not run, and return when it can be asked."""
        if self._process is not None:
            return
        command = [str(Path(sys.executable).with_name("transformers")), "serve", str(self.model)]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--device", "cpu"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        latest = time.monotonic() + PATIENCE
        while not self._is_well():
            assert self._process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < latest, "the model server did not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None

    def stop(self) -> None:
        """End it where it still runs."""
        if self._process is not None:
            self.kill()

    def count_asked(self) -> int:
        """How many requests for an answer have come in, over all its lives."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("[Request received]")

    def await_request(self, before: int) -> None:
        """Return when more requests have come in than there were before."""
        latest = time.monotonic() + PATIENCE
        while self.count_asked() == before:
            assert time.monotonic() < latest, "no request reached the model server"
            time.sleep(0.005)

    def _is_well(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=1.0).status_code == 200
        except httpx.TransportError:
            return False
