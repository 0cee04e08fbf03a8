"""Bad Characters: what people do not see."""

import re
from random import Random

import pytest
from attacks_characters import SEEN, driven, one
from attacks_doubles import Counting

from attacks.core.goals import Untargeted
from attacks.core.text import Text
from attacks.engine import Status
from attacks.opening import RefusedAttackError, recipe_named
from attacks.recipes import bad_characters
from attacks.recipes.bad_characters import BadCharacters, Kind


@pytest.mark.parametrize("kind", Kind)
def test_no_more_is_perturbed_than_allowed(kind):
    text = Text.of("a great film about great things")
    search = BadCharacters(kind, edits=2).begin(text, Untargeted(1), 0.2, Random(3))
    asked, _ = driven(search, lambda _: (0.3, False))
    shown = [it for question in asked for it in question]
    assert len(shown) == 32 * 11
    count = {
        Kind.INVISIBLE: lambda it: len(re.findall("[\u200b-\u200d]", it)),
        Kind.HOMOGLYPH: lambda it: sum(not each.isascii() for each in it),
        Kind.REORDER: lambda it: it.count("\u202e"),
        Kind.DELETE: lambda it: it.count("\b"),
    }[kind]
    assert max(count(it) for it in shown) == 2
    assert min(count(it) for it in shown) < 2


def test_brackets_and_marks_are_never_turned_round():
    for text in ("((()))", "e\u0301", "x"):
        row = one(bad_characters.reorder(), text, victim=Counting(1.0))
        assert (row.status, row.queries) == (Status.FAILED, 0)


def test_two_reorderings_do_not_share_a_character():
    search = BadCharacters(Kind.REORDER, edits=9).begin(Text.of("abcdef"), Untargeted(1), 0.2, Random(3))
    asked, _ = driven(search, lambda _: (0.3, False))
    assert {SEEN["bad-reorder"](text) for question in asked for text in question} == {"abcdef"}


@pytest.mark.parametrize("name", ["bad-invisible", "bad-reorder", "bad-delete"])
def test_chinese_texts_are_perturbed_and_look_as_they_were(name):
    attack = recipe_named(name, "zh")
    text = attack.read("\u623f\u95f4\u5f88\u597d\uff0c\u670d\u52a1\u4e0d\u9519\u3002")
    asked, _ = driven(attack.begin(text, Untargeted(1), 0.2, Random(3)), lambda _: (0.3, False))
    shown = {it for question in asked for it in question} - {text.written}
    assert len(shown) > 5
    assert {SEEN[name](it) for it in shown} == {text.written}


def test_a_chinese_text_is_read_in_words_and_what_stands_between_them():
    text = bad_characters.invisible(language="zh").read("\u623f\u95f4\u5f88 ok\uff0c!\u670d\u52a1\u3002")
    assert text.words == ("\u623f\u95f4", "\u5f88", "ok", "\uff0c!", "\u670d\u52a1", "\u3002")


def test_homoglyphs_are_refused_for_chinese():
    with pytest.raises(RefusedAttackError, match="'bad-homoglyph' is for en, not for 'zh'"):
        recipe_named("bad-homoglyph", "zh")
    with pytest.raises(ValueError, match="homoglyph characters are for en, not for 'zh'"):
        bad_characters.homoglyph(language="zh")
