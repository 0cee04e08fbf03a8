"""What a masked language model reads at a place of a text: whole words, the likeliest first.

Two ways: the word is masked (BAE), or stands as it is and the model reads what it would say there (BERT-Attack).
All places of a text are read together, once; pieces of words, numbers and signs are no candidates.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from attacks.core.errors import AttackError
from attacks.core.text import Span, Text
from attacks.fingerprints import of_model
from attacks.transformations.casing import cased_like
from attacks.transformations.errors import DataMissingError

VARIABLE = "TABOO_MASKED_LM"
_REMEDY = (
    f"set {VARIABLE} to a folder with config.json, tokenizer.json and model.safetensors of a masked language model, or "
    "to the name of one on the Hugging Face hub, such as google-bert/bert-base-uncased"
)
_BEGINS, _GOES_ON = ("\u0120", "\u2581"), "##"
"""What tokens carry that begin a word (byte-level BPE, sentencepiece), and those that go on with one (WordPiece)."""
_TOKENS_AT_A_TIME = 2048
"""Bounds the memory of logits: with 30,000 words this many tokens take 250 MB."""

Row: TypeAlias = tuple[int, ...]
"""Token numbers as the model is shown them."""


@dataclass(eq=False)
class MaskedLMError(AttackError):
    """A model that cannot be read as a masked language model."""

    asked: str
    problem: str

    def __str__(self) -> str:
        return f"masked language model {self.asked!r}: {self.problem}; {_REMEDY}"


class MaskedLM:
    """At most `most` whole words other than the word itself, the likeliest first.

    `masks` says whether the word is hidden from the model. Where it is not, a word of several tokens has no candidates.
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
        name: str = "given",
    ) -> None:
        """With a model and a fast tokenizer of transformers. Raises MaskedLMError."""
        if not tokenizer.is_fast or tokenizer.mask_token_id is None:
            lacks = "its tokenizer has no mask" if tokenizer.is_fast else "its tokenizer does not tell offsets"
            raise MaskedLMError(name, lacks)
        self._model, self._tokenizer = model.eval(), tokenizer
        self._masks, self._most, self._spared = masks, most, frozenset(word.casefold() for word in spared)
        known = _whole_words(tokenizer, min(len(tokenizer), int(model.config.vocab_size)))
        self._numbers, self._words = list(known), list(known.values())
        self._is_lower = all(word == word.lower() for word in self._words)
        self._head = () if tokenizer.cls_token_id is None else (int(tokenizer.cls_token_id),)
        self._tail = () if tokenizer.sep_token_id is None else (int(tokenizer.sep_token_id),)
        longest = int(tokenizer.model_max_length)
        # Some architectures (RoBERTa's) keep their first two positions for themselves.
        longest = min(longest, int(getattr(model.config, "max_position_embeddings", longest + 2)) - 2)
        self._room = longest - len(self._head) - len(self._tail)
        self._read = lru_cache(maxsize=1024)(self._candidates)

    @classmethod
    def open(cls, which: str | None = None, *, masks: bool, most: int, spared: Iterable[str] = ()) -> "MaskedLM":
        """The model in a folder or of a name, or that of TABOO_MASKED_LM. Raises DataMissingError or MaskedLMError."""
        named = which or os.environ.get(VARIABLE, "")
        if not named:
            raise DataMissingError("a masked language model", VARIABLE, _REMEDY)
        try:
            from transformers import AutoModelForMaskedLM, AutoTokenizer
        except ImportError:
            raise MaskedLMError(named, "transformers is not installed (pip install 'taboo-arena[attacks]')") from None
        try:
            tokenizer = AutoTokenizer.from_pretrained(named)
            model, loading = AutoModelForMaskedLM.from_pretrained(named, use_safetensors=True, output_loading_info=True)
        except (OSError, ValueError) as problem:
            raise MaskedLMError(named, str(problem).strip().splitlines()[0]) from None
        # Weights that the files lack are filled by chance: such a model would say anything.
        if loading["missing_keys"]:
            raise MaskedLMError(named, f"its files lack weights ({min(loading['missing_keys'])})")
        return cls(model, tokenizer, masks=masks, most=most, spared=spared, name=named)

    @property
    def fingerprint(self) -> str:
        """16 hex digits over the model."""
        return of_model(self._model)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word; `place` is a word's number."""
        return self._read(text)[place]

    def _candidates(self, text: Text) -> tuple[tuple[str, ...], ...]:
        """The candidates of every place."""
        rows, places, at = self._rows(text)
        found: list[tuple[str, ...]] = [()] * len(text)
        for place, words in zip(places, self._likeliest(rows, at), strict=True):
            word = text.words[place]
            others = (it for it in words if it.casefold() != word.casefold())
            written = (cased_like(it, word) if self._is_lower else it for it in others)
            found[place] = tuple(dict.fromkeys(written))[: self._most]
        return tuple(found)

    def _rows(self, text: Text) -> tuple[list[Row], list[int], list[tuple[int, int]]]:
        """What the model is shown, each row once; the places it is asked about; and (row, token) of each."""
        read = self._tokenizer(
            text.written, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        rows: dict[Row, int] = {}
        places: list[int] = []
        at: list[tuple[int, int]] = []
        for place, tokens in enumerate(_tokens_of(text.spans, read["offset_mapping"])):
            is_spared = text.words[place].casefold() in self._spared
            if is_spared or not tokens or (len(tokens) > 1 and not self._masks):
                continue
            row, token = self._row(read["input_ids"], tokens)
            places.append(place)
            at.append((rows.setdefault(row, len(rows)), token))
        return list(rows), places, at

    def _row(self, numbers: Sequence[int], tokens: range) -> tuple[Row, int]:
        """As much around these tokens as the model reads, and where they are in it.

        Windows begin at few places, so that words near each other share one where nothing is masked.
        """
        shown = list(numbers)
        if self._masks:
            shown[tokens.start : tokens.stop] = [self._tokenizer.mask_token_id]
        stride = max(1, self._room // 4)
        start = max(0, (tokens.start - self._room // 2) // stride * stride)
        start = min(start, max(0, len(shown) - self._room))
        window = shown[start : start + self._room]
        return (*self._head, *window, *self._tail), tokens.start - start + len(self._head)

    def _likeliest(self, rows: Sequence[Row], at: Sequence[tuple[int, int]]) -> list[list[str]]:
        """For each (row, token) the likeliest words, one more than are wanted: the word itself may be among them."""
        import torch

        count = min(self._most + 1, len(self._words))
        width = max((len(row) for row in rows), default=1)
        height = max(1, _TOKENS_AT_A_TIME // width)
        padding = self._tokenizer.pad_token_id or 0
        found: dict[tuple[int, int], list[str]] = {}
        for first in range(0, len(rows), height):
            some = rows[first : first + height]
            wanted = [(row, token) for row, token in at if first <= row < first + height]
            shown = torch.tensor([[*row, *[padding] * (width - len(row))] for row in some])
            seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in some])
            device = self._model.device
            with torch.inference_mode():
                logits = self._model(input_ids=shown.to(device), attention_mask=seen.to(device)).logits
                picked = logits[[row - first for row, _ in wanted], [token for _, token in wanted]]
                best = picked[:, self._numbers].topk(count, dim=-1).indices.tolist()
            found |= {where: [self._words[it] for it in each] for where, each in zip(wanted, best, strict=True)}
        return [found[where] for where in at]


def _whole_words(tokenizer: Any, size: int) -> dict[int, str]:  # noqa: ANN401 - transformers' own
    """The tokens that are words of letters alone, by number."""
    tokens = tokenizer.convert_ids_to_tokens(list(range(size)))
    special = set(tokenizer.all_special_ids)
    is_marked = any(token.startswith(_BEGINS) for token in tokens)
    whole: dict[int, str] = {}
    for number, token in enumerate(tokens):
        is_whole = token.startswith(_BEGINS) if is_marked else not token.startswith(_GOES_ON)
        if number in special or not is_whole:
            continue
        word = tokenizer.decode([number]).strip() if is_marked else token
        if word.isalpha():
            whole[number] = word
    return whole


def _tokens_of(words: Sequence[Span], tokens: Sequence[Span]) -> Iterator[range]:
    """For each word the tokens that stand in it; none where the tokenizer passed over it."""
    first = 0
    for start, end in words:
        while first < len(tokens) and tokens[first][1] <= start:
            first += 1
        last = first
        while last < len(tokens) and tokens[last][0] < end:
            last += 1
        yield range(first, last)
