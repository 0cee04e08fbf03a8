"""The folder of an attack on the game: the same bytes for a seed, whole after a kill, counted again from itself."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attacks_games import RULES, agent, contest, helped, reacting, saying
from doubles import Player, WholeWords

from arena.core.actions import Action
from arena.core.events import Event
from arena.core.views import AttackerView
from arena.store import open_log
from arena.store.transcripts import import_transcripts
from attacks.core.errors import VictimError
from attacks.game.counting import ENDS, Pair, changes, mean_turns, others, spent
from attacks.game.folder import GameFolder, GameFolderError
from attacks.game.matches import play_pairs, verdict_of
from attacks.game.perturbing import Means, Perturbing

TOLD = {"seed": 0, "words": ("banana", "kiwi"), "recipe": "trying"}
NAMES = ("game.json", "pairs.jsonl", "utterances.jsonl", "matches.jsonl")


def hearing(view):
    """Infers from 'fruit', a fruit in a skin of two syllables at most."""
    return Action(guess="kiwi") if "fruit" in view.history[-1].text and view.turn == 2 else reacting(view)


def attack(folder: GameFolder, *, jobs: int = 1, resume: bool = False, stop_after: int | None = None) -> list[Pair]:
    attacker = saying("a fruit", "so yellow", "a monkey")
    done = folder.begin(TOLD, resume=resume)
    kept = []

    def keep(played):
        if stop_after is not None and len(kept) == stop_after:
            raise KeyboardInterrupt
        folder.keep(played)
        kept.append(played)

    known = frozenset((pair.word, pair.seed) for pair in done)
    one = contest(attacker, agent(hearing), words=("banana", "kiwi", "plum"), seeds=2)
    help_ = helped({"fruit": ["frut"], "monkey": ["bat"]})
    return done + play_pairs(one, help_, WholeWords(), {}, jobs=jobs, done=known, report=keep)


def bytes_of(path: Path) -> dict[str, bytes]:
    assert sorted(it.name for it in path.iterdir()) == sorted(NAMES)
    return {name: (path / name).read_bytes() for name in NAMES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A folder that was played to its end."""
    path = tmp_path_factory.mktemp("game") / "whole"
    attack(GameFolder(path))
    return path


@pytest.mark.parametrize("jobs", [1, 3, 9])
def test_the_same_seed_gives_the_same_bytes_however_many_are_played_at_a_time(whole, tmp_path, jobs):
    attack(GameFolder(tmp_path / "again"), jobs=jobs)
    assert bytes_of(tmp_path / "again") == bytes_of(whole)


@pytest.mark.parametrize("done", [0, 1, 4])
def test_what_was_broken_off_is_gone_on_with_to_the_same_bytes(whole, tmp_path, done):
    folder = GameFolder(tmp_path / "half")
    with pytest.raises(KeyboardInterrupt):
        attack(folder, stop_after=done)
    for name in NAMES[1:]:  # a kill between the files, and in the middle of a line
        with (folder.path / name).open("ab") as file:
            file.write((whole / name).read_bytes().splitlines(keepends=True)[-1][:40])
    if done:
        with (folder.path / "matches.jsonl").open("wb") as file:
            file.write(b"".join((whole / "matches.jsonl").read_bytes().splitlines(keepends=True)[: 2 * done + 1]))
    pairs = attack(folder, resume=True)
    assert bytes_of(folder.path) == bytes_of(whole)
    assert pairs == GameFolder(whole).pairs()


def test_a_finished_folder_has_nothing_left_to_play(whole, tmp_path):
    folder = GameFolder(tmp_path / "done")
    first = attack(folder)
    assert attack(folder, resume=True) == first
    assert bytes_of(folder.path) == bytes_of(whole)


