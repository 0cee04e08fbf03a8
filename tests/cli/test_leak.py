"""`taboo leak`: measured after the match, kept beside the transcript, shown where people look."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from plugins import Site
from store.made import PERSON, played

from arena import registry
from arena.core.verdict import Role
from arena.store import open_log

TABOO = (sys.executable, "-m", "arena")
EXACT = "-6.91"
"""What the even model makes of every word: one of a thousand."""
EVEN = """
    from agents.llm.engines.options import Typed
    from agents.llm.engines.scripted import ScriptedEngine

    class Engines:
        options = {"context": "the most words that it can read"}

        @classmethod
        def open(cls, model, options):
            return ScriptedEngine([], name=model, context=Typed(model, options).whole("context", None))
"""
"""An engine of another distribution, to which every word is as likely as any other."""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Where that engine is installed, for this process and those that the test starts."""
    site = Site(tmp_path / "site")
    site.install("even-engine", {registry.ENGINES: {"even": "even_engine:Engines"}}, even_engine=EVEN)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(site.folder), os.environ.get("PYTHONPATH")))))
    with monkeypatch.context() as within:
        within.syspath_prepend(str(site.folder))
        registry.entries.cache_clear()
        yield site
    registry.entries.cache_clear()


@pytest.fixture
def model(site):
    return "even:even"


@pytest.fixture
def matches(taboo):
    """The ids of a small tournament's matches, in order."""
    done = taboo("tournament", "--agents", "direct,hiding,honest,detector", "--words", "3", "--seed", "7", "--json")
    assert done.code == 0, done.err
    return [row["match"] for row in json.loads(done.out)["matches"]]


def test_a_match_is_told_turn_by_turn(taboo, matches, model):
    shown = taboo("leak", matches[0], "--model", model)
    assert shown.code == 0, shown.err
    title, head, first, *_ = shown.out.splitlines()
    assert matches[0] in title
    assert head.split() == ["turn", "attacker", "defender", "log", "p", "rank"]
    assert re.search(rf"^ +1 .* {EXACT} +1 +\u2588+", first)
    assert "1 match by even; 0 measured before" in shown.out


def test_of_many_matches_the_summary_is_told_by_how_they_ended(taboo, matches, model):
    shown = taboo("leak", "--model", model)
    assert "mean log p by turn" in shown.out
    assert "12 matches by even" in shown.out
    assert not any(match in shown.out for match in matches)
    told = json.loads(taboo("leak", "--model", model, "--json").out)
    endings = {row["verdict"]["reason"] for row in told["matches"]}
    assert set(told["summary"]) == endings <= {"inferred", "induced", "tie"}
    for ending, turns in told["summary"].items():
        playing = [row for row in told["matches"] if row["verdict"]["reason"] == ending]
        assert turns[0] == {"turn": 1, "mean_log_p": -6.907755, "count": len(playing)}


def test_every_turn_of_the_defender_has_its_number(taboo, matches, model):
    told = json.loads(taboo("leak", "--model", model, "--as", "guess", "--against", "4", "--json").out)
    assert sorted(row["match"] for row in told["matches"]) == sorted(matches)
    assert (told["measure"], told["model"]) == ("leak", "even")
    assert all(re.fullmatch("[0-9a-f]{16}", told[name]) for name in ("fingerprint", "prompt"))
    for row in told["matches"]:
        assert [turn["turn"] for turn in row["turns"]] == list(range(1, len(row["turns"]) + 1))
        for turn in row["turns"]:
            assert turn["facts"]["said"] == row["target"]
            assert (turn["facts"]["among"], turn["facts"]["among_of"], turn["facts"]["as"]) == (1, 5, "guess")


def test_what_is_there_is_not_measured_again_unless_that_is_wanted(taboo, db, matches, model):
    assert "0 measured before" in taboo("leak", *matches[:5], "--model", model).out
    assert "5 measured before" in taboo("leak", "--model", model).out
    with closing(sqlite3.connect(db)) as raw:
        raw.execute("UPDATE measure SET facts = '{\"log_p\":-1.0}'")
        raw.commit()
    spoilt = taboo("leak", "--model", model, "--json").out
    assert '"log_p":-1.0' in spoilt
    assert '"log_p":-1.0' not in taboo("leak", "--model", model, "--again", "--json").out


def test_replay_shows_it_under_the_turn_with_the_model_where_there_are_several(taboo, matches, model):
    taboo("leak", matches[0], "--model", model)
    shown = taboo("replay", matches[0], "--show").out
    assert re.search(rf"^  defender  .*\n {{12}}leak: log p {EXACT}, rank 1$", shown, re.MULTILINE)
    taboo("leak", matches[0], "--model", model, "--as", "guess", "--against", "4")
    shown = taboo("replay", matches[0], "--show").out
    assert f"leak (even, as guess): log p {EXACT}, rank 1, among 1 of 5" in shown
    assert f"leak (even, as next): log p {EXACT}, rank 1\n" in shown


