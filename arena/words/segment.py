"""Where the words of a run of Chinese characters begin and end.

The dictionary and the search for the likeliest path are jieba's; its guesses at unknown words are not used, so that a
run means the same wherever it stands. The dictionary is read at the first question, and nothing is written to disk.
"""

import logging
import re
import tomllib
import warnings
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Any

_MEASURED = re.compile(
    "(?<=[\u8fd9\u90a3\u54ea\u4e00\u4e8c\u4e24\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u51e0\u6bcf\u67d0])"
    "[\u672c\u6735\u53ea\u5339\u68f5\u8f86\u676f\u7897\u76cf\u9897\u6ef4\u74f6]"
)
"""A measure word after a number or a pronoun: the dictionary would join it to the noun that it counts."""


@lru_cache(maxsize=8192)
def segment(run: str) -> tuple[int, ...]:
    """The offsets at which the words of a run begin, and its length."""
    edges = {0, len(run)}.union(*_cuts(run))
    for match in _MEASURED.finditer(run):
        edges |= {match.start(), match.end()}
    pieces = pairwise(sorted(edges))
    return (0, *(first + edge for first, last in pieces for edge in _likeliest(run[first:last])[1:]))


def _likeliest(run: str, whole: bool = True) -> list[int]:
    """The edges of the words on the likeliest path; `whole` lets the run be one word."""
    known = tokenizer()
    graph = known.get_DAG(run)
    if not whole:
        graph[0] = [end for end in graph[0] if end < len(run) - 1] or [0]
    route: dict[int, tuple[float, int]] = {}
    known.calc(run, graph, route)
    edges = [0]
    while edges[-1] < len(run):
        edges.append(route[edges[-1]][1] + 1)
    return edges


def _cuts(run: str) -> list[list[int]]:
    """The edges of the words in each phrase of the run that our table parts by hand."""
    return [
        list(accumulate(map(len, words), initial=run.find(phrase)))
        for phrase, words in _exceptions()["cuts"].items()
        if phrase in run
    ]


def is_word(run: str) -> bool:
    """Whether the dictionary has a run of characters as a word."""
    return bool(tokenizer().FREQ.get(run))


@lru_cache(maxsize=8192)
def is_part(run: str, start: int, end: int) -> bool:
    """Whether `run[start:end]` is a word of the run, or a part of one of its compounds that ends where a part ends.

    A part of one character is never enough: it must be a word of its own.
    """
    for cut in _cuts(run):
        if cut[0] <= start and end <= cut[-1]:
            return (start, end) in pairwise(cut)
    edges = segment(run)
    if start in edges and end in edges:
        return True
    first = max(edge for edge in edges if edge <= start)
    last = min(edge for edge in edges if edge > first)
    return end <= last and _is_part_of_word(run[first:last], start - first, end - first)


def _is_part_of_word(word: str, start: int, end: int) -> bool:
    exceptions = _exceptions()
    part = word[start:end]
    for table, answer in (("says", True), ("does_not_say", False)):
        if part in exceptions[table].get(word, ()):
            return answer
    edges = _likeliest(word, whole=False)
    if start in edges and end in edges:
        return len(part) > 1
    first = max(edge for edge in edges if edge <= start)
    last = min(edge for edge in edges if edge > first)
    return end <= last and _is_part_of_word(word[first:last], start - first, end - first)


@cache
def tokenizer() -> Any:  # noqa: ANN401 - the library has no types
    """Jieba's segmenter, quiet, loaded once, and without the cache that it keeps in the folder for temporary files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own syntax and its use of pkg_resources
        import jieba
    jieba.setLogLevel(logging.WARNING)
    made = jieba.Tokenizer()
    # What `initialize` does, without that cache.
    made.FREQ, made.total = made.gen_pfdict(made.get_dict_file())
    made.initialized = True
    return made


@cache
def _exceptions() -> dict[str, dict[str, list[str]]]:
    raw = tomllib.loads(files("arena.words").joinpath("data/chinese.toml").read_text(encoding="utf-8"))
    return {name: {word: line.split() for word, line in lines.items()} for name, lines in raw.items()}
