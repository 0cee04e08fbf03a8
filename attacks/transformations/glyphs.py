"""Characters that look alike, by the pictures that fonts make of them: facts that `scripts/build_glyphs.py` drew up.

Knows every ASCII letter, with neighbours in other alphabets, and the 3,500 commonest Chinese characters, with
neighbours among themselves. Source of the measure: Eger et al., 'Text Processing Like Humans Do', NAACL 2019, section
3, image-based character embeddings (24 x 24 pixels, cosine). No font is needed to read them.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

from attacks.fingerprints import of_bytes

NEAREST = 5
"""Among how many neighbours an edit draws: further ones are read as other characters."""
_FILE = "data/glyphs.tsv.gz"


class Alike(NamedTuple):
    """The neighbours of a character, the nearest first, and how near each is: the cosine of their pictures."""

    characters: str
    cosines: tuple[float, ...]


@cache
def glyphs() -> Mapping[str, Alike]:
    """The neighbours of each character; ASCII letters first, then Chinese characters, the commonest first."""
    table: dict[str, Alike] = {}
    for line in gzip.decompress(_content()).decode().splitlines():
        if line.startswith("#"):
            continue
        character, near, hundredths = line.split("\t")
        table[character] = Alike(near, tuple(int(it) / 100 for it in hundredths.split()))
    return table


@cache
def common_characters() -> tuple[str, ...]:
    """The Chinese characters of the table, the commonest first."""
    return tuple(it for it in glyphs() if not it.isascii())


def ideographs_alike(character: str, most: int = NEAREST) -> str:
    """The Chinese characters that look most like one, the nearest first; none for what is no common one."""
    return "" if character.isascii() or character not in glyphs() else glyphs()[character].characters[:most]


def ideograph_alike(word: str, chance: Random) -> str:
    """A word with one Chinese character replaced by one of those that look most like it."""
    places = [place for place, character in enumerate(word) if ideographs_alike(character)]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + chance.choice(ideographs_alike(word[place])) + word[place + 1 :]


@cache
def fingerprint() -> str:
    """16 hex digits over the table."""
    return of_bytes(_content())


def _content() -> bytes:
    return files("attacks.transformations").joinpath(_FILE).read_bytes()