def test_measures_are_exported_and_imported_beside_the_transcripts(taboo, tmp_path, matches, model):
    whole, numbers, copy = tmp_path / "matches.jsonl", tmp_path / "measures.jsonl", tmp_path / "copy.db"
    before = taboo("export").out
    taboo("leak", "--model", model)
    assert taboo("export", "--out", whole).code == 0
    done = taboo("export", "--measures", "--out", numbers)
    lines = numbers.read_text(encoding="utf-8").splitlines()
    assert f"{len(lines)} measured turns written to" in done.err
    assert {json.loads(line)["schema"] for line in lines} == {"taboo.measure/1"}
    assert before == whole.read_text(encoding="utf-8")
    taboo("import", whole, "--db", copy)
    assert f"{len(lines)} measured turns read" in taboo("import", numbers, "--measures", "--db", copy).err
    assert taboo("export", "--measures", "--db", copy).out.splitlines() == lines


def test_turns_after_erased_words_are_told_apart(taboo, db, model):
    with open_log(str(db)) as log:
        log.append_now(played("m", turns=3, attacker=PERSON))
        log.redact("m", 3)
    shown = taboo("leak", "m", "--model", model)
    assert "(redacted)" in shown.out
    assert shown.out.count("redacted since") == 3
    assert "2 turns without a number" in shown.out
    facts = [turn["facts"] for turn in json.loads(taboo("leak", "--model", model, "--json").out)["matches"][0]["turns"]]
    assert [fact is None for fact in facts] == [False, True, True]


def test_numbers_outlive_the_erasing_of_words(taboo, db, model):
    with open_log(str(db)) as log:
        log.append_now(played("m", defender=PERSON))
    taboo("leak", "--model", model)
    with open_log(str(db)) as log:
        log.redact_seat("m", Role.DEFENDER)
    assert taboo("replay", "m", "--show").out.count(f"leak: log p {EXACT}") == 2


def test_a_log_without_a_finished_match_says_so(taboo, db, model):
    open_log(str(db)).close()
    shown = taboo("leak", "--model", model)
    assert (shown.code, shown.out) == (0, "no finished matches in this log\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nope",), 2, "the log holds no match 'nope'"),
        (("open",), 2, "match 'open' is not over, and its word is secret until then"),
        (("--against", "many"), 2, "option against cannot be 'many'"),
        (("--plot", "curve.exe"), 2, "--plot needs matplotlib" if find_spec("matplotlib") is None else "is no picture"),
        (("--db", "nowhere.db"), 3, "there is no log at 'nowhere.db'"),
    ],
)
def test_what_cannot_be_measured_is_named(taboo, db, model, words, code, said):
    with open_log(str(db)) as log:
        log.append_now(played("m"))
        log.append_now(played("open", ends=False))
    refused = taboo("leak", *words, "--model", model)
    assert (refused.code, len(refused.err.splitlines())) == (code, 1)
    assert said in refused.err


def test_a_missing_model_is_named(taboo, db, tmp_path):
    with open_log(str(db)) as log:
        log.append_now(played("m"))
    assert "Missing option '--model'" in taboo("leak").err
    refused = taboo("leak", "--model", f"scripted:{tmp_path / 'none.txt'}")
    assert refused.code == 2
    assert "none.txt" in refused.err
    for option in ("", "?temperature=1"):
        refused = taboo("leak", "--model", f"llm:{tmp_path}{option}")
        assert (refused.code, refused.err.count("leave out llm:")) == (2, 1)
    assert "there is no option 'temprature'" in taboo("leak", "--model", "scripted:x?temprature=1").err


@pytest.mark.usefixtures("matches")
def test_a_script_of_replies_is_no_model_to_measure_with(taboo, db, tmp_path):
    (tmp_path / "replies.txt").write_text("hello\n", encoding="utf-8")
    refused = taboo("leak", "--model", f"scripted:{tmp_path / 'replies.txt'}")
    assert (refused.code, refused.out, measured_in(db)) == (2, "", 0)
    assert "does not tell how likely a text is; measure with a local model" in refused.err


# --- one match that cannot be measured --------------------------------------------------------------------------------


@pytest.mark.usefixtures("matches")
def test_a_moment_too_long_for_the_model_stops_nothing(taboo, tmp_path, model):
    path = tmp_path / "long.txt"
    path.write_text("a " * 240 + "\nyellow\n", encoding="utf-8")
    seats = ("--attacker", f"llm:scripted:{path}", "--defender", "honest", "--word", "apple")
    done = taboo("match", *seats, "--judges", "none", "--turns", "2")
    assert done.code == 0, done.err
    shown = taboo("leak", "--model", f"{model}?context=200")
    assert (shown.code, shown.err) == (0, "")
    assert "13 matches by even" in shown.out
    assert shown.out.count("moment was too long for the model") == 1


