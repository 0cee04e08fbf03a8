"""`taboo attack` on real sentences and a real classifier: rows that are kept, figures that can be counted again."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from attacks.engine import Status, read_rows
from attacks.evaluation.reporting import summarise

pytest.importorskip("sklearn")
pytest.importorskip("nltk")

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2 and WordNet in TABOO_DATA")
TABOO = str(Path(sys.executable).with_name("taboo"))


def environment(home: Path) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**keep, "HOME": str(home), "NLTK_DATA": f"{DATA}/nltk_data", "OMP_NUM_THREADS": "1"}


@pytest.fixture(autouse=True)
def corpora(monkeypatch: pytest.MonkeyPatch) -> None:
    """WordNet is where the data is."""
    if DATA is not None:
        monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@pytest.fixture(scope="module")
def victim(tmp_path_factory) -> Path:
    """TF-IDF and logistic regression, fitted on SST-2."""
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    with Path(f"{DATA}/sst2/train.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[:10_000]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    pipeline.fit([row["sentence"] for row in rows], [int(row["label"]) for row in rows])
    file = tmp_path_factory.mktemp("victim") / "lr.joblib"
    joblib.dump(pipeline, file)
    return file


def asked(victim: Path, out: Path, *more: object) -> tuple[object, ...]:
    data = f"{DATA}/sst2/dev.tsv"
    return ("attack", "--victim", f"sklearn:{victim}", "--data", data, "--recipe", "pwws", "--out", out, *more)


@needs_data
@pytest.mark.slow
def test_pwws_attacks_a_real_classifier_and_every_figure_can_be_counted_from_the_rows(taboo, victim, tmp_path):
    done = taboo(*asked(victim, tmp_path / "run", "--limit", 120, "--json"))
    assert done.code == 0, done.err
    figures = json.loads(done.out)
    rows = list(read_rows(tmp_path / "run" / "rows.jsonl"))
    assert [row.number for row in rows] == list(range(120))
    summary = summarise(rows)
    counted = {"succeeded": summary.succeeded, "failed": summary.failed, "skipped": summary.skipped, "errors": 0}
    assert {name: figures[name] for name in counted} == counted
    assert figures["queries"] == sum(row.queries for row in rows)
    assert figures["success"]["interval"]["low"] < figures["success"]["successes"] / figures["success"]["total"]
    assert summary.success.value > 0.7
    for row in rows:
        if row.status is Status.SUCCEEDED:
            assert row.perturbed is not None
            assert row.perturbed != row.text
            assert row.after is not None
            assert row.after[row.label] < 0.5
    shown = taboo(*asked(victim, tmp_path / "other", "--limit", 5))
    assert "accuracy under attack" in shown.out


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> tuple[Path, Path]:
    """A pipeline of a few words, and 1,000 examples for it."""
    import joblib
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    folder = tmp_path_factory.mktemp("small")
    texts = ["a great film", "a fine story", "a poor film", "an awful story"]
    pipeline = make_pipeline(CountVectorizer(), LogisticRegression(C=100)).fit(texts, [1, 1, 0, 0])
    joblib.dump(pipeline, folder / "it.joblib")
    lines = [f"number {number}: {texts[number % 4]}\t{int(number % 4 < 2)}\n" for number in range(1000)]
    (folder / "many.tsv").write_text("text\tlabel\n" + "".join(lines), encoding="utf-8")
    return folder / "it.joblib", folder / "many.tsv"


def of_small(small: tuple[Path, Path], out: Path, *more: object) -> tuple[object, ...]:
    recipe = ("--recipe", "deepwordbug", "--out", out)
    return ("attack", "--victim", f"sklearn:{small[0]}", "--data", small[1], *recipe, *more)


def started(words: Sequence[object], home: Path, **more: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen([TABOO, *map(str, words)], env=environment(home), text=True, **more)


def wait_for_rows(file: Path, size: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (file.exists() and file.stat().st_size > size):
        time.sleep(0.002)


@pytest.mark.slow
def test_an_attack_killed_in_the_middle_of_1_000_goes_on_and_its_rows_are_those_of_one_that_was_not(
    taboo, small, tmp_path
):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert taboo(*of_small(small, whole)).code == 0
    running = started(of_small(small, killed, "--width", 2), tmp_path)
    rows = killed / "rows.jsonl"
    try:
        wait_for_rows(rows, 10_000)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    assert 0 < sum(1 for _ in read_rows(rows)) < 1000
    refused = taboo(*of_small(small, killed))
    assert refused.code == 2
    assert "go on with --resume" in refused.err
    assert taboo(*of_small(small, killed, "--resume", "--batch", "auto", "--cache", tmp_path / "answers")).code == 0
    assert rows.read_bytes() == (whole / "rows.jsonl").read_bytes()
    other = taboo(*of_small(small, killed, "--limit", 301, "--goal", "margin:0.2", "--resume"))
    assert other.code == 2
    assert "holds another attack (goal, limit, examples differ)" in other.err


@pytest.mark.slow
def test_an_attack_that_is_interrupted_ends_with_130_and_one_line(small, tmp_path):
    running = started(
        of_small(small, tmp_path / "run", "--width", 1),
        tmp_path,
        stderr=subprocess.PIPE,
        # A shell may have started the tests with Ctrl-C ignored, and programs inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        wait_for_rows(tmp_path / "run" / "rows.jsonl", 2_000)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait(30)
    assert running.returncode == 130
    assert re.fullmatch(r"taboo: interrupted; \S+run holds \d+ of 1,000 rows, go on with --resume\n", told), told


def test_a_folder_with_other_files_is_left_alone(taboo, small, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = taboo(*of_small(small, tmp_path))
    assert done.code == 2
    assert "holds other files; choose another --out" in " ".join(done.err.split())
    assert [it.name for it in tmp_path.iterdir()] == ["notes.txt"]


def test_an_attack_of_which_every_row_is_broken_ends_with_1_and_its_rows_stay(taboo, small, tmp_path):
    texts = tmp_path / "a.tsv"
    texts.write_text("text\tlabel\na great film\t7\na poor film\t8\n", encoding="utf-8")
    done = taboo(*of_small((small[0], texts), tmp_path / "run"))
    assert done.code == 1
    assert done.err == "taboo: no example could be attacked; row 0: label 7 is none of the victim's 2 classes\n"
    assert [row.status for row in read_rows(tmp_path / "run" / "rows.jsonl")] == [Status.ERROR, Status.ERROR]


@pytest.mark.slow
def test_an_export_whose_reader_went_away_ends_with_141_and_says_nothing(taboo, small, tmp_path):
    assert taboo(*of_small(small, tmp_path / "run")).code == 0
    running = started(("attack", "export", tmp_path / "run"), tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.readline().startswith("number,")
    running.stdout.close()
    assert (running.wait(30), running.stderr.read()) == (141, "")
    running.stderr.close()


def test_seconds_add_up_over_sittings(taboo, small, tmp_path):
    run = tmp_path / "run"
    assert taboo(*of_small(small, run, "--limit", 20)).code == 0
    first = json.loads((run / "timing.json").read_text(encoding="utf-8"))
    done = taboo(*of_small(small, run, "--limit", 20, "--resume", "--json"))
    second = json.loads(done.out)["timing"]
    assert (first["sittings"], second["sittings"]) == (1, 2)
    assert second["wall"] >= first["wall"]


def test_pairs_names_constraints_and_goals_are_options_that_verify_knows_from_the_folder(taboo, small, tmp_path):
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a great film,a fine film,good\nan awful story,a poor story,bad\n", encoding="utf-8")
    run = tmp_path / "run"
    columns = ("--text-column", 1, "--pair-column", 2, "--label-column", 3, "--labels", "bad,good")
    words = ("attack", "--victim", f"sklearn:{small[0]}", "--data", pairs, *columns, "--recipe", "deepwordbug")
    more = ("--goal", "targeted:bad", "--constraint", "edits:1", "--protect", "film", "--out", run)
    done = taboo(*words, *more)
    assert done.code == 0, done.err
    assert "deepwordbug, targeted:bad, edits:1" in done.out
    rows = list(read_rows(run / "rows.jsonl"))
    assert rows[1].status is Status.SKIPPED
    for row in rows:
        if row.perturbed is not None:
            assert row.perturbed.startswith("a great film\x1f")
            assert row.perturbed.endswith("film")
    checked = taboo("attack", "verify", run, "--victim", f"sklearn:{small[0]}", "--data", pairs, "--again")
    assert (checked.code, "all 2 rows stand" in checked.out) == (0, True), checked.out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--goal", "won"), "goal 'won' is none of untargeted"),
        (("--batch", "0"), "--batch '0' is no number from 1 on, and not auto"),
        (("--batch", "many"), "--batch 'many' is no number"),
        (("--constraint", "edit:3"), "no constraint is called 'edit'"),
        (("--constraint", "edits:few"), "write edits:NUMBER"),
        (("--language", "zh"), "is for en, not for 'zh'"),
        (("--labels", "a,a"), "names a class twice"),
        (("--labels", "a,b,c,d"), "--labels: names 4 classes, and the victim chooses between 2"),
        (("--similarity", "/nowhere"), "similarity by '/nowhere'"),
        (("--perplexity", "/nowhere"), "perplexity by '/nowhere'"),
        (("--cache", "/nowhere/at/all"), "choose another --cache"),
    ],
)
def test_options_that_say_nothing_are_refused_in_one_line(more, told, taboo, small, tmp_path):
    words = of_small(small, tmp_path / "run", *more)
    if "--language" in more:
        words = tuple("textfooler" if word == "deepwordbug" else word for word in words)
        pytest.importorskip("nltk")
    done = taboo(*words)
    assert done.code == 2
    assert told in " ".join(done.err.split())
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_the_bar_says_how_it_goes_on_a_terminal_and_nothing_where_there_is_none(small, tmp_path):
    pty = pytest.importorskip("pty")
    mine, its = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 140, 0, 0))
    running = started(of_small(small, tmp_path / "run"), tmp_path, stderr=its, stdout=subprocess.DEVNULL)
    os.close(its)
    said = b""
    try:
        while True:
            try:
                part = os.read(mine, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            said += part
    finally:
        assert running.wait(60) == 0
        os.close(mine)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    assert "deepwordbug against it.joblib" in shown
    assert re.search(r"1,000/1,000 +\d+\.\d % fell", shown)
    assert re.search(r"[\d,]+ queries, [\d,]+/s", shown)


@needs_data
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--victim": "sklearn:missing.joblib"}, "there is no such file"),
        ({"--victim": "nothing"}, "no victim is called 'nothing'"),
        ({"--victim": "hf:/nowhere/at/all"}, "name a folder with config.json"),
        ({"--data": "missing.tsv"}, "there is no such file; give a .csv, .tsv"),
        ({"--recipe": "pwss"}, "did you mean pwws"),
    ],
)
def test_what_cannot_be_attacked_is_refused_in_one_line(taboo, changed, told, victim, tmp_path):
    words = [str(word) for word in asked(victim, tmp_path / "run")]
    for option, value in changed.items():
        words[words.index(option) + 1] = value
    done = taboo(*words)
    assert done.code == 2
    assert told in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert not (tmp_path / "run").exists()


@needs_data
def test_a_folder_that_cannot_be_written_is_named(taboo, victim, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = taboo(*asked(victim, tmp_path / "file" / "run"))
    assert done.code == 2
    assert "choose another --out" in done.err


def test_without_wordnet_the_file_and_the_way_to_it_are_named(tmp_path, monkeypatch):
    from attacks.transformations.errors import DataMissingError
    from attacks.transformations.wordnet import WordNetSynonyms

    nltk = pytest.importorskip("nltk")
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.delenv("NLTK_DATA", raising=False)
    with pytest.raises(DataMissingError, match="set NLTK_DATA to a folder with corpora/wordnet"):
        WordNetSynonyms()


@needs_data
@pytest.mark.slow
def test_a_real_transformer_is_a_victim(taboo, tmp_path):
    pytest.importorskip("torch")
    done = taboo(
        *("attack", "--victim", f"hf:{DATA}/sst2-bert-mini", "--data", f"{DATA}/sst2/dev.tsv", "--limit", 12),
        *("--budget", 200, "--out", tmp_path / "run", "--json"),
    )
    assert done.code == 0, done.err
    figures = json.loads(done.out)
    assert figures["errors"] == 0
    assert figures["succeeded"] > 0
