"""The root of `taboo`, run as a program: what shadows it, what interrupts it, what stops reading it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins import Site

from arena.cli import main

TABOO = (sys.executable, "-m", "arena")


@pytest.mark.parametrize("package", ["agents", "attacks", "web"])
def test_a_package_that_shadows_ours_is_named(tmp_path, package):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("")
    refused = Site(tmp_path).python("-m", "arena", "agents")
    assert refused.returncode == 2
    assert f"the package {package!r} that Python finds is not ours: {tmp_path / package}" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_folder_of_the_users_comes_last_and_shadows_nothing(tmp_path):
    (tmp_path / "rich.py").write_text("raise RuntimeError('not this one')\n")
    done = subprocess.run([*TABOO, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_broken_plugin_command_names_its_distribution(tmp_path):
    site = Site(tmp_path)
    site.install("sad-tools", {"taboo.commands": {"stats": "sad:run"}}, sad="import nothing_of_this_name\n")
    refused = site.python("-m", "arena", "stats")
    assert refused.returncode == 2
    assert "command 'stats' of distribution 'sad-tools' is broken" in refused.stderr
    assert "repair or uninstall sad-tools" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.fixture
def heeded() -> Iterator[None]:
    """Programs that the test starts heed Ctrl-C, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
def test_ctrl_c_ends_with_130_and_leaves_a_log_that_replays(tmp_path, capsys):
    db = tmp_path / "taboo.db"
    words = ["tournament", "--words", "400", "--seed", "1", "--db", str(db), "--json"]
    with subprocess.Popen([*TABOO, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 60
        while not (db.exists() and Path(f"{db}-wal").exists() and Path(f"{db}-wal").stat().st_size > 200_000):
            assert running.poll() is None, running.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)  # let it write between two looks
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted; what the log holds is whole" in err
    assert main(["replay", "--quiet", "--db", str(db)]) == 0
    assert "every verdict stands" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_error():
    command = f"{' '.join(TABOO)} words --list en --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == '{"list":"e'
    assert done.stderr == ""


def test_a_terminal_without_the_characters_gets_their_escapes():
    words = [*TABOO, "said", "--word", "\u82f9\u679c", "--text", "\u82f9\u679c\u6c41", "--lang", "zh"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
    assert "says '\\u82f9\\u679c'" in shown.stdout
    read = subprocess.run([*words, "--json"], capture_output=True, text=True, env=environment, check=True)
    assert json.loads(read.stdout)["word"] == "\u82f9\u679c"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("count", ["1", "600"], ids=["a short output", "a long output"])
def test_output_that_finds_no_room_is_one_line_and_no_traceback(count):
    words = [*TABOO, "words", "--list", "en-easy", "--sample", count]
    with Path("/dev/full").open("w") as full:
        refused = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr == (
        "taboo: the output cannot be written (No space left on device); free some room, or write elsewhere\n"
    )


def test_a_home_where_no_folder_can_be_made_is_named(tmp_path):
    home = tmp_path / "home"
    home.write_text("a file, not a folder")
    environment = {name: value for name, value in os.environ.items() if name not in ("TABOO_DB", "XDG_DATA_HOME")}
    refused = subprocess.run(
        [*TABOO, "replay"], capture_output=True, text=True, env={**environment, "HOME": str(home)}, check=False
    )
    assert refused.returncode == 3
    assert refused.stderr.startswith(f"taboo: cannot reach the log at '{home}")
    assert len(refused.stderr.splitlines()) == 1
