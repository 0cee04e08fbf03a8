"""Paraphrase: a tiny sequence-to-sequence model with random weights, and a real causal one."""

import os

import pytest

from attacks.core.text import Text
from attacks.engine import Engine, Example, Status

pytest.importorskip("torch")
pytest.importorskip("transformers")

from attacks_doubles import Counting
from attacks_models import rewriting, saved, whole_words

from attacks.metrics import in_common
from attacks.recipes.paraphrase import Paraphrase

DATA = os.environ.get("TABOO_DATA")
TEXTS = (" this is a great film\n", "a fine cast with a grand film", "great")
EXAMPLES = [Example(number, text, 1) for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    tokenizer = whole_words()
    return saved(rewriting(tokenizer), tokenizer, tmp_path_factory.mktemp("tiny"))


def rows(attack, **options):
    return {row.number: row for row in Engine(Counting(0.1), attack, **options).run(EXAMPLES)}


def test_a_paraphrase_that_turns_the_victim_is_found_and_the_space_around_it_stays(tiny):
    found = rows(Paraphrase(tiny, count=12))
    assert {row.status for row in found.values()} == {Status.SUCCEEDED}
    assert found[0].perturbed.startswith(" ")
    assert found[0].perturbed.endswith("\n")
    assert all(1 <= row.queries <= 12 for row in found.values())


def test_the_width_changes_no_row_and_the_seed_does(tiny):
    wide = rows(Paraphrase(tiny))
    assert wide == rows(Paraphrase(tiny), width=1, batch=3)
    assert wide != rows(Paraphrase(tiny), seed=1)


def test_what_is_too_unlike_its_original_is_not_shown(tiny):
    assert {row.status for row in rows(Paraphrase(tiny, least=1.0)).values()} == {Status.FAILED}


def test_of_those_that_succeed_the_nearest_is_taken(tiny):
    near = rows(Paraphrase(tiny, count=12))
    far = rows(Paraphrase(tiny, count=12, nearness=lambda it: -in_common(it)))
    assert near != far


def test_protected_words_stay(tiny):
    text = "this is a great film"
    (row,) = Engine(Counting(), Paraphrase(tiny, count=12)).run([Example(0, text, 1, protected=((8, 15),))])
    assert " a great" in row.perturbed
    assert row.perturbed != text


def test_an_empty_stretch_is_no_place(tiny):
    assert len(Paraphrase(tiny).read("  ")) == 0
    assert Paraphrase(tiny).read(" a b ") == Text(" a b ", ((1, 4),))


@pytest.mark.skipif(DATA is None, reason="needs a causal language model in TABOO_DATA")
def test_real_weights_are_drawn_from():
    found = rows(Paraphrase(f"{DATA}/tinystories-656k", count=3, prompt="{text}\n"))
    assert not any(row.status is Status.ERROR for row in found.values())
    assert all(row.perturbed for row in found.values())
