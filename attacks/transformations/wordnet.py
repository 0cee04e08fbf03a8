"""Synonyms of WordNet: the lemmas of the synsets of a word in its own part of speech.

Reads WordNet and a part-of-speech tagger through nltk, which looks for its data in `NLTK_DATA`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

from attacks.core.text import Text
from attacks.fingerprints import of_parts
from attacks.transformations.nltk_files import require

_PARTS = {"N": "n", "V": "v", "J": "a", "R": "r"}
"""Which part of speech of WordNet a tag of the Penn treebank begins."""
_TAGGER = "averaged_perceptron_tagger_eng"
_NEEDED = {
    "corpora/wordnet": [
        *(f"{kind}.{part}" for kind in ("index", "data") for part in ("adj", "adv", "noun", "verb")),
        *(f"{part}.exc" for part in ("adj", "adv", "noun", "verb")),
    ],
    f"taggers/{_TAGGER}": [f"{_TAGGER}.{kind}.json" for kind in ("classes", "tagdict", "weights")],
}
"""The files that are read, by their folders."""


class WordNetSynonyms:
    """Synonyms in the word's part of speech, alphabetically; never the word itself in another case.

    A word that is neither noun, verb, adjective nor adverb has none.
    """

    name = "wordnet"
    knows_parts = True

    def __init__(self) -> None:
        """Raises DataMissingError where WordNet or the tagger is not installed."""
        require(*(f"{folder}/{name}" for folder, names in _NEEDED.items() for name in names))
        self.fingerprint = _fingerprint(*map(_found, _NEEDED))
        self._tags = lru_cache(maxsize=4096)(_tags)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word; `place` is a word's number."""
        part = _PARTS.get(self._tags(text.words)[place][:1])
        return () if part is None else synonyms(text.words[place].casefold(), part)


def _found(folder: str) -> Any:  # noqa: ANN401 - nltk has no types
    import nltk

    return nltk.data.find(folder)


@lru_cache(maxsize=4)
def _fingerprint(*folders: Any) -> str:  # noqa: ANN401 - nltk's pointers to a folder, or to one in an archive
    """A digest of every byte that is read. CRC-32 by file: 28 MB are known again, nobody forges a dictionary."""
    sums: list[str] = []
    for folder, names in zip(folders, _NEEDED.values(), strict=True):
        for name in names:
            with folder.join(name).open() as file:
                sums.append(f"{name} {crc32(file.read()):08x}")
    return of_parts(*sums)


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
