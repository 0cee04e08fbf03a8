"""Chinese characters by their sounds and their parts."""

from random import Random

import pytest

from attacks.transformations.glyphs import common_characters
from attacks.transformations.homophones import (
    as_pinyin,
    fingerprint,
    homophone,
    homophones,
    nearest_homophones,
    parts,
    readings,
    split,
)

BANK, ROOM, GOOD = "\u94f6\u884c", "\u623f\u95f4", "\u597d"


def test_a_character_is_read_as_its_word_has_it():
    assert readings(BANK) == ("yin2", "hang2")
    assert readings("\u884c") == ("xing2",)
    assert readings("a\u597dok") == ("", "hao3", "", "")


def test_homophones_are_common_characters_of_the_same_sound_the_commonest_first():
    order = {it: number for number, it in enumerate(common_characters())}
    toned, toneless = homophones(ROOM, 0), homophones(ROOM, 0, toned=False)
    assert set(toned) < set(toneless)
    assert "\u623f" not in toneless
    assert {readings(it)[0] for it in toned} == {"fang2"}
    assert {readings(it)[0][:-1] for it in toneless} == {"fang"}
    assert [order[it] for it in toneless] == sorted(order[it] for it in toneless)
    assert homophones("a", 0) == homophones("a", 0, toned=False) == ""


def test_where_no_other_has_the_tone_any_tone_will_do():
    assert homophones("\u4eec", 0) == ""
    assert {readings(it)[0][:-1] for it in nearest_homophones("\u4eec", 0)} == {"men"}
    assert nearest_homophones(ROOM, 0) == homophones(ROOM, 0)


@pytest.mark.parametrize("edit", [homophone, as_pinyin, split])
def test_a_word_without_ideographs_stays(edit):
    assert edit("film", Random(1)) == "film"


def test_one_character_is_replaced_by_a_homophone():
    made = {homophone(ROOM, Random(seed)) for seed in range(80)}
    assert all(sum(map(str.__ne__, it, ROOM)) == 1 for it in made)
    assert all([it[:-1] for it in readings(each)] == ["fang", "jian"] for each in made)
    assert len(made) > 4


def test_one_character_is_written_as_it_is_read():
    assert {as_pinyin(ROOM, Random(seed)) for seed in range(20)} == {"fang\u95f4", "\u623fjian"}
    assert as_pinyin("ok\u884c", Random(1)) == "okxing"


def test_one_character_is_taken_apart():
    assert split("\u5f88" + GOOD, Random(1)) in {"\u5f73\u826e" + GOOD, "\u5f88\u5973\u5b50"}
    assert split(GOOD, Random(1)) == "\u5973\u5b50"


def test_parts_are_two_and_not_the_character():
    assert len(parts()) > 400
    assert all(len(it) == 2 and made not in it and len(made) == 1 for made, it in parts().items())


def test_what_is_read_is_known_by_its_content():
    assert len(fingerprint()) == 16
