"""Folding, and where the folded letters stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.words.fold import fold
from arena.words.split import split


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Banana", "banana"),
        ("caf\u00e9", "cafe"),
        ("cafe\u0301", "cafe"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130stanbul", "istanbul"),
        ("\u0131s\u0131", "isi"),
        ("\u00c6sir, \u0141\u00f3d\u017a", "aesir, lodz"),
        ("ban\u200b\u00adana", "banana"),
        ("ban\x00ana\x7f", "banana"),
        ("\ufb01re", "fire"),
        ("\uff42\uff4f\uff58", "box"),
        ("\U0001d41b\U0001d428\U0001d431", "box"),
        ("\U0001f1e7\U0001f1f4\U0001f1fd", "box"),
        ("\u0299\u1d0f\u0445", "box"),
        ("box\u2122", "box\u2122"),
        ("\u201cit\u2019s\u201d", '"it\'s"'),
        ("a\u2013b\u2026", "a-b."),
        ("b\u043ex", "box"),
        ("\u0421\u041e\u0420", "cop"),
        (
            "\u043f\u0440\u043e\u0441\u0442\u043e \u0441\u043e\u0440",
            "\u043f\u0440\u043e\u0441\u0442\u043e \u0441\u043e\u0440",
        ),
        ("\u0399ce", "ice"),
        ("one\ntwo", "one\ntwo"),
        ("\ud800a", "\ud800a"),
        ("", ""),
    ],
)
def test_what_only_changes_the_looks_is_gone(written, folded):
    assert fold(written).text == folded


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ban**ana**", "banana**"),
        ("**ban**ana split", "**banana split"),
        ("ban****ana", "banana"),
        ("ban`ana`", "banana`"),
        ("~~ban~~ana", "~~banana"),
        ("||ban||ana", "||banana"),
        ("ban__ana__", "banana__"),
        ("__ban__ana", "__banana"),
        ("ban_ana_", "banana_"),
        ("<b>ban</b>ana", "<b>banana"),
        ("ban<i class='x'>an</i>a", "banana"),
        ("snake_case_name", "snake_case_name"),
        ("_private_name", "_private_name"),
        ("b*a*n*a*n*a", "b*a*n*a*n*a"),
        ("b_a_n", "b_a_n"),
        ("apple*pie", "apple*pie"),
        ("2*3*4", "2*3*4"),
        ("the banana`s skin", "the banana`s skin"),
        ("a<br>b", "a<br>b"),
        ("\u82f9**\u679c**", "\u82f9\u679c**"),
    ],
)
def test_markup_inside_a_word_joins_and_nothing_else_does(written, folded):
    assert fold(written).text == folded


def test_a_span_is_given_in_the_text_as_written():
    text = "x \uff42\u0430\u200bn**a**n\u00e1!"
    folded = fold(text)
    start = folded.text.index("banana")
    first, last = folded.span(start, start + 6)
    assert text[first:last] == "\uff42\u0430\u200bn**a**n\u00e1"


def test_an_accent_belongs_to_its_letter():
    text = "ban\u0301 a\u0301"
    folded = fold(text)
    assert [folded.span(word.start, word.end) for word in split(folded.text)] == [(0, 4), (5, 7)]


@given(st.text())
def test_offsets_lie_in_the_text_and_never_run_backwards(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("an apple-shaped box", ["an", "apple", "shaped", "box"]),
        ("children's can't don't", ["children", "can", "do"]),
        ("won't shan't ain't", ["won't", "shan't", "ain't"]),
        ("i'll o'clock y'all couldn't've", ["i", "o", "clock", "y", "all", "could"]),
        ("rock'n'roll", ["rock", "n", "roll"]),
        ("'tis the dogs' banana`s", ["tis", "the", "dogs", "banana"]),
        ("isn't it't", ["is", "it"]),
        ("snake_case mp3 2bananas", ["snake", "case", "mp", "3", "2", "bananas"]),
        ("cat\u72d7", ["cat", "\u72d7"]),
        ("", []),
    ],
)
def test_words_split_at_hyphens_and_clitics(text, words):
    assert [word.text for word in split(text)] == words
