"""Lexemes: which words are forms of one another.

A word belongs to every lexeme that it could be a form of, whatever the part of speech: *leaves* belongs to *leaf* and
to *leave*. Two dictionaries are asked, because neither suffices, and our own table has the last word, because both
over-reach. A word that neither knows is taken for a regular noun and a regular verb.
"""

from functools import lru_cache

from arena.words.dictionaries import bases_of, forms_of, is_known, is_listed, second_base
from arena.words.english import table
from arena.words.spelling import spellings

_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=65536)
def lexemes(word: str) -> frozenset[str]:
    """The lexemes that a folded word belongs to, named by their base forms; itself and other spellings among them."""
    bases = {word, *bases_of(word), *table().bases.get(word, ())}
    if not is_listed(word):
        bases |= _regular_bases(word)
    bases.difference_update(table().not_forms.get(word, ()))
    return frozenset(spelling for base in bases for spelling in spellings(base))


@lru_cache(maxsize=65536)
def forms(base: str) -> frozenset[str]:
    """The inflected forms of a lexeme, its base form among them."""
    regular = {form for form in regular_forms(base) if _is_regular_form(form, base)}
    found = {base, *forms_of(base), *table().forms.get(base, ())} | regular
    return frozenset(form for form in found if base not in table().not_forms.get(form, ()))


@lru_cache(maxsize=65536)
def said_by(word: str) -> frozenset[str]:
    """Every word that shares a lexeme with a folded word."""
    return frozenset(form for base in lexemes(word) for form in forms(base))


@lru_cache(maxsize=16384)
def regular_forms(base: str) -> frozenset[str]:
    """What the rules of spelling make of a base: plural, third person, past, participle."""
    if len(base) < 2 or not base.isascii() or not base.isalpha():
        return frozenset()
    if base.endswith("e"):
        return frozenset({base + "s", base + "d", base[:-1] + "ing"})
    if base.endswith("y") and base[-2] not in _VOWELS:
        return frozenset({base[:-1] + "ies", base[:-1] + "ied", base + "ing"})
    stem = doubled(base) if is_doubling(base) else base
    plural = base + "es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else base + "s"
    return frozenset({plural, base + "s", base + "ed", base + "ing", stem + "ed", stem + "ing"})


def is_doubling(base: str) -> bool:
    """Whether a base ends as *stop* does: consonant, vowel, consonant."""
    return len(base) > 2 and base[-1] not in "aeiouwxy" and base[-2] in _VOWELS and base[-3] not in _VOWELS


def doubled(base: str) -> str:
    """The base with its last letter twice."""
    return base + base[-1]


def _is_regular_form(form: str, base: str) -> bool:
    """Whether what the rules make of a base is a form of it, and not a word of its own."""
    if is_listed(form):
        return False
    named = second_base(form)
    return named == base if named is not None else not is_listed(base)


def _regular_bases(word: str) -> set[str]:
    """The known words that a word which the first dictionary lacks is a regular form of."""
    stems = {word[: -len(ending)] for ending in ("s", "d", "es", "ed", "ing") if word.endswith(ending)}
    stems |= {stem + "e" for stem in stems} | {stem[:-1] + "y" for stem in stems if stem.endswith("i")}
    stems |= {stem[:-1] for stem in stems if stem[-1:] == stem[-2:-1]}
    return {stem for stem in stems if word in regular_forms(stem) and is_known(stem) and _is_regular_form(word, stem)}
