"""The `wordlike` judge: rules against gibberish, English and Chinese.

It asks how much of an utterance is made of known words, and whether a long one has the variety that language has. It
knows Latin and Chinese letters; other scripts are left alone, and so is anything too short to tell: a name, `Hmm`,
`haha`, a number. It does not ask whether the words make sense together.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from math import exp, log2, log10
from pathlib import Path

from arena.core.actions import Case, Ruling
from arena.judges import letters
from arena.judges.letters import implausibility
from arena.judges.reading import FINE, HAN, HAN_PER_WORD, fingerprint, folded

GIBBERISH = "gibberish"
MIN_WORDS = 4
"""Fewer Latin words than this are never ruled against,"""
MIN_CHARACTERS = 6
"""nor are fewer Chinese characters."""

_ADDRESS = re.compile(r"\S+(?:@|://)\S+")
_LATIN = re.compile(r"[a-z\u00df-\u024f]+")
_HAN_RUN = re.compile(f"[{HAN}]+")
_STRETCHED = re.compile(r"(.)\1{2,}")
_CLIPPED_WORDS = """
ain aren couldn didn doesn don hadn hasn haven isn ll mustn needn oughtn re shan shouldn ve wasn weren won wouldn
"""
_CLIPPED = frozenset(_CLIPPED_WORDS.split())
"""What is left of a word before an apostrophe."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Where a share of unknown writing becomes gibberish: `middle` scores 0.5, `slope` says how sharply."""

    middle: float
    slope: float

    def score(self, share: float) -> float:
        return 1 / (1 + exp(self.slope * (self.middle - share)))


_ENGLISH = _Curve(0.4, 14.0)
_CHINESE = _Curve(0.5, 12.0)

# The rarest a word of this many letters may be and count as half known, in zipf (log10 of uses in a billion words).
# Short strings of letters nearly all are somebody's abbreviation, so a short word must be common to be believed.
_RARE = {2: 4.6, 3: 4.2, 4: 3.4, 5: 2.7, 6: 2.2}
_RARE_LONG = 1.6
# What an unknown word counts though its letters are in perfect order, and from what length on their order tells.
_LEAST_STRANGE, _TELLING_LENGTH = 0.2, 4
_RARE_HAN_WORD = 2.5
# Almost every character is a word by itself; only the commonest often stand alone.
_LONE_HAN_UNKNOWN, _LONE_HAN_KNOWN = 5.8, 7.0

# Known writing that every text is credited with, so that one rare name in four words is no gibberish.
_DOUBT, _DOUBT_HAN = 3.0, 1.0

_DULL_WORDS, _DULL_SHARE = 12, 0.2
_DULL_LETTERS, _DULL_BITS = 24, 2.2


class WordlikeJudge:
    """Rules on whether an utterance is made of words. Loads its word counts at the first ruling, not before."""

    name = "wordlike"
    version = "1"

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over this judge's source and the version of its word counts."""
        sources = (Path(__file__), Path(letters.__file__))
        return fingerprint(*(path.read_text(encoding="utf-8") for path in sources), version("wordfreq"))

    async def rule(self, case: Case) -> Ruling:
        """How sure the judge is that the utterance is gibberish."""
        score = round(oddness(case.text), 6)
        return Ruling(self.name, self.version, GIBBERISH if score >= 0.5 else FINE, score, self.fingerprint)


def oddness(text: str) -> float:
    """How sure one can be that a text is gibberish, in [0, 1]; 0 where it is too short to tell.

    In a text of both scripts each counts by how much of it there is.
    """
    read = folded(text)
    if "@" in read or "://" in read:
        read = _ADDRESS.sub(" ", read)
    latin, runs = _LATIN.findall(read), _HAN_RUN.findall(read)
    characters = sum(map(len, runs))
    if not characters:
        return _latin_oddness(latin)
    if not latin:
        return _han_oddness(runs, characters)
    share = len(latin) / (len(latin) + characters / HAN_PER_WORD)
    return share * _latin_oddness(latin) + (1 - share) * _han_oddness(runs, characters)


def _latin_oddness(words: list[str]) -> float:
    if len(words) < MIN_WORDS:
        return 0.0
    if _is_dull(words):
        return 1.0
    unknown = 0.0
    total = _DOUBT
    for word in words:
        weight = _weight(word)
        total += weight
        unknown += weight * _strangeness(word)
    return _ENGLISH.score(unknown / total)


def _weight(word: str) -> float:
    """How much a word tells: a long one much, a letter nothing."""
    return (0.0, 0.0, 0.3)[len(word)] if len(word) < 3 else min(len(word), 7) - 1.0


@lru_cache(maxsize=65536)
def _strangeness(word: str) -> float:
    """How unknown an English word is, from 0 to 1; less where it could be a word.

    Stretched words are read as they are meant: yesss, ahhhh.
    """
    if word in _CLIPPED:
        return 0.0
    spellings = {word, _STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)}
    rare = _RARE.get(len(word), _RARE_LONG)
    unknown = min(_ramp(_zipf(_english(), spelling), rare - 0.75, rare + 0.75) for spelling in spellings)
    if not unknown or len(word) < _TELLING_LENGTH:
        return unknown
    return unknown * (_LEAST_STRANGE + (1 - _LEAST_STRANGE) * implausibility(word))


def _han_oddness(runs: list[str], characters: int) -> float:
    if characters < MIN_CHARACTERS:
        return 0.0
    from wordfreq.chinese import simplify_chinese

    unknown = sum(_unknown_han(simplify_chinese(run)) for run in runs)
    return _CHINESE.score(unknown / (characters + _DOUBT_HAN))


def _unknown_han(run: str) -> float:
    """How many characters of a run belong to no known word, reading the longest word first."""
    unknown = 0.0
    start = 0
    while start < len(run):
        for size in (4, 3, 2):
            if start + size <= len(run) and _zipf(_chinese(), run[start : start + size]) >= _RARE_HAN_WORD:
                start += size
                break
        else:
            unknown += _ramp(_zipf(_chinese(), run[start]), _LONE_HAN_UNKNOWN, _LONE_HAN_KNOWN)
            start += 1
    return unknown


def _is_dull(words: list[str]) -> bool:
    """Whether a long text has too few different words, or too few different letters, to say anything."""
    if len(words) >= _DULL_WORDS and len(set(words)) <= _DULL_SHARE * len(words):
        return True
    letters = "".join(words)
    if len(letters) < _DULL_LETTERS:
        return False
    counts = Counter(letters).values()
    return -sum(n / len(letters) * log2(n / len(letters)) for n in counts) < _DULL_BITS


def _ramp(value: float, low: float, high: float) -> float:
    """1 at `low` and below, 0 at `high` and above, straight between."""
    return min(1.0, max(0.0, (high - value) / (high - low)))


def _zipf(counts: Mapping[str, float], word: str) -> float:
    share = counts.get(word)
    return 0.0 if share is None else log10(share) + 9


@lru_cache(maxsize=1)
def _english() -> Mapping[str, float]:
    return _counts("en")


@lru_cache(maxsize=1)
def _chinese() -> Mapping[str, float]:
    return _counts("zh")


def _counts(language: str) -> Mapping[str, float]:
    from wordfreq import get_frequency_dict

    counts: Mapping[str, float] = get_frequency_dict(language, wordlist="large")
    return counts
