"""`taboo attack` on real sentences and a real classifier: rows that are kept, figures that can be counted again."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from arena.cli import main
from attacks.datasets import DataError, read_examples
from attacks.engine import Status, read_rows
from attacks.reporting import summarise

pytest.importorskip("sklearn")
pytest.importorskip("nltk")

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2 and WordNet in TABOO_DATA")
TABOO = str(Path(sys.executable).with_name("taboo"))


def environment(home: Path) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**keep, "HOME": str(home), "NLTK_DATA": f"{DATA}/nltk_data", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Outcome:
    """What the command printed, and the code it exited with."""

    code: int
    out: str
    err: str


@pytest.fixture
def taboo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Runs `taboo` with arguments, in this process."""
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return run


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


@needs_data
@pytest.mark.slow
def test_a_killed_attack_goes_on_and_its_rows_are_those_of_one_that_was_not(taboo, victim, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert taboo(*asked(victim, whole, "--limit", 300)).code == 0
    command = [TABOO, *map(str, asked(victim, killed, "--limit", 300, "--width", 4))]
    running = subprocess.Popen(command, env=environment(tmp_path))
    deadline = time.monotonic() + 120
    rows = killed / "rows.jsonl"
    try:
        while time.monotonic() < deadline and not (rows.exists() and rows.stat().st_size > 20_000):
            time.sleep(0.01)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    assert 0 < sum(1 for _ in read_rows(rows)) < 300
    refused = taboo(*asked(victim, killed, "--limit", 300))
    assert refused.code == 2
    assert "go on with --resume" in refused.err
    assert taboo(*asked(victim, killed, "--limit", 300, "--resume")).code == 0
    assert rows.read_bytes() == (whole / "rows.jsonl").read_bytes()
    other = taboo(*asked(victim, killed, "--limit", 301, "--resume"))
    assert other.code == 2
    assert "holds another attack" in other.err


@needs_data
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--victim": "sklearn:missing.joblib"}, "there is no such file"),
        ({"--victim": "nothing"}, "no victim is called 'nothing'"),
        ({"--victim": "hf:/nowhere/at/all"}, "name a folder with config.json"),
        ({"--data": "missing.tsv"}, "there is no such file; give a .tsv"),
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


# --- files of examples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", 'label\tsentence\n1\ta "fine film\n0\tpoor\n'),
        ("a.csv", 'text,label\n"a ""fine film",1\npoor,0\n'),
        ("a.jsonl", '{"text": "a \\"fine film", "label": 1}\n{"text": "poor", "label": 0}\n'),
    ],
)
def test_examples_are_read_from_every_kind_of_file(name, content, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert [(it.number, it.text, it.label) for it in read_examples(tmp_path / name)] == [
        (0, 'a "fine film', 1),
        (1, "poor", 0),
    ]
    assert len(read_examples(tmp_path / name, 1)) == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.tsv", "label\tphrase\n1\tx\n", "line 2: has no text"),
        ("a.tsv", "label\ttext\ngood\tx\n", "line 2: label 'good' is no whole number"),
        ("a.jsonl", '{"text": "x", "label": 1}\nnonsense\n', "line 2: is not JSON"),
        ("a.jsonl", "[]\n", "line 1: is not a JSON object"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(name, content, told, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_examples(tmp_path / name)
