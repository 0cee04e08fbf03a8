"""VIPER with neighbours by pictures."""

from collections import Counter
from random import Random

import pytest
from attacks_characters import one
from attacks_doubles import Counting

from attacks.core.goals import Untargeted
from attacks.core.text import Text
from attacks.engine import Status
from attacks.opening import RefusedAttackError, recipe_named
from attacks.recipes.viper import ProbabilityError
from attacks.recipes.viper_visual import VisualViper, alike
from attacks.transformations.glyphs import glyphs

GOOD_ROOM = "\u623f\u95f4\u5f88\u597d\uff0c\u670d\u52a1\u4e5f\u597d\u3002"


def test_every_change_is_to_a_neighbour_of_the_character():
    text = "A great film, great in parts: 10 out of 10!"
    row = one(VisualViper(0.8), text)
    assert row.status is Status.SUCCEEDED
    assert len(row.perturbed) == len(text)
    for before, after in zip(text, row.perturbed, strict=True):
        assert before == after or after in glyphs()[before].characters


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chinese_characters_change_into_chinese_characters(language):
    attack = VisualViper(1.0, language=language)
    (drawn,) = next(attack.begin(attack.read(GOOD_ROOM), Untargeted(1), 0.2, Random(1)))
    changed = [(before, after) for before, after in zip(GOOD_ROOM, drawn.written, strict=True) if before != after]
    assert len(changed) == 8
    assert all(after in glyphs()[before].characters for before, after in changed)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.9])
def test_characters_change_at_the_rate(probability):
    (drawn,) = next(VisualViper(probability, tries=1).begin(Text.of("a b " * 2000), Untargeted(1), 0.2, Random(2)))
    assert abs(len(drawn.changes) / 4000 - probability) < 0.03


def test_neighbours_are_drawn_by_their_likeness():
    chance = Random(1)
    drawn = Counter(alike("W", chance) for _ in range(20000))
    table = glyphs()["W"]
    assert set(drawn) == set(table.characters)
    for other, cosine in zip(table.characters, table.cosines, strict=True):
        assert drawn[other] / 20000 == pytest.approx(cosine / sum(table.cosines), abs=0.01)
    assert alike("7", chance) == "7"


def test_no_more_is_shown_than_the_tries():
    row = one(VisualViper(tries=7), "an everlasting sentence", victim=Counting(9.0))
    assert (row.status, row.queries) == (Status.FAILED, 7)


def test_a_probability_comes_from_the_command_line_and_is_checked():
    assert recipe_named("viper-visual:0.5", "zh").name == "viper-visual"
    with pytest.raises(ProbabilityError, match="'much'"):
        VisualViper("much")
    with pytest.raises(RefusedAttackError, match="'viper' is for en, not for 'zh'"):
        recipe_named("viper", "zh")


def test_the_table_is_part_of_what_a_run_is_known_by():
    assert len(VisualViper().reads) == 16
