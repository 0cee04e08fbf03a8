"""What an agent can say: sentences with gaps, by act, and how the gaps are filled.

The acts and their sentences are `data/phrases.{en,zh}.tsv`. Every seat goes through the sentences of an act in an order
of its own, so a match repeats none before all were used.
"""

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from agents.grammar import spoken
from arena.core.hits import Language
from arena.core.seeds import derive

_SENTENCE_START = re.compile(r'(^|[.?!] )(")?([a-z])')


@cache
def phrases(language: Language) -> Mapping[str, tuple[str, ...]]:
    """The sentences of a language by act."""
    found: dict[str, list[str]] = {}
    for act, sentence in rows(f"phrases.{language}.tsv"):
        found.setdefault(act, []).append(sentence)
    return {act: tuple(sentences) for act, sentences in found.items()}


def rows(name: str) -> Iterator[tuple[str, str]]:
    """The two fields of each line of one of our tables; lines that begin with `#` are notes."""
    for line in files("agents").joinpath("data", name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            first, _, second = line.partition("\t")
            yield first, second


def drafts(act: str, language: Language, seed: int, turn: int, x: str = "", y: str = "") -> Iterator[str]:
    """The sentences of an act, filled, the one for this seed and turn first."""
    sentences = _in_order(act, language, seed)
    gaps = {"x": spoken(x, language), "y": spoken(y, language)}
    for step in range(len(sentences)):
        yield fill(sentences[(turn - 1 + step) % len(sentences)], gaps)


@lru_cache(maxsize=4096)
def _in_order(act: str, language: Language, seed: int) -> tuple[str, ...]:
    """The sentences of an act in the order of one seat."""
    sentences = list(phrases(language)[act])
    random.Random(derive(str(seed), "order", act)).shuffle(sentences)
    return tuple(sentences)


def fill(sentence: str, gaps: Mapping[str, object]) -> str:
    """The sentence with its gaps filled and its beginnings in capitals."""
    return _SENTENCE_START.sub(lambda start: f"{start[1]}{start[2] or ''}{start[3].upper()}", sentence.format(**gaps))


def joined(first: str, second: str, language: Language) -> str:
    """Two sentences one after the other, as the language sets them."""
    return first + second if language is Language.CHINESE else f"{first} {second}"
