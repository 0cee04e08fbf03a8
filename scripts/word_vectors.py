"""Make word vectors of a text in seconds: words that stand among the same words are near each other.

Usage: python scripts/word_vectors.py FILE OUT.npz [--language en|zh] [--dimensions 100] [--window 4] [--least 5]

FILE is a text with a passage a line, or a .tsv, .csv or .jsonl file of examples as `taboo attack` reads them. OUT is
what `embeddings` reads as a source of candidates (`TABOO_VECTORS`). Needs scikit-learn and scipy.

Counts how often two words stand within a window, takes positive pointwise mutual information with smoothed contexts
(Levy, Goldberg and Dagan, 'Improving Distributional Similarity with Lessons Learned from Word Embeddings', TACL 2015),
and reduces it by a truncated singular value decomposition, singular values to the power of one half.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attacks.data.examples import read_examples
from attacks.languages import LANGUAGES, reader

SMOOTHING = 0.75
"""The power to which counts of contexts are raised, against the weight of rare ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the vectors and say how many there are."""
    parser = argparse.ArgumentParser(description="Make word vectors of a text.")
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--dimensions", type=int, default=100)
    parser.add_argument("--window", type=int, default=4, help="words on either side")
    parser.add_argument("--least", type=int, default=5, help="how often a word must be there")
    given = parser.parse_args(arguments)
    read = reader(given.language)
    texts = [[word.casefold() for word in read(line).words] for line in lines(given.file)]
    counted = Counter(word for text in texts for word in text)
    words = sorted(word for word, count in counted.items() if count >= given.least)
    if len(words) <= given.dimensions:
        sys.stderr.write(f"{given.file} has {len(words)} words that often, too few for {given.dimensions} dimensions\n")
        return 1
    made = vectors(texts, words, given.window, given.dimensions)
    np.savez_compressed(given.out, words=np.array(words), vectors=made)
    sys.stdout.write(f"{len(words)} words in {made.shape[1]} dimensions: {given.out}\n")
    return 0


def lines(file: Path) -> Iterable[str]:
    """The passages of a file."""
    if file.suffix in (".tsv", ".csv", ".jsonl"):
        return [example.text for example in read_examples(file)]
    return file.read_text(encoding="utf-8").splitlines()


def vectors(texts: Iterable[Sequence[str]], words: Sequence[str], window: int, dimensions: int) -> NDArray[np.float32]:
    """A vector for each word, shape `(len(words), dimensions)`, the same every time."""
    from sklearn.decomposition import TruncatedSVD

    svd = TruncatedSVD(dimensions, random_state=0)
    reduced = svd.fit_transform(mutual_information(together(texts, words, window)))
    return np.asarray(reduced / np.sqrt(np.maximum(svd.singular_values_, 1e-12)), dtype=np.float32)


def together(texts: Iterable[Sequence[str]], words: Sequence[str], window: int) -> Any:  # noqa: ANN401 - scipy's own
    """How often each two words stand within a window, nearer ones counting for more; a sparse matrix."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    numbers = {word: number for number, word in enumerate(words)}
    counts: Counter[tuple[int, int]] = Counter()
    for text in texts:
        row = [numbers.get(word, -1) for word in text]
        for apart in range(1, window + 1):
            for one, other in zip(row, row[apart:], strict=False):
                if one >= 0 and other >= 0:
                    counts[one, other] += window + 1 - apart
    at = np.array(sorted(counts), dtype=np.int64).reshape(-1, 2)
    values = np.array([counts[one, other] for one, other in at.tolist()], dtype=np.float64)
    half = csr_matrix((values, (at[:, 0], at[:, 1])), shape=(len(words), len(words)))
    return half + half.T


def mutual_information(counts: Any) -> Any:  # noqa: ANN401 - scipy's own
    """The positive pointwise mutual information of a sparse matrix of counts."""
    found = counts.tocoo()
    rows = np.asarray(counts.sum(axis=1)).ravel()
    contexts = np.asarray(counts.sum(axis=0)).ravel() ** SMOOTHING
    expected = rows[found.row] * contexts[found.col] / contexts.sum()
    found.data = np.maximum(np.log(found.data / expected), 0.0)
    whole = found.tocsr()
    whole.eliminate_zeros()
    return whole


if __name__ == "__main__":
    sys.exit(main())
