"""Shows a masked language model rows of tokens and says how likely each whole word is at a place of them.

The one door to such models: candidates for words (`masked_lm`), infilling (`infilling`) and resampling (`resampling`)
all read through it. Pieces of words, numbers and signs are no words.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from attacks.core.text import Span
from attacks.fingerprints import of_model
from attacks.pretrained import INSTALL, UnreadModelError, read_model
from attacks.tokens import whole_words
from attacks.transformations.errors import DataMissingError, ModelUnfitError

VARIABLE = "TABOO_MASKED_LM"
_REMEDY = (
    f"set {VARIABLE} to a folder with config.json, tokenizer.json and model.safetensors of a masked language model, or "
    "to the name of one on the Hugging Face hub, such as google-bert/bert-base-uncased"
)
GOES_ON = "##"
"""What tokens carry that go on with a word (WordPiece)."""
_TOKENS_AT_A_TIME = 2048
"""Bounds the memory of logits: with 30,000 words this many tokens take 250 MB."""

Row: TypeAlias = tuple[int, ...]
"""Token numbers as the model is shown them."""
At: TypeAlias = tuple[int, int]
"""The number of a row and of a token in it."""
Likely: TypeAlias = tuple[str, float]
"""A word and how likely it is, in (0, 1]."""


class MaskedLMError(ModelUnfitError):
    """A model that cannot be read as a masked language model."""

    def __init__(self, asked: str, problem: str, remedy: str = _REMEDY) -> None:
        super().__init__("masked language model", asked, problem, remedy)


class MaskedReader:
    """A masked language model with its fast tokenizer, and what it knows of whole words."""

    def __init__(self, model: Any, tokenizer: Any, name: str = "given") -> None:  # noqa: ANN401 - transformers' own
        """Raises MaskedLMError where the tokenizer has no mask or does not tell offsets."""
        if not tokenizer.is_fast or tokenizer.mask_token_id is None:
            lacks = "its tokenizer has no mask" if tokenizer.is_fast else "its tokenizer does not tell offsets"
            raise MaskedLMError(name, lacks)
        self._model, self._tokenizer = model.eval(), tokenizer
        self.mask = int(tokenizer.mask_token_id)
        size = min(len(tokenizer), int(model.config.vocab_size))
        self.tokens: Sequence[str] = tokenizer.convert_ids_to_tokens(list(range(size)))
        known = whole_words(tokenizer, size)
        self._numbers, self.words = list(known), tuple(known.values())
        self.is_lower = all(word == word.lower() for word in self.words)
        self._head = () if tokenizer.cls_token_id is None else (int(tokenizer.cls_token_id),)
        self._tail = () if tokenizer.sep_token_id is None else (int(tokenizer.sep_token_id),)
        longest = int(tokenizer.model_max_length)
        # Some architectures (RoBERTa's) keep their first two positions for themselves.
        longest = min(longest, int(getattr(model.config, "max_position_embeddings", longest + 2)) - 2)
        self.room = longest - len(self._head) - len(self._tail)
        """How many tokens of a text the model reads at a time."""

    @classmethod
    def open(cls, which: str | None = None) -> "MaskedReader":
        """The model in a folder or of a name, or that of TABOO_MASKED_LM. Raises DataMissingError or MaskedLMError."""
        return cls(*loaded(which))

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the model."""
        return of_model(self._model)

    def read(self, written: str) -> tuple[list[int], list[Span]]:
        """The tokens of a text and where each stands in it, without what a model reads around them."""
        read = self._tokenizer(
            written, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return list(read["input_ids"]), list(read["offset_mapping"])

    def number(self, word: str) -> int:
        """The token that is a whole word."""
        return self._by_word[word]

    @cached_property
    def _by_word(self) -> Mapping[str, int]:
        return dict(zip(self.words, self._numbers, strict=True))

    def row(self, numbers: Sequence[int], token: int) -> tuple[Row, int]:
        """As much around a token as the model reads, and where the token is in it.

        Windows begin at few places, so that tokens near each other share one.
        """
        stride = max(1, self.room // 4)
        start = max(0, (token - self.room // 2) // stride * stride)
        start = min(start, max(0, len(numbers) - self.room))
        window = numbers[start : start + self.room]
        return (*self._head, *window, *self._tail), token - start + len(self._head)

    def words_at(self, rows: Sequence[Row], at: Sequence[At], most: int) -> list[list[Likely]]:
        """For each (row, token) the likeliest whole words, at most so many, with their probabilities."""
        asked, found = sorted(set(at)), list[list[Likely]]()
        for likely in self._chances(rows, asked):
            best = likely[:, self._numbers].topk(min(most, len(self.words)), dim=-1)
            pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
            found += [[(self.words[it], share) for it, share in zip(*pair, strict=True)] for pair in pairs]
        by_place = dict(zip(asked, found, strict=True))
        return [by_place[it] for it in at]

    def tokens_at(self, row: Row, at: Sequence[int], among: Sequence[int], most: int) -> list[list[int]]:
        """For each place in a row, ascending, the likeliest of some tokens, at most so many."""
        found: list[list[int]] = []
        for likely in self._chances([row], [(0, token) for token in at]):
            best = likely[:, list(among)].topk(min(most, len(among)), dim=-1).indices.tolist()
            found += [[among[it] for it in each] for each in best]
        return found

    def surprise(self, rows: Sequence[Row], at: Sequence[Sequence[int]]) -> list[float]:
        """For each row the mean negative log-probability of its own tokens at some places, nothing being masked."""
        import torch

        flat = [(number, token) for number, tokens in enumerate(at) for token in tokens]
        said = iter(torch.cat(list(self._chances(rows, flat))).clamp_min(1e-30).log()) if flat else iter(())
        return [
            -sum(float(next(said)[row[token]]) for token in tokens) / max(1, len(tokens))
            for row, tokens in zip(rows, at, strict=True)
        ]

    def _chances(self, rows: Sequence[Row], at: Sequence[At]) -> Iterator[Any]:
        """The probabilities of all tokens at each (row, token), which ascend, in batches: shape `(some, tokens)`."""
        import torch

        width = max((len(row) for row in rows), default=1)
        height = max(1, _TOKENS_AT_A_TIME // width)
        padding = self._tokenizer.pad_token_id or 0
        device = self._model.device
        for first in range(0, len(rows), height):
            some = rows[first : first + height]
            wanted = [(row, token) for row, token in at if first <= row < first + height]
            shown = torch.tensor([[*row, *[padding] * (width - len(row))] for row in some])
            seen = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in some])
            with torch.inference_mode():
                logits = self._model(input_ids=shown.to(device), attention_mask=seen.to(device)).logits
                picked = logits[[row - first for row, _ in wanted], [token for _, token in wanted]]
                yield torch.softmax(picked.float(), dim=-1).cpu()


def loaded(which: str | None) -> tuple[Any, Any, str]:
    """Model, tokenizer and name of what is in a folder or of a name, or of TABOO_MASKED_LM.

    Raises DataMissingError or MaskedLMError.
    """
    named = which or os.environ.get(VARIABLE, "")
    if not named:
        raise DataMissingError("a masked language model", VARIABLE, _REMEDY)
    try:
        read = read_model(named, "AutoModelForMaskedLM").whole()
    except UnreadModelError as wrong:
        raise MaskedLMError(named, wrong.problem, wrong.remedy if wrong.remedy == INSTALL else _REMEDY) from None
    return read.model, read.tokenizer, named
