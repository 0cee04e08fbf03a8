"""What a word brings to mind: the edges of the concept graph that can be spoken about, and choosing among them."""

import random
from collections.abc import Collection, Iterable
from functools import lru_cache

from agents.hearing import stop_words
from arena.core.hits import Language
from arena.words.graph import Edge, graph
from arena.words.lexemes import lexemes
from arena.words.spelling import spellings

_MIN_WEIGHT = 0.1
_STRONG, _ENOUGH = 0.31, 5
"""A word with so many strong edges needs no weaker ones, which are odd more often than not."""
_MIN_FREQUENCY = 3.3
_WIDTH = 6
_SHARPNESS = 3.0


@lru_cache(maxsize=16384)
def thoughts(word: str, language: Language) -> tuple[Edge, ...]:
    """What the word brings to mind, strongest first: only words that people use and that tell something."""
    known, stops = graph(language), stop_words(language)
    itself = spellings(word) if language is Language.ENGLISH else frozenset({word})
    edges = tuple(
        edge
        for edge in known.edges(word)
        if edge.weight >= _MIN_WEIGHT
        and edge.word not in stops
        and edge.word not in itself
        and is_common(edge.word, language)
    )
    strong = tuple(edge for edge in edges if edge.weight >= _STRONG)
    return strong if len(strong) >= _ENOUGH else edges


def lexemes_of(word: str, language: Language) -> frozenset[str]:
    """The lexemes that the word is a form of, itself among them."""
    return lexemes(word) if language is Language.ENGLISH else frozenset({word})


def is_common(word: str, language: Language) -> bool:
    """Whether most people know the word. Our own Chinese words all are common."""
    return language is Language.CHINESE or graph(language).frequency(word) >= _MIN_FREQUENCY


def associations(words: Iterable[str], language: Language) -> dict[str, float]:
    """How much each word comes to mind after hearing these, one edge far; the more they tell, the more they count."""
    known = graph(language)
    found: dict[str, float] = {}
    for word in words:
        salience = known.salience(word)
        for edge in thoughts(word, language):
            found[edge.word] = found.get(edge.word, 0.0) + salience * edge.weight
    return found


def ranked(scores: dict[str, float], without: Collection[str], chance: random.Random) -> list[str]:
    """The words that come to mind, likeliest first, the first few in an order drawn by chance."""
    best = sorted((word for word in scores if word not in without), key=lambda word: (-scores[word], word))
    head = best[:_WIDTH]
    drawn = {word: chance.random() ** (scores[word] ** -_SHARPNESS) for word in head}
    return sorted(head, key=lambda word: -drawn[word]) + best[_WIDTH : 4 * _WIDTH]
