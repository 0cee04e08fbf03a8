"""Which words of a text changed, by alignment: a word that is put in or taken out moves no other."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from attacks.core.perturbation import Perturbation
from attacks.metrics.distance import common_ends, distance, share

_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Marks that combine and characters that are not seen belong to the word that they stand in, or hide in.
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_LETTER = rf"(?![{_IDEOGRAPH}])[\w{_INSIDE}]"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|(?:{_LETTER})+(?:['\u2019](?:{_LETTER})+)*|[^\w\s]")
_PIECE = re.compile(rf"\s+|{_WORD.pattern}")


def words_of(text: str) -> list[str]:
    """The words of a text in order: letters and digits in a row, each ideograph, each punctuation mark.

    This is the measure's own reading, the same for all attacks, so that attacks that split texts otherwise compare.
    """
    return _WORD.findall(text)


def words_changed(original: str, perturbed: str) -> int:
    """The fewest words to replace, put in or take out that make one text the other; spaces do not count."""
    return distance(words_of(original), words_of(perturbed))


def in_common(perturbation: Perturbation) -> float:
    """How much of a text is left as it was, in words whatever their case, from 0 to 1."""
    return 1.0 - share(words_of(perturbation.original.written.casefold()), words_of(perturbation.written.casefold()))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of two texts: what stands in the original, and what in the other; equal where nothing changed."""

    original: str
    perturbed: str

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        return self.original != self.perturbed


def aligned(original: str, perturbed: str) -> list[Piece]:
    """Both texts cut into the same stretches, changed and unchanged in turn; joined they are the texts again."""
    one, other = _PIECE.findall(original), _PIECE.findall(perturbed)
    return list(_merged(_pieces(one, other)))


_CELLS = 1_000_000
"""The largest table of pieces by pieces that is filled: beyond it a text is cut at words that both hold once."""


def _pieces(one: list[str], other: list[str]) -> Iterator[Piece]:
    start, end = common_ends(one, other)
    stop, other_stop = len(one) - end, len(other) - end
    yield Piece("".join(one[:start]), "".join(other[:start]))
    yield from _between(one[start:stop], other[start:other_stop])
    yield Piece("".join(one[stop:]), "".join(other[other_stop:]))


def _between(one: list[str], other: list[str]) -> Iterator[Piece]:
    """The pieces of two stretches that begin and end apart, in time that does not grow with their product."""
    if len(one) * len(other) <= _CELLS:
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            yield Piece("".join(one[a:b]), "".join(other[c:d]))
        return
    anchors = _anchors(one, other)
    if not anchors and len(one) == len(other):
        yield from map(Piece, one, other)
    elif not anchors:
        yield Piece("".join(one), "".join(other))
    else:
        at, other_at = 0, 0
        for place, other_place in (*anchors, (len(one), len(other))):
            yield from _pieces(one[at:place], other[other_at:other_place])
            yield from map(Piece, one[place : place + 1], other[other_place : other_place + 1])
            at, other_at = place + 1, other_place + 1


def _anchors(one: list[str], other: list[str]) -> list[tuple[int, int]]:
    """Where both have a piece that each holds once: the most of these that stand in the same order in both.

    Source: the anchors of Cohen's patience diff; the longest ascending run by patience sorting.
    """
    counts, other_counts = Counter(one), Counter(other)
    places = {piece: place for place, piece in enumerate(other) if other_counts[piece] == 1}
    pairs = [(place, places[it]) for place, it in enumerate(one) if counts[it] == 1 and it in places]
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, its) in enumerate(pairs):
        pile = bisect_left(tops, its)
        tops[pile : pile + 1] = [its]
        piles[pile : pile + 1] = [number]
        before.append(piles[pile - 1] if pile else -1)
    at = piles[-1] if piles else -1
    run = []
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces without empty ones, neighbours of one kind as one."""
    held: Piece | None = None
    for piece in pieces:
        if not piece.original and not piece.perturbed:
            continue
        if held is not None and held.is_changed is piece.is_changed:
            held = Piece(held.original + piece.original, held.perturbed + piece.perturbed)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held
