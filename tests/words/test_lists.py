import json
import os
import re
from pathlib import Path
from random import Random

import pytest

from arena.core.errors import UnknownNameError
from arena.core.hits import Language
from arena.words.graph import graph
from arena.words.lists import Level, WordList, WordListError, deal, describe, level_of, list_names, load_list, sample

TABOO_DATA = os.environ.get("TABOO_DATA")
NAMES = ("en-easy", "en-medium", "en-hard", "en", "zh-easy", "zh-medium", "zh-hard", "zh")


def test_the_lists_have_names():
    assert list_names() == NAMES


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("en", 2500), ("en-easy", 600), ("en-medium", 600), ("en-hard", 600), ("zh", 520), ("zh-easy", 120)],
)
def test_a_list_is_long_enough(name, at_least):
    assert len(load_list(name).words) >= at_least


@pytest.mark.parametrize("language", list(Language))
def test_the_levels_share_no_word_and_make_up_the_whole(language):
    levels = [load_list(f"{language}-{level}") for level in Level]
    words = [word for level in levels for word in level.words]
    assert len(set(words)) == len(words)
    assert sorted(words) == sorted(load_list(language).words)
    assert [level.level for level in levels] == list(Level)


@pytest.mark.parametrize("language", list(Language))
def test_every_target_has_four_edges_in_the_graph(language):
    net = graph(language)
    assert [word for word in load_list(language).words if len(net.edges(word)) < 4] == []


def test_english_targets_are_single_words_and_no_forms_of_each_other():
    from lemminflect import getAllInflections

    words = load_list("en").words
    assert [word for word in words if not re.fullmatch("[a-z]{3,}", word)] == []
    forms = {
        form
        for word in words
        for tag, inflected in getAllInflections(word, upos="NOUN").items()
        for form in inflected
        if tag == "NNS" and form != word
    }
    assert sorted(forms & set(words)) == []


@pytest.mark.parametrize(
    "word", ["penis", "rape", "heroin", "corpse", "gun", "slave", "jesus", "vomit", "berlin", "retarded", "suicide"]
)
def test_no_list_has_an_offensive_word_or_a_proper_name(word):
    assert word not in load_list("en").words


def test_chinese_targets_are_written_in_chinese():
    assert [word for word in load_list("zh").words if not all("\u4e00" <= sign <= "\u9fff" for sign in word)] == []


@pytest.mark.parametrize(
    ("word", "language", "level"),
    [("dog", Language.ENGLISH, Level.EASY), ("dog", Language.CHINESE, None), ("qwerty", Language.ENGLISH, None)],
)
def test_a_word_has_the_level_of_its_list(word, language, level):
    assert level_of(word, language) is level


def test_the_fingerprint_follows_the_words_alone():
    one = WordList("a", Language.ENGLISH, None, ("cat", "dog"))
    assert one.fingerprint == WordList("b", Language.ENGLISH, Level.EASY, ("cat", "dog")).fingerprint
    assert one.fingerprint != WordList("a", Language.ENGLISH, None, ("dog", "cat")).fingerprint
    assert one.fingerprint != WordList("a", Language.CHINESE, None, ("cat", "dog")).fingerprint


def test_the_same_seed_deals_the_same_words():
    words = load_list("en-easy")
    assert [deal(words.words, Random(7)) for _ in range(3)] == [deal(words.words, Random(7))] * 3
    assert sample(words, 20, Random(7)) == sample(words, 20, Random(7))
    assert len({deal(words.words, Random(seed)) for seed in range(20)}) > 10


def test_a_sample_repeats_no_word():
    words = load_list("zh-easy")
    assert sorted(sample(words, len(words.words), Random(1))) == sorted(words.words)
    assert sample(words, 0, Random(1)) == ()


@pytest.mark.parametrize("count", [-1, 3])
def test_more_words_than_there_are_cannot_be_drawn(count):
    with pytest.raises(ValueError, match=f"cannot draw {count} words from the 2 of list mine"):
        sample(WordList("mine", Language.ENGLISH, None, ("cat", "dog")), count, Random(1))


def test_from_no_words_none_is_dealt():
    with pytest.raises(ValueError, match="no word to deal"):
        deal((), Random(1))


