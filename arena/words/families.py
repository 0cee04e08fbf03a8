"""Families: a lexeme and its clear derivations by suffix, so that *quickly* says *quick*.

A derivation is made by a rule, from a base of one part of speech to a word of another that the dictionary has as such;
our own table strikes out what only looks derived (*corner* from *corn*). Prefixes make another word. Families reach
up and down: *happiness* and *happily* are of one, *flawlessness* is of the family of *flaw* and not of *less*.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from arena.words.dictionaries import parts_of_speech, second_base
from arena.words.english import table
from arena.words.lexemes import doubled, forms, is_doubling, lexemes
from arena.words.spelling import spellings

_SURE = frozenset({"ly", "ness", "less", "able"})
"""Suffixes that hardly any word ends in by accident."""
_DEPTH = 3
"""How many suffixes a word may carry: carelessness has two."""


class _Rule(NamedTuple):
    suffix: str
    bases: frozenset[str]
    made: frozenset[str]


def _rule(suffix: str, bases: str, made: str) -> _Rule:
    return _Rule(suffix, frozenset(bases.split()), frozenset(made.split()))


_RULES = (
    _rule("ly", "ADJ", "ADV"),
    _rule("ness", "ADJ", "NOUN"),
    _rule("er", "VERB", "NOUN"),
    _rule("or", "VERB", "NOUN"),
    _rule("ment", "VERB", "NOUN"),
    _rule("ion", "VERB", "NOUN"),
    _rule("ation", "VERB", "NOUN"),
    _rule("able", "VERB", "ADJ"),
    _rule("ful", "NOUN VERB", "ADJ NOUN"),
    _rule("less", "NOUN VERB", "ADJ"),
    _rule("y", "NOUN VERB", "ADJ"),
    _rule("ish", "NOUN ADJ", "ADJ"),
    _rule("ous", "NOUN", "ADJ"),
    _rule("ive", "VERB", "ADJ"),
    _rule("al", "NOUN", "ADJ"),
    _rule("ance", "VERB", "NOUN"),
    _rule("ence", "VERB", "NOUN"),
    _rule("ship", "NOUN", "NOUN"),
    _rule("hood", "NOUN", "NOUN"),
    _rule("ist", "NOUN", "NOUN"),
    _rule("ly", "NOUN", "ADJ"),
    _rule("dom", "NOUN ADJ", "NOUN"),
    _rule("en", "NOUN ADJ", "VERB ADJ"),
    _rule("ic", "NOUN", "ADJ"),
    _rule("ity", "ADJ", "NOUN"),
    _rule("ism", "NOUN ADJ", "NOUN"),
    _rule("ian", "NOUN", "NOUN"),
    _rule("ant", "VERB", "NOUN"),
    _rule("al", "VERB", "NOUN"),
    _rule("ery", "VERB NOUN", "NOUN"),
    _rule("ee", "VERB", "NOUN"),
)


@lru_cache(maxsize=16384)
def family(word: str) -> frozenset[str]:
    """Every word of the families that a folded word belongs to."""
    bases = set(lexemes(word))
    _grow(bases, _made_from)
    _grow(bases, derivations)
    return frozenset(form for base in bases for form in forms(base))


@lru_cache(maxsize=65536)
def derivations(base: str) -> frozenset[str]:
    """The base forms that are made of a base form by one suffix."""
    made = {word for rule in _RULES if rule.bases & parts_of_speech(base) for word in _apply(rule, base)}
    made.update(table().derived.get(base, ()))
    return frozenset(spelling for word in made for spelling in spellings(word))


def _apply(rule: _Rule, base: str) -> list[str]:
    return [
        word for word in _joined(base, rule.suffix) if (base, word) not in table().not_derived and _is_made(rule, word)
    ]


def _is_made(rule: _Rule, word: str) -> bool:
    """Whether a word is of the part of speech that the rule makes; a rarer word need only be one."""
    parts = parts_of_speech(word)
    return bool(rule.made & parts) or (not parts and rule.suffix in _SURE and second_base(word) == word)


def _joined(base: str, suffix: str) -> set[str]:
    """How a suffix may be written on to a base."""
    opens_with_vowel = suffix[0] in "aeiouy"
    if base.endswith("y") and suffix != "ish":
        made = {base[:-1] + "i" + suffix, base + suffix, base[:-1] + "ic" + suffix}
        return made | {base[:-1] + suffix} if suffix[0] == "i" else made
    if base.endswith("ble") and suffix == "ity":
        return {base[:-2] + "ility"}
    if base.endswith("e"):
        made = {base + suffix, base[:-1] + suffix if opens_with_vowel else base + suffix}
        return made | {base[:-1] + "y"} if suffix == "ly" and base.endswith("le") else made
    if suffix == "ly":
        return {base + "ly", base + "ally", base + "y" if base.endswith("l") else base + "ly"}
    if opens_with_vowel and is_doubling(base):
        twice = doubled(base) + suffix
        return {twice} if _is_syllable(base) else {twice, base + suffix}
    return {base + suffix}


def _is_syllable(base: str) -> bool:
    return sum(letter in "aeiouy" for letter in base) == 1


@lru_cache(maxsize=65536)
def _made_from(word: str) -> frozenset[str]:
    """The base forms that a word is made of by one suffix."""
    stems = {word[: -len(rule.suffix)] for rule in _RULES if word.endswith(rule.suffix)}
    stems |= {word.removesuffix("y"), word.removesuffix("ally")}  # gent(le), magic
    stems |= {stem[:-1] + "y" for stem in stems if stem.endswith("i")} | {stem[:-2] + "y" for stem in stems}
    stems |= {stem[:-2] + "le" for stem in stems if stem.endswith("bil")} | {stem + "y" for stem in stems}
    stems |= {stem + "e" for stem in stems} | {stem[:-1] for stem in stems if stem[-1:] == stem[-2:-1]}
    listed = {base for base, made in table().derived.items() if word in made}
    return frozenset(listed | {stem for stem in stems if len(stem) > 1 and word in derivations(stem)})


def _grow(bases: set[str], step: Callable[[str], frozenset[str]]) -> None:
    """Add what the step reaches from the bases, and from what it reached."""
    newest = set(bases)
    for _ in range(_DEPTH):
        newest = {word for base in newest for word in step(base)} - bases
        bases |= newest
