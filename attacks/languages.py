"""The languages that attacks know: where words begin and end in each.

English (`en`) stands for every language that writes spaces. Chinese (`zh`) is segmented by jieba, its guesses at unknown
words included, so that names and new words stay whole; whatever stands between ideographs is split as English is.
"""

import re
from collections.abc import Callable

from arena.words.segment import tokenizer
from attacks.core.text import Span, Text, spaced_words

LANGUAGES = ("en", "zh")
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def reader(language: str) -> Callable[[str], Text]:
    """How a text of a language is read in words. Raises ValueError for a language that is not known."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    return Text.of if language == "en" else chinese_text


def chinese_text(written: str) -> Text:
    """A Chinese text in words."""
    return Text.of(written, chinese_words)


def chinese_words(text: str) -> list[Span]:
    """The words of a text with ideographs."""
    found: list[Span] = []
    at = 0
    for match in _IDEOGRAPHS.finditer(text):
        start, end = match.span()
        found += ((at + first, at + last) for first, last in spaced_words(text[at:start]))
        found += ((start + first, start + last) for _, first, last in tokenizer().tokenize(match.group()))
        at = end
    found += ((at + first, at + last) for first, last in spaced_words(text[at:]))
    return found

