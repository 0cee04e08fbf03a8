"""HotFlip against small networks trained here, and against real ones on SST-2."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from attacks.data.examples import read_examples
from attacks.engine import Engine, Example, Status
from attacks.recipes.hotflip import CHINESE_STOP_WORDS, HotFlip
from attacks.transformations.errors import DataMissingError

pytest.importorskip("torch")
pytest.importorskip("nltk")

from attacks.victims.huggingface import HuggingFaceVictim
from attacks.victims.training import train

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's data, SST-2 and sst2-bert-mini in TABOO_DATA")
GOOD, BAD = "A Great film with a fine cast", "an awful film with a poor cast"


@cache
def victim():
    return train([GOOD, BAD] * 30, [1, 0] * 30, passes=6)


@cache
def chinese():
    return train(["酒店很好 服务热情", "酒店很差 服务恶劣"] * 30, [1, 0] * 30, language="zh", passes=6)


def rows(victim, attack, texts, width=256):
    examples = [Example(number, text, label) for number, (text, label) in enumerate(texts)]
    return sorted(Engine(victim, attack, width=width).run(examples), key=lambda row: row.number)


@needs_data
def test_a_word_is_flipped_in_its_case_and_no_stop_word_is():
    (row,) = rows(victim(), HotFlip("-1", same_parts=False), [(GOOD, 1)])
    assert row.status is Status.SUCCEEDED
    for (start, end), text in row.changes:
        assert row.text[start:end].lower() not in {"a", "an", "with"}
        assert text[0].isupper() == row.text[start].isupper()


@needs_data
def test_a_cosine_that_no_word_has_flips_none():
    (row,) = rows(victim(), HotFlip("0.99"), [(GOOD, 1)])
    assert (row.status, row.queries, row.perturbed) == (Status.FAILED, 1, None)


@needs_data
def test_neighbours_of_a_file_are_flipped_where_the_victim_knows_them(tmp_path):
    file = tmp_path / "near.json"
    file.write_text(json.dumps({"great": ["awful", "unheard"], "fine": ["poor"]}))
    (row,) = rows(victim(), HotFlip(str(file)), [(GOOD, 1)])
    assert row.status is Status.SUCCEEDED
    assert {text for _, text in row.changes} <= {"Awful", "poor"}
    assert HotFlip(str(file)).reads != HotFlip().reads == ""


def test_chinese_words_are_flipped_and_function_words_stay():
    (row,) = rows(chinese(), HotFlip("-1", language="zh"), [("酒店很好 服务热情", 1)])
    assert row.status is Status.SUCCEEDED
    assert not {row.text[start:end] for (start, end), _ in row.changes} & CHINESE_STOP_WORDS


@needs_data
def test_what_is_neither_cosine_nor_file_is_said():
    with pytest.raises(DataMissingError, match="nearby"):
        HotFlip("nearby")
    with pytest.raises(ValueError, match="which 3 is not"):
        HotFlip("3")


@needs_data
def test_rows_against_a_transformer_are_the_same_at_any_width():
    texts = [(it.text, it.label) for it in read_examples(Path(f"{DATA}/sst2/dev.tsv"), 5)]
    bert = HuggingFaceVictim.open(f"{DATA}/sst2-bert-mini?device=cpu")
    attack = HotFlip("0.65", flips=2)
    together = rows(bert, attack, texts)
    assert together == rows(bert, attack, texts, width=1)
    assert Status.SUCCEEDED in {row.status for row in together}
