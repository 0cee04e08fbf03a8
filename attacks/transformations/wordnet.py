"""Synonyms of WordNet: the lemmas of the synsets of a word in its own part of speech.

Reads WordNet and a part-of-speech tagger through nltk, which looks for its data in `NLTK_DATA`.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from attacks.core.text import Text
from attacks.transformations.errors import DataMissingError

_PARTS = {"N": "n", "V": "v", "J": "a", "R": "r"}
"""Which part of speech of WordNet a tag of the Penn treebank begins."""
_NEEDED = ("corpora/wordnet", "taggers/averaged_perceptron_tagger_eng")


class WordNetSynonyms:
    """Synonyms in the word's part of speech, alphabetically; never the word itself in another case.

    A word that is neither noun, verb, adjective nor adverb has none.
    """

    name = "wordnet"

    def __init__(self) -> None:
        """Raises DataMissingError where WordNet or the tagger is not installed."""
        import nltk

        # nltk reads the variable once, when it is first imported, which may have been long ago.
        named = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
        nltk.data.path[:0] = [folder for folder in named if folder not in nltk.data.path]
        for resource in _NEEDED:
            try:
                nltk.data.find(resource)
            except LookupError:
                raise DataMissingError(
                    f"nltk's {resource.partition('/')[2]}",
                    os.environ.get("NLTK_DATA") or "nltk's own folders",
                    f"set NLTK_DATA to a folder with {resource}, or run: python -m nltk.downloader "
                    + resource.partition("/")[2],
                ) from None
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
