"""What the two dictionaries of English forms say, and which words are ordinary.

The first lists all bases of a form and all forms of a base; the second knows more words and gives a form one base.
Both are loaded at the first question.
"""

from collections.abc import Mapping
from functools import cache, lru_cache


@lru_cache(maxsize=65536)
def bases_of(word: str) -> frozenset[str]:
    """The base forms that the first dictionary gives a folded word."""
    from lemminflect import getAllLemmas

    return frozenset(base for bases in getAllLemmas(word).values() for base in bases if _is_plain(base))


@lru_cache(maxsize=65536)
def forms_of(base: str) -> frozenset[str]:
    """The inflected forms that the first dictionary gives a base form."""
    from lemminflect import getAllInflections

    return frozenset(form for forms in getAllInflections(base).values() for form in forms if _is_plain(form))


@lru_cache(maxsize=65536)
def parts_of_speech(word: str) -> frozenset[str]:
    """What a base form can be, as Universal Dependencies name it: NOUN, VERB, ADJ, ADV, AUX."""
    from lemminflect import getAllLemmas

    return frozenset(part for part, bases in getAllLemmas(word).items() if word in bases)


def is_listed(word: str) -> bool:
    """Whether the first dictionary has the word, as a base or as a form."""
    return bool(bases_of(word) or forms_of(word))


def second_base(word: str) -> str | None:
    """The one base form that the second dictionary gives a folded word; a name is found without its capital."""
    base = _second().get(word) or _second().get(word.capitalize())
    return base.lower() if base else None


@lru_cache(maxsize=65536)
def is_known(word: str) -> bool:
    """Whether a folded word is an ordinary word, in any form."""
    return is_listed(word) or second_base(word) is not None or word in _frequent()


def _is_plain(word: str) -> bool:
    """Whether a dictionary's entry is one folded word; hyphens and spaces are the business of `split`."""
    return word.isascii() and word.isalpha() and word.islower()


@cache
def _second() -> Mapping[str, str]:
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory

    dictionary: Mapping[str, str] = DefaultDictionaryFactory().get_dictionary("en")
    return dictionary


@cache
def _frequent() -> frozenset[str]:
    from wordfreq import get_frequency_dict

    return frozenset(get_frequency_dict("en", "small"))
