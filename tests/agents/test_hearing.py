"""Agents hear what an utterance is about."""

import pytest

from agents.hearing import heard
from arena.core.hits import Language


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which fruit makes you think of monkeys?", ("fruit", "monkey")),
        ("I would say that it is so.", ()),
        ("", ()),
        ("We had ice cream and hot dogs.", ("ice cream", "hot dog")),
        ("MONKEYS, monkeys, monkey!", ("monkey",)),
        ("The dog's \uff42\uff4f\uff4e\uff45", ("dog", "bone")),
        ("Zzyzx frobnicates", ()),
    ],
)
def test_english_words_are_heard_in_their_base_form(text, words):
    assert heard(text, Language.ENGLISH) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\u63d0\u5230\u732b\uff0c\u4f60\u4f1a\u60f3\u5230\u4ec0\u4e48\uff1f", ("\u732b",)),
        ("\u732b\u5934\u9e70\u548c\u8001\u9f20", ("\u732b\u5934\u9e70", "\u8001\u9f20")),
        ("\u4f60\u5462\uff1f", ()),
        ("\u860b\u679c\u548c\u9903\u5b50", ("\u82f9\u679c", "\u997a\u5b50")),
    ],
)
def test_the_longest_chinese_words_are_heard_first(text, words):
    assert heard(text, Language.CHINESE) == words
