"""The script that attacks real victims on real data, on a made-up data set of the same form."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")

from attacks.engine import Example
from attacks.evaluation.finished import Finished

SCRIPT = Path(__file__).parents[2] / "scripts" / "attack_figures.py"
RECIPES = "deepwordbug,fd,uat,pso:sememes"


@pytest.fixture(scope="module")
def script():
    made = importlib.util.spec_from_file_location("attack_figures", SCRIPT)
    module = importlib.util.module_from_spec(made)
    sys.modules[made.name] = module  # dataclasses look their module up
    made.loader.exec_module(module)
    yield module
    del sys.modules[made.name]


def sentences(count, seed):
    chance = random.Random(seed)
    words = (("awful", "dull", "poor"), ("great", "fine", "lovely"))
    for number in range(count):
        label = number % 2
        thing, said = chance.choice(("film", "movie", "plot")), chance.choice(words[label])
        yield f"the {thing} of number {number} {seed} is {said} indeed", label


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "sst2").mkdir()
    for name, count, seed in (("train", 160, 1), ("dev", 12, 2)):
        rows = "".join(f"{label}\t{text}\n" for text, label in sentences(count, seed))
        (folder / "sst2" / f"{name}.tsv").write_text(f"label\tcontent\n{rows}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tables(script, data, tmp_path_factory):
    """What is printed by a first call, what by a second, and where the attacks are."""
    out = tmp_path_factory.mktemp("out")
    said = []
    with pytest.MonkeyPatch.context() as patch:
        for variable in (*script.FILES, "TABOO_SEMEMES"):
            patch.setenv(variable, "")
        patch.setattr(script, "say", said.append)
        words = ["--data-folder", str(data), "--out", str(out), "--sets", "sst2", "--victims", "lr,cnn"]
        for _ in range(2):
            assert script.main([*words, "--recipes", RECIPES, "--limit", "4", "--seconds", "60"]) == 0
    half = len(said) // 2
    return "\n".join(said[:half]), "\n".join(said[half:]), out


def test_every_recipe_has_its_line_for_every_victim(tables):
    first, _, _ = tables
    for recipe in RECIPES.split(","):
        assert first.count(f"\n| {recipe} |") == 2


def test_what_a_victim_cannot_give_is_no_figure(tables):
    first, _, _ = tables
    regression, _ = first.split("## SST-2, cnn")
    assert "| fd | - | - | - | - | - | - | - | - |" in regression
    assert "- fd, uat: needs gradients, which this victim does not give." in regression


def test_a_second_call_prints_what_is_there(tables):
    first, second, _ = tables
    assert second == first


def test_figures_are_those_of_the_saved_rows(tables):
    first, _, out = tables
    finished = Finished.read(out / "runs" / "sst2" / "cnn" / "uat")
    assert len(finished.rows) == 4
    assert finished.timing.sittings == 1, "nothing was attacked again"
    line = next(line for line in first.split("## SST-2, cnn")[1].splitlines() if line.startswith("| uat"))
    success = finished.summary.success
    assert f"| {100 * success.value:.0f} [{100 * success.interval.low:.0f}, " in line


def test_what_was_learnt_from_is_not_attacked(script):
    training = [Example(0, "A film, of a kind.", 1)]
    rest = [Example(0, "a film of a kind", 1), Example(1, "one two three", 0), Example(2, "one two", 0)]
    assert [it.text for it in script.apart(training, rest, 2).held_out] == ["one two"]


def test_a_sentence_is_known_again_by_eight_words(script):
    known = script.runs(["so it is a film with a cast that shines"])
    assert not known.isdisjoint(script.runs(["and Is a film, with a cast that shines!"]))
    assert known.isdisjoint(script.runs(["it is a film with a cast"]))


def test_no_example_is_begun_once_the_seconds_are_spent(script):
    assert list(script.until([Example(0, "a text", 1)], 0.0)) == []


def test_an_unknown_victim_is_named(script, capsys):
    with pytest.raises(SystemExit):
        script.main(["--data-folder", ".", "--out", ".", "--victims", "mlp"])
    assert "'mlp' is none of lr, cnn, bert" in capsys.readouterr().err
