"""`taboo attack game`: what people type, and what they are told."""

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from arena.cli import main
from arena.core.errors import TabooError
from attacks.game.commands import game, recount

APP = typer.Typer()
APP.command("game")(game)
APP.command("recount")(recount)
PLAY = ("game", "--attacker", "direct", "--defender", "detector", "--words", 3, "--budget", 40)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide terminal."""
    monkeypatch.setenv("COLUMNS", "160")


def run(*words: object) -> str:
    done = CliRunner().invoke(APP, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def refusal(*words: object) -> str:
    with pytest.raises(TabooError) as wrong:
        CliRunner().invoke(APP, [str(word) for word in words], catch_exceptions=False)
    return str(wrong.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What one attack wrote."""
    path = tmp_path_factory.mktemp("games") / "out"
    run(*PLAY, "--out", path)
    return path


def test_the_table_is_counted_again_from_the_folder(folder):
    told = run("recount", folder)
    assert told.startswith("direct perturbed by deepwordbug to hide against detector")
    assert "3 matches on either side, 3 words" in told
    as_json = json.loads(run("recount", folder, "--json"))
    assert [it["end"] for it in as_json["changes"]] == ["inferred", "induced", "tie", "other"]
    assert as_json["unforeseen"] == as_json["broken"] == as_json["crashed"] == 0
    assert as_json == json.loads(run(*PLAY, "--json"))
    assert run(*PLAY, "--out", folder, "--resume") == f"{told}written to {folder}\n"


def test_the_log_takes_the_matches_and_every_verdict_stands(folder, tmp_path, capsys):
    db = f"sqlite:///{tmp_path}/log.db"
    assert main(["import", str(folder / "matches.jsonl"), "--db", db]) == 0
    assert main(["replay", "--recheck", "--db", db]) == 0
    assert "6 matches replayed, every verdict stands" in capsys.readouterr().out


def test_a_folder_that_disagrees_with_itself_is_told(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (tmp_path / "pairs.jsonl").read_text().splitlines()
    (tmp_path / "pairs.jsonl").write_text(
        "\n".join([json.dumps({**json.loads(lines[0]), "queries": 1}), *lines[1:]]) + "\n"
    )
    done = CliRunner().invoke(APP, ["recount", str(tmp_path)])
    assert done.exit_code == 1
    assert "queries of" in done.stderr


def test_seeds_and_spag_and_inducing(tmp_path):
    told = run(
        *PLAY, "--rules", "spag", "--aim", "induce", "--seeds", 2, "--seed", 5, "--jobs", 2, "--evasion", "strict"
    )
    assert "6 matches on either side, 3 words" in told


def test_a_judge_is_attacked(tmp_path):
    asked = ("game", "--attacker", "direct", "--defender", "honest", "--words", 3, "--judge", "wordlike")
    told = run(*asked, "--out", tmp_path / "judge")
    assert told.startswith("judge wordlike attacked by deepwordbug")
    assert told.startswith(run("recount", tmp_path / "judge"))
    rows = [json.loads(line) for line in (tmp_path / "judge" / "utterances.jsonl").read_text().splitlines()]
    assert all("\x1f" not in row["text"] for row in rows)
    as_json = json.loads(run(*asked, "--json"))
    assert as_json["flips"]["passed, then ruled against"]["n"] == len(rows)
    assert as_json["flips"]["ruled against, then passed"] is None


def test_judges_may_be_named():
    told = run(*PLAY, "--judges", "form", "--judge", "form")
    assert told.startswith("judge form attacked")
    assert run(*PLAY, "--judges", "none").startswith("direct perturbed by")


def test_chinese_is_played():
    told = run(
        "game",
        "--attacker",
        "direct",
        "--defender",
        "detector",
        "--words",
        2,
        "--lang",
        "zh",
        "--recipe",
        "zh-characters",
    )
    assert told.startswith("direct perturbed by zh-characters")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (("--aim", "win"), "--aim 'win' is none of hide, induce"),
        (("--evasion", "lax"), "--evasion 'lax' is none of watch, strict"),
        (("--lang", "xx"), "--lang 'xx' is none of en, zh"),
        (("--rules", "chess"), "chess"),
        (("--recipe", "no-such"), "no-such"),
        (("--recipe", "hotflip"), "attack 'hotflip' needs gradients"),
        (("--recipe", "deepwordbug", "--lang", "zh"), "'deepwordbug' is for en, not for 'zh'"),
        (("--attacker", "detector"), "'detector' cannot play attacker in language 'en'"),
        (("--attacker", "nobody"), "nobody"),
        (("--defender", "human"), "people are not attacked"),
        (("--words", 100_000), "--words 100000: en-easy has"),
        (("--judge", "relevance"), "is none of the judges of these rules (wordlike, form)"),
        (("--judge", "form", "--judges", "none"), "is none of the judges of these rules (nobody)"),
        (("--judges", "no-such"), "no-such"),
        (("--resume",), "it needs --out"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_line_and_writes_nothing(tmp_path, more, problem):
    out = () if "--resume" in more else ("--out", tmp_path / "out")
    told = refusal(*PLAY, *out, *more)
    assert problem in told
    assert "\n" not in told
    assert not (tmp_path / "out").exists()


def test_a_taken_folder_is_refused(folder, tmp_path):
    assert "go on with --resume" in refusal(*PLAY, "--out", folder)
    assert "begun with another recipe" in refusal(*PLAY, "--recipe", "bad-homoglyph", "--out", folder, "--resume")
    (tmp_path / "file").write_text("")
    assert "choose another --out" in refusal(*PLAY, "--out", tmp_path / "file")


CRASHER = """
from arena.core.actions import Action

class Touchy:
    async def act(self, view):
        if view.turn == 2:
            raise RuntimeError("out of ideas")
        return Action("no idea")

    async def close(self):
        pass
"""


@pytest.mark.slow
def test_an_agent_in_a_process_that_crashes_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "touchy.py").write_text(CRASHER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(sys.path)}")
    asked = ("game", "--attacker", "direct", "--defender", "touchy:Touchy", "--words", 1)
    told = run(*asked)
    assert "left out: 1 pairs in which an agent crashed" in told
    assert "out of ideas" in told
    assert json.loads(run(*asked, "--json"))["changes"] == []
