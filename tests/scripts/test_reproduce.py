"""The script that compares attacks with published figures: how it judges, and a case of it to the end on a toy."""

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest

from attacks.engine.rows import Row, Status, read_rows
from attacks.evaluation.reporting import summarise

torch = pytest.importorskip("torch")

SCRIPT = Path(__file__).parents[2] / "scripts" / "reproduce.py"


@pytest.fixture(scope="module")
def script():
    made = importlib.util.spec_from_file_location("reproduce", SCRIPT)
    module = importlib.util.module_from_spec(made)
    sys.modules["reproduce"] = module
    made.loader.exec_module(module)
    yield module
    del sys.modules["reproduce"]


def toy():
    things = ("film", "plot", "cast", "story")
    texts = [(f"this {thing} is {word}", label) for thing in things for label, word in enumerate(("awful", "lovely"))]
    return texts * 8, texts


def case(script, network=None, **published):
    figures = {"accuracy": None, "success": 50.0, "changed": None, **published}
    return script.Case("toy", script.Published(**figures), toy, network, lambda *_: script.DeepWordBug(), most=6)


def rows(succeeded, failed):
    every = [Status.SUCCEEDED] * succeeded + [Status.FAILED] * failed
    changes = (((0, 4), "bda"),)
    return [
        Row(it, 0, status, "bad film", "bda film", changes, 2, 9, 9, (1.0,), None) for it, status in enumerate(every)
    ]


def test_a_success_is_a_text_that_was_right_and_is_lost(script):
    assert script.Published.under_attack(80.0, 20.0, 14.0) == script.Published(80.0, 75.0, 14.0)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ({"accuracy": 85.0, "success": 85.0, "changed": 17.0}, True),
        ({"accuracy": 85.1, "success": 90.0, "changed": 14.0}, False),
        ({"accuracy": 80.0, "success": 84.9, "changed": 14.0}, False),
        ({"accuracy": 80.0, "success": 90.0, "changed": 10.9}, False),
        ({"accuracy": 80.0, "success": 90.0, "changed": None}, False),
    ],
)
def test_every_figure_must_be_within_its_tolerance(script, came, expected):
    assert script.is_reproduced(script.Published(80.0, 90.0, 14.0), came) is expected


def test_what_was_not_published_is_not_judged(script):
    assert script.is_reproduced(script.Published(None, 2.0, None), {"accuracy": 1.0, "success": 3.0, "changed": None})


@pytest.mark.parametrize("widths", [(), (2, 3)])
def test_a_case_runs_to_its_end_and_leaves_chance_alone(script, widths, tmp_path, monkeypatch, capsys):
    network = script.Network(widths, dimensions=8, hidden=8, dense=4 if widths else 0, dropout=0.1)
    made = case(script, network)
    monkeypatch.setattr(script, "CASES", (made,))
    before = torch.get_rng_state()
    script.main(["toy", "--out", str(tmp_path)])
    assert torch.equal(torch.get_rng_state(), before)
    found = list(read_rows(tmp_path / "toy.jsonl"))
    assert [row.number for row in found] == sorted({row.number for row in found})
    assert len(found) == 6
    assert Status.ERROR not in {row.status for row in found}
    assert capsys.readouterr().out.startswith(script.told(made, summarise(found)))


def test_figures_stand_beside_the_published_ones(script):
    summary = summarise(rows(1, 1))
    near, far = case(script, changed=52.0), case(script, success=96.4)
    figures = "accuracy 100.0 (-), success 50.0 (50.0), changed 50.0 (52.0); success within 9.5 to 90.5, 2 examples"
    assert script.told(near, summary).startswith(f"toy: reproduced; {figures}")
    assert script.told(far, summary).startswith("toy: not reproduced; accuracy 100.0 (-), success 50.0 (96.4)")


def test_an_unknown_case_and_missing_data_are_named(script, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        script.main(["nothing"])
    assert "there is no case nothing; there are textfooler-mr-lstm, " in capsys.readouterr().err
    monkeypatch.delenv("TABOO_DATA", raising=False)
    with pytest.raises(SystemExit, match="set TABOO_DATA"):
        script.folder()


@pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="TABOO_DATA names no folder of data sets")
def test_no_sentence_is_attacked_that_was_learnt(script):
    learnt, attacked = script.mr()
    letters = {re.sub(r"\W", "", text.lower()) for text, _ in learnt}
    assert len(attacked) == 1000
    assert len(learnt) > 9600
    assert not any(re.sub(r"\W", "", text.lower()) in letters for text, _ in attacked)
