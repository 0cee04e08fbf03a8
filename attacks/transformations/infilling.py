"""What a masked language model puts into a text: instead of a word, after a word, or in the stead of two words.

All places and ways of a text are read together, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from attacks.core.edits import Edit
from attacks.core.text import Text
from attacks.tokens import tokens_of
from attacks.transformations.casing import cased_like
from attacks.transformations.masked_reader import At, Likely, MaskedReader, Row

_BESIDE = 4
"""No more words than these may not come into a gap."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A mask in a text: the place it belongs to, which tokens it stands for, and what a word in it makes of the text.

    `beside` are the words that the mask takes the place of and those next to them; none of them may come in.
    """

    place: int
    tokens: range
    beside: frozenset[str]
    edit: Callable[[str], Edit]


class Infilling:
    """Edits by replacing, inserting and merging: at most `most` of each kind a place, the likeliest first.

    A word must be as likely as `least`, from 0 to 1. Two words are merged where one space stands between them and
    `merges(text, place)` allows it. A word that comes in is written like the word whose place it takes, in small
    letters where it is inserted, provided that the model knows small letters only.
    """

    def __init__(
        self, reader: MaskedReader, *, least: float, most: int, merges: Callable[[Text, int], bool] = lambda *_: True
    ) -> None:
        self._reader, self._least, self._most, self._merges = reader, least, most, merges
        self._read = lru_cache(maxsize=256)(self._edits)

    def __call__(self, text: Text) -> Sequence[Sequence[Edit]]:
        """The edits of every place, shape `(places, ...)`: replacements, insertions after it, merges with the next."""
        return self._read(text)

    def _edits(self, text: Text) -> tuple[tuple[Edit, ...], ...]:
        numbers, offsets = self._reader.read(text.written)
        gaps = self._gaps(text, list(tokens_of(text.spans, offsets)))
        rows, at = self._rows(numbers, gaps)
        found: list[list[Edit]] = [[] for _ in text.words]
        for gap, likely in zip(gaps, self._reader.words_at(rows, at, self._most + _BESIDE), strict=True):
            found[gap.place] += (gap.edit(word) for word in self._chosen(gap, likely))
        return tuple(tuple(dict.fromkeys(row)) for row in found)

    def _chosen(self, gap: _Gap, likely: Sequence[Likely]) -> list[str]:
        words = [word for word, share in likely if share >= self._least and word.casefold() not in gap.beside]
        return words[: self._most]

    def _gaps(self, text: Text, tokens: Sequence[range]) -> list[_Gap]:
        """Every mask that is read, place by place."""
        words, made = text.words, list[_Gap]()
        for place, here in enumerate(tokens):
            if not here:
                continue
            beside = _beside(words, place, place)
            made.append(_Gap(place, here, beside, partial(self._replaced, text, place)))
            made.append(_Gap(place, range(here.stop, here.stop), beside, partial(_inserted, text, place)))
            if self._is_mergeable(text, place) and tokens[place + 1]:
                both = range(here.start, tokens[place + 1].stop)
                made.append(_Gap(place, both, _beside(words, place, place + 1), partial(self._merged, text, place)))
        return made

    def _is_mergeable(self, text: Text, place: int) -> bool:
        if place + 1 == len(text):
            return False
        between = text.written[text.spans[place][1] : text.spans[place + 1][0]]
        return between == " " and self._merges(text, place)

    def _replaced(self, text: Text, place: int, word: str) -> Edit:
        return ((place, cased_like(word, text.words[place]) if self._reader.is_lower else word),)

    def _merged(self, text: Text, place: int, word: str) -> Edit:
        return (*self._replaced(text, place, word), (place + 1, ""))

    def _rows(self, numbers: Sequence[int], gaps: Sequence[_Gap]) -> tuple[list[Row], list[At]]:
        rows: dict[Row, int] = {}
        at: list[At] = []
        for gap in gaps:
            shown = [*numbers[: gap.tokens.start], self._reader.mask, *numbers[gap.tokens.stop :]]
            row, token = self._reader.row(shown, gap.tokens.start)
            at.append((rows.setdefault(row, len(rows)), token))
        return list(rows), at


def _beside(words: Sequence[str], first: int, last: int) -> frozenset[str]:
    """Some words in a row with those before and after them: what comes in repeats none."""
    return frozenset(word.casefold() for word in words[max(0, first - 1) : last + 2])


def _inserted(text: Text, place: int, word: str) -> Edit:
    return ((place, f"{text.words[place]} {word}"),)
