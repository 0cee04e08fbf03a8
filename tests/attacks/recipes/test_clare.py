"""CLARE, BAE one word at a time and BERT-Attack with pieces, on tiny and on real masked language models."""

import os

import pytest

from attacks.engine import Engine, Example, Status

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("nltk")

from attacks_doubles import Counting  # noqa: E402
from attacks_models import masked, saved, word_pieces  # noqa: E402

from attacks.recipes.bae import BAE  # noqa: E402
from attacks.recipes.bert_attack import BertAttack  # noqa: E402
from attacks.recipes.clare import CLARE  # noqa: E402

DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs nltk's data and a masked model in TABOO_DATA")
TEXTS = ("this is a great film with a fine cast", "a good grand film", "great", "an unlikely fine movie")
EXAMPLES = [Example(number, text, 1) for number, text in enumerate(TEXTS)]


@pytest.fixture(autouse=True)
def resources(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_MASKED_LM", f"{DATA}/imdb-bert-mini")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    tokenizer = word_pieces()
    return saved(masked(tokenizer), tokenizer, tmp_path_factory.mktemp("tiny"))


def rows(attack, bias=0.1, **options):
    return {row.number: row for row in Engine(Counting(bias), attack, **options).run(EXAMPLES)}


def test_clare_replaces_inserts_and_merges_until_the_victim_trips(tiny):
    found = rows(CLARE(tiny, least=0.0))
    assert {row.status for row in found.values()} == {Status.SUCCEEDED}
    assert found[0].perturbed != TEXTS[0]


@pytest.mark.parametrize("made", [CLARE, BertAttack, BAE, lambda it: BAE(it, is_sequential=True)])
def test_the_width_changes_no_row(tiny, made):
    wide = rows(made(tiny))
    assert wide == rows(made(tiny), width=1, batch=2)
    assert not any(row.status is Status.ERROR for row in wide.values())


def test_a_veto_on_what_comes_out_is_heeded(tiny):
    found = rows(CLARE(tiny, least=0.0, allowed=lambda it: "great" in it.written))
    assert not any(row.perturbed and "great" not in row.perturbed for row in found.values())


def test_antonyms_do_not_come_in(tiny, tmp_path):
    file = tmp_path / "antonyms.txt"
    file.write_text("great awful\ngreat poor\nfine poor\nfine awful\n")
    plain, careful = BertAttack(tiny), BertAttack(tiny, antonyms=file)
    assert plain.reads != careful.reads
    for row in rows(careful).values():
        pairs = {(row.text[start:end], text) for (start, end), text in row.changes}
        assert not pairs & {("great", "awful"), ("great", "poor"), ("fine", "poor"), ("fine", "awful")}


@pytest.mark.parametrize("made", [CLARE, BertAttack, lambda: BAE(is_sequential=True)])
def test_a_real_masked_model_turns_sentences(made):
    found = rows(made(), bias=-0.1)
    assert [row.status for row in found.values()].count(Status.SUCCEEDED) >= 2
    assert not any(row.status is Status.ERROR for row in found.values())


def test_only_nouns_after_nouns_or_adjectives_are_merged():
    from attacks.core.text import Text
    from attacks.recipes.clare import _is_compound

    text = Text.of("the great film critic is in bed")
    merged = [text.words[place : place + 2] for place in range(len(text) - 1) if _is_compound(text, place)]
    assert merged == [("great", "film"), ("film", "critic")]
