"""The genetic attack on victims."""

import json
import os
from pathlib import Path

import pytest
from attacks_doubles import INSTEAD, Counting

from attacks.data.examples import read_examples
from attacks.engine import Engine, Example, Status
from attacks.recipes.genetic import Genetic

pytest.importorskip("nltk")
DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's stop words, SST-2 and neighbours in TABOO_DATA")
pytestmark = needs_data
FILM = "the great film and its fine cast are in all a great and fine thing"
EXAMPLES = [Example(number, FILM, 1) for number in range(6)]


@pytest.fixture(autouse=True)
def nltk_data(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@pytest.fixture
def source(tmp_path):
    near = tmp_path / "near.json"
    near.write_text(json.dumps({**INSTEAD, "and": ["poor"]}))
    return f"counterfitted:{near}"


def attacked(source, width=6, bias=-3.0, **options):
    rows = Engine(Counting(bias), Genetic(source, **options), seed=3, width=width).run(EXAMPLES)
    return sorted(rows, key=lambda row: row.number)


def test_no_more_than_a_share_of_the_words_is_replaced_and_no_stop_word(source):
    for row in attacked(source, share=0.3, bias=9.0, population=12, generations=6):
        assert row.status is Status.FAILED
        assert 1 <= len(row.changes) <= 0.3 * row.words
        assert not {row.text[start:end] for (start, end), _ in row.changes} & {"the", "and", "its"}


def test_a_text_that_can_fall_falls(source):
    assert {row.status for row in attacked(source, share=0.3)} == {Status.SUCCEEDED}


def test_the_width_changes_no_row(source):
    assert [row.to_line() for row in attacked(source)] == [row.to_line() for row in attacked(source, width=1)]


def test_a_constraint_of_the_user_is_kept(source):
    rows = attacked(source, constraint=lambda it: all(text != "fair" for _, text in it.changes))
    assert all(row.perturbed is None or "fair" not in row.perturbed for row in rows)


def test_what_it_reads_changes_with_the_file(source, tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert Genetic(source).reads != Genetic(f"counterfitted:{other}").reads


@pytest.mark.slow
def test_real_sentences_fall(monkeypatch, sst2_regression):
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
    examples = read_examples(Path(f"{DATA}/sst2/dev.tsv"), 25)
    rows = list(Engine(sst2_regression, Genetic(), seed=1).run(examples))
    tried = [row for row in rows if row.status in (Status.SUCCEEDED, Status.FAILED)]
    fallen = [row for row in tried if row.status is Status.SUCCEEDED]
    assert len(rows) == 25
    assert not [row for row in rows if row.status is Status.ERROR]
    assert len(fallen) >= 0.3 * len(tried)
    assert all(len(row.changes) <= max(1, 0.2 * row.words) for row in tried)


@pytest.fixture(scope="module")
def sst2_regression():
    """TF-IDF and logistic regression, fitted on 3,000 rows of SST-2."""
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    rows = read_examples(Path(f"{DATA}/sst2/train.tsv"), 3000)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    return SklearnVictim(pipeline.fit([row.text for row in rows], [row.label for row in rows]))
