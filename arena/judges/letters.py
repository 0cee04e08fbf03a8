"""Whether an unknown word could be one: the pairs of letters that English words are made of.

Names, foreign words and inventions mostly could; shuffled letters and keyboard mash mostly could not.
"""

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise, product
from math import exp, log

_EDGE = " "
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz")
_STEEPNESS = 4.0


@lru_cache(maxsize=65536)
def implausibility(word: str) -> float:
    """How unlike a word the order of its letters is, in [0, 1]; 0.5 where it is no better than any other order."""
    bare = "".join(char for char in unicodedata.normalize("NFD", word) if char in _ALPHABET)
    if not bare:
        return 0.5
    surprise = _surprise()
    path = _EDGE + bare + _EDGE
    mean = sum(surprise[pair] for pair in pairwise(path)) / len(bare)
    return 1 / (1 + exp(_STEEPNESS * mean))


@lru_cache(maxsize=1)
def _surprise() -> dict[tuple[str, str], float]:
    """How much likelier a letter is after another than anywhere, in nats, for every pair; counted over common words."""
    from wordfreq import get_frequency_dict

    pairs: Counter[tuple[str, str]] = Counter()
    for word in get_frequency_dict("en", wordlist="small"):
        if len(word) > 2 and _ALPHABET.issuperset(word):
            pairs.update(zip(_EDGE + word, word + _EDGE, strict=True))
    before: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for (first, second), count in pairs.items():
        before[first] += count
        letters[second] += count
    total = sum(letters.values())
    known = sorted({*_ALPHABET, _EDGE})
    surprise = {}
    for first, second in product(known, known):
        after = (pairs[first, second] + 0.5) / (before[first] + 0.5 * len(known))
        surprise[first, second] = log(after / (letters[second] / total))
    return surprise
