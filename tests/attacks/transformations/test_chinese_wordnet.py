"""Synonyms from a Chinese WordNet in the form of the Open Multilingual Wordnet."""

import pytest

from attacks.core.text import Text
from attacks.languages import chinese_text
from attacks.transformations.chinese_wordnet import ChineseWordNet
from attacks.transformations.errors import DataMissingError
from attacks.transformations.reading import BrokenFileError

LINES = (
    "# Chinese Wordnet\tcmn\thttp://example.org\twordnet",
    "06613686-n\tcmn:lemma\t\u7535\u5f71",
    "06613686-n\tcmn:lemma\t\u5f71\u7247",
    "06613686-n\tcmn:def\t0\ta form of entertainment",
    "01123148-a\tlemma\t\u597d+\u7684",
    "01123149-s\tlemma\t\u597d",
    "01123149-s\tlemma\t\u826f\u597d",
    "00011093-r\tlemma\t\u597d",
    "00011093-r\tlemma\t\u5f88",
)


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "wn-data-cmn.tab"
    made.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return made


def test_synonyms_share_a_synset_of_the_part_of_speech(file, monkeypatch):
    monkeypatch.setenv("TABOO_CHINESE_WORDNET", str(file))
    found = ChineseWordNet()
    text = chinese_text("\u7535\u5f71\u597d")
    assert text.words == ("\u7535\u5f71", "\u597d")
    assert found(text, 0) == ("\u5f71\u7247",)
    assert found(text, 1) == ("\u826f\u597d",)  # an adjective to the dictionary, and no adverb
    assert found(Text.of("unknown"), 0) == ()


def test_the_mark_between_the_pieces_of_a_word_is_dropped(file):
    found = ChineseWordNet(file)
    assert "\u597d\u7684" in found._words["01123148-a"]


@pytest.mark.parametrize(
    ("written", "line", "problem"),
    [
        ("06613686-n\n", 1, "'06613686-n' is no word of a synset"),
        ("# x\nnonsense\tlemma\ta\n", 2, "is no word of a synset"),
        ("06613686-n\tlemma\n", 1, "synset 06613686-n has a word that is empty"),
        ("06613686-n\tlemma\t+\n", 1, "has a word that is empty"),
    ],
)
def test_a_broken_line_is_named(written, line, problem, tmp_path):
    file = tmp_path / "wn.tab"
    file.write_text(written)
    with pytest.raises(BrokenFileError, match=problem) as refused:
        ChineseWordNet(file)
    assert f"wn.tab, line {line}: " in str(refused.value)


def test_a_file_without_words_is_refused_and_a_missing_one_named(tmp_path, monkeypatch):
    (tmp_path / "wn.tab").write_text("# nothing\n")
    with pytest.raises(BrokenFileError, match="it has no word"):
        ChineseWordNet(tmp_path / "wn.tab")
    monkeypatch.delenv("TABOO_CHINESE_WORDNET", raising=False)
    with pytest.raises(DataMissingError, match=r"set TABOO_CHINESE_WORDNET to a \.tab file.*omw-1\.4"):
        ChineseWordNet()
