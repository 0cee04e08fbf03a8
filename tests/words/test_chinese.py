"""Chinese beyond the table: guesses, targets of several runs, mixed scripts, long texts."""

from time import process_time

import pytest

from arena.core.hits import Evasion, Hit, HitRule, Language, Policy
from arena.words import guessed, said
from arena.words.segment import is_part, segment

WATCH = Policy(language=Language.CHINESE)


def test_a_hit_is_given_in_the_text_as_written():
    text = "\u6211\u5403**\u860b**\u679c\u3002"
    assert said(text, "\u82f9\u679c", WATCH) == (Hit(4, 8, "\u82f9\u679c", HitRule.EXACT, True),)


@pytest.mark.parametrize(
    ("guess", "target", "is_right"),
    [
        ("\u860b\u679c", "\u82f9\u679c", True),
        ("\u300c\u82f9\u679c\u300d\u3002", "\u860b\u679c", True),
        ("\u82f9 \u679c", "\u82f9\u679c", False),
        ("\u82f9\u679c\u6c41", "\u82f9\u679c", False),
        ("\u751f\u65e5\u86cb\u7cd5", "\u751f\u65e5 \u86cb\u7cd5", True),
        ("", "\u82f9\u679c", False),
    ],
)
def test_a_guess_is_the_target_and_nothing_else(guess, target, is_right):
    assert guessed(guess, target, WATCH) is is_right


@pytest.mark.parametrize(
    ("text", "target", "is_said"),
    [
        ("\u751f\u65e5\u86cb\u7cd5\u771f\u597d\u5403", "\u751f\u65e5 \u86cb\u7cd5", True),
        ("\u5bb6\u91cc\u6ca1\u6709wifi\u4e86", "WiFi", True),
        ("hawifix", "wifi", False),
        ("\u6211\u4eec\u53bbKTV", "ktv", True),
        ("\u767d\u5929\u9e45", "\u767d", False),
        ("\u4e00\u672c\u4e66", "\u4e66", True),
    ],
)
def test_runs_of_letters_are_words_of_their_own(text, target, is_said):
    assert bool(said(text, target, WATCH)) is is_said


def test_a_reversal_that_is_a_word_is_no_evasion():
    strict = Policy(evasion=Evasion.STRICT, language=Language.CHINESE)
    assert said("\u871c\u8702", "\u8702\u871c", strict) == ()
    assert [hit.rule for hit in said("\u679c\u82f9", "\u82f9\u679c", strict)] == [HitRule.REVERSED]
    assert said("\u6c34\u679c\u82f9\u679c", "\u82f9\u679c", WATCH)[0].rule is HitRule.EXACT


def test_a_run_is_parted_into_its_likeliest_words():
    assert segment("\u4ea7\u54c1\u548c\u670d\u52a1") == (0, 2, 3, 5)
    assert segment("\u8fd9\u672c\u4e66") == (0, 1, 2, 3)
    assert not is_part("\u4ece\u9a6c\u4e0a\u6454\u4e0b", 1, 3)


def test_a_long_text_takes_seconds():
    start = process_time()
    assert said("\u82f9\u679c\uff0c" * 20_000, "\u82f9\u679c", WATCH)
    said("\u82f9" * 300_000, "\u82f9\u679c", WATCH)
    assert process_time() - start < 20
