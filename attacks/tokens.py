"""Tokens and words: which tokens are whole words, which stand in a word, and what is known of a word by them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from attacks.core.perturbation import Perturbation
from attacks.core.ports import TokenSlope
from attacks.core.slopes import Slope, Vocabulary
from attacks.core.text import Span

_BEGINS, _GOES_ON = ("\u0120", "\u2581"), "##"
"""What tokens carry that begin a word (byte-level BPE, sentencepiece), and those that go on with one (WordPiece)."""


def whole_words(tokenizer: Any, size: int) -> dict[int, str]:  # noqa: ANN401 - transformers' own
    """The tokens that are words of letters alone, by number; `size` is how many tokens the model has."""
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


def tokens_of(words: Sequence[Span], tokens: Sequence[Span]) -> Iterator[range]:
    """For each word the tokens that stand in it; none where the tokenizer passed over it. Both are in order."""
    first = 0
    for start, end in words:
        while first < len(tokens) and tokens[first][1] <= start:
            first += 1
        last = first
        while last < len(tokens) and tokens[last][0] < end:
            last += 1
        yield range(first, last)


def by_places(asked: Perturbation, found: TokenSlope, sign: float, vocabulary: Vocabulary) -> Slope:
    """What was found by tokens, by the places of a text; `sign` turns the gradient to where the goal is."""
    shape = (len(asked.original), found.gradients.shape[1])
    gradients, vectors = np.zeros(shape), np.zeros(shape)
    for place, tokens in enumerate(tokens_of(asked.spans, found.spans)):
        if tokens:
            gradients[place] = found.gradients[tokens.start : tokens.stop].sum(axis=0)
            vectors[place] = found.vectors[tokens.start : tokens.stop].mean(axis=0)
    return Slope(sign * gradients, vectors, vocabulary)
