"""What announces a guess and what does not: tables of announcements, and real conversation, which announces nothing."""

import gzip
import itertools
import json
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.llm.announcements import announced
from arena.core.hits import Language

EN, ZH = Language.ENGLISH, Language.CHINESE
HERE = Path(__file__).parent
TABLES = ("announcements.tsv", "announcements_fresh.tsv", "announcements_last.tsv")
DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="TABOO_DATA is not set")
RARITY = 25_000
"""Of so many sentences of real conversation or prose at most one may be taken for an announcement."""


def rows(table):
    for line in (HERE / table).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, guess, text = line.split("\t")
            yield Language(language), None if guess == "-" else guess, text.replace("\\n", "\n")


@pytest.mark.parametrize(("language", "guess", "text"), [row for table in TABLES for row in rows(table)])
def test_a_text_announces_what_the_table_says(language, guess, text):
    found = announced(text, language)
    assert (found and found.guess) == guess


def test_the_tables_are_large_and_have_no_text_twice():
    table = [row for name in TABLES for row in rows(name)]
    assert sum(guess is not None for _, guess, _ in table) >= 120
    assert sum(guess is None for _, guess, _ in table) >= 120
    assert len({(language, text) for language, _, text in table}) >= len(table) - 5


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("I know the word! It is apple.", ""),
        ("**Guess:** apple", ""),
        ('"I know the word! It is apple."', ""),
        ("Okay, so I know the word! It is apple.", ""),
        ("That sounds delicious. I know the word! It is apple.", "That sounds delicious."),
        ("I know the word! It is apple. What do you bake?", "What do you bake?"),
        ('I know the word! It is "apple." What do you bake?', "What do you bake?"),
        ("What do you bake?\n\nMy guess is apple, because of the pies.", "What do you bake?"),
        ("I love pies, and I think the word is apple.", "I love pies"),
        ("Based on all your pies, the word is apple.", ""),
        ("Sure, I like it. [GUESS: apple]", "Sure, I like it."),
        ("I know the word! Thanks for the game. The word is apple.", "Thanks for the game."),
        ('"That is fun. I know the word! It is apple."', "That is fun."),
    ],
)
def test_the_announcement_is_taken_out_of_the_text(text, rest):
    assert announced(text, EN).text == rest


def test_the_span_is_where_the_announcement_stood():
    text = "Nice. I know the word! It is apple. Bye."
    found = announced(text, EN)
    assert text[slice(*found.span)].strip() == "I know the word! It is apple."


def test_chinese_announces_nothing_in_an_english_match():
    assert announced("我知道了\uff01这个词是“苹果”", EN) is None


@pytest.mark.parametrize(
    "text", ["My guess is one two three four five", 'The word is "a b c d e f"', "The word is " + "x" * 100]
)
def test_more_than_four_words_or_sixty_letters_are_no_word(text):
    assert announced(text, EN) is None


WORDS = st.sampled_from(["apple", "river", "New York", "mother-in-law", "ice cream", "piano", "42", "x-ray"])
MARKS = st.sampled_from(
    ['"{}"', "'{}'", "\u201c{}\u201d", "**{}**", "*{}*", "`{}`", "{}", "\u00ab{}\u00bb", '**"{}"**', "_{}_"]
)
OPENINGS = st.sampled_from(
    [
        "I know the word! It is",
        "I know the word! It's",
        "The word is",
        "I think the word is",
        "My guess is",
        "Guess:",
        "The answer is",
        "Final answer:",
    ]
)


@given(WORDS, MARKS, OPENINGS, st.sampled_from([".", "!", "", ", because you said so.", " - I am sure!"]))
def test_every_phrase_takes_every_mark_and_ending(word, mark, opening, ending):
    found = announced(f"That is lovely. {opening} {mark.format(word)}{ending}", EN)
    assert found.guess == word
    assert found.text == "That is lovely."


PIECES = st.sampled_from(
    [
        "I know the word",
        "it is",
        "The word is",
        "my guess",
        ":",
        '"',
        "'",
        "**",
        "apple",
        ". ",
        "! ",
        "\n",
        "<guess>",
        "是",
        "这个词",
        " ",
        "(",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.sampled_from(Language))
@example("the word is", EN)
@example("\ud800I know the word! It is \udfff", EN)
def test_any_text_is_read_and_a_guess_is_a_word_of_it(text, language):
    found = announced(text, language)
    if found is not None:
        assert found.guess.strip()
        assert len(found.guess.split()) <= 4
        assert set(found.guess.replace(" ", "")) <= set(text)
        assert len(found.text) <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "I know the word! ",
        "the word is ",
        ", ",
        '"',
        "*",
        " ",
        "\n",
        "my guess is apple, ",
        "(",
        "i think ",
        "guess:\n",
        ". ",
    ],
)
def test_time_grows_with_the_length_and_no_faster(piece):
    def seconds(chars):
        text = piece * (chars // len(piece))
        began = time.process_time()
        announced(text, ZH)
        return time.process_time() - began

    assert seconds(1_000_000) < 1.0
    assert seconds(20_000) < 20 * max(seconds(5_000), 0.002)


def dialogues():
    for name in ("dev", "test", "data_positives"):
        for line in (Path(DATA) / "dailydialogpp" / f"{name}.json").read_text(encoding="utf-8").splitlines():
            for field in json.loads(line).values():
                for entry in field if isinstance(field, list) else []:
                    yield from entry if isinstance(entry, list) else [entry]


def reviews():
    for name in ("dev", "test", "train"):
        lines = (Path(DATA) / "sst2" / f"{name}.tsv").read_text(encoding="utf-8").split("\n")[1:]
        yield from (line.split("\t")[1] for line in lines if "\t" in line)


def films():
    with gzip.open(Path(DATA) / "imdb" / "test.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, 6_000):
            yield from re.split(r"(?<=[.!?])\s+", line)


def hotels():
    yield from (Path(DATA) / "chinese-sentiment" / "ChnSentiCorp_htl_all.csv").read_text(encoding="utf-8").splitlines()


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "language", "least"),
    [(dialogues, EN, 80_000), (dialogues, ZH, 80_000), (reviews, EN, 69_000), (films, EN, 60_000), (hotels, ZH, 7_000)],
)
def test_real_conversation_announces_next_to_nothing(texts, language, least):
    distinct = set(texts())
    assert len(distinct) >= least
    false = [text for text in sorted(distinct) if announced(text, language)]
    assert len(false) <= len(distinct) / RARITY, false
