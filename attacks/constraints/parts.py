"""Replacements keep the part of speech: a noun for a noun, as a tagger reads both in their places."""

from functools import lru_cache

from attacks.core.perturbation import Perturbation
from attacks.transformations.nltk_files import require

BESIDE = 4
"""How many words on either side the tagger reads with a word: enough for its features, and no cost that grows."""

_COARSE = {"N": "noun", "V": "verb", "J": "adjective", "R": "adverb"}


class SameParts:
    """Allows perturbations whose every replaced word has the part of speech of the original word in the original text.

    Nouns, verbs, adjectives and adverbs are one part each, whatever their number, tense or degree; anything else is
    what the Penn treebank calls it. A replacement of several words counts by its first; no word has no part.
    """

    def __init__(self) -> None:
        """Raises DataMissingError where nltk's tagger is not installed."""
        require("taggers/averaged_perceptron_tagger_eng")
        self._part = lru_cache(maxsize=65536)(_part)

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether all replaced words, those of earlier steps included, are what the original words were."""
        before = Perturbation(perturbation.original)
        return all(
            bool(text.strip()) and self._part(*_window(perturbation, place)) == self._part(*_window(before, place))
            for place, text in perturbation.changes
        )


def _window(perturbation: Perturbation, place: int) -> tuple[tuple[str, ...], int]:
    """The words around a place as they stand, and where the place is among them; a removed word is not among them."""
    first, end = max(0, place - BESIDE), min(len(perturbation.original), place + BESIDE + 1)
    before = [word for it in range(first, place) for word in perturbation.word(it).split()]
    after = [word for it in range(place, end) for word in perturbation.word(it).split()]
    return (*before, *after), len(before)


def _part(words: tuple[str, ...], at: int) -> str:
    import nltk

    tag: str = nltk.pos_tag(list(words))[at][1]
    return tag if tag == "RP" else _COARSE.get(tag[0], tag)  # a particle is no adverb
