"""Which words of a text changed, by alignment: a word that is put in or taken out moves no other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from attacks.metrics.distance import common_ends, distance

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


def _pieces(one: list[str], other: list[str]) -> Iterator[Piece]:
    start, end = common_ends(one, other)
    stop, other_stop = len(one) - end, len(other) - end
    yield Piece("".join(one[:start]), "".join(other[:start]))
    matcher = SequenceMatcher(None, one[start:stop], other[start:other_stop], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        yield Piece("".join(one[start + a : start + b]), "".join(other[start + c : start + d]))
    yield Piece("".join(one[stop:]), "".join(other[other_stop:]))


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
