"""Words are put into sentences as English wants them."""

import pytest

from agents.grammar import Kind, spoken, with_article
from arena.core.hits import Language


@pytest.mark.parametrize(
    ("word", "kind", "general", "one"),
    [
        ("banana", Kind.COUNT, "bananas", "a banana"),
        ("apple", Kind.COUNT, "apples", "an apple"),
        ("mouse", Kind.COUNT, "mice", "a mouse"),
        ("child", Kind.COUNT, "children", "a child"),
        ("hot dog", Kind.COUNT, "hot dogs", "a hot dog"),
        ("school bus", Kind.COUNT, "school buses", "a school bus"),
        ("lemon", Kind.COUNT, "lemons", "a lemon"),
        ("milk", Kind.MASS, "milk", "milk"),
        ("ice cream", Kind.MASS, "ice cream", "ice cream"),
        ("happiness", Kind.MASS, "happiness", "happiness"),
        ("scissors", Kind.PLURAL, "scissors", "scissors"),
        ("trumpets", Kind.PLURAL, "trumpets", "trumpets"),
        ("moon", Kind.UNIQUE, "the moon", "the moon"),
        ("christmas", Kind.NAME, "Christmas", "Christmas"),
        ("king kong", Kind.NAME, "King Kong", "King Kong"),
        ("yellow", Kind.QUALITY, "something yellow", "something yellow"),
        ("loyal", Kind.QUALITY, "something loyal", "something loyal"),
        ("stated", Kind.QUALITY, "something stated", "something stated"),
        ("swim", Kind.DEED, "swimming", "swimming"),
        ("erupt", Kind.DEED, "erupting", "erupting"),
        ("touchdown", Kind.COUNT, "touchdowns", "a touchdown"),
        ("quietly", Kind.OTHER, '"quietly"', '"quietly"'),
    ],
)
def test_a_word_is_spoken_by_its_kind(word, kind, general, one):
    made = spoken(word, Language.ENGLISH)
    assert (made.kind, f"{made}", f"{made:a}") == (kind, general, one)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("dog", "dogs are, they do, of them, remind"),
        ("milk", "milk is, it does, of it, reminds"),
        ("jeans", "jeans are, they do, of them, remind"),
        ("sun", "the sun is, it does, of it, reminds"),
        ("paris", "Paris is, it does, of it, reminds"),
    ],
)
def test_what_stands_around_a_word_agrees_with_it(word, sentence):
    template = "{x} {x:is}, {x:they} {x:do}, of {x:them}, remind{x:s}"
    assert template.format(x=spoken(word, Language.ENGLISH)) == sentence


@pytest.mark.parametrize(("word", "said"), [("banana", "banana"), ("paris", "Paris"), ("swim", "swim")])
def test_a_bare_word_keeps_its_capital_alone(word, said):
    assert f"{spoken(word, Language.ENGLISH):word}" == said


@pytest.mark.parametrize(
    ("word", "noun"),
    [
        ("hour", "an hour"),
        ("honor", "an honor"),
        ("unicorn", "a unicorn"),
        ("university", "a university"),
        ("umbrella", "an umbrella"),
        ("elephant", "an elephant"),
        ("house", "a house"),
        ("one way street", "a one way street"),
        ("hour hand", "an hour hand"),
    ],
)
def test_the_article_goes_by_the_sound(word, noun):
    assert with_article(word) == noun


def test_chinese_words_stay_as_they_are():
    made = spoken("\u82f9\u679c", Language.CHINESE)
    assert f"{made}{made:a}{made:word}" == "\u82f9\u679c" * 3