@pytest.fixture
def listless(db, tmp_path):
    """The id of a match whose word list is gone, in a log with two others."""
    first, *rest = played("listless")
    gone = replace(first.body.rules, word_list=str(tmp_path / "gone.txt"))
    with open_log(str(db)) as log:
        log.append_now(played("before"))
        log.append_now([replace(first, body=replace(first.body, rules=gone)), *rest])
        log.append_now(played("behind"))
    return "listless"


def test_a_match_that_cannot_be_measured_is_named_and_the_others_are_kept(taboo, db, listless, model):
    words = ("leak", "--model", model, "--against", "3")
    shown = taboo(*words, "--jobs", "1")
    assert (shown.code, measured_in(db)) == (1, 2)
    reason, count = shown.err.splitlines()
    assert reason.startswith(f"{listless}: its word list ")
    assert "gone.txt" in reason
    assert count == "1 match could not be measured; what is known of the others is kept"
    assert "2 matches by even; 0 measured before" in shown.out
    told = taboo(*words, "--json")
    assert told.code == 1
    assert list(json.loads(told.out)["failed"]) == [listless]
    assert "2 measured before" in taboo(*words).out
    assert taboo("leak", "--model", model).code == 0


def test_too_many_words_are_told_how_many_there_are(taboo, db, model):
    with open_log(str(db)) as log:
        log.append_now(played("m"))
    refused = taboo("leak", "--model", model, "--against", "99999")
    assert (refused.code, refused.out) == (1, "")
    assert re.search(
        r"^m: its word list 'en-easy': it has \d+ words besides the target, fewer than 99999; ", refused.err
    )
    assert "put the list" not in refused.err


@pytest.mark.usefixtures("listless")
def test_a_model_that_fails_stops_at_once(taboo, db, model):
    refused = taboo("leak", "--model", f"{model}?adapter=shy", "--jobs", "1")
    assert (refused.code, refused.out, len(refused.err.splitlines()), measured_in(db)) == (2, "", 1, 0)
    assert "there is no adapter 'shy'" in refused.err


STORIES = Path(os.environ.get("TABOO_DATA", "")) / "stories260k"


@pytest.mark.slow
@pytest.mark.skipif(not (STORIES / "config.json").is_file(), reason="TABOO_DATA has no stories260k")
@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed (extra: llm)")
def test_a_real_model_passes_over_what_is_too_long_for_it(taboo, tmp_path):
    path = tmp_path / "rare.txt"
    path.write_text((json.dumps("\u9f98\u9750" * 240) + "\n") * 3, encoding="utf-8")
    rare = ("--attacker", f"llm:scripted:{path}", "--defender", "honest", "--turns", "2")
    for seats in (rare, ("--seed", "1"), ("--seed", "2"), ("--seed", "3")):
        done = taboo("match", *seats, "--word", "apple", "--judges", "none")
        assert done.code == 0, done.err
    shown = taboo("leak", "--model", STORIES, "--json")
    assert shown.code == 0, shown.err
    told = json.loads(shown.out)
    readings = [turn["facts"] for match in told["matches"] for turn in match["turns"]]
    assert 0 < told["too_long"] == readings.count(None) <= 2
    assert len(told["matches"]) == 4
    assert told["failed"] == {}


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed (extra: analysis)")
def test_the_curves_become_a_picture(taboo, tmp_path, matches, model):
    done = taboo("leak", "--model", model, "--plot", tmp_path / "curve.png")
    assert done.code == 0, done.err
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def heeded() -> Iterator[None]:
    """Programs that the test starts heed Ctrl-C, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def measured_in(db) -> int:
    with closing(sqlite3.connect(db, timeout=30)) as raw:
        return raw.execute("SELECT count(DISTINCT match) FROM measure").fetchone()[0]


@pytest.mark.slow
@pytest.mark.usefixtures("heeded")
def test_ctrl_c_keeps_what_was_finished_and_the_same_command_goes_on(taboo, db, matches, model):
    words = [*TABOO, "leak", "--model", model, "--against", "all", "--jobs", "1", "--db", str(db), "--json"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 60
        while not measured_in(db):
            assert running.poll() is None, running.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)  # let it measure between two looks
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    kept = measured_in(db)
    assert 0 < kept < len(matches)
    assert f"{kept} of {len(matches)} matches measured and kept; the same command goes on" in err
    again = taboo("leak", "--model", model, "--against", "all")
    assert f"{kept} measured before" in again.out
    assert measured_in(db) == len(matches)
