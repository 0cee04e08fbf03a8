"""Torch modules as victims: small networks trained here, saved, opened, asked."""

import json
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest

from attacks.core.ports import Capability
from attacks.victims.architectures import ARCHITECTURES, Shape, build
from attacks.victims.errors import VictimMissingError
from attacks.victims.torch_module import TorchVictim
from attacks.victims.training import train
from attacks.victims.word_vocabulary import Encoded, WordVocabulary

torch = pytest.importorskip("torch")

GOOD, BAD = "a great film with a fine cast", "an awful dull film with a poor plot"
TEXTS = [" ".join(text.split()[start:]) for text in (GOOD, BAD) for start in range(5)] * 6
LABELS = ([1] * 5 + [0] * 5) * 6


@pytest.fixture(scope="module", params=sorted(ARCHITECTURES))
def victim(request):
    return train(TEXTS, LABELS, architecture=request.param, passes=6)


def test_a_network_learns_what_it_is_shown(victim):
    assert victim.predict([GOOD, BAD]).argmax(axis=1).tolist() == [1, 0]
    assert victim.can == {Capability.SCORES, Capability.GRADIENTS}


def test_the_same_seed_trains_the_same_network_and_leaves_chance_alone(victim):
    before = torch.random.get_rng_state()
    architecture = victim.saved[0].architecture
    again = train(TEXTS, LABELS, architecture=architecture, passes=6)
    other = train(TEXTS, LABELS, architecture=architecture, passes=6, seed=1)
    assert (torch.random.get_rng_state() == before).all()
    assert again.fingerprint == victim.fingerprint != other.fingerprint


def test_no_answer_and_no_slope_depends_on_its_company(victim):
    texts = [*dict.fromkeys(TEXTS), "", "unheard words", "a fine film", "a dull film", *["great film"] * 40]
    together, slopes = victim.predict(texts), victim.slopes(texts, [1] * len(texts))
    for number, text in enumerate(texts[:16]):
        assert (victim.predict([text])[0] == together[number]).all()
        (alone,) = victim.slopes([text], [1])
        assert (alone.gradients == slopes[number].gradients).all()


def test_gradients_are_what_finite_differences_say():
    shape = Shape("cnn", 9, 3, dimensions=6, hidden=5)
    vocabulary = WordVocabulary(["a", "great", "film", "dull", "plot", "b", "c", "d"])
    exact = TorchVictim.of_shape(build(shape).double(), shape, vocabulary)
    text, step = "A great film, dull", 1e-6
    (slope,) = exact.slopes([text], [2])
    assert [text[start:end] for start, end in slope.spans] == ["A", "great", "film", "dull"]
    for word, dimension in ((0, 0), (1, 3), (3, 5)):
        shares = []
        for sign in (1, -1):
            with torch.no_grad():
                exact._embedding.weight[word + 1, dimension] += sign * step
            shares.append(np.log(exact.predict([text])[0, 2]))
            with torch.no_grad():
                exact._embedding.weight[word + 1, dimension] -= sign * step
        measured = (shares[0] - shares[1]) / (2 * step)
        assert slope.gradients[word, dimension] == pytest.approx(measured, rel=1e-4, abs=1e-8)


def test_a_saved_network_answers_as_before(victim, tmp_path):
    victim.save(tmp_path / "net")
    again = TorchVictim.open(str(tmp_path / "net"))
    assert (again.predict(TEXTS) == victim.predict(TEXTS)).all()
    assert again.fingerprint == victim.fingerprint
    assert again.name == "net"
    assert (again.vocabulary.vectors == victim.vocabulary.vectors).all()


@pytest.mark.parametrize(
    ("file", "held", "said"),
    [
        ("config.json", None, "there is no config.json"),
        ("config.json", '{"architecture": "tree", "words": 9, "classes": 2}', "'tree' is none of bilstm, cnn"),
        ("config.json", "[", "cannot be read"),
        ("vocabulary.json", "{}", "cannot be read"),
        ("model.safetensors", "junk", "cannot be read"),
    ],
)
def test_a_folder_that_holds_no_network_is_said(tmp_path, file, held, said):
    shape = Shape("cnn", 3, 2)
    TorchVictim.of_shape(build(shape), shape, WordVocabulary(["a", "b"])).save(tmp_path)
    (tmp_path / file).unlink() if held is None else (tmp_path / file).write_text(held)
    with pytest.raises(VictimMissingError, match=said):
        TorchVictim.open(str(tmp_path))


def test_a_module_of_ones_own_needs_numbers_only_and_cannot_be_saved(tmp_path):
    class Letters(torch.nn.Module):
        def forward(self, numbers):
            mean = numbers.double().mean(dim=1)
            return torch.stack([mean, 3 - mean], dim=1)

    own = TorchVictim(Letters(), lambda text: Encoded([len(it) for it in text.split()], [(0, 0)]), 2)
    assert own.can == {Capability.SCORES}
    assert own.predict(["a b", "abc abcd abc"]).argmax(axis=1).tolist() == [1, 0]
    with pytest.raises(TypeError, match="can be saved"):
        own.save(tmp_path)


def test_a_vocabulary_holds_the_commonest_words_in_lower_case():
    made = WordVocabulary.of_texts(["A film, a Film", "a plot"], most=2)
    assert made.words == ("a", "film")
    assert made("A plot: Film") == ([1, 0, 2], ((0, 1), (2, 6), (8, 12)))
    assert made("...") == ([0], [(0, 0)])
    assert len(made) == 3


def test_a_chinese_vocabulary_holds_words_and_not_letters(tmp_path):
    made = WordVocabulary.of_texts(["酒店很好", "酒店不好"], "zh")
    assert "酒店" in made.words
    made.save(tmp_path / "v.json")
    assert WordVocabulary.load(tmp_path / "v.json")("酒店很好") == made("酒店很好")


def test_the_script_trains_and_says_how_well(tmp_path, capsys):
    file = tmp_path / "data.jsonl"
    rows = zip(TEXTS, LABELS, strict=True)
    file.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))
    script = Path(__file__).parents[3] / "scripts" / "train_victim.py"
    run_path(str(script))["main"](["--data", str(file), "--dev", str(file), "--out", str(tmp_path / "net")])
    said = capsys.readouterr().out
    assert "bilstm: 60 texts" in said
    assert "of 60 right" in said
    assert TorchVictim.open(str(tmp_path / "net")).predict([GOOD]).shape == (1, 2)
