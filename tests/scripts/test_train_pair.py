"""The script that trains a masked model and a classifier, to its end at tiny settings, and both in use."""

import gzip
import importlib.util
import json
import random
from pathlib import Path

import pytest

pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

SCRIPT = Path(__file__).parents[2] / "scripts" / "train_pair.py"


@pytest.fixture(scope="module")
def script():
    made = importlib.util.spec_from_file_location("train_pair", SCRIPT)
    module = importlib.util.module_from_spec(made)
    made.loader.exec_module(module)
    return module


def texts(count):
    chance = random.Random(1)
    good, bad = (["great", "fine", "charming", "lovely"], ["awful", "dull", "poor", "bad"])
    for number in range(count):
        label = number % 2
        word, thing = chance.choice((bad, good)[label]), chance.choice(["film", "movie", "plot", "story", "cast"])
        yield f"this {thing} is {word} and i say so", label


def test_a_pair_is_trained_and_can_be_attacked_with_each_other(script, tmp_path, capsys):
    from attacks.core.text import Text
    from attacks.transformations.masked_lm import MaskedLM
    from attacks.victims.huggingface import HuggingFaceVictim

    for name, count in (("train", 200), ("dev", 40)):
        rows = "".join(f"{text}\t{label}\n" for text, label in texts(count))
        (tmp_path / f"{name}.tsv").write_text("text\tlabel\n" + rows)
    with gzip.open(tmp_path / "more.txt.gz", "wt") as file:
        file.write("one more text about a film and its long story that is cut\n\n" * 3)
    before = torch.get_rng_state()
    asked = ["--text", tmp_path / "more.txt.gz", "--labelled", tmp_path / "train.tsv", "--dev", tmp_path / "dev.tsv"]
    asked += ["--vocabulary", 120, "--layers", 1, "--width", 64, "--length", 12, "--steps", 40, "--batch", 16]
    asked += [
        "--epochs",
        4,
        "--classifier-batch",
        16,
        "--classifier-rate",
        0.003,
        "--rate",
        0.003,
        "--out",
        tmp_path / "pair",
    ]
    assert script.main([str(it) for it in asked]) == 0
    assert torch.equal(torch.get_rng_state(), before)
    result = json.loads((tmp_path / "pair" / "result.json").read_text())
    assert result["dev_acc"] > 0.9
    assert result["dev_mlm_acc"] > 0.3
    assert "classifier: step" in capsys.readouterr().err
    victim = HuggingFaceVictim.open(str(tmp_path / "pair" / "classifier"))
    assert victim.predict(["this film is great", "this plot is dull"]).argmax(axis=1).tolist() == [1, 0]
    model = MaskedLM.open(str(tmp_path / "pair" / "masked-lm"), masks=True, most=5)
    assert len(model(Text.of("this film is great"), 1)) == 5


def test_what_is_too_little_or_missing_is_said(script, tmp_path, capsys):
    (tmp_path / "few.tsv").write_text("text\tlabel\na film\t1\n")
    asked = [
        "--labelled",
        str(tmp_path / "few.tsv"),
        "--dev",
        str(tmp_path / "few.tsv"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert script.main(asked) == 2
    assert "a pair needs 100 texts" in capsys.readouterr().err
    assert script.main([*asked, "--text", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        script.main(["--help"])
    assert "--steps" in capsys.readouterr().out
