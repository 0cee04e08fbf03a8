"""Neighbours in vectors from files."""

import numpy as np
import pytest

from attacks.core.text import Text
from attacks.transformations.embeddings import EmbeddingNeighbours
from attacks.transformations.errors import DataMissingError
from attacks.transformations.reading import BrokenFileError

VECTORS = {
    "film": [1.0, 0.0],
    "movie": [0.9, 0.1],
    "Film": [1.0, 0.0],
    "kino": [0.8, 0.6],
    "far": [-1.0, 0.1],
    "nothing": [0.0, 0.0],
    "\u7535\u5f71": [0.6, 0.8],
}


def glove(vectors=VECTORS):
    return "".join(f"{word} {' '.join(map(str, row))}\n" for word, row in vectors.items())


def npz(file, words=None, vectors=None):
    words = list(VECTORS) if words is None else words
    np.savez(file, words=np.array(words), vectors=np.array(list(VECTORS.values()) if vectors is None else vectors))
    return file


@pytest.fixture(params=["glove", "word2vec", "npz"])
def file(request, tmp_path):
    if request.param == "npz":
        return npz(tmp_path / "v.npz")
    header = f"{len(VECTORS)} 2\n" if request.param == "word2vec" else ""
    (tmp_path / "v.txt").write_text(header + glove(), encoding="utf-8")
    return tmp_path / "v.txt"


def test_the_nearest_come_first_and_none_below_the_bound(file):
    text = Text.of("film FILM Kino \u7535\u5f71 unknown nothing")
    near = EmbeddingNeighbours(file, least=0.5)
    assert [near(text, place) for place in range(6)] == [
        ("movie", "kino", "\u7535\u5f71"),
        ("MOVIE", "KINO", "\u7535\u5f71"),
        ("\u7535\u5f71", "Movie", "Film"),
        ("kino", "movie", "film", "Film"),
        (),
        (),
    ]
    assert EmbeddingNeighbours(file, most=1, least=0.5)(text, 0) == ("movie",)
    assert EmbeddingNeighbours(file, least=0.97)(text, 0) == ("movie",)


def test_neighbours_are_those_of_all_cosines_sorted(tmp_path):
    rows = np.random.default_rng(3).normal(size=(400, 8))
    near = EmbeddingNeighbours(npz(tmp_path / "v.npz", [f"w{it}" for it in range(400)], rows), most=9, least=-1.0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for row in (0, 17, 399):
        order = [it for it in np.argsort(-(rows @ rows[row])).tolist() if it != row]
        assert near(Text.of(f"w{row}"), 0) == tuple(f"w{it}" for it in order[:9])


def test_equals_come_in_the_order_of_the_file(tmp_path):
    near = EmbeddingNeighbours(npz(tmp_path / "v.npz", ["a", "d", "c", "b"], [[1.0, 0], [1, 0], [1, 0], [1, 0]]))
    assert near(Text.of("a"), 0) == ("d", "c", "b")


def test_of_a_word_that_is_there_twice_the_first_counts(tmp_path):
    near = EmbeddingNeighbours(npz(tmp_path / "v.npz", ["a", "a", "b", "c"], [[1.0, 0], [0, 1], [1, 0], [0, 1]]))
    assert near(Text.of("a"), 0) == ("b",)


def test_the_word_of_a_line_may_hold_spaces(tmp_path):
    (tmp_path / "v.txt").write_text("a 1 0\n. . 1 0.1\n")
    assert EmbeddingNeighbours(tmp_path / "v.txt")(Text.of("a"), 0) == (". .",)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("a 1 0\nb 1\n", "line 2: it has 1 numbers, and 2 are due"),
        ("a 1 0\nb 1 x\n", "line 2: could not convert"),
        ("a\n", "line 1: it has 0 numbers"),
        ("", "it holds no vector"),
        ("3 2\n", "it holds no vector"),
        ("a 1 0\nb nan 0\n", "the vector of word 2 is no vector of numbers"),
    ],
)
def test_a_broken_text_is_named_by_its_line(written, problem, tmp_path):
    (tmp_path / "v.txt").write_text(written)
    with pytest.raises(BrokenFileError, match=problem) as refused:
        EmbeddingNeighbours(tmp_path / "v.txt")
    assert "set TABOO_VECTORS to a file of word vectors" in str(refused.value)


@pytest.mark.parametrize(
    ("words", "vectors"), [(["a"], [[1.0], [2.0]]), ([], np.zeros((0, 2))), ([1, 2], [[1.0], [2.0]]), (["a"], [1.0])]
)
def test_arrays_that_do_not_fit_each_other_are_refused(words, vectors, tmp_path):
    with pytest.raises(BrokenFileError, match="words and vectors of shape"):
        EmbeddingNeighbours(npz(tmp_path / "v.npz", words, vectors))


def test_an_archive_of_other_arrays_and_a_pickle_in_it_are_refused(tmp_path):
    np.savez(tmp_path / "v.npz", other=np.zeros(2))
    with pytest.raises(BrokenFileError, match="no arrays 'words' and 'vectors'"):
        EmbeddingNeighbours(tmp_path / "v.npz")
    np.savez(tmp_path / "v.npz", words=np.array([{}], dtype=object), vectors=np.zeros((1, 2)))
    with pytest.raises(BrokenFileError, match="allow_pickle"):
        EmbeddingNeighbours(tmp_path / "v.npz")
    (tmp_path / "v.npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(BrokenFileError, match="no arrays"):
        EmbeddingNeighbours(tmp_path / "v.npz")


def test_missing_vectors_say_which_file_and_how_to_make_one(monkeypatch):
    monkeypatch.delenv("TABOO_VECTORS", raising=False)
    with pytest.raises(DataMissingError, match=r"looked in TABOO_VECTORS.*scripts/word_vectors\.py"):
        EmbeddingNeighbours()
