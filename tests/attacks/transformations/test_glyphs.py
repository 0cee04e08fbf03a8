"""The table of characters that look alike, and how it is drawn up."""

import importlib.util
import sys
from pathlib import Path
from random import Random
from string import ascii_letters

import numpy as np
import pytest

from attacks.transformations.glyphs import common_characters, fingerprint, glyphs, ideograph_alike, ideographs_alike

SCRIPT = Path(__file__).parents[3] / "scripts" / "build_glyphs.py"
LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def test_every_letter_and_3500_characters_have_neighbours():
    assert set(ascii_letters) <= set(glyphs())
    assert len(common_characters()) == 3500
    assert common_characters()[0] == "\u7684"
    for character, (near, cosines) in glyphs().items():
        assert 1 <= len(near) == len(cosines) <= 20
        assert list(cosines) == sorted(cosines, reverse=True)
        assert cosines[0] <= 1
        assert cosines[-1] >= 0.5
        assert character not in near
        assert len(set(near)) == len(near)
        assert not any(it.isascii() for it in near)


@pytest.mark.parametrize(
    ("character", "alike"),
    [
        ("a", "\u0430"),
        ("o", "\u03bf"),
        ("H", "\u041d"),
        ("\u571f", "\u58eb"),
        ("\u5df1", "\u5df2"),
        ("\u672a", "\u672b"),
    ],
)
def test_what_people_confuse_is_nearest(character, alike):
    assert alike in glyphs()[character].characters[:2]


def test_neighbours_of_a_chinese_character_are_common_chinese_characters():
    common = set(common_characters())
    assert all(set(glyphs()[it].characters) <= common for it in common)
    assert ideographs_alike("\u571f", 1) == "\u58eb"
    assert ideographs_alike("a") == ideographs_alike("\u2603") == ""


def test_one_character_of_a_word_is_replaced():
    made = {ideograph_alike("\u623f\u95f4", Random(seed)) for seed in range(60)}
    assert made == {it + "\u95f4" for it in ideographs_alike("\u623f")} | {
        "\u623f" + it for it in ideographs_alike("\u95f4")
    }
    assert ideograph_alike("film", Random(1)) == "film"


def test_the_table_is_known_by_its_content():
    assert len(fingerprint()) == 16


@pytest.fixture(scope="module")
def builder():
    pytest.importorskip("PIL")
    spec = importlib.util.spec_from_file_location("build_glyphs", SCRIPT)
    made = importlib.util.module_from_spec(spec)
    sys.modules["build_glyphs"] = made
    spec.loader.exec_module(made)
    yield made
    del sys.modules["build_glyphs"]


def neighbours(builder, wanted, among, font, blur=0.0):
    pictures = {it: builder.drawn(it, font, blur) for it in (*wanted, *among)}
    return [line.split("\t")[:2] for line in builder.neighbours(wanted, among, pictures, 3)]


@pytest.mark.skipif(not LATIN.is_file(), reason=f"needs the font {LATIN}")
def test_letters_drawn_again_are_as_near_as_the_table_says(builder):
    from PIL import ImageFont

    font = ImageFont.truetype(str(LATIN), round(2.6 * builder.SIDE))
    for letter in "aWq":
        near = glyphs()[letter]
        pictures = builder.unit(np.stack([builder.drawn(it, font) for it in (letter, *near.characters)]))
        assert np.abs(pictures[1:] @ pictures[0] - near.cosines).max() < 0.03
    assert neighbours(builder, ["a"], ["b", "\u0430", "\u044f"], font)[0][1][0] == "\u0430"
    assert not np.array_equal(builder.drawn("a", font), builder.drawn("b", font))


@pytest.mark.skipif(not CHINESE.is_file(), reason=f"needs the font {CHINESE}")
def test_characters_drawn_again_are_as_near_as_the_table_says(builder):
    from PIL import ImageFont

    font = ImageFont.truetype(str(CHINESE), round(3.6 * builder.SIDE), index=2)
    for character in "\u597d\u5feb":
        near = glyphs()[character]
        drawn = [builder.drawn(it, font, 0.5) for it in (character, *near.characters)]
        pictures = builder.unit(np.stack(drawn))
        assert np.abs(pictures[1:] @ pictures[0] - near.cosines).max() < 0.03
