"""Perturbed copies of texts, with the labels of the originals."""

import csv
import json
import os
from random import Random

import pytest
import typer
from attacks_doubles import Counting, Swapping
from typer.testing import CliRunner

from arena.core.errors import TabooError, UnknownNameError
from attacks.data.examples import read_examples
from attacks.training.augmenting import EDITS, Copy, adversarial_copies, augment, transformation_named
from attacks.training.commands import augment as command

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's data in TABOO_DATA")
TEXTS, LABELS = ["a great film with a fine cast", "7 , 7", "an awful plot"], [1, 0, 0]
app = typer.Typer()
app.command()(command)


def invoke(*words):
    return CliRunner().invoke(app, [str(it) for it in words], catch_exceptions=False)


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_copies_differ_from_the_original_and_from_each_other_and_keep_its_label(edit):
    copies = augment(TEXTS, LABELS, edit, per_example=3, share=0.3, seed=1)
    assert len(set(copies)) == len(copies)
    for it in copies:
        assert it.label == LABELS[it.of]
        assert it.text != TEXTS[it.of]
        if it.of != 1:
            assert sum(one != other for one, other in zip(it.text.split(), TEXTS[it.of].split(), strict=True)) <= 2


def test_the_same_seed_makes_the_same_copies_whatever_other_texts_there_are():
    every = augment(TEXTS, LABELS, "swap", seed=1)
    assert augment(TEXTS[:1], LABELS[:1], "swap", seed=1) == [it for it in every if it.of == 0]
    assert augment(TEXTS, LABELS, "swap", seed=2) != every


def test_a_transformation_may_be_anything_that_offers_words():
    copies = augment(["a great film"], [1], lambda chance: lambda text, place: ("movie",) if place == 2 else ())
    assert copies == [Copy(0, "a great movie", 1)]


def test_copies_that_cannot_be_made_are_refused():
    with pytest.raises(ValueError, match="0 copies"):
        augment(TEXTS, LABELS, "swap", per_example=0)
    with pytest.raises(UnknownNameError, match=r"known: .*wordnet"):
        transformation_named("nonsense")


@needs_data
def test_synonyms_and_words_of_a_masked_model_come_from_data(monkeypatch):
    pytest.importorskip("nltk")
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
    for name in ("wordnet", "counterfitted"):
        assert any(it.of == 2 for it in augment(TEXTS, LABELS, name))
    pytest.importorskip("transformers")
    offered = transformation_named(f"masked-lm:{DATA}/imdb-bert-mini")
    assert augment(["this is a great film"], [1], offered, per_example=2, share=0.2)
    assert offered(Random(1)) is offered(Random(2))


def test_with_a_victim_copies_are_what_fools_it():
    texts, labels = ["a great film", "great great great", "a poor film"], [1, 1, 0]
    copies = adversarial_copies(texts, labels, Swapping(), Counting(bias=-0.1), per_example=2)
    assert copies == [Copy(0, "a fair film", 1), Copy(1, "fair fair fair", 1)]


@pytest.mark.parametrize("kind", ["tsv", "csv", "jsonl"])
def test_the_command_writes_copies_that_can_be_read_as_examples(kind, tmp_path):
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": f'{it}, \t"x"\n', "label": 1}) + "\n" for it in TEXTS))
    out = tmp_path / f"more.{kind}"
    told = invoke("--data", source, "--transform", "swap", "--per-example", 2, "--originals", "--out", out)
    assert told.exit_code == 0
    examples = read_examples(out)
    assert f"{len(examples)} texts from 3 of 3" in told.output
    assert [it.text.split()[-1] for it in examples] == ['"x"'] * len(examples)
    if kind == "csv":
        with out.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["of"] for row in rows] == sorted(row["of"] for row in rows)
        assert rows[0]["text"] == f'{TEXTS[0]}, \t"x"\n'


def test_the_command_takes_an_attack_with_a_victim(tmp_path):
    joblib = pytest.importorskip("joblib")
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    made = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["great fun", "dull plot"], [1, 0])
    joblib.dump(made, tmp_path / "model.joblib")
    (tmp_path / "texts.tsv").write_text("text\tlabel\ngreat fun\t1\n")
    out = tmp_path / "out.tsv"
    words = ("--data", tmp_path / "texts.tsv", "--recipe", "viper", "--out", out)
    assert invoke(*words, "--victim", f"sklearn:{tmp_path / 'model.joblib'}", "--per-example", 2).exit_code == 0
    assert all(it.label == 1 for it in read_examples(out))
    with pytest.raises(TabooError, match="--recipe viper needs --victim"):
        invoke(*words)


def test_no_file_is_written_over(tmp_path):
    texts = tmp_path / "texts.tsv"
    texts.write_text("text\tlabel\na film\t1\n")
    with pytest.raises(TabooError, match=r"texts\.tsv is there already; choose another --out"):
        invoke("--data", texts, "--transform", "swap", "--out", texts)
    assert texts.read_text() == "text\tlabel\na film\t1\n"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ((), "either --transform or --recipe"),
        (("--transform", "swap", "--recipe", "pwws"), "and not both"),
        (("--transform", "swap", "--share", "0"), "no share"),
        (("--transform", "swap", "--out", "x.txt"), "name the file so"),
        (("--transform", "swap", "--out", "/nowhere/x.tsv"), "choose another --out"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(more, problem, tmp_path):
    (tmp_path / "texts.tsv").write_text("text\tlabel\na film\t1\n")
    with pytest.raises(TabooError, match=problem):
        invoke("--data", tmp_path / "texts.tsv", "--out", tmp_path / "out.tsv", *more)
