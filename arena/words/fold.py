"""Folding: what is left of a text when everything that only changes its looks is gone.

Compatibility forms, case, accents, invisible characters, look-alike letters and markup inside a word go; each folded
character remembers where it stood, so that a hit can be shown in the text as it was written.
It knows nothing of words beyond runs of letters: `split` makes words of what is left.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from arena.words.lookalikes import cousins, drawn_letters, twins
from arena.words.markup import hidden_marks, references

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
"""The ideographs, syllables and kana of East Asia, as the inside of a character class."""
LETTERS = re.compile(rf"[^\W\d_{CJK}]+")
"""A run of letters of an alphabet; ideographs and syllables of East Asia are none."""

_PUNCTUATION = dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4\uff07", "'") | {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
    "\u2026": ".",
}
# Default-ignorable characters that Unicode does not class as format characters or marks.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0")
_SPACES = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
_INVISIBLE_ASCII = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts[i]` and `ends[i]` are where its character `i` stood in the text as written."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets, in the text as written, of the non-empty folded slice `[start:end]`."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """The text without what only changes its looks."""
    found = references(text)
    if not found:
        return _fold_shown(text)
    written = _resolved(text, found)
    folded = _fold_shown(written.text)
    return Folded(
        folded.text,
        [written.starts[place] for place in folded.starts],
        [written.ends[place - 1] for place in folded.ends],
    )


def _resolved(text: str, found: Sequence[tuple[int, int, str]]) -> Folded:
    """The text with the character references in it replaced by what they show."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for start, end, shown in [*found, (len(text), len(text), "")]:
        pieces += [text[place:start], shown]
        starts += [*range(place, start), *([start] * len(shown))]
        ends += [*range(place + 1, start + 1), *([end] * len(shown))]
        place = end
    return Folded("".join(pieces), starts, ends)


def _fold_shown(text: str) -> Folded:
    if text.isascii() and not _INVISIBLE_ASCII.search(text):
        plain = Folded(text.lower(), range(len(text)), range(1, len(text) + 1))
    else:
        plain = _read_as_latin(text, _fold_characters(text))
    return _without_marks(plain)


@lru_cache(maxsize=8192)
def fold_character(char: str) -> str:
    """One character folded, alone: nothing for an invisible one, several letters for a ligature."""
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if _is_invisible(char):
        return ""
    drawn = drawn_letters()
    if char in drawn:
        return drawn[char]
    form: Literal["NFKC", "NFKD"] = "NFKC" if unicodedata.category(char) == "Lo" else "NFKD"
    plain = unicodedata.normalize(form, char)
    if len(plain) > 1 and unicodedata.category(char) == "So":
        return char  # a sign such as TM is not a part of the word before it
    folded = "".join(part for part in plain if not unicodedata.combining(part))
    return "".join(drawn.get(part, part) for part in folded.casefold())


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cc":
        return char not in _SPACES
    return category in {"Cf", "Mn", "Me"} or char in _BLANKS


def _fold_characters(text: str) -> Folded:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, char in enumerate(text):
        folded = char.lower() if char.isascii() and char.isprintable() else fold_character(char)
        for part in folded:
            pieces.append(part)
            starts.append(place)
            ends.append(place + 1)
        if not folded and ends and ends[-1] == place and unicodedata.combining(char):
            ends[-1] = place + 1  # an accent belongs to the letter that it stands on
    return Folded("".join(pieces), starts, ends)


def _read_as_latin(text: str, folded: Folded) -> Folded:
    """Letters of other alphabets replaced where a reader would take them for Latin ones."""
    if folded.text.isascii():
        return folded
    words = [match.span() for match in LETTERS.finditer(folded.text) if not match[0].isascii()]
    genuine = {
        _alphabet(char)
        for start, end in words
        if not any(char.isascii() for char in folded.text[start:end])
        for place in range(start, end)
        if (char := _written(text, folded, place)) not in twins()
    }
    letters = list(folded.text)
    for start, end in words:
        written = [_written(text, folded, place) for place in range(start, end)]
        if any(char.isascii() for char in folded.text[start:end]):
            readings = cousins()
        elif genuine.isdisjoint(map(_alphabet, written)) and all(char in twins() for char in written):
            readings = twins()
        else:
            continue
        letters[start:end] = [
            readings.get(char, letter) for char, letter in zip(written, letters[start:end], strict=True)
        ]
    return Folded("".join(letters), folded.starts, folded.ends)


def _written(text: str, folded: Folded, place: int) -> str:
    """The letter as it was written, its compatibility form resolved but not its case: capitals look different."""
    if folded.text[place].isascii():
        return folded.text[place]
    char = unicodedata.normalize("NFKC", text[folded.starts[place]])
    return char if len(char) == 1 and char.casefold() == folded.text[place] else folded.text[place]


@lru_cache(maxsize=4096)
def _alphabet(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _without_marks(folded: Folded) -> Folded:
    marks = hidden_marks(folded.text)
    if not marks:
        return folded
    kept: list[int] = []
    last = 0
    for start, end in marks:
        kept.extend(range(last, start))
        last = end
    kept.extend(range(last, len(folded.text)))
    return Folded(
        "".join([folded.text[place] for place in kept]),
        [folded.starts[place] for place in kept],
        [folded.ends[place] for place in kept],
    )
