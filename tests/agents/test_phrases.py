"""There is enough to say, and every sentence is well formed."""

import re

import pytest

from agents.grammar import spoken
from agents.hearing import heard
from agents.phrases import drafts, fill, phrases
from arena.core.hits import Language

SLOT = re.compile(r"\{([xy])(?::(a|word|is|do|s|they|them))?\}")
ALL = [(language, act, line) for language in Language for act, lines in phrases(language).items() for line in lines]


@pytest.mark.parametrize(("language", "least"), [(Language.ENGLISH, 150), (Language.CHINESE, 120)])
def test_there_are_enough_sentences(language, least):
    assert sum(map(len, phrases(language).values())) >= least


def test_both_languages_know_the_same_acts():
    assert phrases(Language.ENGLISH).keys() == phrases(Language.CHINESE).keys()


@pytest.mark.parametrize("language", Language)
def test_no_sentence_stands_twice(language):
    lines = [line for _, _, line in ALL if _ is language]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize(("language", "act", "line"), ALL)
def test_a_sentence_has_only_known_gaps_and_an_end(language, act, line):
    rest = SLOT.sub("", line)
    assert "{" not in rest
    assert "}" not in rest
    assert line.endswith((".", "?", "!", "\u3002", "\uff1f", "\uff01"))


@pytest.mark.parametrize(("language", "act", "line"), [row for row in ALL if not row[1].startswith("babble")])
def test_the_words_of_a_sentence_tell_a_listener_nothing(language, act, line):
    assert heard(SLOT.sub("~", line), language) == ()


@pytest.mark.parametrize(("language", "word"), [(Language.ENGLISH, "banana"), (Language.CHINESE, "\u82f9\u679c")])
def test_the_word_in_a_gap_is_heard(language, word):
    gaps = {"x": spoken(word, language), "y": spoken(word, language)}
    for spoken_in, act, line in ALL:
        if spoken_in is language and SLOT.search(line) and not act.startswith("babble"):
            assert heard(fill(line, gaps), language) == (word,), line


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        ("{x}? Not {x}. {x:a} then.", "Bananas? Not bananas. A banana then."),
        ('"{x:word}" it is.', '"Banana" it is.'),
        ("I ate {x:a} and liked {x:them}.", "I ate a banana and liked them."),
    ],
)
def test_sentences_begin_with_a_capital(line, filled):
    assert fill(line, {"x": spoken("banana", Language.ENGLISH)}) == filled


def test_an_act_goes_through_all_its_sentences_before_it_repeats_one():
    count = len(phrases(Language.ENGLISH)["ask.topic"])
    first = [next(drafts("ask.topic", Language.ENGLISH, 7, turn, "banana")) for turn in range(1, count + 1)]
    assert len(set(first)) == count
    assert set(drafts("ask.topic", Language.ENGLISH, 7, 3, "banana")) == set(first)


def test_the_seed_says_where_an_act_begins():
    opening = {next(drafts("ask.topic", Language.ENGLISH, seed, 1, "banana")) for seed in range(40)}
    assert len(opening) > 4
