"""What holds of every attack on characters, and how real victims fare."""

import os
import random
from pathlib import Path

import numpy as np
import pytest
from attacks_characters import ATTACKS, SEEN, one, rows
from attacks_doubles import Counting

from attacks.engine import Example, Status

DATA = os.environ.get("TABOO_DATA")


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_rows_depend_on_the_seed_and_not_on_what_runs_beside(make):
    lines = [row.to_line() for row in rows(make(), seed=5)]
    for width, batch in ((1, 1), (3, 2)):
        assert [row.to_line() for row in rows(make(), seed=5, width=width, batch=batch)] == lines
    assert [row.to_line() for row in rows(make(), seed=6)] != lines


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_no_text_breaks_an_attack_and_a_great_film_is_lost(make):
    ended = rows(make(), victim=Counting(-0.1), examples=[Example(0, "a great film", 1)])
    assert [row.status for row in ended] == [Status.SUCCEEDED]
    assert Status.ERROR not in {row.status for row in rows(make())}


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_a_budget_is_kept_to_the_query_and_its_end_is_no_error(make):
    row = one(make(), "a film that nobody could call great or grand", budget=3, victim=Counting(5.0))
    assert row.status is Status.FAILED
    assert row.queries <= 3


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_the_chance_of_the_whole_process_is_left_alone(make):
    before, numpy_before = random.getstate(), np.random.get_state()[1].tolist()
    rows(make())
    assert (random.getstate(), np.random.get_state()[1].tolist()) == (before, numpy_before)


@pytest.mark.parametrize("name", SEEN)
def test_what_people_see_stays(name):
    text = "A (great) film, great in parts: what a great, great day!"
    row = one(ATTACKS[name](), text)
    assert row.status is Status.SUCCEEDED
    assert row.perturbed != text
    assert SEEN[name](row.perturbed) == text


# A real victim


def sst2(name: str, limit: int) -> tuple[list[str], list[int]]:
    lines = (Path(str(DATA)) / "sst2" / name).read_text(encoding="utf-8").split("\n")[1:]
    pairs = [line.partition("\t") for line in lines if line]
    # Every n-th row: the first ones are no fair share of the whole.
    chosen = pairs[:: max(1, len(pairs) // limit)][:limit]
    return [text for _, _, text in chosen], [int(label) for label, _, _ in chosen]


@pytest.fixture(scope="module")
def regression():
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    texts, labels = sst2("train.tsv", 5000)
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(C=10, max_iter=300))
    return SklearnVictim(pipeline.fit(texts, labels))


LEAST = {
    "deepwordbug-replace-one": 0.79,
    "deepwordbug-head": 0.79,
    "deepwordbug-tail": 0.81,
    "deepwordbug-combined": 0.79,
    "textbugger": 0.83,
    "viper": 0.83,
    "viper-visual": 0.83,
    "bad-invisible": 0.79,
    "bad-homoglyph": 0.70,
    "bad-reorder": 0.81,
    "bad-delete": 0.79,
}
"""What was measured, less ten points."""


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs SST-2 in TABOO_DATA")
@pytest.mark.parametrize("name", LEAST)
def test_a_real_victim_is_misled_as_often_as_was_measured(name, regression):
    texts, labels = sst2("dev.tsv", 60)
    examples = [Example(*it) for it in zip(range(60), texts, labels, strict=True)]
    ended = rows(ATTACKS[name](), examples, regression, seed=1)
    attacked = [row for row in ended if row.status in (Status.SUCCEEDED, Status.FAILED)]
    successes = [row for row in attacked if row.status is Status.SUCCEEDED]
    queries, changed = np.mean([row.queries for row in attacked]), [len(row.changes) / row.words for row in successes]
    print(f"{name}: {len(successes)}/{len(attacked)}, {queries:.1f} queries, {np.mean(changed):.3f} changed")  # noqa: T201
    assert not [row.problem for row in ended if row.status is Status.ERROR]
    assert len(successes) / len(attacked) >= LEAST[name]


@pytest.mark.slow
@pytest.mark.skipif(DATA is None, reason="needs SST-2 and sst2-bert-mini in TABOO_DATA")
@pytest.mark.parametrize(("name", "is_misled"), [("viper", False), ("bad-invisible", False), ("bad-reorder", True)])
def test_a_tokenizer_that_drops_marks_and_controls_shields_its_model_from_them(name, is_misled):
    """A lower-casing BERT tokenizer strips accents and characters of no width; letters in another order stay so."""
    pytest.importorskip("torch")
    from attacks.victims.huggingface import HuggingFaceVictim

    texts, labels = sst2("dev.tsv", 4)
    examples = [Example(*it) for it in zip(range(4), texts, labels, strict=True)]
    victim = HuggingFaceVictim.open(str(Path(str(DATA)) / "sst2-bert-mini"))
    ended = {row.status for row in rows(ATTACKS[name](), examples, victim, seed=1, budget=70)}
    assert Status.ERROR not in ended
    assert (Status.SUCCEEDED in ended) is is_misled
