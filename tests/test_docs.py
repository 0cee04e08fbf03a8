"""What the docs say is what the program does."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from serving import Served

from arena.core.rules import PRESETS, Rules

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def shown(value: object) -> str:
    """A rule's value as the table prints it."""
    if isinstance(value, list):
        return ", ".join(f"{it['name']} {it['version']} at {it['threshold']}" for it in value) or "none"
    return str(value)


def test_every_field_of_the_presets_stands_in_the_rules():
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+ \| [^|]+) \| [^|]+ \|$", text, flags=re.MULTILINE))
    paper, spag = PRESETS["paper"].to_json(), PRESETS["spag"].to_json()
    assert rows == {name: f"{shown(paper[name])} | {shown(spag[name])}" for name in Rules().to_json()}


def first_block(path: Path) -> list[str]:
    """The commands of the first console block of a page."""
    block = re.search(r"```console\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert block is not None
    return [line[2:] for line in block[1].splitlines() if line.startswith("$ ")]


def test_the_match_of_the_readme_is_what_its_command_plays(tmp_path, monkeypatch, capsys):
    from arena.cli import main

    monkeypatch.setenv("TABOO_DB", str(tmp_path / "taboo.db"))
    monkeypatch.setenv("COLUMNS", "82")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\$ (taboo match .*)$", readme, flags=re.MULTILINE)
    program, *words = shlex.split(command)
    assert program == "taboo"
    assert main(words) == 0
    transcript = [line.rstrip() for line in capsys.readouterr().out.splitlines() if line]
    block = re.search(r"```text\n(.*?)```", readme, flags=re.DOTALL)
    assert block is not None
    shown_there = [line for line in block[1].splitlines() if line]
    assert transcript[: len(shown_there)] == shown_there
    assert transcript[len(shown_there)].startswith("match ")


@pytest.mark.slow
def test_the_first_code_block_of_the_readme_opens_the_arena(tmp_path):
    assert first_block(ROOT / "README.md") == ["make serve"]
    recipe = re.search(r"^serve:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert recipe is not None
    assert recipe[1].split() == ["@$(BIN)/taboo", "serve", "$(ARGS)"]
    with Served(tmp_path) as served, served.client() as visitor:
        page = visitor.get("/")
        assert page.status_code == 200
        assert "<form" in page.text


PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_is_one(page, tmp_path, monkeypatch, capsys):
    """The command and each of its options exist; the commands are not run."""
    from arena.cli import main

    monkeypatch.setenv("COLUMNS", "200")
    for line in re.findall(r"^\$ (taboo .*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        words = shlex.split(line, comments=True)
        part = [word for word in words[2:3] if not word.startswith("-")]  # of a command that has parts
        assert main([words[1], *part, "--help"]) == 0
        text = capsys.readouterr().out
        for option in (word for word in words if word.startswith("--")):
            assert option in text, line


def test_the_agent_of_the_docs_plays_and_conforms(tmp_path, monkeypatch, capsys):
    from arena.cli import main

    own, check = re.findall(r"```python\n(.*?)```", (DOCS / "agents.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    name = own.split("\n")[0].removeprefix("# ")
    (tmp_path / name).write_text(own)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TABOO_DB", str(tmp_path / "taboo.db"))
    assert main(["match", "--attacker", "hiding", "--defender", "my_agents:Parrot", "--seed", "5"]) == 0
    assert "why do you ask about" in capsys.readouterr().out
    program: dict[str, Any] = {}
    exec(compile(check, "docs/agents.md", "exec"), program)  # the page's own code, as a reader would run it
    program["test_parrot_plays_by_the_rules"]()
