"""Resample: stretches drawn anew, by masked and by causal models, tiny and real."""

import os

import pytest

from attacks.engine import Engine, Example, Status

pytest.importorskip("torch")
pytest.importorskip("transformers")

from attacks_doubles import Counting
from attacks_models import causal, masked, saved, whole_words, word_pieces

from attacks.recipes.resample import Resample
from attacks.transformations.errors import DataMissingError
from attacks.transformations.masked_reader import MaskedLMError

DATA = os.environ.get("TABOO_DATA")
TEXTS = ("this is a great film with a fine cast", "a fine film with a grand cast", "great")
EXAMPLES = [Example(number, text, 1) for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module", params=["masked", "causal"])
def tiny(request, tmp_path_factory):
    tokenizer = word_pieces() if request.param == "masked" else whole_words()
    model = masked(tokenizer) if request.param == "masked" else causal(tokenizer)
    return saved(model, tokenizer, tmp_path_factory.mktemp(request.param))


def rows(attack, victim=None, **options):
    return {row.number: row for row in Engine(victim or Counting(0.1), attack, **options).run(EXAMPLES)}


def test_ever_longer_stretches_are_drawn_until_the_victim_trips(tiny):
    found = rows(Resample(tiny))
    assert [found[number].status for number in (0, 1)] == [Status.SUCCEEDED] * 2
    assert not any(row.status is Status.ERROR for row in found.values())


def test_no_longer_stretch_is_drawn_than_asked(tiny):
    found = rows(Resample(tiny, reaches=(1, 2), count=5), Counting(50.0))
    for row in found.values():
        assert row.status is Status.FAILED
        assert row.queries <= 10
        assert len(row.changes) <= 2


def test_the_width_changes_no_row_and_the_seed_does(tiny):
    wide = rows(Resample(tiny, count=6))
    assert wide == rows(Resample(tiny, count=6), width=1, batch=3)
    assert wide != rows(Resample(tiny, count=6), seed=1)


def test_a_model_that_is_none_and_one_that_is_not_named_are_refused(tmp_path, monkeypatch):
    with pytest.raises(MaskedLMError):
        Resample(str(tmp_path))
    monkeypatch.delenv("TABOO_MASKED_LM", raising=False)
    with pytest.raises(DataMissingError, match="TABOO_MASKED_LM"):
        Resample()


@pytest.mark.skipif(DATA is None, reason="needs a masked language model in TABOO_DATA")
def test_a_real_masked_model_draws_words_that_fit(monkeypatch):
    monkeypatch.setenv("TABOO_MASKED_LM", f"{DATA}/imdb-bert-mini")
    found = rows(Resample(count=8), Counting(-0.1))
    assert {row.status for row in found.values()} == {Status.SUCCEEDED}
