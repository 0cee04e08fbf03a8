"""How a word of the concept graph is put into a sentence: one of it, many of it, and what agrees with it.

`spoken` makes a `Spoken`, which a template formats: `{x}` is the word in general ("bananas", "music", "something
tall"), `{x:a}` one of it ("a banana", "music"), `{x:word}` the bare word, and `{x:is}` `{x:do}` `{x:s}` `{x:they}`
`{x:them}` agree with it. Chinese words stay as they are. What spelling does not tell is in `data/english.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from importlib.resources import files

from arena.core.hits import Language

_MASS_GAP = 1.7
"""A noun whose plural is rarer by this many zipf is spoken of as a mass."""
_AGREEING = {
    "is": ("is", "are"),
    "do": ("does", "do"),
    "s": ("s", ""),
    "they": ("it", "they"),
    "them": ("it", "them"),
}


class Kind(Enum):
    """How an English word behaves in a sentence."""

    COUNT = auto()
    MASS = auto()
    PLURAL = auto()
    UNIQUE = auto()
    NAME = auto()
    QUALITY = auto()
    DEED = auto()
    OTHER = auto()


NOUNS = frozenset({Kind.COUNT, Kind.MASS, Kind.PLURAL, Kind.UNIQUE, Kind.NAME})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word as sentences use it."""

    word: str
    kind: Kind
    general: str
    one: str

    def __format__(self, form: str) -> str:
        if form == "":
            return self.general
        if form == "a":
            return self.one
        if form == "word":
            return self.general if self.kind is Kind.NAME else self.word
        return _AGREEING[form][self.kind in (Kind.COUNT, Kind.PLURAL)]


@lru_cache(maxsize=16384)
def spoken(word: str, language: Language) -> Spoken:
    """The word made ready for sentences of its language."""
    if language is Language.CHINESE:
        return Spoken(word, Kind.NAME, word, word)
    kind = kind_of(word)
    general, one = _SPEAK[kind](word)
    return Spoken(word, kind, general, one)


@lru_cache(maxsize=16384)
def kind_of(word: str) -> Kind:
    """How an English word behaves, by our tables first, then by what a dictionary says it can be."""
    for name, kind in _LISTED:
        if word in _table()[name]:
            return kind
    from arena.words.dictionaries import bases_of, parts_of_speech

    head = word.rpartition(" ")[2]
    parts = parts_of_speech(head)
    if "NOUN" in parts or (not bases_of(head) and _is_something(word)):
        return Kind.MASS if head.endswith("ness") or _is_massive(head) else Kind.COUNT
    if "ADJ" in parts:
        return Kind.QUALITY if head == word else Kind.COUNT
    if "VERB" in parts:
        return Kind.DEED
    return _kind_of_form(head)


def with_article(word: str) -> str:
    """The noun with `a` or `an`, by its sound: an hour, a unicorn."""
    first = word.partition(" ")[0]
    vowel = first[0] in "aeiou" and first not in _table()["a"]
    return f"{'an' if vowel or first in _table()['an'] else 'a'} {word}"


@lru_cache(maxsize=16384)
def plural(word: str) -> str:
    """The plural of an English noun, the commonest where there are several; of a compound, that of its last word."""
    from lemminflect import getInflection

    start, space, head = word.rpartition(" ")
    others = [form for form in getInflection(head, "NNS") if form != head]
    return start + space + max(others, key=_zipf, default=head)


@lru_cache(maxsize=16384)
def gerund(word: str) -> str:
    """The `-ing` form of an English verb."""
    from lemminflect import getInflection

    return max(getInflection(word, "VBG") or (word,), key=_zipf)


def _kind_of_form(word: str) -> Kind:
    """The kind of a word that the dictionary has only as a form of others, or not at all."""
    from arena.words.dictionaries import bases_of, parts_of_speech

    parts = {part for base in bases_of(word) for part in parts_of_speech(base)}
    if word.endswith("s") and "NOUN" in parts:
        return Kind.PLURAL
    if word.endswith("ing") and "VERB" in parts:
        return Kind.MASS
    return Kind.QUALITY if word.endswith("ed") and "VERB" in parts else Kind.OTHER


def _is_something(word: str) -> bool:
    """Whether the graph knows what the word is a kind of: then it is a noun, whatever the dictionary lacks."""
    from arena.words.graph import Relation, graph

    return any(edge.relation is Relation.IS_A and edge.outward for edge in graph(Language.ENGLISH).edges(word))


def _is_massive(noun: str) -> bool:
    return _zipf(noun) - _zipf(plural(noun)) > _MASS_GAP


def _zipf(word: str) -> float:
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, "en"))


def _quoted(word: str) -> tuple[str, str]:
    return f'"{word}"', f'"{word}"'


def _named(word: str) -> tuple[str, str]:
    name = " ".join(part.capitalize() for part in word.split(" "))
    return name, name


_LISTED = (
    ("names", Kind.NAME),
    ("unique", Kind.UNIQUE),
    ("qualities", Kind.QUALITY),
    ("deeds", Kind.DEED),
    ("mass", Kind.MASS),
    ("plural", Kind.PLURAL),
)
_SPEAK = {
    Kind.COUNT: lambda word: (plural(word), with_article(word)),
    Kind.MASS: lambda word: (word, word),
    Kind.PLURAL: lambda word: (word, word),
    Kind.UNIQUE: lambda word: (f"the {word}", f"the {word}"),
    Kind.NAME: _named,
    Kind.QUALITY: lambda word: (f"something {word}", f"something {word}"),
    Kind.DEED: lambda word: (gerund(word), gerund(word)),
    Kind.OTHER: _quoted,
}


@cache
def _table() -> Mapping[str, frozenset[str]]:
    """Each table of `data/english.toml` as a set of words."""
    raw: dict[str, str] = tomllib.loads(files("agents").joinpath("data/english.toml").read_text(encoding="utf-8"))
    return {name: frozenset(word.replace("_", " ") for word in text.split()) for name, text in raw.items()}
