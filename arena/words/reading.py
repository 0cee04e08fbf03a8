"""Reading an English text for a target: its plain hits, as spans of the folded text."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from arena.core.hits import HitRule
from arena.words.split import Word
from arena.words.targets import Forms, Target

_GAP = re.compile(r"[\s\-_*`~']*(?:'s)?[\s\-_*`~']*")
"""What may stand between the words of a target: spaces, hyphens, marks of emphasis, a possessive."""
_WIDEST_GAP = 24
_BREADTH = {HitRule.EXACT: 0, HitRule.INFLECTION: 1, HitRule.FAMILY: 2}


class Span(NamedTuple):
    """A slice of the folded text that says the target, the form found there and the rule."""

    start: int
    end: int
    found: str
    rule: HitRule


def read(text: str, words: Sequence[Word], target: Target) -> list[Span]:
    """Every plain hit among the words of a folded text, in their order; of two that overlap, the first."""
    singles = target.singles
    if not target.places:
        return [Span(word.start, word.end, word.text, singles[word.text]) for word in words if word.text in singles]
    return list(_read_places(text, words, target))


def _read_places(text: str, words: Sequence[Word], target: Target) -> Iterator[Span]:
    place = 0
    while place < len(words):
        word = words[place]
        run = words[place : place + len(target.places)]
        if word.text in target.singles:
            yield Span(word.start, word.end, word.text, target.singles[word.text])
        elif is_run(text, run, target.places):
            rules = [forms[word.text] for forms, word in zip(target.places, run, strict=True)]
            found = " ".join(word.text for word in run)
            ends = sorted((run[0][1:], run[-1][1:]))
            yield Span(ends[0][0], ends[1][1], found, max(rules, key=_BREADTH.__getitem__))
            place += len(run) - 1
        place += 1


def is_run(text: str, run: Sequence[Word], places: Sequence[Forms]) -> bool:
    """Whether these words are the target's, in its order, with nothing but spaces, hyphens or marks between them."""
    if len(run) < len(places) or any(word.text not in forms for forms, word in zip(places, run, strict=True)):
        return False
    return all(_is_gap(text, *sorted((left, right), key=lambda word: word.start)) for left, right in pairwise(run))


def _is_gap(text: str, left: Word, right: Word) -> bool:
    return right.start - left.end <= _WIDEST_GAP and _GAP.fullmatch(text, left.end, right.start) is not None
