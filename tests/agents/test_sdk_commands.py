"""`taboo agent`: new, check and run, as a user calls them."""

import asyncio
import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wire.small_server import TOKEN, SmallServer, small_server

from agents.commands import app
from agents.template import OWN_PACKAGES, TemplateError, template
from arena.core.errors import TabooError
from arena.registry import BrokenAgentError

BOTS = """
import asyncio


class Fine:
    async def act(self, view):
        return f"something about number {view.turn} and more"


class Mute:
    def act(self, view):
        return ""


class Guesser:
    def act(self, view):
        return {"guess": "banana"}


class Broken:
    def act(self, view):
        return [][view.turn]


class Endless:
    async def act(self, view):
        await asyncio.Event().wait()


class NoAct:
    pass
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Iterator[Path]:
    """The user's folder, with some agents in it."""
    name = f"bots_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(BOTS)
    (tmp_path / "torn.py").write_text("import json\n\njson.loads('no')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("TABOO_TOKEN", raising=False)
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    importlib.invalidate_caches()


@pytest.fixture
def bots(folder):
    return f"bots_{folder.name.replace('-', '_')}"


def run(*words: object) -> int:
    """The exit code of `taboo agent` with these words."""
    try:
        code = app([str(word) for word in words], standalone_mode=False)
    except SystemExit as done:
        code = done.code
    return int(code or 0)


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_reports_an_agent_that_keeps_the_rules(bots, capsys):
    assert run("check", f"{bots}:Fine", "--words", 2, "--seed", 3) == 0
    out = capsys.readouterr().out
    assert "no rule was broken" in out
    for word in ("attacker", "defender", "honest", "detector", "direct", "hiding", "median", "p95", "max", "won"):
        assert word in out


@pytest.mark.parametrize(
    ("kind", "fault", "problem"),
    [
        ("Mute", "refused", "empty"),
        ("Broken", "crashed", "IndexError: list index out of range"),
        ("Endless", "late", "no action within 0.5 s"),
        ("Guesser", "refused", "attacker_guess"),
    ],
)
def test_check_exits_with_1_and_says_what_an_agent_broke(kind, fault, problem, bots, capsys):
    assert run("check", f"{bots}:{kind}", "--words", 1, "--seconds", 0.5 if kind == "Endless" else 30, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert {row["kind"] for row in found["faults"]} == {fault}
    assert any(problem in row["problem"] for row in found["faults"])
    assert found["roles"]["attacker"][fault] > 0
    if kind == "Broken":
        assert f"({bots}.py, line {BOTS[: BOTS.index('[][view')].count(chr(10)) + 1})" in found["faults"][0]["problem"]


def test_check_shows_a_fault_once_with_how_often_it_came(bots, capsys):
    assert run("check", f"{bots}:Mute", "--words", 1) == 1
    out = capsys.readouterr().out
    assert "refused: empty (as attacker against detector, turn 1, and 7 more like it)" in out


def test_check_counts_matches_and_speed_as_json(bots, capsys):
    assert run("check", f"{bots}:Fine", "--words", 2, "--lang", "zh", "--json") in (0, 1)
    found = json.loads(capsys.readouterr().out)
    assert set(found["roles"]) == {"attacker", "defender"}
    for row in found["roles"].values():
        assert row["matches"] == 4
        speed = row["seconds"]["first"]
        assert 0 < speed["median_s"] <= speed["p95_s"] <= speed["max_s"]
    assert {(row["role"], row["against"]) for row in found["results"]} == {
        ("attacker", "honest"),
        ("attacker", "detector"),
        ("defender", "direct"),
        ("defender", "hiding"),
    }


def test_the_same_seed_deals_the_same_words(bots, capsys):
    seen = []
    for _ in range(2):
        run("check", "honest", "--words", 3, "--seed", 9, "--json")
        found = json.loads(capsys.readouterr().out)
        seen.append((found["results"], found["roles"]["defender"]["endings"]))
    assert seen[0] == seen[1]


def test_an_agent_is_checked_only_in_the_roles_of_its_card(capsys, folder):
    assert run("check", "direct", "--words", 1, "--json") == 0
    assert set(json.loads(capsys.readouterr().out)["roles"]) == {"attacker"}


# --- new --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_new_makes_a_project_whose_agent_and_test_work_and_says_what_to_do_next(folder, capsys):
    assert run("new", "parrot") == 0
    out = capsys.readouterr().out
    commands = [line.strip() for line in out.splitlines() if line.startswith("  ")]
    assert commands == [
        "cd parrot",
        "taboo agent check parrot_agent:Parrot",
        "taboo agent run parrot_agent:Parrot --server http://localhost:8000",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder / "parrot",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name", [*sorted(OWN_PACKAGES), "Arena", "json", "random", "class", "1st", "a b", "", "é", "-"]
)
def test_new_refuses_a_name_that_would_shadow_or_cannot_be_imported(name, tmp_path):
    with pytest.raises(TemplateError):
        template(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "module", "kind"),
    [
        ("parrot", "parrot_agent", "Parrot"),
        ("Clever-Owl", "clever_owl_agent", "CleverOwl"),
        ("my_agent", "my_agent", "My"),
        ("x", "x_agent", "X"),
    ],
)
def test_a_project_is_named_so_that_python_can_import_it(name, module, kind, tmp_path):
    made = template(name, tmp_path)
    assert (made.module, made.kind) == (module, kind)
    assert made.module.isidentifier()
    assert made.module not in sys.stdlib_module_names | OWN_PACKAGES
    for path, text in made.files().items():
        assert "@" not in text, path


def test_new_touches_nothing_that_is_there(folder):
    (folder / "parrot").mkdir()
    with pytest.raises(TemplateError, match="is there already"):
        run("new", "parrot")
    assert list((folder / "parrot").iterdir()) == []


# --- run --------------------------------------------------------------------------------------------------------------


@contextmanager
def server_in_a_thread() -> Iterator[SmallServer]:
    """A small server with an event loop of its own, since a command has one too."""
    ready, found = threading.Event(), []

    async def main() -> None:
        async with small_server() as server:
            over = asyncio.Event()
            found.extend((server, asyncio.get_running_loop(), over))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(20)
    server, loop, over = found
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def test_run_plays_so_many_matches_and_says_how_they_went(bots, capsys, monkeypatch):
    monkeypatch.setenv("TABOO_TOKEN", TOKEN)
    with server_in_a_thread() as server:
        assert run("run", f"{bots}:Fine", "--server", server.url, "--matches", 3, "--seats", 2, "--name", "fine") == 0
        identity = server.desk.identity
    out, err = capsys.readouterr()
    assert out == "played 3: won 0, lost 0, tied 3, void 0\n"
    assert "connected" in err
    assert err.count("tied (tie) against hiding") == 3
    assert TOKEN not in out + err
    assert (identity.agent.name, identity.seats, identity.is_open) == ("fine", 2, False)


def test_run_shows_the_author_the_line_that_crashed(bots, capsys, monkeypatch):
    monkeypatch.setenv("TABOO_TOKEN", TOKEN)
    with server_in_a_thread() as server:
        assert run("run", f"{bots}:Broken", "--server", server.url, "--matches", 1) == 0
    out, err = capsys.readouterr()
    assert "lost 1" in out
    assert "crashed 1" in out
    assert "IndexError" in err
    assert "return [][view.turn]" in err


@pytest.mark.parametrize("module", ["nowhere:Bot", "BOTS:Nobody", "BOTS:NoAct", "torn:Bot", "parot"])
def test_run_says_why_a_class_cannot_be_loaded(module, bots):
    with pytest.raises(TabooError) as refusal:
        run("run", module.replace("BOTS", bots))
    if module == "torn:Bot":
        assert "(torn.py, line 3)" in str(refusal.value)
    if module != "parot":
        assert isinstance(refusal.value, BrokenAgentError)


def test_run_without_a_token_says_where_it_belongs(bots, monkeypatch):
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(TabooError, match="put one from your account page into TABOO_TOKEN"):
            run("run", f"{bots}:Fine")


def test_no_option_takes_a_token(capsys):
    run("run", "--help")
    assert "--token" not in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--server", "--seats", "--matches", "--words", "--lang", "--json"])
def test_the_help_of_the_group_shows_the_options_that_the_docs_use(option, capsys):
    run("--help")
    assert option in capsys.readouterr().out