def test_matches_can_be_taken_into_a_log(whole, tmp_path):
    log = open_log(f"sqlite:///{tmp_path}/log.db", create=True)
    try:
        with (whole / "matches.jsonl").open("rb") as lines:
            assert import_transcripts(log, lines).new == 12
        with (whole / "matches.jsonl").open("rb") as lines:
            assert import_transcripts(log, lines).known == 12
    finally:
        log.close()


def test_matches_of_other_settings_have_other_names():
    names = set()
    for rules in (RULES, type(RULES)(judges=())):
        for attacker in ("a", "b"):
            for defender in ("c", "d"):
                one = contest(agent(reacting, attacker), agent(reacting, defender), rules)
                names |= {one.name_of("m"), one.name_of("m", "pwws", "hide", 9), one.name_of("m", "pwws", "hide", 8)}
    assert len(names) == 24


def test_a_folder_agrees_with_itself(whole):
    folder = GameFolder(whole)
    assert folder.differences() == []
    assert [it.end for it in changes(folder.pairs())] == list(ENDS)


def test_a_pair_that_was_edited_is_found(whole, tmp_path):
    rows = [json.loads(line) for line in (whole / "pairs.jsonl").read_text().splitlines()]
    rows[0]["perturbed"], rows[1]["queries"], rows[2]["matches"] = "tie", 99, ["x", "y"]
    for name in NAMES:
        (tmp_path / name).write_bytes((whole / name).read_bytes())
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first, second, *rest = GameFolder(tmp_path).differences()
    assert first == f"perturbed of 'banana' is tie, and its match comes to {GameFolder(whole).pairs()[0].perturbed}"
    assert second.startswith("queries of 'banana' is 99, and its match comes to")
    assert rest == ["match x of 'kiwi' is not in matches.jsonl", "match y of 'kiwi' is not in matches.jsonl"]


def test_a_folder_that_is_taken_is_refused(whole):
    with pytest.raises(GameFolderError, match="go on with --resume"):
        GameFolder(whole).begin(TOLD)


def test_other_settings_are_not_gone_on_with(whole):
    with pytest.raises(GameFolderError, match="begun with another recipe"):
        GameFolder(whole).begin({**TOLD, "recipe": "pwws"}, resume=True)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(GameFolderError, match="choose another --out"):
        GameFolder(tmp_path / "file").begin(TOLD)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("game.json", None, "game.json: cannot be read"),
        ("game.json", "{", "game.json: is not JSON"),
        ("pairs.jsonl", None, "pairs.jsonl: cannot be read"),
        ("pairs.jsonl", "{\n", "pairs.jsonl: line 1 is none of an attack on the game"),
        ("pairs.jsonl", '{"word": "x"}\n', "pairs.jsonl: line 1 is none of an attack on the game"),
        ("matches.jsonl", '{"match": "x", "events": [{}]}\n', "matches.jsonl: line 1 is none"),
    ],
)
def test_a_broken_folder_is_told_in_a_line(whole, tmp_path, name, content, problem):
    for it in NAMES:
        (tmp_path / it).write_bytes((whole / it).read_bytes())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    folder = GameFolder(tmp_path)
    with pytest.raises(GameFolderError, match=problem):
        folder.settings() if name == "game.json" else folder.differences()


def pair(word: str, plain: str, perturbed: str, problem: str = "") -> Pair:
    return Pair(word, 0, plain, perturbed, 2, 1, 0, 0, 10, (1, 4), ("x", "y"), problem)


