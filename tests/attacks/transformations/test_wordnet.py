"""WordNet's synonyms, and how a run knows again which files they came from."""

import os
from pathlib import Path

import pytest

from attacks.core.text import Text
from attacks.opening import recipe_named
from attacks.transformations.errors import DataMissingError
from attacks.transformations.wordnet import WordNetSynonyms

DATA = os.environ.get("TABOO_DATA")
WORDNET, TAGGER = "corpora/wordnet", "taggers/averaged_perceptron_tagger_eng"
PARTS = ("adj", "adv", "noun", "verb")
FILES = [
    *(f"{WORDNET}/{kind}.{part}" for kind in ("index", "data") for part in PARTS),
    *(f"{WORDNET}/{part}.exc" for part in PARTS),
    *(f"{TAGGER}/averaged_perceptron_tagger_eng.{it}.json" for it in ("classes", "tagdict", "weights")),
]


@pytest.fixture
def fingerprint(monkeypatch):
    """What the fingerprint is where nltk's data is in a folder."""
    nltk = pytest.importorskip("nltk")

    def of(folder: Path) -> str:
        monkeypatch.setattr(nltk.data, "path", [])
        monkeypatch.setenv("NLTK_DATA", str(folder))
        return WordNetSynonyms().fingerprint

    return of


def written(folder: Path, changed: str = "") -> Path:
    """A folder with small files of these names, one of them with another letter."""
    for name in FILES:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{'b' if name == changed else 'a'} {name}")
    return folder


@pytest.mark.parametrize("changed", FILES)
def test_a_letter_of_any_file_that_is_read_changes_the_fingerprint(changed, fingerprint, tmp_path):
    assert fingerprint(written(tmp_path / "a")) != fingerprint(written(tmp_path / "b", changed))


def test_the_same_files_in_another_place_have_the_same_fingerprint(fingerprint, tmp_path):
    assert fingerprint(written(tmp_path / "a")) == fingerprint(written(tmp_path / "b"))


def test_a_file_that_is_missing_is_named(fingerprint, tmp_path):
    (written(tmp_path) / WORDNET / "data.verb").unlink()
    with pytest.raises(DataMissingError, match=r"data\.verb"):
        fingerprint(tmp_path)


@pytest.mark.skipif(DATA is None, reason="needs WordNet in TABOO_DATA")
def test_candidates_are_those_of_the_part_of_speech_and_a_recipe_says_where_they_are_from(fingerprint):
    assert recipe_named("pwws").reads == fingerprint(Path(DATA, "nltk_data"))
    synonyms, text = WordNetSynonyms(), Text.of("the movie")
    assert "film" in synonyms(text, 1)
    assert synonyms(text, 0) == ()
