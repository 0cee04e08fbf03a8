"""Paraphrases from the files in which PPDB is handed on."""

import os
import zipfile

import pytest

from attacks.core.text import Text
from attacks.transformations.errors import DataMissingError
from attacks.transformations.ppdb import PPDB
from attacks.transformations.reading import BrokenFileError

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs the pairs of counter-fitting in TABOO_DATA")
FORMS = {
    "ppdb": "[NN] ||| film ||| movie ||| PPDB2.0Score=5.2 ||| 0-0 ||| Equivalence\n\n"
    "[NN] ||| Film ||| motion picture ||| PPDB2.0Score=4 ||| 0-0 ||| Equivalence\n"
    "[NN] ||| film ||| film ||| x=1\n",
    "counter-fitting": "en_film en_movie\nen_film en_movie\nen_kino en_film\n",
    "plain": "film movie\nfilms film\n",
    "tabs": "film\tmovie\r\nmotion picture\tfilm\r\n",
}


def found(written, tmp_path, text="A FILM", place=1, **options):
    file = tmp_path / "pairs.txt"
    file.write_bytes(written.encode())
    return PPDB(file, **options)(Text.of(text), place)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("ppdb", ("movie", "motion picture")),
        ("counter-fitting", ("movie", "kino")),
        ("plain", ("movie", "films")),
        ("tabs", ("movie", "motion picture")),
    ],
)
def test_every_form_is_read_in_the_order_of_the_file(form, words, tmp_path):
    assert found(FORMS[form], tmp_path, "a film") == words
    assert found(FORMS[form], tmp_path, most=1) == ("MOVIE",)


def test_a_pair_holds_both_ways_and_in_the_case_of_the_word(tmp_path):
    assert found(FORMS["plain"], tmp_path, "Movie", 0) == ("Film",)
    assert found(FORMS["plain"], tmp_path, "unknown", 0) == ()


def test_an_archive_with_one_file_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "pairs.zip", "w") as archive:
        archive.writestr("mwa/", "")
        archive.writestr("mwa/pairs", FORMS["tabs"])
    assert PPDB(tmp_path / "pairs.zip")(Text.of("film"), 0) == ("movie", "motion picture")


def test_the_variable_names_the_file(tmp_path, monkeypatch):
    file = tmp_path / "pairs.txt"
    file.write_text("film movie")
    monkeypatch.setenv("TABOO_PPDB", str(file))
    assert PPDB()(Text.of("film"), 0) == ("movie",)
    assert len(PPDB().fingerprint) == 16


@pytest.mark.parametrize(
    ("written", "line", "problem"),
    [
        ("film movie\nfilm\n", 2, "'film' is no pair of phrases"),
        ("a b c\n", 1, "'a b c' is no pair of phrases"),
        ("[NN] ||| film ||| movie\n", 1, "no pair of phrases"),
        ("[NN] ||| film |||  ||| x=1\n", 1, "no pair of phrases"),
        ("\n\nfilm\t\n", 3, "no pair of phrases"),
    ],
)
def test_a_line_that_is_no_pair_is_named(written, line, problem, tmp_path):
    with pytest.raises(BrokenFileError, match=problem) as refused:
        found(written, tmp_path)
    assert f"pairs.txt, line {line}: " in str(refused.value)
    assert "set TABOO_PPDB to a file" in str(refused.value)


def test_other_encodings_and_archives_of_many_files_are_refused(tmp_path):
    file = tmp_path / "pairs.txt"
    file.write_bytes(b"film movie\ncaf\xe9 coffee\n")
    with pytest.raises(BrokenFileError, match="line 2: it is no UTF-8"):
        PPDB(file)
    file.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(BrokenFileError, match="it is no zip archive"):
        PPDB(file)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("one", "a b")
        archive.writestr("two", "a b")
    with pytest.raises(BrokenFileError, match="the archive holds 2 files, not one"):
        PPDB(tmp_path / "two.zip")


def test_a_missing_file_is_named_with_where_it_is_had(monkeypatch):
    monkeypatch.delenv("TABOO_PPDB", raising=False)
    with pytest.raises(DataMissingError, match=r"looked in TABOO_PPDB.*paraphrase\.org.*mwa_ppdb"):
        PPDB()
    with pytest.raises(DataMissingError, match=r"looked in nowhere\.txt"):
        PPDB("nowhere.txt")


@needs_data
def test_the_pairs_of_counter_fitting_are_read():
    read = PPDB(f"{DATA}/counterfitted-constraints/ppdb_synonyms.txt")
    assert "modelling" in read(Text.of("modeling"), 0)


@needs_data
@pytest.mark.slow
def test_the_archive_of_nltk_is_read():
    read = PPDB(f"{DATA}/nltk_data/misc/mwa_ppdb.zip")
    assert "harvesting" in read(Text.of("a crop"), 1)
