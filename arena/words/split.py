"""Splitting: the words of a folded text, with their offsets.

Hyphens, apostrophes, digits and underscores split. Clitics come off and say nothing: *children's* is the word
*children*, *can't* is *can*, *I'll* is *i*. A verb that its contraction changes keeps its *n't* in the text of the
word, so that the *wo* of *won't* is told from others.
"""

import re
from typing import NamedTuple

from arena.words.fold import CJK

_WORD = re.compile(rf"[^\W\d_{CJK}]+|\d+|[{CJK}]+")
_CLITICS = re.compile(r"(?:['`](?:s|t|ll|re|ve|m|d|am)(?![^\W_]))+")
_CHANGED = frozenset({"won", "shan", "ain"})
"""What stands before the *'t* of a contraction that is not a verb with *n't* put after it."""
_WHOLE = frozenset({"can"})
"""Verbs that end in the *n* of their *n't*."""


class Word(NamedTuple):
    """A word of a folded text and its offsets there."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Word]:
    """The words of a folded text, in order."""
    if "'" not in text and "`" not in text:
        return [Word(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    words: list[Word] = []
    place = 0
    while match := _WORD.search(text, place):
        start, place = match.span()
        clitics = _CLITICS.match(text, place)
        if clitics is None:
            words.append(Word(match[0], start, place))
        else:
            words.append(_without_clitics(match[0], clitics[0], start))
            place = clitics.end()
    return words


def _without_clitics(word: str, clitics: str, start: int) -> Word:
    end = start + len(word)
    if clitics[1] != "t" or len(word) < 3 or not word.endswith("n") or word in _WHOLE:
        return Word(word, start, end)
    return Word(f"{word}'t" if word in _CHANGED else word[:-1], start, end - 1)
