"""Chinese characters that are read the same, and characters written as they are read or as their parts.

Readings are pypinyin's: those of a word's characters as they are read in that word, and of a replacement as it is
read by itself. Only the common characters of `glyphs` replace any.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from random import Random
from typing import Any

from attacks.fingerprints import of_bytes
from attacks.transformations.errors import DataMissingError
from attacks.transformations.glyphs import common_characters

COMMONEST = 5
"""Among how many homophones an edit draws."""
_FILE = "data/splits.tsv"


def require_pinyin() -> None:
    """Make sure that readings can be had. Raises DataMissingError."""
    try:
        import pypinyin  # noqa: F401 - whether it is there is the question
    except ImportError:
        raise DataMissingError("pypinyin", "the installed packages", "pip install 'taboo-arena[attacks]'") from None


@lru_cache(maxsize=65536)
def readings(word: str) -> tuple[str, ...]:
    """How each character of a word is read in it, the tone behind, such as ('hao3',); empty where it is no ideograph.

    The tone of an unstressed syllable is 5.
    """
    from pypinyin import Style, lazy_pinyin

    # What pypinyin cannot read it hands over in runs; a mark for each keeps the places in line. Its types do not know.
    read: Any = lazy_pinyin
    return tuple(read(word, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda run: [""] * len(run)))


def homophones(word: str, place: int, *, toned: bool = True) -> str:
    """The common characters that are read like one of a word, the commonest first; `toned`: with its tone."""
    reading = readings(word)[place]
    alike = _read_as(toned).get(reading if toned else reading[:-1], "")
    return alike.replace(word[place], "")


def nearest_homophones(word: str, place: int) -> str:
    """Those with the tone of the character, and where there is none those of any tone."""
    return homophones(word, place) or homophones(word, place, toned=False)


def homophone(word: str, chance: Random) -> str:
    """A word with one character replaced by a common one of its sound."""
    places = [place for place in range(len(word)) if nearest_homophones(word, place)]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + chance.choice(nearest_homophones(word, place)[:COMMONEST]) + word[place + 1 :]


def as_pinyin(word: str, chance: Random) -> str:
    """A word with one character written as it is read, in Latin letters without its tone."""
    places = [place for place, reading in enumerate(readings(word)) if reading]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + readings(word)[place][:-1] + word[place + 1 :]


def split(word: str, chance: Random) -> str:
    """A word with one character taken apart, its two parts side by side."""
    places = [place for place, character in enumerate(word) if character in parts()]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + parts()[word[place]] + word[place + 1 :]


@cache
def parts() -> Mapping[str, str]:
    """Characters that are two others side by side, with the two."""
    lines = _content().decode().splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))


@cache
def fingerprint() -> str:
    """16 hex digits over the readings' version and the table of parts."""
    return of_bytes(version("pypinyin").encode() + _content())


@cache
def _read_as(toned: bool) -> Mapping[str, str]:
    """For each reading the common characters that have it."""
    table: dict[str, str] = {}
    for character in common_characters():
        reading = readings(character)[0]
        key = reading if toned else reading[:-1]
        table[key] = table.get(key, "") + character
    return table


def _content() -> bytes:
    return files("attacks.transformations").joinpath(_FILE).read_bytes()
