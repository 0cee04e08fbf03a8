"""Words of the same sememes, from a file in the form of HowNet."""

import os
import pickle

import pytest

from attacks.core.text import Text
from attacks.languages import chinese_text
from attacks.transformations.errors import DataMissingError
from attacks.transformations.reading import BrokenFileError
from attacks.transformations.sememes import Sememes

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's tagger in TABOO_DATA")
SHOW = "{shows|\u8868\u6f14\u7269:domain={entertainment|\u827a},{act|\u6f14}}"
ENTRIES = (
    ("\u7535\u5f71", "noun [5 x] [dian4]", "film", "noun [5 film]", SHOW),
    ("\u5f71\u7247", "noun", "movie", "noun", SHOW),
    ("\u8bdd\u5267", "noun", "stage play", "noun", SHOW),
    ("\u4e0a\u6f14", "verb", "picture", "verb", SHOW),
    ("\u6f14", "verb", "Watch", "verb", "{act|\u6f14}"),
    ("\u8868", "noun", "watch", "noun", SHOW),
    ("\u8868\u6f14", "verb", "stage", "verb", "{act|\u6f14}"),
    ("\u7684", "stru", "of", "prep", "{FuncWord|\u529f\u80fd\u8bcd}"),
)


def hownet(entries=ENTRIES):
    return "".join(
        f"NO.={number:06}\nW_C={zh}\nG_C={zh_part}\nS_C=\nE_C=\nW_E={en}\nG_E={en_part}\nE_E=\nDEF={means}\nRMK=\n\n"
        for number, (zh, zh_part, en, en_part, means) in enumerate(entries)
    )


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "HowNet.txt"
    made.write_text("\ufeff" + hownet(), encoding="utf-8")
    return made


@pytest.fixture
def tagger(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@needs_data
@pytest.mark.usefixtures("tagger")
def test_english_words_share_the_sememes_of_a_sense_and_the_part_of_speech(file):
    text = Text.of("The Film was of note")
    found = Sememes(file)
    assert [found(text, place) for place in range(5)] == [(), ("Movie", "Watch"), (), (), ()]
    assert found(Text.of("They will watch it"), 2) == ("stage",)


def test_chinese_words_come_from_the_same_file(file, monkeypatch):
    monkeypatch.setenv("TABOO_HOWNET", str(file))
    found = Sememes(language="zh")
    text = chinese_text("\u7535\u5f71\u7684\u8868\u6f14")
    assert text.words == ("\u7535\u5f71", "\u7684", "\u8868\u6f14")
    assert found(text, 0) == ("\u5f71\u7247", "\u8868", "\u8bdd\u5267")
    assert found(text, 1) == ()
    assert found(text, 2) == ("\u6f14",)
    assert len(found.fingerprint) == 16


@pytest.mark.parametrize(
    ("written", "line", "problem"),
    [
        ("W_C=x\n", 1, "'W_C=x' belongs to no entry"),
        ("NO.=1\nW_C=x\n??\n", 3, "'[?][?]' belongs to no entry"),
        ("\nNO.=1\nW_C=x\nG_C=noun\nNO.=2\n", 2, "the entry that begins here lacks DEF"),
        ("NO.=1\nDEF={a|b}\n", 1, "lacks W_C, G_C"),
    ],
)
def test_a_broken_entry_is_named_by_its_line(written, line, problem, tmp_path):
    file = tmp_path / "HowNet.txt"
    file.write_text(written)
    with pytest.raises(BrokenFileError, match=problem) as refused:
        Sememes(file, "zh")
    assert f"HowNet.txt, line {line}: " in str(refused.value)


def test_pickles_are_refused_unread_and_empty_files_too(tmp_path):
    file = tmp_path / "HowNet_dict_complete"
    file.write_bytes(pickle.dumps({"film": []}))
    with pytest.raises(BrokenFileError, match="a pickle is a program"):
        Sememes(file, "zh")
    file.write_bytes(b"")
    with pytest.raises(BrokenFileError, match="it has no entry"):
        Sememes(file, "zh")


def test_a_missing_dictionary_is_named_with_where_it_is_had(monkeypatch):
    monkeypatch.delenv("TABOO_HOWNET", raising=False)
    with pytest.raises(DataMissingError, match=r"set TABOO_HOWNET to HowNet\.txt.*openhownet\.thunlp\.org"):
        Sememes()
