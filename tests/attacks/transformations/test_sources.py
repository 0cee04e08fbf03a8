"""Sources of candidates by name, and what languages know of words."""

import json
import os
import re

import pytest

from attacks.constraints.chinese_parts import SameChineseParts
from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.languages import chinese_part, chinese_text, parts_of_speech, reader, same_parts, stop_words
from attacks.transformations.embeddings import EmbeddingNeighbours
from attacks.transformations.sources import SourceUnknownError, source_named, usual_constraint

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's lists and tagger in TABOO_DATA")
pytest.importorskip("nltk")
ENTRIES = "".join(f"NO.=1\nW_C={word}\nG_C=noun\nDEF={{a|b}}\n" for word in ("\u7535\u5f71", "\u5f71\u7247"))


@pytest.fixture
def nltk_data(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "en.txt").write_text("film 1 0\nmovie 1 0.1\n")
    (tmp_path / "zh.txt").write_text("\u7535\u5f71 1 0\n\u5f71\u7247 1 0.1\n", encoding="utf-8")
    (tmp_path / "near.json").write_text(json.dumps({"film": ["movie"]}))
    (tmp_path / "pairs.txt").write_text("film movie\n")
    (tmp_path / "wn.tab").write_text("1-n\tlemma\t\u7535\u5f71\n1-n\tlemma\t\u5f71\u7247\n", encoding="utf-8")
    (tmp_path / "HowNet.txt").write_text(ENTRIES, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "language", "file"),
    [
        ("embeddings", "en", "en.txt"),
        ("embeddings", "zh", "zh.txt"),
        ("counterfitted", "en", "near.json"),
        ("ppdb", "en", "pairs.txt"),
        ("wordnet", "zh", "wn.tab"),
        ("sememes", "zh", "HowNet.txt"),
    ],
)
def test_a_source_is_had_by_its_name_and_a_file(name, language, file, files):
    source = source_named(f"{name}:{files / file}", language)
    assert source.name == name
    assert len(source.fingerprint) == 16
    word, other = ("\u7535\u5f71", "\u5f71\u7247") if language == "zh" else ("film", "movie")
    assert list(source(Text.of(word), 0)) == [other]


@needs_data
@pytest.mark.usefixtures("nltk_data")
def test_the_english_wordnet_is_nltks():
    source = source_named("wordnet")
    assert (source.name, source.knows_parts) == ("wordnet", True)
    assert re.fullmatch("[0-9a-f]{16}", source.fingerprint)


@pytest.mark.parametrize(
    ("name", "language"), [("thesaurus", "en"), ("ppdb", "zh"), ("wordnet:file", "en"), ("wordnet", "fr"), ("", "en")]
)
def test_an_unknown_source_is_refused_with_the_known_ones(name, language):
    with pytest.raises(SourceUnknownError, match=rf"source of candidates {name!r} is none of .*{language!r}"):
        source_named(name, language)


@needs_data
@pytest.mark.usefixtures("nltk_data")
def test_a_source_that_does_not_know_parts_of_speech_is_held_to_them(files):
    chinese = EmbeddingNeighbours(files / "zh.txt")
    allowed = usual_constraint(chinese, "zh")
    text = chinese_text("\u7535\u5f71\u5f88\u597d")
    assert allowed(Perturbation(text, ((0, "\u5f71\u7247"),)))
    assert not allowed(Perturbation(text, ((0, "\u597d"),)))
    english = Text.of("the film was great")
    held = usual_constraint(chinese, "en")
    assert held(Perturbation(english, ((1, "movie"),)))
    assert not held(Perturbation(english, ((1, "quickly"),)))
    assert not held(Perturbation(english, ((0, "a"),)))
    assert usual_constraint(source_named("wordnet"), "en")(Perturbation(english, ((0, "quickly"),)))


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("\u9152\u5e97", "noun"),
        ("\u559c\u6b22", "verb"),
        ("\u8212\u670d", "adjective"),
        ("\u975e\u5e38", "adverb"),
        ("\u5317\u4eac", ""),
        ("\u7684", ""),
        ("hotel", ""),
    ],
)
def test_a_chinese_word_has_the_part_of_speech_of_the_dictionary(word, part):
    assert chinese_part(word) == part
    assert parts_of_speech("zh")((word, word)) == (part, part)


@pytest.mark.parametrize(
    ("changes", "is_allowed"), [({}, True), ({1: "\u5f71\u7247"}, True), ({1: "\u559c\u6b22"}, False), ({1: ""}, False)]
)
def test_a_chinese_replacement_keeps_its_part(changes, is_allowed):
    text = chinese_text("\u559c\u6b22\u7535\u5f71")
    assert SameChineseParts(chinese_part)(Perturbation(text, tuple(changes.items()))) is is_allowed


@needs_data
@pytest.mark.usefixtures("nltk_data")
def test_english_parts_are_read_in_the_text():
    assert parts_of_speech("en")(("They", "will", "watch", "a", "good", "film", "quickly")) == (
        "", "", "verb", "", "adjective", "noun", "adverb",
    )  # fmt: skip


@needs_data
@pytest.mark.usefixtures("nltk_data")
def test_stop_words_are_those_of_the_language():
    assert "the" in stop_words("en")
    assert "\u4e00\u4e9b" in stop_words("zh")


@pytest.mark.parametrize("asks", [reader, parts_of_speech, stop_words, same_parts])
def test_an_unknown_language_is_refused(asks):
    with pytest.raises(ValueError, match="language 'fr' is none of en, zh"):
        asks("fr")
