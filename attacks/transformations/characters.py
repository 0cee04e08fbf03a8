"""Words with a character changed: pure functions of a word and a chance.

Each returns the word itself where it can do nothing to it (a word of one letter has no neighbours to swap).
`drawn_candidates` makes candidates for places of several of them. English letters; others are kept as they are.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from random import Random
from string import ascii_letters, ascii_lowercase
from typing import TypeAlias

from attacks.core.candidates import Candidates
from attacks.core.text import Text

Edit: TypeAlias = Callable[[str, Random], str]
"""A word with one character changed."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALPHABETS = ("CYRILLIC ", "GREEK CAPITAL ")
"""How the names of letters begin that count as homoglyphs: small Greek letters are told apart in most typefaces."""


def swap(word: str, chance: Random) -> str:
    """Two different neighbours in each other's place."""
    places = [place for place in range(len(word) - 1) if word[place] != word[place + 1]]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def delete(word: str, chance: Random) -> str:
    """One character less; the last one stays."""
    if len(word) < 2:
        return word
    place = chance.randrange(len(word))
    return word[:place] + word[place + 1 :]


def insert(word: str, chance: Random) -> str:
    """One letter more, before any character or at the end, in the case of the character that it stands by."""
    place = chance.randrange(len(word) + 1)
    return word[:place] + _in_case_of(word[max(0, place - 1) : place] or word[:1], _letter(chance)) + word[place:]


def substitute(word: str, chance: Random) -> str:
    """One ASCII letter replaced by any other, in its case."""
    return _with_one(word, {letter: ascii_lowercase.replace(letter, "") for letter in ascii_lowercase}, chance)


def keyboard(word: str, chance: Random) -> str:
    """One ASCII letter replaced by one next to it on an English keyboard, in its case."""
    return _with_one(word, keys_beside(), chance)


def homoglyph(word: str, chance: Random) -> str:
    """One ASCII letter replaced by a letter of another alphabet that looks like it."""
    places = [place for place, letter in enumerate(word) if letter in homoglyphs()]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + chance.choice(homoglyphs()[word[place]]) + word[place + 1 :]


def drawn_candidates(edits: Sequence[Edit], chance: Random) -> Candidates:
    """One candidate of each edit for a place, drawn once: a place has the same ones whenever it is asked about."""
    root = chance.getrandbits(64)

    def candidates(text: Text, place: int) -> Sequence[str]:
        word, chance_here = text.words[place], Random(f"{root}:{place}")
        return tuple(dict.fromkeys(made for edit in edits if (made := edit(word, chance_here)) != word))

    return candidates


@lru_cache(maxsize=65536)
def edit_distance(one: str, other: str) -> int:
    """How many characters are inserted, deleted or substituted between two words (Levenshtein); a swap is two."""
    before = list(range(len(other) + 1))
    for row, mine in enumerate(one, start=1):
        now = [row]
        for column, its in enumerate(other, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (mine != its)))
        before = now
    return before[-1]


@cache
def keys_beside() -> Mapping[str, str]:
    """For each small letter those that touch its key, alphabetically, on the usual English keyboard (QWERTY)."""
    keys = {key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    # Each row of keys stands half a key further right than the one above it.
    steps = ((0, -1), (0, 1), (1, -1), (1, 0), (-1, 0), (-1, 1))
    at = {where: key for key, where in keys.items()}
    return {
        key: "".join(
            sorted(at[row + down, column + right] for down, right in steps if (row + down, column + right) in at)
        )
        for key, (row, column) in sorted(keys.items())
    }


@cache
def homoglyphs() -> Mapping[str, str]:
    """For each ASCII letter that has some, the Cyrillic and Greek letters of its case that are confusable with it.

    Source: the table of confusable characters of Unicode (technical standard 39), through `confusable_homoglyphs`.
    """
    from confusable_homoglyphs.confusables import confusables_data

    table: dict[str, str] = {}
    for letter in ascii_letters:
        listed = {each["c"] for each in confusables_data.get(letter, ())}
        alike = "".join(sorted(it for it in listed if _is_alike(it, letter)))
        if alike:
            table[letter] = alike
    return table


def _is_alike(found: str, letter: str) -> bool:
    return (
        len(found) == 1
        and unicodedata.category(found) == unicodedata.category(letter)
        and unicodedata.name(found, "").startswith(_ALPHABETS)
    )


def _with_one(word: str, instead: Mapping[str, str], chance: Random) -> str:
    """The word with one of its ASCII letters replaced by one of those that may stand instead, in its case."""
    places = [place for place, letter in enumerate(word) if letter.lower() in instead and letter.isascii()]
    if not places:
        return word
    place = chance.choice(places)
    letter = _in_case_of(word[place], chance.choice(instead[word[place].lower()]))
    return word[:place] + letter + word[place + 1 :]


def _letter(chance: Random) -> str:
    return chance.choice(ascii_lowercase)


def _in_case_of(character: str, letter: str) -> str:
    return letter.upper() if character.isupper() else letter