def test_rates_are_counted_by_hand():
    pairs = [
        pair("a", "inferred", "tie"),
        pair("a", "inferred", "inferred"),
        pair("b", "inferred", "induced"),
        pair("c", "resigned", "misguessed"),
        pair("d", "forfeit", "inferred", "plain: defender crashed: gone"),
    ]
    found = {it.end: (it.plain.value, it.perturbed.value, it.difference.value) for it in changes(pairs)}
    assert found == {
        "inferred": (0.75, 0.25, -0.5), "induced": (0, 0.25, 0.25), "tie": (0, 0.25, 0.25), "other": (0.25, 0.25, 0),
    }  # fmt: skip
    assert all(it.plain.clusters == 3 for it in changes(pairs))
    assert mean_turns(pairs) == (1, 4)
    assert others(pairs) == {"plain": {"resigned": 1}, "perturbed": {"misguessed": 1}}
    assert spent(pairs) == {
        "pairs": 5, "crashed": 1, "attacked": 10, "changed": 5, "broken": 0, "unforeseen": 0, "queries": 50,
    }  # fmt: skip


def test_nothing_is_said_of_pairs_that_all_crashed():
    crashed = [pair("a", "forfeit", "forfeit", "plain: defender crashed: gone")]
    assert changes(crashed) == []
    assert mean_turns(crashed) is None


def test_a_match_that_is_not_over_has_no_verdict(whole):
    folder = GameFolder(whole)
    lines = (whole / "matches.jsonl").read_text().splitlines()
    events = [Event.from_json(row) for row in json.loads(lines[0])["events"]]
    assert verdict_of(events).reason == folder.pairs()[0].plain
    with pytest.raises(ValueError, match="is not finished"):
        verdict_of(events[:-1])


def test_what_report_raises_ends_the_play():
    def full(_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        play_pairs(contest(saying("x"), agent(reacting)), helped({}), WholeWords(), {}, jobs=4, report=full)


def test_a_search_ends_with_its_match():
    """A match that is cancelled while the defender thinks leaves no search behind that asks on."""
    asked = []
    at_it = threading.Event()

    async def thinking(view):
        asked.append(view)
        at_it.set()
        await asyncio.get_running_loop().create_future()

    async def cancelled(threads) -> None:
        means = Means(helped({"a": ["b"]}).attack, "hide", None, 0, agent(thinking), WholeWords(), {}, threads)
        helped_player = Perturbing(Player(lambda _: Action("a")), means, 1)
        view = AttackerView(RULES, 1, (), 1, 1, 1, 0, "banana")
        act = asyncio.ensure_future(helped_player.act(view))
        await asyncio.to_thread(at_it.wait)
        act.cancel()
        with pytest.raises(asyncio.CancelledError):
            await act
        await helped_player.close()

    with ThreadPoolExecutor(1) as threads:
        asyncio.run(cancelled(threads))
    assert len(asked) == 1


def test_a_search_that_is_over_asks_nobody():
    means = Means(helped({}).attack, "hide", None, 0, agent(reacting), WholeWords(), {}, None)
    over = Perturbing(Player(lambda _: Action("a")), means, 1)
    asyncio.run(over.close())

    async def question() -> list:
        return []

    with pytest.raises(VictimError, match="the match was broken off"):
        over._waiting_in(None)(question())


@pytest.mark.slow
def test_sigkill_leaves_whole_lines_and_a_folder_that_goes_on(tmp_path):
    program = (
        "import os, signal, sys; sys.path.insert(0, 'tests'); sys.path.insert(0, os.path.dirname(sys.argv[2]));"
        "from attacks.game.folder import GameFolder; import importlib.util as u;"
        "s = u.spec_from_file_location('t', sys.argv[2]); t = u.module_from_spec(s); s.loader.exec_module(t);"
        "keep = GameFolder.keep; n = [0]\n"
        "class Dying(GameFolder):\n"
        "    def keep(self, played):\n"
        "        n[0] += 1\n"
        "        if n[0] == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        super().keep(played)\n"
        "t.attack(Dying(__import__('pathlib').Path(sys.argv[1])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "killed"), __file__], cwd=Path(__file__).parents[3], check=False
    )
    assert done.returncode == -signal.SIGKILL
    folder = GameFolder(tmp_path / "killed")
    assert len(folder.pairs()) == 3
    assert len(attack(folder, resume=True)) == 6
    assert folder.differences() == []