def test_a_row_describes_a_word():
    known, unknown = describe(WordList("mine", Language.ENGLISH, None, ("banana", "qwerty")), associations=2)
    assert (known.word, known.level, known.brings_to_mind) == ("banana", Level.EASY, ("monkey", "yellow"))
    assert 3.5 < known.zipf < 4.5
    assert (unknown.level, unknown.zipf, unknown.brings_to_mind) == (None, 0, ())


def test_a_file_has_one_word_a_line(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("\ufeff# pets\ncat\n\n  hot   dog  \nCat\nice cream\n", encoding="utf-8")
    assert load_list(str(path)) == WordList(str(path), Language.ENGLISH, None, ("cat", "hot dog", "ice cream"))


def test_a_file_in_chinese_makes_a_chinese_list(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("\u82f9\u679c\n\u9999\u8549\nWi-Fi\n", encoding="utf-8")
    assert load_list(str(path)).language is Language.CHINESE


@pytest.mark.parametrize(
    "cards",
    [
        ["cat", "dog"],
        [{"word": "cat", "taboo": ["mouse"]}, {"word": "dog", "taboo": []}],
        {"pets": {"cat": ["mouse"], "dog": ["bone"]}},
        {"small": ["cat"], "large": "dog"},
    ],
)
def test_cards_come_in_several_forms(tmp_path, cards):
    path = tmp_path / "cards.json"
    path.write_text(json.dumps(cards), encoding="utf-8")
    assert load_list(str(path)).words == ("cat", "dog")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"cat\n???\n", "a.txt, line 2: '???' has no letters, so nobody could say it"),
        ("a.txt", b"cat\nd\xffg\n", "a.txt, line 2: byte 5 (0xff) is not UTF-8; save the file as UTF-8"),
        ("a.txt", b"# nothing\n\n", "a.txt: holds no word"),
        ("a.json", b"[]", "a.json: holds no word"),
        ("a.json", b'["cat",\n', "a.json, line 2: is not JSON: Expecting value"),
        ("a.json", b'["cat", 7]', "a.json, card 2: 7 is neither a word nor a card with a word"),
        ("a.json", b'[{"taboo": []}]', "a.json, card 1: None is neither a word nor a card with a word"),
        ("a.json", b"12", "a.json, card 1: 12 is neither a word nor a card with a word"),
        ("a.json", b'["", "cat"]', "a.json, card 1: '' has no letters, so nobody could say it"),
        ("a.json", b"[" * 100_000, "a.json: is nested too deeply for a list of cards"),
        ("a.txt", b"cat\n" + b"a" * 101, "a.txt, line 2: 'aaaaaaaaaaaaaaaaaaaa'... is longer than 100 characters"),
        ("a.txt", b"a\n" * (9 << 20), "a.txt: is larger than 16 MiB: a word list is shorter"),
    ],
)
def test_a_broken_file_is_refused_by_place(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WordListError) as caught:
        load_list(str(path))
    assert str(caught.value) == f"word list {tmp_path}/{message}"


@pytest.mark.parametrize(
    ("name", "problem"), [("missing.txt", "cannot be read: No such file"), ("", "cannot be read: Is a directory")]
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, problem):
    with pytest.raises(WordListError, match=problem):
        load_list(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("en-esy", "did you mean en-easy"), ("zh-hrad", "did you mean zh-hard"), ("qqq", "known: en-easy, en-medium")],
)
def test_an_unknown_list_suggests_near_names(name, hint):
    with pytest.raises(UnknownNameError, match=hint):
        load_list(name)


@pytest.mark.skipif(TABOO_DATA is None, reason="TABOO_DATA names no folder with Taboo cards")
def test_published_cards_can_be_played_but_for_the_one_without_letters(tmp_path):
    published = Path(TABOO_DATA or "") / "taboo-textarena" / "words.json"
    with pytest.raises(WordListError, match="card 818: '1984' has no letters"):
        load_list(str(published))
    cards = json.loads(published.read_text(encoding="utf-8"))
    spoken = [word for group in cards.values() for word in group if word != "1984"]
    path = tmp_path / "cards.json"
    path.write_text(json.dumps(spoken), encoding="utf-8")
    words = load_list(str(path)).words
    assert len(words) > 1300
    assert "Alpaca" in words
