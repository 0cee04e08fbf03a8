"""Real weights play: whole tournaments, the same again from the same seed, and as a worker of a server."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

TABOO = str(Path(sys.executable).with_name("taboo"))
DATA = os.environ.get("TABOO_DATA")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(DATA is None, reason="needs the models in TABOO_DATA"),
    pytest.mark.timeout(600),
]
WORDS = 100


def taboo(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command with a log and a home of its own."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TABOO_DATA") if name in os.environ}
    env = {**keep, "HOME": str(home), "TABOO_DB": str(home / "log.db"), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [TABOO, *arguments], env=env, capture_output=True, text=True, timeout=500, cwd=home, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def model() -> str:
    return f"{DATA}/tinystories-656k"


def played(model: str, home: Path, words: int, jobs: int) -> dict[str, list[dict]]:
    """A tournament of the model against one built-in agent in each role: the events of every match, by its id."""
    names = f"llm:{model},direct,detector"
    options = ("--seed", "5", "--rules", "spag", "--words", str(words), "--jobs", str(jobs))
    taboo("tournament", "--agents", names, *options, home=home)
    done = taboo("export", "--format", "jsonl", home=home)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["match"]: row["events"] for row in rows}


@pytest.fixture(scope="module")
def tournament(model, tmp_path_factory) -> dict[str, list[dict]]:
    return played(model, tmp_path_factory.mktemp("one"), WORDS, jobs=64)


def seats(events: list[dict]) -> dict[str, str]:
    """Who sits where."""
    return {role: events[0][role]["agent"] for role in ("attacker", "defender")}


def with_model(tournament: dict[str, list[dict]]) -> list[list[dict]]:
    return [events for events in tournament.values() if any(name.startswith("llm:") for name in seats(events).values())]


def test_two_hundred_matches_of_a_model_run_unattended_and_none_is_lost(tournament):
    mine = with_model(tournament)
    assert len(mine) == 2 * WORDS == 200
    ends = Counter(events[-1]["verdict"]["reason"] for events in mine)
    assert sum(ends.values()) == 200
    assert not ends.keys() & {"forfeit", "infrastructure", "aborted", "resigned"}


def test_every_action_of_a_model_says_how_it_was_asked(tournament):
    asked = 0
    for events in with_model(tournament):
        (role,) = [role for role, name in seats(events).items() if name.startswith("llm:")]
        noted = [row for row in events if row["type"] == "noted"]
        for act in (row for row in events if row["type"] == "acted" and row["role"] == role):
            own = [row for row in noted if (row["role"], row["id"]) == (role, act["id"]) and row["kind"] == "model"]
            assert own
            for row in own:
                assert row["facts"]["prompt_tokens"] > 0
                assert row["facts"]["tokens"] > 0
                assert len(row["facts"]["prompt_hash"]) == 16
                asked += 1
        assert all(row["role"] == role for row in noted)
    assert asked > 400


def test_the_same_seed_gives_the_same_transcripts_whatever_else_is_played_at_the_time(tournament, model, tmp_path):
    """Fewer matches at a time, so that every batch is another one."""
    again = played(model, tmp_path, 8, jobs=3)
    assert len(again) == 24
    for match, events in again.items():
        for one, other in zip(events, tournament[match], strict=True):
            assert {**one, "started_at": ""} == {**other, "started_at": ""}


def test_ctrl_c_ends_a_tournament_of_a_model_cleanly_and_resume_goes_on(model, tmp_path):
    names = ("tournament", "--agents", f"llm:{model},detector", "--words", "6", "--seed", "9", "--rules", "spag")
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env = {**keep, "HOME": str(tmp_path), "TABOO_DB": str(tmp_path / "log.db"), "OMP_NUM_THREADS": "1"}
    # A shell may have started the tests with Ctrl-C ignored, and programs inherit that.
    running = subprocess.Popen(
        [TABOO, *names, "--jobs", "2"],
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 120
    try:
        while time.monotonic() < deadline and _finished(tmp_path / "log.db") < 1:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait(30)
    assert running.returncode == 130, told
    assert told.strip() == "taboo: interrupted; what the log holds is whole"
    assert 1 <= _finished(tmp_path / "log.db") < 6
    taboo(*names, "--resume", home=tmp_path)
    assert _finished(tmp_path / "log.db") == 6


def _finished(database: Path) -> int:
    """How many matches of a log are over; none where there is no log yet."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM result").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are being made
            return 0


def test_every_verdict_of_a_model_replays(model, tmp_path):
    options = ("--word", "apple", "--seed", "3", "--rules", "spag")
    taboo("match", "--attacker", f"llm:{model}", "--defender", f"llm:{DATA}/stories260k", *options, home=tmp_path)
    assert "every verdict stands" in taboo("replay", home=tmp_path).stdout
    shown = taboo("replay", "--show", home=tmp_path).stdout
    assert "tokens read" in shown


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("llm:{model}/missing", "missing"),
        ("llm:nobody/nothing", "nobody/nothing"),
        ("llm:{model}?tempratur=1", "did you mean temperature?"),
        ("llm", "no model is named"),
        ("llm:{model}?adapter=none", "adapters=FOLDER"),
    ],
)
def test_a_model_that_cannot_play_is_refused_in_one_line_before_any_match(name, told, model, tmp_path):
    asked = name.format(model=model)
    done = taboo("match", "--attacker", asked, "--defender", "honest", "--seed", "1", home=tmp_path, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert taboo("replay", home=tmp_path, check=False).stdout.strip() in {"", "no matches in this log"}
