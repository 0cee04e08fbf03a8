"""Adversarial training: victims that learn what fooled them, on real sentences, in figures that can be recounted."""

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from arena.core.errors import TabooError
from attacks.core.errors import AttackError
from attacks.data.examples import read_examples
from attacks.engine import Example
from attacks.evaluation.finished import Finished
from attacks.evaluation.reporting import summarise
from attacks.opening import victim_named
from attacks.recipes.deepwordbug import DeepWordBug
from attacks.training.adversarial import NothingToLearnError, Plan, train
from attacks.training.commands import train as command
from attacks.training.students import (
    HuggingFaceStudent,
    Lesson,
    NoStudentError,
    Schedule,
    SklearnStudent,
    TorchStudent,
    student_named,
)
from attacks.victims.huggingface import HuggingFaceVictim
from attacks.victims.sklearn import SklearnVictim

joblib = pytest.importorskip("joblib")
pytest.importorskip("sklearn")

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2 in TABOO_DATA")
app = typer.Typer()
app.command()(command)


def fitted(texts, labels, model=None):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(), model or LogisticRegression(max_iter=1000)).fit(texts, labels)


@pytest.fixture(scope="module")
def known():
    return read_examples(Path(f"{DATA}/sst2/train.tsv"), 1500)


@pytest.fixture(scope="module")
def dev():
    return read_examples(Path(f"{DATA}/sst2/dev.tsv"), 120)


@pytest.fixture(scope="module")
def victim(known):
    return SklearnVictim(fitted([it.text for it in known], [it.label for it in known]))


@needs_data
def test_what_fooled_a_model_fools_it_less_and_its_accuracy_holds(victim, known, dev):
    student = SklearnStudent(victim)
    done = train(student, DeepWordBug(), known, dev, Plan(rounds=2, share=0.5, seed=1))
    assert done.accuracy_change.value > -0.05
    assert done.still_fooled < done.fooled_before / 2
    assert [it.attacked for it in done.rounds] == [750, 750]
    assert sum(it.added for it in done.rounds) == len(done.lessons)
    assert done.rounds[-1].lessons == 1500 + len(done.lessons)
    assert summarise(done.rows_before) == done.before
    assert student.victim.fingerprint != victim.fingerprint


@needs_data
def test_the_same_plan_teaches_the_same_whatever_the_width_and_draws_no_chance_of_the_process(victim, known, dev):
    before = random.getstate(), np.random.get_state()[1].tobytes()
    told = []
    one, other = (
        train(
            SklearnStudent(victim), DeepWordBug(), known[:60], dev[:20], Plan(2, 0.5, 3, budget=60, width=width), watch
        )
        for width, watch in ((256, lambda *it: told.append(it)), (1, lambda *it: None))
    )
    assert one.lessons == other.lessons
    assert one.rows_after == other.rows_after
    assert ("round 2: training texts", 30, 30) in told
    assert ("round 1: learning", 1, 1) in told
    assert (random.getstate(), np.random.get_state()[1].tobytes()) == before


def test_a_step_that_draws_is_given_a_seed():
    from sklearn.linear_model import SGDClassifier

    texts = ["a great film", "fine fun", "dull film", "awful plot"]
    student = SklearnStudent(SklearnVictim(fitted(texts, ["pos", "pos", "neg", "neg"], SGDClassifier(random_state=0))))
    student.victim.pipeline.set_params(sgdclassifier__random_state=None)
    before = np.random.get_state()[1].tobytes()
    student.learn([Lesson(text, number) for text, number in zip(texts, (1, 1, 0, 0), strict=True)], random.Random(1))
    assert np.random.get_state()[1].tobytes() == before
    assert isinstance(student.victim.pipeline.get_params()["sgdclassifier__random_state"], int)
    assert student.victim.labels == {0: "neg", 1: "pos"}


def small_bert():
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "great", "film", "dull", "fine", "awful")
    made = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", model_max_length=16
    )
    shape = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(1)
        return transformers.BertForSequenceClassification(shape), tokenizer


def test_a_transformer_learns_draws_no_chance_of_the_process_and_is_saved_as_a_victim(tmp_path):
    import torch

    model, tokenizer = small_bert()
    student = HuggingFaceStudent(model, tokenizer, "small", Schedule(epochs=30, batch=2, rate=0.01))
    lessons = [Lesson("a great film", 1), Lesson("a dull film", 0), Lesson("a fine film", 1), Lesson("awful", 0)]
    before, first, steps = torch.get_rng_state(), student.victim.fingerprint, []
    student.learn(lessons, random.Random(1), lambda done, of: steps.append((done, of)))
    assert torch.equal(torch.get_rng_state(), before)
    assert steps[-1] == (60, 60)
    assert student.victim.predict([it.text for it in lessons]).argmax(axis=1).tolist() == [1, 0, 1, 0]
    assert student.victim.fingerprint != first
    name = student.save(tmp_path)
    assert name == f"hf:{tmp_path / 'model'}"
    saved = student_named(name)
    assert isinstance(saved.victim, HuggingFaceVictim)
    assert np.allclose(saved.victim.predict(["a film"]), student.victim.predict(["a film"]), atol=1e-6)


