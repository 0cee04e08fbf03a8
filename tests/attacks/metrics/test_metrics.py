"""Edit distance and changed words: against the plain table, and as laws that hold of any two texts."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attacks.metrics import Piece, aligned, distance, share, words_changed, words_of

few = st.text(alphabet="ab \u4e00\u200b\U0001f600", max_size=40)
texts = st.one_of(few, st.text(max_size=60))


def by_table(one, other) -> int:
    """The textbook's table, row by row."""
    row = list(range(len(other) + 1))
    for up, item in enumerate(one, start=1):
        last, row[0] = row[0], up
        for place, its in enumerate(other, start=1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (item != its))
    return row[-1]


@given(texts, texts)
@example("kitten", "sitting")
@example("", "abc")
def test_the_distance_is_that_of_the_textbook_table(one, other):
    assert distance(one, other) == by_table(one, other)


@given(st.lists(st.integers(0, 3), max_size=150), st.lists(st.integers(0, 3), max_size=150))
def test_the_distance_of_long_lists_is_that_of_the_table_too(one, other):
    assert distance(one, other) == by_table(one, other)


@given(texts, texts, texts)
def test_the_distance_is_a_metric(one, other, third):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)
    assert distance(one, third) <= distance(one, other) + distance(other, third)


@given(texts, texts)
def test_a_share_is_between_none_and_all(one, other):
    assert 0 <= share(one, other) <= 1
    assert (share(one, other) == 0) is (one == other)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("a fine film", "a poor film", 1),
        ("a fine film", "a really fine film", 1),
        ("a really fine film", "a fine film", 1),
        ("one two three four", "zero one two three four", 1),
        ("a fine film", "a  fine\tfilm", 0),
        ("don't", "do not", 2),
        ("fine", "fine!", 1),
        ("\u597d\u770b\u7684\u7535\u5f71", "\u597d\u770b\u7684\u5f71\u7247", 2),
        ("fine", "f\u200bine", 1),
        ("", "", 0),
        ("", "two words", 2),
    ],
)
def test_words_are_counted_by_alignment_and_not_by_position(one, other, count):
    assert words_changed(one, other) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's a fine, fine film.", ["It's", "a", "fine", ",", "fine", "film", "."]),
        ("BERT\u6a21\u578b2", ["BERT", "\u6a21", "\u578b", "2"]),
        (" \n\t", []),
    ],
)
def test_words_are_letters_in_a_row_ideographs_and_signs(text, words):
    assert words_of(text) == words


@given(texts)
def test_nothing_but_space_is_outside_the_words(text):
    assert "".join(words_of(text)) == "".join(char for char in text if not char.isspace())


@given(texts, texts)
def test_pieces_put_together_are_the_texts_again(one, other):
    pieces = aligned(one, other)
    assert "".join(piece.original for piece in pieces) == one
    assert "".join(piece.perturbed for piece in pieces) == other
    kinds = [piece.is_changed for piece in pieces]
    assert all(left is not right for left, right in pairwise(kinds))


def test_pieces_show_what_changed():
    assert aligned("a fine film .", "a really poor film .") == [
        Piece("a ", "a "),
        Piece("fine", "really poor"),
        Piece(" film .", " film ."),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (" ".join(f"w{n}" for n in range(10_000)), " ".join("new" if n % 7 == 0 else f"w{n}" for n in range(10_000))),
        (" ".join(f"w{n}" for n in range(10_000)), " ".join(f"w{n}" for n in range(10_000) if n % 5)),
        ("start " + "la le lu " * 4_000 + "end", "begin " + "la la lu " * 4_000 + "stop"),
        ("la " * 9_000, "le " * 8_000),
        (" ".join(f"a{n}" for n in range(9_000)), " ".join(f"b{n}" for n in range(9_000))),
    ],
)
def test_long_texts_are_aligned_in_no_time_and_are_still_the_texts(one, other):
    began = process_time()
    pieces = aligned(one, other)
    assert process_time() - began < 3
    assert "".join(piece.original for piece in pieces) == one
    assert "".join(piece.perturbed for piece in pieces) == other


def test_what_changed_in_a_long_text_is_found_where_it_is():
    words = [f"w{n}" for n in range(10_000)]
    other = [*words[:3_000], "new", *words[3_001:7_000], "put", "in", *words[7_000:]]
    changed = [piece for piece in aligned(" ".join(words), " ".join(other)) if piece.is_changed]
    assert changed == [Piece("w3000", "new"), Piece("", "put in ")] or changed[1].original == ""
    assert len(changed) == 2
