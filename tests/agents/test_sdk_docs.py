"""The five minutes of docs/agents.md, step by step, as a newcomer types them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from wire.served import real_server

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"
TITLE = "## From nothing to a first match in five minutes"


def steps() -> list[str]:
    """Every command of the section, in order."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index(TITLE) + len(TITLE) :]
    section = section[: section.index("\n## ")]
    blocks = re.findall(r"```console\n(.*?)```", section, flags=re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def python_of(section: str) -> str:
    """The program of another section."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(r"```py\n(.*?)```", text[text.index(section) :], flags=re.DOTALL)
    assert found is not None
    return found[1]


class Newcomer:
    """Types commands in a folder, with a server at hand."""

    def __init__(self, folder: Path, url: str, token: str) -> None:
        self.folder, self.url, self.token = folder, url, token
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TABOO_")}
        self.outputs: dict[str, str] = {}

    def type(self, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
        elif words[0] == "export":
            name, _, value = words[1].partition("=")
            self.environment[name] = self.token if value == "taboo_..." else value
        elif words[:2] == ["taboo", "serve"]:
            assert words[2:] == []  # it runs already, on a port that is free here
        else:
            assert words[0] == "taboo", line
            here = [word.replace("http://127.0.0.1:8000", self.url) for word in words[1:]]
            self.run([sys.executable, "-m", "arena", *here])

    def run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        self.outputs[" ".join(command[3:5])] = done.stdout + done.stderr


@pytest.mark.slow
def test_the_five_minutes_lead_to_a_first_match(tmp_path):
    with real_server(tmp_path) as server:
        newcomer = Newcomer(tmp_path, server.url, server.token("newcomer"))
        for line in steps():
            newcomer.type(line)
        assert (newcomer.folder / "parrot_agent.py").exists()
        assert "no rule was broken" in newcomer.outputs["agent check"]
        assert "played 1:" in newcomer.outputs["agent run"]
        assert newcomer.token not in "".join(newcomer.outputs.values())

        program = python_of("## On a server").replace("http://127.0.0.1:8000", server.url)
        (newcomer.folder / "play.py").write_text(program)
        newcomer.run([sys.executable, "play.py"])
        finished = [events for events in server.matches() if events[-1].to_json()["type"] == "finished"]
        assert len(finished) == 2


def test_the_section_shows_every_step():
    kinds = [" ".join(shlex.split(line)[:3]) for line in steps()]
    assert kinds == [
        "taboo agent new",
        "cd parrot",
        "taboo agent check",
        "taboo serve",
        "export TABOO_TOKEN=taboo_...",
        "taboo agent run",
    ]
