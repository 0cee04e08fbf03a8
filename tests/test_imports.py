"""What importing loads: heavy things late, and a core of the standard library alone."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import arena

CORE = sorted((Path(arena.__file__).parent / "core").rglob("*.py"))
DEEP_LEARNING = ("torch", "transformers", "OpenAttack", "ray")
HEAVY = (*DEEP_LEARNING, "numpy", "jieba", "lemminflect", "sqlmodel", "sqlalchemy", "wordfreq")
FORBIDDEN_IN_CORE = frozenset(
    [
        "asyncio",
        "datetime",
        "io",
        "os",
        "pathlib",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "threading",
        "time",
        "uuid",
    ]
)
HELP = "import contextlib, arena.cli\nwith contextlib.suppress(SystemExit): arena.cli.main(['--help'])"


def loaded_by(code: str) -> set[str]:
    """The top-level names of all modules that a fresh Python holds after running code."""
    report = (
        f"{code}\nimport json, sys\nprint()\nprint(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports anywhere in it, in full."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


@pytest.mark.parametrize(
    "code",
    ["import arena", "import arena.core.machine, arena.core.replay", "import arena.cli", "import arena.analysis", HELP],
    ids=["arena", "core", "cli", "analysis", "help"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code):
    assert loaded_by(code).isdisjoint(HEAVY)


@pytest.mark.parametrize("module", ["arena.runner", "arena.registry", "arena.wire", "agents.process", "agents.worker"])
def test_what_drives_matches_loads_no_words_and_no_tables(module):
    assert loaded_by(f"import {module}").isdisjoint(HEAVY)


def test_playing_a_match_needs_no_deep_learning():
    code = "from arena.words import WordMatcher\nimport arena.runner, arena.store, arena.commands.match"
    assert loaded_by(code).isdisjoint(DEEP_LEARNING)


def test_what_is_loaded_is_seen():
    assert "sqlite3" in loaded_by("import sqlite3")
    assert "sqlite3" not in loaded_by("import arena")


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_alone(path):
    tops = {name.partition(".")[0] for name in imports_of(path) if not name.startswith("arena.core")}
    assert tops <= set(sys.stdlib_module_names)
    assert tops.isdisjoint(FORBIDDEN_IN_CORE)


def test_the_core_is_looked_at():
    assert {"machine.py", "referee.py", "rules.py"} <= {path.name for path in CORE}
