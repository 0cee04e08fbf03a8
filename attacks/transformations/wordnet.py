"""Synonyms of WordNet: the lemmas of the synsets of a word in its own part of speech.

Reads WordNet and a part-of-speech tagger through nltk, which looks for its data in `NLTK_DATA`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from attacks.core.text import Text
from attacks.transformations.nltk_files import require

_PARTS = {"N": "n", "V": "v", "J": "a", "R": "r"}
"""Which part of speech of WordNet a tag of the Penn treebank begins."""
_NEEDED = ("corpora/wordnet", "taggers/averaged_perceptron_tagger_eng")


class WordNetSynonyms:
    """Synonyms in the word's part of speech, alphabetically; never the word itself in another case.

    A word that is neither noun, verb, adjective nor adverb has none.
    """

    name = "wordnet"
    fingerprint = ""
    knows_parts = True

    def __init__(self) -> None:
        """Raises DataMissingError where WordNet or the tagger is not installed."""
        require(*_NEEDED)
        self._tags = lru_cache(maxsize=4096)(_tags)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word; `place` is a word's number."""
        part = _PARTS.get(self._tags(text.words)[place][:1])
        return () if part is None else synonyms(text.words[place].casefold(), part)


def _tags(words: tuple[str, ...]) -> tuple[str, ...]:
    import nltk

    return tuple(tag for _, tag in nltk.pos_tag(list(words)))


@lru_cache(maxsize=65536)
def synonyms(word: str, part: str) -> tuple[str, ...]:
    """The lemmas that share a synset with a word in a part of speech (n, v, a, r), underscores read as spaces."""
    found = {
        lemma.name().replace("_", " ") for synset in _wordnet().synsets(word, pos=part) for lemma in synset.lemmas()
    }
    return tuple(sorted(it for it in found if it.casefold() != word))


def _wordnet() -> Any:  # noqa: ANN401 - nltk has no types
    from nltk.corpus import wordnet

    return wordnet
