"""Words with one character changed."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.core.text import Text
from attacks.recipes.deepwordbug import EDITS
from attacks.transformations import characters
from attacks.transformations.characters import drawn_candidates, edit_distance, homoglyphs, keys_beside

ALL_EDITS = (*EDITS, characters.keyboard, characters.homoglyph)


@pytest.mark.parametrize(
    ("edit", "distance", "longer"),
    [
        (characters.swap, 2, 0),
        (characters.delete, 1, -1),
        (characters.insert, 1, 1),
        (characters.substitute, 1, 0),
        (characters.keyboard, 1, 0),
        (characters.homoglyph, 1, 0),
    ],
)
def test_an_edit_changes_one_character(edit, distance, longer):
    for seed in range(50):
        made = edit("Watching", Random(seed))
        assert (edit_distance("Watching", made), len(made) - len("Watching")) == (distance, longer)
        assert made == edit("Watching", Random(seed))
    assert len({edit("Watching", Random(seed)) for seed in range(50)}) > 5


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (characters.swap, "x"),
        (characters.swap, "aaa"),
        (characters.delete, "x"),
        (characters.substitute, "2018"),
        (characters.substitute, "\u212a"),
        (characters.keyboard, "海上"),
        (characters.homoglyph, "bkt"),
    ],
)
def test_a_word_to_which_an_edit_can_do_nothing_stays(edit, word):
    assert edit(word, Random(1)) == word


@given(st.text(min_size=1, max_size=12), st.integers(0, 2**32), st.sampled_from(ALL_EDITS))
def test_an_edit_of_any_word_is_within_two_characters_of_it_and_never_empty(word, seed, edit):
    made = edit(word, Random(seed))
    assert made
    assert edit_distance(word, made) <= 2


@pytest.mark.parametrize("edit", [characters.insert, characters.substitute, characters.keyboard, characters.homoglyph])
def test_new_letters_are_in_the_case_of_the_word(edit):
    assert all(edit("SHOW", Random(seed)).isupper() for seed in range(50))
    assert all(edit("shape", Random(seed)).islower() for seed in range(50))


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("", "abc", 3), ("film", "film", 0), ("film", "flim", 2), ("kitten", "sitting", 3), ("ab", "b", 1)],
)
def test_edit_distance(one, other, distance):
    assert edit_distance(one, other) == distance == edit_distance(other, one)


def test_keys_lie_beside_each_other():
    beside = keys_beside()
    assert (beside["g"], beside["q"], beside["p"], beside["z"], beside["m"]) == ("bfhtvy", "aw", "lo", "asx", "jkn")
    assert len(beside) == 26
    assert all(key in beside[other] for key, others in beside.items() for other in others)


def test_homoglyphs_are_letters_of_another_alphabet_in_the_same_case():
    table = homoglyphs()
    assert "\u0430" in table["a"]
    assert "\u0391" in table["A"]
    assert len(table) == 35
    for letter, alike in table.items():
        assert not alike.isascii()
        assert alike.isupper() == letter.isupper()


def test_candidates_of_a_place_are_the_same_whenever_they_are_asked_for():
    text = Text.of("watching the great film about nothing")
    one, other = (drawn_candidates(EDITS, Random(7)) for _ in range(2))
    forth = [one(text, place) for place in range(len(text))]
    back = [other(text, place) for place in reversed(range(len(text)))]
    assert forth == back[::-1] == [one(text, place) for place in range(len(text))]
    assert forth != [drawn_candidates(EDITS, Random(8))(text, place) for place in range(len(text))]
    assert all(len(set(row)) == len(row) and word not in row for row, word in zip(forth, text.words, strict=True))


def test_equal_words_at_two_places_are_edited_apart():
    text = Text.of("watching watching")
    candidates = drawn_candidates(EDITS, Random(1))
    assert candidates(text, 0) != candidates(text, 1)
