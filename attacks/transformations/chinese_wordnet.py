"""Synonyms of a Chinese WordNet: words that share a synset, in a file of the Open Multilingual Wordnet.

The file has a line for each word of a synset: the synset (`01234567-n`), `lemma` or `cmn:lemma`, and the word, with
tabs between. Lines that begin with `#`, and those of other kinds (definitions, examples), are passed over.
"""

from collections.abc import Sequence
from pathlib import Path

from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.languages import parts_of_speech
from attacks.transformations.reading import BrokenFileError, found, numbered

VARIABLE = "TABOO_CHINESE_WORDNET"
_REMEDY = (
    f"set {VARIABLE} to a .tab file of the Open Multilingual Wordnet (lines SYNSET, lemma, WORD with tabs between), "
    "such as wn-data-cmn.tab, which nltk's omw-1.4 has in the folder cmn (python -m nltk.downloader omw-1.4)"
)
_PARTS = {"n": "noun", "v": "verb", "a": "adjective", "s": "adjective", "r": "adverb"}


class ChineseWordNet:
    """Synonyms in the word's part of speech, by code points; never the word itself."""

    name = "wordnet"
    knows_parts = True

    def __init__(self, path: Path | str | None = None) -> None:
        """From a file, or the one that TABOO_CHINESE_WORDNET names. Raises DataMissingError or BrokenFileError."""
        file = found(path, VARIABLE, "a Chinese WordNet", _REMEDY)
        content = file.read_bytes()
        self.fingerprint = of_bytes(content)
        self._parts = parts_of_speech("zh")
        self._words: dict[str, set[str]] = {}
        self._synsets: dict[tuple[str, str], list[str]] = {}
        for number, line in numbered(content, str(file), _REMEDY):
            self._take(line.split("\t"), str(file), number)
        if not self._words:
            raise BrokenFileError(str(file), 0, "it has no word", _REMEDY)

    def _take(self, columns: Sequence[str], path: str, number: int) -> None:
        if columns[0].startswith("#"):
            return
        synset, kind = columns[0], columns[1] if len(columns) > 1 else ""
        part = _PARTS.get(synset.rpartition("-")[2])
        if part is None or not kind:
            raise BrokenFileError(path, number, f"{' '.join(columns)[:60]!r} is no word of a synset", _REMEDY)
        if kind.rpartition(":")[2] != "lemma":
            return
        # The Chinese Open Wordnet parts with a plus the pieces of a word, such as a final particle.
        word = columns[2].strip().replace("+", "") if len(columns) > 2 else ""
        if not word:
            raise BrokenFileError(path, number, f"synset {synset} has a word that is empty", _REMEDY)
        self._words.setdefault(synset, set()).add(word)
        self._synsets.setdefault((word, part), []).append(synset)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word."""
        word = text.words[place]
        synsets = self._synsets.get((word, self._parts(text.words)[place]), ())
        return tuple(sorted({it for synset in synsets for it in self._words[synset]} - {word}))
