"""Installed distributions made on the fly, and a Python of its own that finds them: no network, no patching."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

PREAMBLE = """
import json
from arena import registry
from arena.core.errors import TabooError

def show(value):
    print(json.dumps(value))

def refusal(function, *arguments):
    try:
        function(*arguments)
    except TabooError as refused:
        return [type(refused).__name__, str(refused)]
"""


@dataclass(frozen=True)
class Site:
    """A folder of installed distributions, found after no other but the environment's own."""

    folder: Path

    def install(self, name: str, entries: Mapping[str, Mapping[str, str]], **modules: str) -> None:
        """Add a distribution: its entry points by group and name, and the source of its modules."""
        metadata = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = []
        for group, points in entries.items():
            lines += [f"[{group}]", *(f"{point} = {value}" for point, value in points.items()), ""]
        (metadata / "entry_points.txt").write_text("\n".join(lines))
        for module, source in modules.items():
            (self.folder / f"{module}.py").write_text(dedent(source))

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python where these distributions are installed."""
        environment = os.environ | {"PYTHONPATH": str(self.folder), "COLUMNS": "200", "NO_COLOR": "1"}
        return subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def ask(self, code: str) -> object:
        """What code shows (`show(value)`) where these distributions are installed; `refusal(f, *args)` is at hand."""
        done = self.python("-c", PREAMBLE + dedent(code))
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)
