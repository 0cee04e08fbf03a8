"""VIPER with marks on letters."""

import unicodedata
from random import Random

import numpy as np
import pytest
from attacks_characters import one
from attacks_doubles import Counting

from attacks.core.goals import Untargeted
from attacks.core.text import Text
from attacks.engine import Status
from attacks.recipes.viper import ProbabilityError, Viper, marked_letters


def test_viper_needs_a_label_only():
    class LabelsOnly(Counting):
        can = frozenset()

        def predict(self, texts):
            return np.eye(2)[super().predict(texts).argmax(axis=1)]

    assert one(Viper(), "a great film", LabelsOnly(-0.1)).status is Status.SUCCEEDED


def test_every_letter_has_marked_ones_which_are_that_letter_without_the_mark():
    table = marked_letters()
    assert len(table) == 52
    for letter, marked_ones in table.items():
        assert len(set(marked_ones)) == len(marked_ones)
        for made in marked_ones:
            assert unicodedata.normalize("NFD", made)[0] == letter
            assert unicodedata.combining(unicodedata.normalize("NFD", made)[1]) in (220, 230)
    assert "\u1ea1" in table["a"]
    assert table["q"] == ("q\u0307", "q\u0323")


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.9])
def test_viper_marks_letters_at_its_rate(probability):
    search = Viper(probability, tries=1).begin(Text.of("a b " * 2000), Untargeted(1), 0.2, Random(2))
    (drawn,) = next(search)
    assert abs(len(drawn.changes) / 4000 - probability) < 0.03


def test_viper_shows_no_more_than_its_tries():
    row = one(Viper(tries=7), "an everlasting sentence", victim=Counting(9.0))
    assert (row.status, row.queries) == (Status.FAILED, 7)


@pytest.mark.parametrize("given", ["often", "1.2", -0.1])
def test_what_is_no_probability_is_refused(given):
    with pytest.raises(ProbabilityError, match=f"'{given}' is no probability of changing a letter"):
        Viper(given)


def test_a_probability_may_come_as_text():
    drawn = [next(Viper(it).begin(Text.of("a great film"), Untargeted(1), 0.2, Random(2))) for it in (0.4, "0.4")]
    assert drawn[0] == drawn[1]
