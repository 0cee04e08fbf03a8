"""How far a text strays from what was said before it, told by words alone: no model, English and Chinese.

A content word of the text is at home where the conversation said it in any form, or said words that bring it to mind
in the concept graph. What weighs is how rare the word is: straying in *submarine* tells more than straying in *thing*.
Words that hold every conversation together (I, that, really) tell nothing either way.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from arena.core.hits import Language
from arena.judges.reading import is_han, tokens
from arena.words.graph import Graph, graph
from arena.words.lexemes import lexemes
from arena.words.segment import segment

COMMONEST = 6.4
"""Words more common than this, in zipf, hold sentences together and tell nothing of the topic;"""
RAREST = 3.0
"""all words rarer than this tell the same."""
DOUBT = 1.0
"""Weight of content, half of it at home, that every text is credited with: one word in a short answer proves little."""
REACH = 3
"""How many of the latest utterances a text may hark back to,"""
FADING = 0.8
"""and how much less each brings to mind than the one after it."""
_FULLY_ACTIVE = 0.15
"""A word that the conversation makes this active is as much at home as one that was said."""
_STEPS = 1


def strays(text: str, earlier: Sequence[str], language: Language) -> float:
    """How much of a text has nothing to do with what was said before, latest last, in [0, 1].

    About 0.5 where nothing can be told: nothing was said before, or the text has no content words.
    """
    heard: dict[str, float] = {}
    for age, utterance in enumerate(reversed(earlier[-REACH:])):
        for word in content(utterance, language):
            heard[word] = max(heard.get(word, 0.0), FADING**age)
    astray, total = DOUBT / 2, DOUBT
    if not heard:
        return astray / total
    known = graph(language)
    home = {base for word in heard for base in _bases(word, language)}
    active = known.activation({word: weight * telling(word, language) for word, weight in heard.items()}, _STEPS)
    for word in content(text, language):
        weight = telling(word, language)
        total += weight
        astray += weight * (1 - _at_home(word, home, active, known, language))
    return astray / total


def _at_home(word: str, home: set[str], active: dict[str, float], known: Graph, language: Language) -> float:
    """How much at home a word is, in [0, 1]."""
    if not home.isdisjoint(_bases(word, language)):
        return 1.0
    base = known.base(word)
    return 0.0 if base is None else min(1.0, active.get(base, 0.0) / _FULLY_ACTIVE)


def content(text: str, language: Language) -> tuple[str, ...]:
    """The different words of a text that tell something of its topic, folded, in text order."""
    return tuple(dict.fromkeys(word for word in words(text) if telling(word, language) > 0))


def words(text: str) -> list[str]:
    """The words of a text, folded; a run of Chinese characters is parted into its words."""
    found: list[str] = []
    run = ""
    for token in (*tokens(text), ""):
        if token and is_han(token):
            run += token
            continue
        found += _parted(run)
        run = ""
        if token:
            found.append(token.partition("'")[0].partition("\u2019")[0])
    return found


def _parted(run: str) -> Iterable[str]:
    edges = segment(run) if run else ()
    return (run[first:last] for first, last in pairwise(edges))


@lru_cache(maxsize=65536)
def telling(word: str, language: Language) -> float:
    """How much a word tells of a topic: 0 for the commonest words and numbers, 1 for rare ones."""
    from wordfreq import zipf_frequency

    if word.isdigit() or (len(word) == 1 and word.isascii()):
        return 0.0
    zipf = zipf_frequency(word, language.value)
    return sqrt(min(1.0, max(0.0, (COMMONEST - zipf) / (COMMONEST - RAREST))))


def _bases(word: str, language: Language) -> frozenset[str]:
    return lexemes(word) if language is Language.ENGLISH and word.isascii() else frozenset((word,))
