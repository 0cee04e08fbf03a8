"""What an agent hears in an utterance: the words of the concept graph, in order, conversation itself left out."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from arena.core.hits import Language
from arena.words.graph import Graph, graph

_WORD = re.compile(r"[a-z]+")
_HAN = re.compile("[\u4e00-\u9fff]+")
_LONGEST_HAN = 5


@cache
def stop_words(language: Language) -> frozenset[str]:
    """The words that carry a conversation and tell nothing of what it is about."""
    return frozenset(files("agents").joinpath(f"data/stopwords.{language}.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=8192)
def heard(text: str, language: Language) -> tuple[str, ...]:
    """The words of the graph that a text mentions, in their base form and in order, each once."""
    read = unicodedata.normalize("NFKC", text).casefold()
    words = _heard_chinese(read) if language is Language.CHINESE else _heard_english(read)
    return tuple(dict.fromkeys(words))


def _heard_english(text: str) -> list[str]:
    known, stops = graph(Language.ENGLISH), stop_words(Language.ENGLISH)
    words = _WORD.findall(text)
    found = []
    place = 0
    while place < len(words):
        pair = _pair(known, words[place : place + 2])
        word = words[place]
        base = pair or (None if word in stops else known.base(word))
        if base is not None and base not in stops:
            found.append(base)
        place += 2 if pair else 1
    return found


def _pair(known: Graph, words: list[str]) -> str | None:
    """The two words as one of the graph (ice cream, hot dogs), or None."""
    if len(words) < 2:
        return None
    first, second = words
    return next((pair for pair in (f"{first} {second}", f"{first} {known.base(second)}") if pair in known), None)


def _heard_chinese(text: str) -> list[str]:
    """The longest words first: the graph is small, and where no word begins, one character is passed over."""
    from wordfreq.chinese import simplify_chinese

    known, stops = graph(Language.CHINESE), stop_words(Language.CHINESE)
    found = []
    for run in _HAN.findall(simplify_chinese(text)):
        place = 0
        while place < len(run):
            sizes = range(min(_LONGEST_HAN, len(run) - place), 0, -1)
            pieces = (run[place : place + size] for size in sizes)
            piece = next((piece for piece in pieces if piece in stops or piece in known), run[place])
            if piece in known and piece not in stops:
                found.append(piece)
            place += len(piece)
    return found
