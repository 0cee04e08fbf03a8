"""Stretches of a text drawn anew from a language model: anywhere from a masked one, at the end from a causal one."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.tokens import tokens_of
from attacks.transformations.casing import cased_like
from attacks.transformations.continuations import Writer
from attacks.transformations.masked_reader import Likely, MaskedReader


class MaskedResampling:
    """Masks as many words in a row as are asked for and fills them from left to right, each drawn by its probability.

    Of a mask the `most` likeliest words are drawn from; the word that was there may come again.
    """

    def __init__(self, reader: MaskedReader, most: int = 30) -> None:
        self._reader, self._most = reader, most
        self.fingerprint = reader.fingerprint

    def __call__(self, text: Text, reach: int, count: int, chance: Random) -> Sequence[Perturbation]:
        """So many draws of `reach` words in a row, each at a place of its own; none where the text has fewer."""
        numbers, offsets = self._reader.read(text.written)
        tokens = list(tokens_of(text.spans, offsets))
        starts = [it for it in range(len(text) - reach + 1) if all(tokens[it : it + reach])]
        if not starts:
            return ()
        drawn = [chance.choice(starts) for _ in range(count)]
        shown = [_masked(numbers, tokens[first : first + reach], self._reader.mask) for first in drawn]
        made = [Perturbation(text)] * count
        for step in range(reach):
            at = [it.index(self._reader.mask) for it in shown]
            rows, places = zip(*(self._reader.row(*it) for it in zip(shown, at, strict=True)), strict=True)
            likely = self._reader.words_at(rows, list(enumerate(places)), self._most)
            for number, (first, where) in enumerate(zip(drawn, at, strict=True)):
                word = _drawn(likely[number], chance)
                shown[number][where] = self._reader.number(word)
                old = text.words[first + step]
                made[number] = made[number].with_word(first + step, self._in_case(word, old))
        return made

    def _in_case(self, word: str, old: str) -> str:
        return cased_like(word, old) if self._reader.is_lower else word


class ContinuedResampling:
    """Cuts as many words off the end as are asked for and lets a causal model go on, for as many words at most.

    The first word stays, and so does what follows the last one, such as a full stop.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.fingerprint = writer.fingerprint

    def __call__(self, text: Text, reach: int, count: int, chance: Random) -> Sequence[Perturbation]:
        """So many draws of the last `reach` words; none where the text has no more than those."""
        first = len(text) - reach
        if first < 1:
            return ()
        kept = text.written[: text.spans[first - 1][1]]
        drawn = self._writer.draw(kept, count, 4 * reach + 4, chance)
        return [_ended(text, first, it.split()[:reach]) for it in drawn]


def _ended(text: Text, first: int, words: Sequence[str]) -> Perturbation:
    """The text with other words from a place on."""
    made = Perturbation(text)
    for place in range(first, len(text)):
        made = made.with_word(place, words[place - first] if place - first < len(words) else "")
    return made


def _masked(numbers: Sequence[int], words: Sequence[range], mask: int) -> list[int]:
    """The tokens with one mask for each of some words in a row."""
    shown: list[int] = list(numbers[: words[0].start])
    for word, following in zip(words, [*words[1:], range(len(numbers), len(numbers))], strict=True):
        between = numbers[word.stop : following.start]
        shown += (mask, *between)
    return shown


def _drawn(likely: Sequence[Likely], chance: Random) -> str:
    """One of these, by their probabilities."""
    bounds = list(accumulate(share for _, share in likely))
    return likely[min(bisect(bounds, chance.random() * bounds[-1]), len(likely) - 1)][0]
