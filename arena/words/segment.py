"""Where the words of a run of Chinese characters begin and end.

The dictionary and the search for the likeliest path are jieba's; its guesses at unknown words are not used, so that a
run means the same wherever it stands. The dictionary is read at the first question, and nothing is written to disk.
"""

import logging
import tomllib
import warnings
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=8192)
def segment(run: str, whole: bool = True) -> tuple[int, ...]:
    """The offsets at which the words of a run begin, and its length; `whole` lets the run be one word."""
    tokenizer = _tokenizer()
    graph = tokenizer.get_DAG(run)
    if not whole:
        graph[0] = [end for end in graph[0] if end < len(run) - 1] or [0]
    route: dict[int, tuple[float, int]] = {}
    tokenizer.calc(run, graph, route)
    edges = [0]
    while edges[-1] < len(run):
        edges.append(route[edges[-1]][1] + 1)
    return tuple(edges)


def is_word(run: str) -> bool:
    """Whether the dictionary has a run of characters as a word."""
    return bool(_tokenizer().FREQ.get(run))


@lru_cache(maxsize=8192)
def is_part(run: str, start: int, end: int) -> bool:
    """Whether `run[start:end]` is a word of the run, or a part of one of its compounds that ends where a part ends.

    A part of one character is never enough: it must be a word of its own.
    """
    edges = segment(run)
    if start in edges and end in edges:
        return True
    first = max(edge for edge in edges if edge <= start)
    last = min(edge for edge in edges if edge > first)
    if end > last or end - start == 1:
        return False
    return _is_part_of_word(run[first:last], start - first, end - first)


def _is_part_of_word(word: str, start: int, end: int) -> bool:
    exceptions = _exceptions()
    part = word[start:end]
    for table, answer in (("says", True), ("does_not_say", False)):
        if part in exceptions[table].get(word, ()):
            return answer
    edges = segment(word, whole=False)
    if start in edges and end in edges:
        return True
    first = max(edge for edge in edges if edge <= start)
    last = min(edge for edge in edges if edge > first)
    return end <= last and _is_part_of_word(word[first:last], start - first, end - first)


@cache
def _tokenizer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own syntax and its use of pkg_resources
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # What `initialize` does, without the cache that it keeps in the folder for temporary files.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


@cache
def _exceptions() -> dict[str, dict[str, list[str]]]:
    raw = tomllib.loads(files("arena.words").joinpath("data/chinese.toml").read_text(encoding="utf-8"))
    return {name: {word: line.split() for word, line in lines.items()} for name, lines in raw.items()}
