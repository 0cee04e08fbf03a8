"""Evasions of English words: spelled out, in leet, backwards.

Each finds spans of a folded text that hide the target. What people write innocently is let be: abbreviations and
lists that are no more than the letters they hold, numbers with a unit, a reversal that is a word of its own.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, zip_longest

from arena.core.hits import HitRule
from arena.words.dictionaries import is_known
from arena.words.reading import Span, read
from arena.words.screen import LEET_READINGS
from arena.words.split import Word, split
from arena.words.targets import Target

_SHORT = 3
"""The shortest word that can be spelled out or written in leet; one letter more to be said backwards."""
_LISTED = 4
"""The longest word whose letters between commas are a list, as in vitamins A, C, E, and no spelling."""
_WIDEST_GAP = 8
_ATTACHING = frozenset("-'`")
_TIES = frozenset("-._*~|/\u00b7")
_FEWEST_SYLLABLES = 3
_STRAY = frozenset("aio")
"""Words of one letter that may stand next to a spelling: give me *a* b-a-n-a-n-a."""
_CHUNK = re.compile(r"(?<![\w@$+!\u20ac\u00a3])[@$\w][\w@$+!\u20ac\u00a3]*")
_MEASURE = re.compile(
    r"\d+(?:[a-z]|st|nd|rd|th|am|pm|ft|in|mm|cm|km|kg|mg|ml|kb|mb|gb|tb|hz|khz|mhz|ghz|lbs?|oz|bn|hrs?|mins?|secs?|yo)"
)
_NUMBERED = re.compile(r"[a-z]{1,2}\d+")


def evasions(text: str, words: Sequence[Word], target: Target) -> list[Span]:
    """Every way in which a folded text hides the target, in no order."""
    return [
        *_spelled(text, words, target),
        *_syllables(text, words, target),
        *_leet(text, target),
        *_reversed(text, words, target),
    ]


def _spelled(text: str, words: Sequence[Word], target: Target) -> Iterator[Span]:
    for run in _letter_runs(text, words):
        found = _spelling(text, run, target)
        if found is None and len(run) > _SHORT:
            found = _spelling_backwards(run, target)
        if found is None and len(run) > _SHORT:
            parts = [_spelling(text, part, target) for part in _even_parts(text, run)]
            yield from (part for part in parts if part)
        elif found:
            yield found


def _syllables(text: str, words: Sequence[Word], target: Target) -> Iterator[Span]:
    """Three or more pieces of a form tied together, as in ba-na-na; two might be a compound."""
    tied: list[Word] = []
    for word, after in zip_longest(words, words[1:]):
        tied.append(word)
        if after is not None and text[word.end : after.start] in _TIES:
            continue
        form = "".join(piece.text for piece in tied)
        if len(tied) >= _FEWEST_SYLLABLES and len(form) > len(tied) and form in target.singles:
            yield Span(tied[0].start, word.end, form, HitRule.SPELLED)
        tied = []


def _letter_runs(text: str, words: Sequence[Word]) -> Iterator[list[Word]]:
    run: list[Word] = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        alone = len(word.text) == 1 and word.text.isalpha() and not _is_attached(text, before, word, after)
        if run and (not alone or word.start - run[-1].end > _WIDEST_GAP):
            yield run
            run = []
        if alone:
            run.append(word)
    if run:
        yield run


def _is_attached(text: str, before: Word | None, word: Word, after: Word | None) -> bool:
    """Whether a letter is a part of something longer, as the T of T-shirt or the I of I'd."""
    if text[word.end : word.end + 1] in {"'", "`"} and text[word.end + 1 : word.end + 2].isalpha():
        return True
    return any(
        other is not None and len(other.text) > 1 and text[slice(*gap)] in _ATTACHING
        for other, gap in (
            (before, (before.end, word.start) if before else (0, 0)),
            (after, (word.end, after.start) if after else (0, 0)),
        )
    )


def _spelling(text: str, run: list[Word], target: Target) -> Span | None:
    """The run of letters as a form of the target, a stray article at either end left out."""
    first, last = run[0].text in _STRAY, run[-1].text in _STRAY
    for letters in (run, run[first:], run[: len(run) - last], run[first : len(run) - last]):
        form = "".join(word.text for word in letters)
        if form not in target.singles or len(form) < _SHORT:
            continue
        gaps = _gaps(text, letters)
        if len(form) <= _LISTED and any("," in gap for gap in gaps):
            continue
        is_plain = target.singles[form] is HitRule.EXACT and len(set(gaps)) == 1
        if len(form) > _SHORT or is_plain:
            return Span(letters[0].start, letters[-1].end, form, HitRule.SPELLED)
    return None


def _spelling_backwards(run: list[Word], target: Target) -> Span | None:
    form = "".join(word.text for word in reversed(run))
    if len(form) <= _SHORT or form not in target.singles:
        return None
    return Span(run[0].start, run[-1].end, form, HitRule.REVERSED)


def _even_parts(text: str, run: list[Word]) -> Iterator[list[Word]]:
    """The stretches of a run whose letters are parted alike: c-a-t, d-o-g has two."""
    place = 0
    for _, gaps in groupby(_gaps(text, run)):
        length = len(list(gaps))
        yield run[place : place + length + 1]
        place += length


def _gaps(text: str, run: Sequence[Word]) -> list[str]:
    return [text[left.end : right.start] for left, right in pairwise(run)]


def _leet(text: str, target: Target) -> Iterator[Span]:
    chunks = [chunk for match in _CHUNK.finditer(text) if (chunk := _leet_chunk(match))]
    taken: set[int] = set()
    for reading in LEET_READINGS if chunks else ():
        letters = list(text)
        for start, end in chunks:
            letters[start:end] = text[start:end].translate(reading)
        plain = "".join(letters)
        for span in read(plain, split(plain), target):
            hides = text[span.start : span.end] != plain[span.start : span.end]
            if hides and len(span.found) >= _SHORT and span.start not in taken:
                taken.add(span.start)
                yield span._replace(rule=HitRule.LEET)


def _leet_chunk(match: re.Match[str]) -> tuple[int, int] | None:
    """The slice of a chunk that is letters mixed with signs, if it is no measure and no name with a number."""
    chunk = match[0].rstrip("$+!")
    if chunk.isalpha() or not any(map(str.isalpha, chunk)) or len(chunk) < _SHORT:
        return None
    if _MEASURE.fullmatch(chunk) or _NUMBERED.fullmatch(chunk):
        return None
    return match.start(), match.start() + len(chunk)


def _reversed(text: str, words: Sequence[Word], target: Target) -> Iterator[Span]:
    if not any(mirror in "".join(word.text for word in words) for mirror in target.mirrored):
        return
    backwards = [word._replace(text=word.text[::-1]) for word in reversed(words)]
    starts = [word.start for word in words]
    for span in read(text, backwards, target):
        written = [word.text for word in words[bisect_left(starts, span.start) : bisect_left(starts, span.end)]]
        is_palindrome = "".join(written) == span.found.replace(" ", "")
        if len(span.found) > _SHORT and not is_palindrome and not all(map(is_known, written)):
            yield span._replace(rule=HitRule.REVERSED)
