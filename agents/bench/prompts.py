"""Prompts of exactly so many tokens, out of frequent English words: the same ones on every machine."""

from collections.abc import Callable
from random import Random

_WORDS = 2_000
_TRIES = 1_000
_WORD_CHANCE = 0.9


def prompts(count: Callable[[str], int], length: int, number: int, rng: Random) -> list[str]:
    """So many texts, each of `length` tokens as `count` counts them. Raises ValueError where no text comes out so."""
    words = _frequent()
    return [_exact(count, length, words, rng) for _ in range(number)]


def conversations(
    count: Callable[[str], int], rules: int, turn: int, turns: int, number: int, rng: Random
) -> list[list[str]]:
    """The prompts of so many matches, turn by turn: all begin with one text of `rules` tokens, a turn adds `turn`."""
    words = _frequent()
    start = _exact(count, rules, words, Random(rules))  # the same text in every call, as rules are
    matches = []
    for _ in range(number):
        texts = [start]
        for place in range(1, turns):
            texts.append(_exact(count, rules + turn * place, words, rng, texts[-1]))
        matches.append(texts)
    return matches


def _frequent() -> list[str]:
    from wordfreq import top_n_list

    return [word for word in top_n_list("en", 2 * _WORDS) if word.isalpha()][:_WORDS]


def _exact(count: Callable[[str], int], length: int, words: list[str], rng: Random, start: str = "") -> str:
    """A text of so many tokens that begins with `start`."""
    text = start or rng.choice(words).capitalize()
    for _ in range(_TRIES + length):
        # A full stop may be one token where every word, space included, is two.
        longer = f"{text} {rng.choice(words)}" if rng.random() < _WORD_CHANCE else f"{text}."
        tokens = count(longer)
        if tokens == length:
            return longer
        if tokens < length:
            text = longer
    raise ValueError(f"no text of frequent words has exactly {length} tokens with this tokenizer")
