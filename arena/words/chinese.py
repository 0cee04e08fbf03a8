"""Chinese: what says a target in a text without spaces.

Traditional characters are folded to simplified ones, one for one, before anything else. A target is said where it
stands as a word, or as a part of a compound that ends where a part ends; `segment` knows where. There are no
inflections. Characters with separators between them, and the target backwards, are evasions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from arena.core.hits import HitRule
from arena.words.errors import TargetError
from arena.words.fold import Folded, fold
from arena.words.reading import Span
from arena.words.screen import may_hide, squeezed
from arena.words.segment import is_part, is_word, segment

_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")
_RUN = re.compile(r"[^\W_]+")
_SEPARATORS = r"[\s\u00b7\u2022\u2027\u2219\u22c5\u30fb\-_*/|.~+^=#]"
_REACH = 24
"""How many characters to either side are read to know where a word ends: more than any word has."""
_IDEOGRAPHS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))


@dataclass(frozen=True, slots=True)
class _Target:
    runs: tuple[str, ...]
    letters: str
    mirrored: str
    """The letters backwards; the letters themselves where that hides nothing."""
    plain: re.Pattern[str]
    spelled: re.Pattern[str]


def read(text: str, target: str) -> tuple[Folded, list[Span]]:
    """The folded text and every span of it that says the target, plainly or not. Raises TargetError."""
    prepared = _prepare(target)
    letters = _letters(text)
    if prepared.letters not in letters and prepared.mirrored not in letters and not may_hide(text):
        return Folded("", (), ()), []
    folded = _fold(text)
    return folded, list(_read(folded.text, prepared))


def is_same(guess: str, target: str) -> bool:
    """Whether a guess is the target and nothing else, folded. Raises TargetError."""
    prepared = _prepare(target)
    runs = tuple(_RUN.findall(_fold(guess).text))
    return runs in {prepared.runs, (prepared.letters,)}


def check(target: str) -> None:
    """Raises TargetError for a target without letters."""
    _prepare(target)


@lru_cache(maxsize=32768)
def _prepare(target: str) -> _Target:
    runs = tuple(_RUN.findall(_fold(target).text))
    letters = "".join(runs)
    if not any(map(str.isalpha, letters)):
        raise TargetError(target, "it has digits and no letter" if letters else "nothing of it is a letter")
    mirrored = letters if is_word(letters[::-1]) else letters[::-1]
    plain = re.compile(r"[\s\-]*".join(runs))
    return _Target(runs, letters, mirrored, plain, re.compile(f"{_SEPARATORS}{{0,4}}".join(letters)))


def _read(text: str, target: _Target) -> Iterator[Span]:
    for match in target.plain.finditer(text):
        if _is_said(text, *match.span()):
            yield Span(*match.span(), target.letters, HitRule.EXACT)
    for match in target.spelled.finditer(text):
        if not target.plain.fullmatch(match[0]) and _stands_alone(text, *match.span()):
            yield Span(*match.span(), target.letters, HitRule.SPELLED)
    if target.mirrored != target.letters:
        for match in re.finditer(target.mirrored, text):
            if _stands_alone(text, *match.span()):
                yield Span(*match.span(), target.mirrored, HitRule.REVERSED)


def _is_said(text: str, start: int, end: int) -> bool:
    """Whether a slice is a word of the text, or a part of one of its compounds."""
    if not _HAN.fullmatch(text, start, end):
        return _stands_alone(text, start, end)
    first, last = _run_around(text, start)
    return is_part(text[first:last], start - first, end - first)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return _is_edge(text, start) and _is_edge(text, end)


def _is_edge(text: str, place: int) -> bool:
    """Whether a word could begin or end at an offset."""
    around = text[place - 1 : place + 1] if 0 < place < len(text) else ""
    if not _RUN.fullmatch(around):
        return True
    if not _HAN.fullmatch(around):
        return any(map(_HAN.match, around))
    first, last = _run_around(text, place)
    return place - first in segment(text[first:last])


def _run_around(text: str, place: int) -> tuple[int, int]:
    """The run of Chinese characters around an offset, as far as it can bear upon the words there."""
    start = max(0, place - _REACH)
    before = [match.span() for match in _HAN.finditer(text, start, place)]
    after = _HAN.match(text, place, place + _REACH)
    first = before[-1][0] if before and before[-1][1] == place else place
    return first, after.end() if after else place


def _fold(text: str) -> Folded:
    folded = fold(text)
    return replace(folded, text=folded.text.translate(_simplified()))


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters with the simplified ones that they fold to, as a table for `str.translate`."""
    from opencc import OpenCC

    characters = [chr(code) for first, last in _IDEOGRAPHS for code in range(first, last)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(char): simple for char, simple in pairs if char != simple and len(simple) == 1}


def _letters(text: str) -> str:
    return squeezed(text).translate(_simplified())
