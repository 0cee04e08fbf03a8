"""The languages that attacks know: where words begin and end, what part of speech they are, which of them say little.

English (`en`) stands for every language that writes spaces. Chinese (`zh`) is segmented by jieba, its guesses at
unknown words included, so that names and new words stay whole; whatever stands between ideographs is split as English
is. Parts of speech are `noun`, `verb`, `adjective`, `adverb`, or empty: English words by nltk's tagger as they stand
in the text, Chinese ones by jieba's dictionary, whatever stands around them.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TypeAlias

from arena.words.segment import tokenizer
from attacks.constraints.chinese_parts import SameChineseParts
from attacks.constraints.parts import SameParts
from attacks.constraints.stop_words import english_stop_words
from attacks.core.candidates import Constraint
from attacks.core.text import Span, Text, spaced_words
from attacks.transformations.nltk_files import require

LANGUAGES = ("en", "zh")
Tagger: TypeAlias = Callable[[tuple[str, ...]], tuple[str, ...]]
"""The part of speech of each word of a text."""

_ENGLISH = {"N": "noun", "V": "verb", "J": "adjective", "R": "adverb"}
"""What a tag of the Penn treebank begins with."""
_CHINESE = {"n": "noun", "v": "verb", "a": "adjective", "d": "adverb"}
"""What a tag of jieba's dictionary begins with."""
_NAMES = ("nr", "ns", "nt", "nz")
"""Names of people, places, organisations and others."""
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def reader(language: str) -> Callable[[str], Text]:
    """How a text of a language is read in words. Raises ValueError for a language that is not known."""
    _check(language)
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


def parts_of_speech(language: str) -> Tagger:
    """What tells the parts of speech of a language. Raises ValueError, or DataMissingError without nltk's tagger."""
    _check(language)
    if language == "zh":
        return lambda words: tuple(map(chinese_part, words))
    require("taggers/averaged_perceptron_tagger_eng")
    return _english_parts


def stop_words(language: str) -> frozenset[str]:
    """The words that say little, by nltk. Raises ValueError, or DataMissingError where the list is not installed."""
    _check(language)
    if language == "en":
        return english_stop_words()
    require("corpora/stopwords")
    from nltk.corpus import stopwords

    return frozenset(stopwords.words("chinese"))


def same_parts(language: str) -> Constraint:
    """Allows replacements of the same part of speech. Raises ValueError, or DataMissingError without nltk's tagger."""
    _check(language)
    return SameParts() if language == "en" else SameChineseParts(chinese_part)


def chinese_part(word: str) -> str:
    """The part of speech of a Chinese word; a name, and a word that the dictionary lacks, has none."""
    tag = _chinese_tags().get(word, "")
    return "" if tag in _NAMES else _CHINESE.get(tag[:1], "")


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")


@lru_cache(maxsize=4096)
def _english_parts(words: tuple[str, ...]) -> tuple[str, ...]:
    import nltk

    return tuple("" if tag == "RP" else _ENGLISH.get(tag[:1], "") for _, tag in nltk.pos_tag(list(words)))


@cache
def _chinese_tags() -> Mapping[str, str]:
    # Of jieba's own tagger only the dictionary is read: importing it loads two more of them.
    with tokenizer().get_dict_file() as lines:
        rows = (line.decode("utf-8").split() for line in lines)
        return {row[0]: row[2] for row in rows if len(row) == 3}
