"""`taboo bench attack`: our arm attacks what every arm attacks, and what cannot be measured here says so."""

import os
from pathlib import Path

import pytest

from arena.bench.measure import Measure
from attacks.bench import arms, attack, device
from attacks.bench.material import candidates, sentences, write

pytest.importorskip("nltk")
pytest.importorskip("sklearn")
pytest.importorskip("torch")
DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs sentence_polarity and neighbours in TABOO_DATA")
COUNT = 12


@pytest.fixture(autouse=True)
def _places(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NLTK_DATA", f"{DATA}/nltk_data")
        patched.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
        patched.setenv("TABOO_DATA", "")  # no long reviews: reading them all takes longer than everything else
        made = tmp_path_factory.mktemp("material")
        write(made, attack.program(), trained=400, attacked=60)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["textfooler", "pwws", "pwws-paper", "deepwordbug-homoglyphs", "textbugger"])
def test_our_arm_attacks_the_shared_victim(folder, algorithm):
    told = arms.run(arms.ours(), "ours.py", folder, algorithm, "lr", COUNT)
    assert len(told.rows) == COUNT
    assert told.success > 50
    assert told.queries > 3
    assert 0 < told.overhead < 1e6
    assert told.milliseconds >= 1000 * told.victim_seconds / COUNT


@pytest.mark.slow
def test_our_arm_attacks_the_network_too(folder):
    assert len(arms.run(arms.ours(), "ours.py", folder, "textfooler", "lstm", 4).rows) == 4


def test_an_arm_that_cannot_be_run_is_named_with_the_remedy(folder):
    with pytest.raises(arms.ArmError, match="there is no Python at /nowhere/python; make bench-peers"):
        arms.run("/nowhere/python", "ours.py", folder, "pwws", "lr", 1)
    with pytest.raises(arms.ArmError, match="needs a checkout"):
        arms.run(arms.ours(), "none.py", folder, "pwws", "lr", 1)
    with pytest.raises(arms.ArmError, match="KeyError"):
        arms.run(arms.ours(), "ours.py", folder, "none", "lr", 1)


def test_sentences_are_letters_and_spaces_and_every_word_has_its_candidates_for_good():
    rows = sentences()
    assert len(rows) > 10_000
    assert {character for text, _ in rows for character in text} <= set("abcdefghijklmnopqrstuvwxyz ")
    words = ["film", "a", "unheardofword", "great"]
    made = candidates(words)
    assert made == candidates(words)
    assert all(len(made["bugs"][word]) == 5 for word in words)
    assert "great" in made["words"]
    assert "unheardofword" not in made["words"]


def test_without_a_device_the_row_says_that_it_was_not_run(monkeypatch):
    import torch

    (measure,) = device.measures(4) if not torch.cuda.is_available() else (Measure("", None, "", note="not run"),)
    assert measure.value is None
    assert measure.note.startswith("not run")


def test_side_by_side_against_one_at_a_time_runs_on_any_device():
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    together, alone = device.rates("cpu", 4, 2, **shape)
    assert together > 0
    assert alone > 0


def test_two_arms_are_compared_by_ratio_and_by_what_they_found(monkeypatch):
    mine = arms.Told("ours", 1.0, 0.5, [(True, 10, 1), (False, 30, 0)])
    theirs = arms.Told("theirs", 4.0, 1.0, [(True, 10, 1), (False, 31, 0)])
    faster, success, queries = attack.compared("pwws", "lr", 3, mine, theirs)
    assert (faster.value, faster.bar) == (4.0, 3)
    assert success.value == 0
    assert queries.value == pytest.approx(100 * (1 - 40 / 41))


def test_without_long_reviews_the_curve_says_that_it_was_not_run(folder):
    (measure,) = attack.lengths(folder, "", 2)
    assert measure.value is None
    assert measure.note.startswith("not run")


def test_the_folder_of_material_is_whole(folder):
    names = {"sentences.json", "candidates.json", "lr.json", "lstm.json", "lstm.safetensors"}
    assert {it.name for it in Path(folder).iterdir()} == names
