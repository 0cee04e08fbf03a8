"""Slopes of texts, and where words stand in a text that was changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.core.perturbation import Perturbation
from attacks.core.slopes import Slope, Vocabulary
from attacks.core.text import Text

FILM = Text.of("A great film, of a  great cast.")


def test_a_slope_tells_what_each_word_would_gain_at_a_place():
    words = Vocabulary(("up", "down"), np.array([[1.0, 0.0], [-1.0, 2.0]]))
    slope = Slope(np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([[0.5, 0.5], [1.0, 1.0]]), words)
    assert slope.gains(0).tolist() == [0.5, -1.5]
    assert slope.gains(1).tolist() == [0, 0]
    assert words.numbers == {"up": 0, "down": 1}


@given(st.dictionaries(st.integers(0, 6), st.sampled_from(["", "x", "two words", "great"]), max_size=7))
def test_what_stands_at_a_place_is_where_its_span_says(changes):
    made = Perturbation(FILM)
    for place, text in changes.items():
        made = made.with_word(place, text)
    assert [made.written[start:end] for start, end in made.spans] == [made.word(it) for it in range(len(FILM))]
    ends = [edge for span in made.spans for edge in span]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("protected", "words"),
    [
        ((), ["A", "great", "film", "of", "a", "great", "cast"]),
        (((0, 12),), ["of", "a", "great", "cast"]),
        (((13, 31), (2, 7)), ["A", "film"]),
        (((0, 31),), []),
        (((5, 5),), ["A", "gre", "at", "film", "of", "a", "great", "cast"]),
    ],
)
def test_no_word_of_a_protected_span_can_change(protected, words):
    text = Text.around(FILM.written, protected, Text.of)
    assert list(text.words) == words
    assert text.written == FILM.written


@pytest.mark.parametrize("protected", [((0, 5), (3, 7)), ((-1, 3),), ((30, 40),), ((7, 3),)])
def test_what_stands_outside_the_text_cannot_be_protected(protected):
    with pytest.raises(ValueError, match="cannot be protected"):
        Text.around(FILM.written, protected, Text.of)
