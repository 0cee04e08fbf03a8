"""Letters of other alphabets, and drawn letters, that are read as Latin ones.

Three kinds. *Drawn* letters (small capitals, negative circles, regional indicators) are Latin whatever stands around
them. *Twins* look the same as a Latin letter: a word of them is read as Latin unless the text is really in their
alphabet. *Cousins* only resemble one: they are read as Latin in a word that also holds a Latin letter.
"""

import unicodedata
from functools import cache

_SMALL_CAPITALS = {
    "\u1d00": "a", "\u0299": "b", "\u1d04": "c", "\u1d05": "d", "\u1d07": "e", "\ua730": "f", "\u0262": "g",
    "\u029c": "h", "\u026a": "i", "\u1d0a": "j", "\u1d0b": "k", "\u029f": "l", "\u1d0d": "m", "\u0274": "n",
    "\u1d0f": "o", "\u1d18": "p", "\ua7af": "q", "\u01eb": "q", "\u0280": "r", "\ua731": "s", "\u1d1b": "t",
    "\u1d1c": "u", "\u1d20": "v", "\u1d21": "w", "\u028f": "y", "\u1d22": "z",
}  # fmt: skip
_STRUCK_LETTERS = {
    "\u0131": "i", "\u0237": "j", "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0127": "h", "\u0167": "t",
    "\u00e6": "ae", "\u0153": "oe", "\u0180": "b", "\u0268": "i", "\u0275": "o", "\u0289": "u", "\u01b6": "z",
    "\u0253": "b", "\u0257": "d", "\u0260": "g", "\u0272": "n", "\u212e": "e",
}  # fmt: skip
_COUSINS = {
    "\u0432": "b", "\u0433": "r", "\u0438": "u", "\u043a": "k", "\u043c": "m", "\u043d": "h", "\u043f": "n",
    "\u0442": "t", "\u044c": "b", "\u044f": "r", "\u03b2": "b", "\u03b5": "e", "\u03b7": "n", "\u03ba": "k",
    "\u03bc": "u", "\u03c4": "t", "\u03c9": "w",
}  # fmt: skip
# The published table reads these capitals as a small L; a person reads them as a capital I.
_CAPITAL_I = "\u0399\u0406\u04c0"
_ALPHABETS_OF_26 = (0x249C, 0x1F110, 0x1F150, 0x1F170, 0x1F1E6)
"""Where the letters in brackets (small, capital), in negative circles and squares, and of regions start."""


@cache
def drawn_letters() -> dict[str, str]:
    """Every drawn Latin letter, with the ASCII letters it is read as."""
    drawn = {char: latin for char, latin in _published().items() if _is_latin(char)}
    drawn |= _SMALL_CAPITALS | _STRUCK_LETTERS
    for first in _ALPHABETS_OF_26:
        drawn |= {chr(first + place): chr(ord("a") + place) for place in range(26)}
    return drawn


@cache
def twins() -> dict[str, str]:
    """Every letter of another alphabet that looks the same as an ASCII letter, with that letter."""
    return {char: latin for char, latin in _published().items() if not _is_latin(char)}


@cache
def cousins() -> dict[str, str]:
    """The twins, and the letters that resemble an ASCII letter only in the company of others."""
    return _COUSINS | twins()


@cache
def _published() -> dict[str, str]:
    """The letters of the published table of confusable characters that stand for one ASCII letter."""
    from confusable_homoglyphs.confusables import confusables_data

    table = dict.fromkeys(_CAPITAL_I, "i") | {"\u04cf": "l"}
    for char, homoglyphs in confusables_data.items():
        if len(char) != 1 or not char.isalpha() or unicodedata.normalize("NFKC", char).isascii():
            continue
        letters = {each["c"].lower() for each in homoglyphs if _is_ascii_letter(each["c"])}
        if letters:
            table.setdefault(char, min(letters))
    return table


def _is_ascii_letter(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isalpha()


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN ")
