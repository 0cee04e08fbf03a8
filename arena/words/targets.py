"""A target word made ready: every form that says it, found beforehand, so that reading a text is looking words up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from arena.core.hits import Form, HitRule
from arena.words.errors import TargetError
from arena.words.families import family
from arena.words.fold import fold
from arena.words.lexemes import said_by
from arena.words.screen import squeezed
from arena.words.split import split

Forms = Mapping[str, HitRule]
"""Folded words, each with the narrowest rule by which it says the target."""


@dataclass(frozen=True, slots=True)
class Target:
    """The forms of an English target under one `Form`."""

    words: tuple[str, ...]
    singles: Forms
    """Single words that say it: its forms, or its words joined."""
    places: tuple[Forms, ...]
    """For a target of several words, the forms accepted in each place; else empty."""
    cores: tuple[str, ...]
    """Letters of which some stand together, once all else is taken out, in any text that says the target plainly."""
    mirrored: tuple[str, ...]
    """The same for a text that says it backwards."""


@lru_cache(maxsize=32768)
def prepare(target: str, form: Form) -> Target:
    """The target made ready. Raises TargetError for one that has no words."""
    words = target_words(target)
    places = tuple(_accepted(word, form) for word in words)
    singles = dict(places[-1]) if len(words) == 1 else _joined(words, places[-1])
    longest = max(places, key=lambda forms: min(map(len, forms)))
    cores = _cores(longest)
    return Target(words, singles, places if len(words) > 1 else (), cores, tuple(core[::-1] for core in cores))


def target_words(target: str) -> tuple[str, ...]:
    """The folded words of a target. Raises TargetError where there is none, or none with a letter."""
    words = tuple(word.text for word in split(fold(target).text))
    if not words:
        raise TargetError(target, "nothing of it is a letter")
    if not any(letter.isalpha() for word in words for letter in word):
        raise TargetError(target, "it has digits and no letter")
    return words


def _accepted(word: str, form: Form) -> dict[str, HitRule]:
    forms: dict[str, HitRule] = {}
    if len(word) > 1 and word.isascii() and word[0].isalpha():
        if form is Form.FAMILY:
            forms |= dict.fromkeys(family(word), HitRule.FAMILY)
        if form is not Form.EXACT:
            forms |= dict.fromkeys(said_by(word), HitRule.INFLECTION)
    return forms | {word: HitRule.EXACT}


def _joined(words: tuple[str, ...], last: Forms) -> dict[str, HitRule]:
    start = "".join(words[:-1])
    return {start + form: rule for form, rule in last.items()}


def _cores(forms: Forms) -> tuple[str, ...]:
    """The shortest strings of which every form contains one; a lone empty one where folding depends on the text."""
    if not all(form.isascii() for form in forms):
        return ("",)
    cores: list[str] = []
    for form in sorted(map(squeezed, forms), key=lambda letters: (len(letters), letters)):
        if not any(core in form for core in cores):
            cores.append(form)
    return tuple(cores)
