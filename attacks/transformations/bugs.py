"""The bugs of TextBugger: edits that leave a word legible, its first and last letters where they were.

Source: Li et al., 'TextBugger: Generating Adversarial Text Against Real-world Applications', NDSS 2019, section III.B.
Each returns the word itself where it can do nothing to it. The substitution of whole words is no edit: it needs a file.
"""

from collections.abc import Mapping
from random import Random

from attacks.transformations.characters import Edit, keyboard, swap
from attacks.transformations.glyphs import ideograph_alike
from attacks.transformations.homophones import as_pinyin, homophone, split

LONGEST_TO_PART = 5
"""A space goes into words of at most so many letters: a longer one may fall into two legible words."""
SHORTEST_TO_SWAP = 5
LOOK_ALIKE: Mapping[str, str] = {
    "a": "@", "b": "8", "e": "3", "g": "9", "i": "1", "l": "1", "o": "0", "q": "9", "s": "5", "t": "7", "z": "2",
}  # fmt: skip
"""Digits and signs that are read as letters."""


def insert_space(word: str, chance: Random) -> str:
    """A short word with a space somewhere in it."""
    if not 2 <= len(word) <= LONGEST_TO_PART:
        return word
    place = chance.randrange(1, len(word))
    return f"{word[:place]} {word[place:]}"


def delete_inside(word: str, chance: Random) -> str:
    """One letter less, neither the first nor the last."""
    if len(word) < 3:
        return word
    place = chance.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]


def swap_inside(word: str, chance: Random) -> str:
    """Two different neighbours in each other's place, neither being the first or the last letter."""
    return word if len(word) < SHORTEST_TO_SWAP else word[0] + swap(word[1:-1], chance) + word[-1]


def substitute_alike(word: str, chance: Random) -> str:
    """One letter replaced by a digit or sign that looks like it; where none does, by a key beside it."""
    places = [place for place, letter in enumerate(word) if letter.lower() in LOOK_ALIKE]
    if not places:
        return keyboard(word, chance)
    place = chance.choice(places)
    return word[:place] + LOOK_ALIKE[word[place].lower()] + word[place + 1 :]


ENGLISH: tuple[Edit, ...] = (insert_space, delete_inside, swap_inside, substitute_alike)
CHINESE: tuple[Edit, ...] = (insert_space, swap, homophone, ideograph_alike, as_pinyin, split)
"""A Chinese word loses no character: with two or three there is no inside."""
