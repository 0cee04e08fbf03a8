"""What the docs say is what the program does."""

import re
import shlex
from pathlib import Path

import pytest

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


def test_the_first_code_block_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    from arena.cli import main

    monkeypatch.setenv("TABOO_DB", str(tmp_path / "taboo.db"))
    commands = first_block(ROOT / "README.md")
    assert commands
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "taboo"
        assert main(words) == 0
        assert "banana" in capsys.readouterr().out


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
        assert main([words[1], "--help"]) == 0
        text = capsys.readouterr().out
        for option in (word for word in words if word.startswith("--")):
            assert option in text, line