def test_a_small_network_learns_and_is_saved_as_a_victim(tmp_path):
    torch = pytest.importorskip("torch")
    from attacks.victims.torch_module import TorchVictim
    from attacks.victims.training import train as trained

    texts, labels = ["a great film", "a dull film", "fine", "awful"], [1, 0, 1, 0]
    trained(5 * texts, 5 * [1 - it for it in labels]).save(tmp_path / "first")
    student = student_named(f"torch:{tmp_path / 'first'}", Schedule(epochs=40, batch=2, rate=0.01))
    before, first = torch.get_rng_state(), student.victim.fingerprint
    student.learn([Lesson(*it) for it in zip(texts, labels, strict=True)], random.Random(1))
    assert torch.equal(torch.get_rng_state(), before)
    assert student.victim.predict(texts).argmax(axis=1).tolist() == labels
    assert student.victim.fingerprint != first
    saved = victim_named(student.save(tmp_path))
    assert saved.fingerprint == student.victim.fingerprint
    linear = torch.nn.EmbeddingBag(3, 2)
    with pytest.raises(NoStudentError):
        TorchStudent(TorchVictim(linear, lambda text: None, 2), Schedule())


@pytest.mark.parametrize("name", ["http:x", "sklearn:", "nonsense"])
def test_a_victim_that_cannot_learn_is_named(name):
    with pytest.raises(NoStudentError, match=r"cannot be trained here; name one as sklearn:FILE"):
        student_named(name)


@needs_data
def test_nothing_to_learn_from_is_named(victim):
    student, example = SklearnStudent(victim), Example(0, "a film", 1)
    for known, dev, what in (
        ([Example(0, "a film", 7), Example(1, " ", 1)], [example], "training"),
        ([example], [], "dev"),
    ):
        with pytest.raises(NothingToLearnError, match=f"there are no {what} texts"):
            train(student, DeepWordBug(), known, dev, Plan())
    for rounds, share in ((0, 0.5), (1, 0.0), (1, 1.5)):
        with pytest.raises(ValueError, match="at least 1, and above 0 up to 1"):
            Plan(rounds, share)


@needs_data
def test_the_command_saves_a_victim_and_attacks_that_can_be_compared(victim, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    joblib.dump(victim.pipeline, tmp_path / "model.joblib")
    words = ["--victim", f"sklearn:{tmp_path / 'model.joblib'}", "--data", f"{DATA}/sst2/train.tsv", "--limit", "60"]
    words += ["--dev", f"{DATA}/sst2/dev.tsv", "--dev-limit", "20", "--recipe", "deepwordbug", "--share", "0.5"]
    out = tmp_path / "out"
    shown = CliRunner().invoke(app, [*words, "--out", str(out)], catch_exceptions=False)
    assert shown.exit_code == 0
    assert "accuracy under attack" in shown.output
    report = json.loads((out / "training.json").read_text())
    assert report["trained"] == f"sklearn:{out / 'model.joblib'}"
    before, after = Finished.read(out / "before"), Finished.read(out / "after")
    assert (before.examples, after.examples) == (20, 20)
    assert before.summary.succeeded == report["before"]["succeeded"]
    assert victim_named(report["trained"]).fingerprint == victim_named(after.victim).fingerprint
    assert len(read_examples(out / "lessons.jsonl")) == report["rounds"][0]["added"]
    with pytest.raises(TabooError, match="holds a training already"):
        CliRunner().invoke(app, [*words, "--out", str(out)], catch_exceptions=False)
    again = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "other"), "--json"], catch_exceptions=False)
    assert json.loads(again.stdout)["before"] == report["before"]


def test_a_command_that_cannot_be_done_says_why(tmp_path):
    words = ["--victim", "sklearn:none", "--data", "none.tsv", "--dev", "none.tsv", "--out", str(tmp_path / "out")]
    for more, problem in (([], "there is no such file"), (["--share", "2"], "no share")):
        with pytest.raises((TabooError, AttackError), match=problem):
            CliRunner().invoke(app, [*words, *more], catch_exceptions=False)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine").touch()
    for out, problem in (("kept", "holds other files"), ("kept/mine/x", "is no folder")):
        with pytest.raises(TabooError, match=problem):
            CliRunner().invoke(app, [*words[:-1], str(tmp_path / out)], catch_exceptions=False)
