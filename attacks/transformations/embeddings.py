"""Neighbours in an embedding of words from a file: any language, any vectors.

Reads the text form of word2vec and GloVe (a word and its numbers a line, apart by spaces; word2vec's first line says
how many words and numbers there are), and `.npz` archives of numpy with `words` and `vectors`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.casing import cased_like
from attacks.transformations.reading import BrokenFileError, found, numbered

VARIABLE = "TABOO_VECTORS"
_REMEDY = (
    f"set {VARIABLE} to a file of word vectors: the text form of word2vec or GloVe (each line a word and its numbers, "
    "such as https://nlp.stanford.edu/projects/glove has), or a .npz with 'words' and 'vectors', which "
    "scripts/word_vectors.py makes of any text"
)
Vectors: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WordVectors(Mapping[str, Vectors]):
    """The vector of each word of a file; `vectors` has the shape `(words, dimensions)`."""

    words: Sequence[str]
    vectors: Vectors
    fingerprint: str

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each word. Of a word that is there twice the first counts."""
        rows: dict[str, int] = {}
        for row, word in enumerate(self.words):
            rows.setdefault(word, row)
        return rows

    def __getitem__(self, word: str) -> Vectors:
        vector: Vectors = self.vectors[self.rows[word]]
        return vector

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_vectors(path: Path | str | None = None) -> WordVectors:
    """The vectors of a file, or of the one that TABOO_VECTORS names. Raises DataMissingError or BrokenFileError."""
    file = found(path, VARIABLE, "a file of word vectors", _REMEDY)
    content = file.read_bytes()
    words, vectors = _from_npz(content, str(file)) if content[:2] == b"PK" else _lines(content, str(file))
    return WordVectors(words, vectors, of_bytes(content))


class EmbeddingNeighbours:
    """The words nearest by cosine, at most `most`, none below `least`; a word that the file lacks has none.

    A word is looked up as it is written, then in lower case; what was found in lower case is written like the word.
    """

    name = "embeddings"
    knows_parts = False

    def __init__(self, path: Path | str | None = None, most: int = 50, least: float = 0.5) -> None:
        """From a file, or the one that TABOO_VECTORS names. Raises DataMissingError or BrokenFileError."""
        known = read_vectors(path)
        self.fingerprint, self._words, vectors = known.fingerprint, known.words, known.vectors
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        self._most, self._least = most, least
        self._rows = known.rows
        self._near = lru_cache(maxsize=65536)(self._nearest)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word, the nearest first."""
        word = text.words[place]
        if word in self._rows:
            return self._near(self._rows[word])
        row = self._rows.get(word.casefold())
        return () if row is None else tuple(dict.fromkeys(cased_like(it, word) for it in self._near(row)))

    def _nearest(self, row: int) -> tuple[str, ...]:
        # Rounded, and of equals the first of the file: the order must not hang on the last bit of a sum.
        likeness = np.round(self._vectors @ self._vectors[row], 5)
        own = self._words[row].casefold()
        # The word itself may stand there in several cases.
        ahead = np.argpartition(-likeness, min(2 * self._most + 8, len(likeness) - 1))[: 2 * self._most + 8]
        edge = likeness[ahead].min()
        near = np.flatnonzero(likeness >= max(edge, self._least))
        ordered = near[np.argsort(-likeness[near], kind="stable")].tolist()
        return tuple(dict.fromkeys(it for n in ordered if (it := self._words[n]).casefold() != own))[: self._most]


def _from_npz(content: bytes, path: str) -> tuple[list[str], Vectors]:
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            words, vectors = arrays["words"].tolist(), arrays["vectors"].astype(np.float32)
    except (KeyError, ValueError, BadZipFile) as wrong:
        raise BrokenFileError(path, 0, f"it holds no arrays 'words' and 'vectors' ({wrong})", _REMEDY) from None
    are_words = all(isinstance(word, str) for word in words)
    if vectors.ndim != 2 or len(words) != len(vectors) or not words or not are_words:
        raise BrokenFileError(path, 0, f"it has {len(words)} words and vectors of shape {vectors.shape}", _REMEDY)
    return words, _finite(vectors, path)


def _lines(content: bytes, path: str) -> tuple[list[str], Vectors]:
    words: list[str] = []
    rows: list[Vectors] = []
    width = 0
    for number, line in numbered(content, path, _REMEDY):
        parts = line.split(" ")
        if number == 1 and len(parts) == 2 and all(part.isdigit() for part in parts):
            width = int(parts[1])
            continue
        width = width or len(parts) - 1
        if len(parts) <= width or not width:
            raise BrokenFileError(path, number, f"it has {len(parts) - 1} numbers, and {width} are due", _REMEDY)
        try:
            rows.append(np.array(parts[-width:], dtype=np.float32))
        except ValueError as wrong:
            raise BrokenFileError(path, number, str(wrong), _REMEDY) from None
        words.append(" ".join(parts[:-width]))
    if not rows:
        raise BrokenFileError(path, 0, "it holds no vector", _REMEDY)
    return words, _finite(np.stack(rows), path)


def _finite(vectors: Vectors, path: str) -> Vectors:
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise BrokenFileError(path, 0, f"the vector of word {row + 1} is no vector of numbers", _REMEDY)
    return vectors
