"""A cheap look at a text: whether it could say a target at all.

Most utterances do not, and most of the time would go into splitting them. The letters of a text are squeezed together,
spaces, marks and accents gone: a target said plainly, spelled out or inside markup stands in them in one piece.
The screen may let pass what is no hit; it never holds back one.
"""

import re

from arena.words.fold import fold_character
from arena.words.lookalikes import cousins

_LEET = "0123456789@$+!\u20ac\u00a3"
LEET_READINGS = (str.maketrans(_LEET, "oizeasgtbgastiel"), str.maketrans(_LEET, "olzeasgtbgastiel"))
"""What digits and signs are read as; a 1 may be an i or an l."""
_DIGIT = re.compile("[0-9]")
_SIGN = re.compile(r"[@$+\u20ac\u00a3\uff20\uff04\uff0b\ufe6b\ufe69\ufe62\ufb29\u207a\u208a]|[!\uff01\ufe57]\w")
"""A sign that could stand for a letter, in any of the widths that fold to it."""


_LARGEST_TABLE = 32768


class _Letters(dict[int, str | None]):
    """A table for `str.translate` that keeps letters and digits, folded, and fills itself."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        latin = cousins().get(char)
        letters = latin or "".join(part for part in fold_character(char) if part.isalnum())
        if len(self) < _LARGEST_TABLE:
            self[code] = letters or None
        return letters or None


_LETTERS = _Letters()


def squeezed(text: str) -> str:
    """The letters and digits of a text, folded, nothing between them."""
    return text.translate(_LETTERS)


def may_hide(text: str) -> bool:
    """Whether markup with letters of its own may stand inside a word: the name of a tag, a character reference."""
    return "<" in text or ("&" in text and ";" in text)


def could_say(text: str, cores: tuple[str, ...], mirrored: tuple[str, ...]) -> bool:
    """Whether a text could say, in any way, a target with these cores."""
    letters = text.translate(_LETTERS)
    for core in cores:
        if core in letters:
            return True
    for core in mirrored:
        if core in letters:
            return True
    if may_hide(text):
        return True
    if not _DIGIT.search(letters) and not _SIGN.search(text):
        return False
    if not text.isascii():
        return True
    readings = [squeezed(text.translate(reading)) for reading in LEET_READINGS]
    return any(core in reading for core in cores for reading in readings)
