"""What a masked language model reads at a place of a text: whole words, the likeliest first.

Two ways: the word is masked (BAE), or stands as it is and the model reads what it would say there (BERT-Attack).
All places of a text are read together, once, or one place alone in a text that changes under way (`alone`).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from attacks.core.text import Text
from attacks.tokens import tokens_of
from attacks.transformations.casing import cased_like
from attacks.transformations.masked_reader import (
    GOES_ON,
    VARIABLE,
    At,
    MaskedLMError,
    MaskedReader,
    Row,
    loaded,
)

__all__ = ["VARIABLE", "MaskedLM", "MaskedLMError"]

MOST_PIECES, EACH_PIECE = 4, 4
"""Words of more pieces have no candidates; of each piece so many predictions are combined: at most 256 words."""


class MaskedLM:
    """At most `most` words other than the word itself, the likeliest first.

    `masks` says whether the word is hidden from the model. Where it is not, a word of several WordPieces has candidates
    only with `combines_pieces`: the likeliest tokens for each piece are combined, and of the combinations that are one
    word of letters those come first that the model, reading them in the word's place, is least surprised by.
    Words of a model that knows lower case only are written like the word that they replace. A text longer than the
    model reads is read in windows around its words. Words of `spared` have no candidates and cost nothing, which is
    much where each masked word is a row of its own. Texts are remembered, the last thousand or so.
    """

    name = "masked-lm"

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - transformers' own, as the next
        tokenizer: Any,  # noqa: ANN401
        *,
        masks: bool,
        most: int,
        spared: Iterable[str] = (),
        combines_pieces: bool = False,
        name: str = "given",
    ) -> None:
        """With a model and a fast tokenizer of transformers. Raises MaskedLMError."""
        self._reader, self._masks, self._most = MaskedReader(model, tokenizer, name), masks, most
        self._spared = frozenset(word.casefold() for word in spared)
        self._combines = combines_pieces and not masks
        words = frozenset(self._reader.words)
        tokens = list(enumerate(self._reader.tokens))
        self._beginning = [number for number, token in tokens if token in words]
        self._going_on = [number for number, token in tokens if _piece(token).isalpha()]
        self._all = lru_cache(maxsize=1024)(self._everywhere)
        self._one = lru_cache(maxsize=4096)(self._alone)
        self._pieces = lru_cache(maxsize=4096)(self._of_pieces)

    @classmethod
    def open(
        cls,
        which: str | None = None,
        *,
        masks: bool,
        most: int,
        spared: Iterable[str] = (),
        combines_pieces: bool = False,
    ) -> "MaskedLM":
        """The model in a folder or of a name, or that of TABOO_MASKED_LM. Raises DataMissingError or MaskedLMError."""
        model, tokenizer, name = loaded(which)
        return cls(model, tokenizer, masks=masks, most=most, spared=spared, combines_pieces=combines_pieces, name=name)

    @property
    def fingerprint(self) -> str:
        """16 hex digits over the model."""
        return self._reader.fingerprint

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word; `place` is a word's number."""
        return self._all(text)[place] or (self._pieces(text, place) if self._combines else ())

    def alone(self, text: Text, place: int) -> Sequence[str]:
        """The same, with nothing read for any other place: for texts of which one place only is asked about."""
        return self._one(text, place) or (self._pieces(text, place) if self._combines else ())

    def _everywhere(self, text: Text) -> tuple[tuple[str, ...], ...]:
        return self._read(text, range(len(text)))

    def _alone(self, text: Text, place: int) -> tuple[str, ...]:
        return self._read(text, [place])[0]

    def _read(self, text: Text, places: Sequence[int]) -> tuple[tuple[str, ...], ...]:
        """The candidates of some places, without those that are combined."""
        numbers, tokens = self._tokens(text)
        asked = [it for it in places if self._is_asked(text, it, tokens) and (self._masks or len(tokens[it]) == 1)]
        rows, at = self._rows(numbers, [tokens[it] for it in asked])
        likely = self._reader.words_at(rows, at, self._most + 1)
        found = {
            place: self._written((word for word, _ in words), text.words[place])
            for place, words in zip(asked, likely, strict=True)
        }
        return tuple(found.get(place, ()) for place in places)

    def _of_pieces(self, text: Text, place: int) -> tuple[str, ...]:
        """The candidates of a word of several pieces."""
        numbers, tokens = self._tokens(text)
        if not self._is_asked(text, place, tokens) or not 1 < len(tokens[place]) <= MOST_PIECES:
            return ()
        return self._written(self._combined(numbers, tokens[place]), text.words[place])

    def _tokens(self, text: Text) -> tuple[list[int], list[range]]:
        numbers, offsets = self._reader.read(text.written)
        return numbers, list(tokens_of(text.spans, offsets))

    def _is_asked(self, text: Text, place: int, tokens: Sequence[range]) -> bool:
        return bool(tokens[place]) and text.words[place].casefold() not in self._spared

    def _written(self, words: Iterable[str], word: str) -> tuple[str, ...]:
        others = (it for it in words if it.casefold() != word.casefold())
        written = (cased_like(it, word) if self._reader.is_lower else it for it in others)
        return tuple(dict.fromkeys(written))[: self._most]

    def _rows(self, numbers: Sequence[int], wanted: Iterable[range]) -> tuple[list[Row], list[At]]:
        """What the model is shown, each row once, in order; and (row, token) of each word."""
        rows: dict[Row, int] = {}
        at: list[At] = []
        for tokens in wanted:
            shown = list(numbers)
            if self._masks:
                shown[tokens.start : tokens.stop] = [self._reader.mask]
            row, token = self._reader.row(shown, tokens.start)
            at.append((rows.setdefault(row, len(rows)), token))
        return list(rows), at

    def _combined(self, numbers: Sequence[int], tokens: range) -> list[str]:
        """The words that predictions for the pieces of a word combine to, the least surprising first."""
        row, token = self._reader.row(numbers, tokens.start)
        if token + len(tokens) > len(row) or not self._going_on:
            return []  # a window ends within the word, or the tokenizer is no WordPiece
        last = token + len(tokens)
        first = self._reader.tokens_at(row, [token], self._beginning, EACH_PIECE)
        later = self._reader.tokens_at(row, range(token + 1, last), self._going_on, EACH_PIECE)
        combined = list(product(*first, *later))
        rows = [(*row[:token], *each, *row[last:]) for each in combined]
        surprises = self._reader.surprise(rows, [range(token, last)] * len(rows))
        words = ("".join(self._reader.tokens[it].removeprefix(GOES_ON) for it in each) for each in combined)
        return [word for _, word in sorted(zip(surprises, words, strict=True))]


def _piece(token: str) -> str:
    """The letters of a token that goes on with a word; none of any other."""
    return token.removeprefix(GOES_ON) if token.startswith(GOES_ON) else ""
