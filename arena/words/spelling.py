"""British and American spellings of one lexeme: colour and color, centre and center, organise and organize."""

import re
from functools import cache, lru_cache

from arena.words.dictionaries import is_known
from arena.words.english import table

_ISE = re.compile(r"(?<=[a-z]{3}i)[sz](?=e$|er$|ation$|ational$|able$)")
_YSE = re.compile(r"(?<=[a-z]{2}y)[sz](?=e$|er$)")


@lru_cache(maxsize=65536)
def spellings(word: str) -> frozenset[str]:
    """Every spelling of a base form, the given one among them."""
    other = {pattern.sub(letter, word) for pattern in (_ISE, _YSE) for letter in "sz"}
    if "or" in word or "our" in word:
        other |= _or_and_our(word)
    other.discard(word)
    return frozenset({word, *table().variants.get(word, ()), *filter(is_known, other)})


@cache
def _our_stems() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(stem.removesuffix("our") for stem in table().our_stems) + ")(ou?r)")


def _or_and_our(word: str) -> set[str]:
    match = _our_stems().search(word)
    if match is None:
        return set()
    return {word[: match.start(1)] + ending + word[match.end(1) :] for ending in ("or", "our")}
