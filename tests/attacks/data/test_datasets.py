"""Examples out of every kind of table: what is read, what stays protected, and how a mistake is named."""

import csv
import gzip
import os
import re
from pathlib import Path

import pytest

from attacks.core.text import PAIR
from attacks.data.examples import DataError, Reading, read_data, read_examples
from attacks.engine import Example
from attacks.evaluation.tables import rows_of

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs real data sets in TABOO_DATA")
NLI = ("entailment", "neutral", "contradiction")


def told(examples: list[Example]) -> list[tuple[int, str, object]]:
    return [(it.number, it.text, it.label) for it in examples]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", 'label\tsentence\n1\ta "fine film\n0\tpoor\n'),
        ("a.csv", '\ufefftext,label\n"a ""fine film",1\npoor,0\n'),
        ("a.jsonl", '{"text": "a \\"fine film", "label": 1}\n\n{"text": "poor", "label": 0}\n'),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_examples_are_read_from_every_kind_of_file(name, content, is_packed, tmp_path):
    file = tmp_path / (f"{name}.gz" if is_packed else name)
    written = content.encode()
    file.write_bytes(gzip.compress(written) if is_packed else written)
    assert told(read_examples(file)) == [(0, 'a "fine film', 1), (1, "poor", 0)]
    assert len(read_examples(file, 1)) == 1


def test_columns_are_named_or_numbered_where_there_is_no_header(tmp_path):
    file = tmp_path / "a.tsv"
    file.write_text("x\tSports\ta goal\nx\tWorld\ta vote\n\n", encoding="utf-8")
    reading = Reading(text="3", label="2", labels=("World", "Sports"))
    assert told(read_examples(file, reading=reading)) == [(0, "a goal", 1), (1, "a vote", 0)]
    file.write_text("kind\tsaid\n1\ta goal\n", encoding="utf-8")
    assert told(read_examples(file, reading=Reading(text="said", label="kind"))) == [(0, "a goal", 1)]
    file.write_text("a goal\t1\n", encoding="utf-8")
    assert told(read_examples(file, reading=Reading(text="1"))) == [(0, "a goal", 1)]


def test_numbers_are_names_of_classes_where_they_are_named_so(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("4,a\n1,b\n", encoding="utf-8")
    reading = Reading(text="2", label="1", labels=("1", "2", "3", "4"))
    assert [it.label for it in read_examples(file, reading=reading)] == [3, 0]


def test_lines_of_a_label_and_a_text_may_be_quoted(tmp_path):
    file = tmp_path / "mr"
    file.write_text('1 "say ""hi"" , now"\r\n0 it\'s so-so "\n', encoding="utf-8")
    assert told(read_examples(file, reading=Reading(form="labelled"))) == [
        (0, 'say "hi" , now', 1),
        (1, "it's so-so \"", 0),
    ]


@pytest.mark.parametrize(("attacked", "protected"), [("second", ((0, 6),)), ("first", ((5, 11),)), ("both", ())])
def test_of_a_pair_only_the_attacked_half_may_change(attacked, protected, tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"one": "a man", "two": "sleeps", "label": "neutral"}\n', encoding="utf-8")
    reading = Reading(text="one", pair="two", labels=NLI, attacked=attacked)
    (example,) = read_examples(file, reading=reading)
    assert (example.text, example.label) == (f"a man{PAIR}sleeps", 1)
    assert example.protected == (((5, 12),) if attacked == "first" else protected)
    assert reading.protects is (attacked != "both")
    assert Reading.from_json(reading.to_json()) == reading


def test_what_a_pattern_finds_is_protected_and_joins_what_is_protected_already(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "Anna met Bo", "two": "Bo ran", "label": 0}\n', encoding="utf-8")
    (alone,) = read_examples(file, reading=Reading(protect=r"[A-Z]\w*|x*"))
    assert alone.protected == ((0, 4), (9, 11))
    (paired,) = read_examples(file, reading=Reading(pair="two", protect=r"Bo"))
    assert paired.protected == ((0, 14),)


def test_right_answers_are_texts_for_a_victim_that_writes(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "2+2?", "label": "four"}\n{"text": "x", "label": 1}\n', encoding="utf-8")
    assert [it.label for it in read_examples(file, reading=Reading(answers=True))] == ["four", "1"]
    named = Reading(answers=True, labels=("bad", "good"))
    assert [it.label for it in read_examples(file, reading=named)] == ["four", "good"]


def test_a_sample_keeps_the_numbers_of_the_file(tmp_path):
    file = tmp_path / "a.tsv"
    file.write_text("text\tlabel\n" + "".join(f"text {n}\t0\n" for n in range(50)), encoding="utf-8")
    first = read_data(str(file), Reading(), limit=5, offset=10)
    assert [it.number for it in first.examples] == [10, 11, 12, 13, 14]
    drawn = read_data(str(file), Reading(), limit=5, shuffle=3)
    numbers = [it.number for it in drawn.examples]
    assert numbers == sorted(numbers)
    assert numbers != [0, 1, 2, 3, 4]
    assert all(it.text == f"text {it.number}" for it in drawn.examples)
    assert read_data(str(file), Reading(), limit=5, shuffle=3) == drawn
    assert (first.name, first.digest) == ("a.tsv", drawn.digest)


@pytest.mark.parametrize(
    ("name", "content", "reading", "problem"),
    [
        (
            "a.tsv",
            "label\tphrase\n1\tx\n",
            {},
            "line 2: has no text; name its column with --text-column: label, phrase",
        ),
        ("a.tsv", "text\tkind\nx\t1\n", {}, "line 2: has no label; name its column with --label-column: text, kind"),
        ("a.tsv", "label\ttext\ngood\tx\n", {}, "line 2: label 'good' is no whole number; name the classes"),
        ("a.tsv", "label\ttext\ngood\tx\n", {"labels": ("a", "b")}, "label 'good' is none of a, b"),
        ("a.tsv", "label\ttext\n1\tx\n", {"text": "said"}, "line 2: has no 'said'"),
        ("a.tsv", "label\ttext\n1\tx\n", {"pair": "said"}, "line 2: has no 'said'; name its column with --pair-column"),
        ("a.jsonl", '{"text": "x", "label": 1}\nnonsense\n', {}, "line 2: is not JSON"),
        ("a.jsonl", "[]\n", {}, "line 1: is not a JSON object"),
        ("a.txt", "x\n", {}, "add --format csv|tsv|jsonl|parquet|labelled"),
        ("plain", "x\n", {}, "add --format"),
        ("a.parquet", "x\n", {}, "is no parquet file"),
        ("a.csv.gz", "text,label\nx,1\n", {}, "is no whole gzip file"),
        ("a.tsv", "text\tlabel\n", {}, "holds no example"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(name, content, reading, problem, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    if "parquet" in name:
        pytest.importorskip("pyarrow")
    with pytest.raises(DataError) as refused:
        read_data(str(tmp_path / name), Reading(**reading))
    assert str(tmp_path / name) in str(refused.value)
    assert problem in str(refused.value)


def test_a_file_in_another_encoding_is_named_with_the_way_out(tmp_path):
    (tmp_path / "a.tsv").write_bytes("text\tlabel\ncaf\u00e9\t1\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"is not UTF-8 after line 0 .*iconv"):
        read_examples(tmp_path / "a.tsv")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"labels": ("a", "a")}, "names a class twice"),
        ({"text": "1", "label": "kind"}, "by numbers .no header. and by names"),
        ({"attacked": "third"}, "'third' is none of second, first, both"),
        ({"form": "xls"}, "'xls' is none of csv"),
        ({"protect": "("}, "is no regular expression"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, problem):
    with pytest.raises(DataError, match=problem):
        Reading(**options)


def test_nothing_beyond_the_end_is_no_data(tmp_path):
    (tmp_path / "a.tsv").write_text("text\tlabel\nx\t1\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no example after the first 3"):
        read_data(str(tmp_path / "a.tsv"), Reading(), offset=3)


# --- parquet, Hugging Face, nltk --------------------------------------------------------------------------------------


def test_parquet_is_read(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    parquet.write_table(arrow.table({"text": ["a", "b"], "label": [1, 0]}), tmp_path / "a.parquet")
    assert told(read_examples(tmp_path / "a.parquet")) == [(0, "a", 1), (1, "b", 0)]


def test_datasets_in_a_folder_are_read_and_their_splits_never_mixed(tmp_path):
    datasets = pytest.importorskip("datasets")
    some = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, 0]})
    some.save_to_disk(str(tmp_path / "one"))
    datasets.DatasetDict({"test": some, "train": some.select([0])}).save_to_disk(str(tmp_path / "two"))
    whole = read_data(str(tmp_path / "one"), Reading())
    assert told(whole.examples) == [(0, "a", 1), (1, "b", 0)]
    assert whole.digest == read_data(f"hf:{tmp_path / 'one'}", Reading()).digest
    assert len(read_examples(f"hf:{tmp_path / 'two'}:train")) == 1
    with pytest.raises(DataError, match="has the splits test, train; name one, as in hf:"):
        read_examples(tmp_path / "two")
    with pytest.raises(DataError, match="has no splits; leave :train out"):
        read_examples(f"hf:{tmp_path / 'one'}:train")
    with pytest.raises(DataError, match="cannot be loaded"):
        read_examples(f"hf:{tmp_path / 'nothing'}")


@needs_data
def test_a_corpus_of_nltk_is_read_by_its_categories(monkeypatch):
    pytest.importorskip("nltk")
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    found = read_data("nltk:sentence_polarity", Reading(labels=("neg", "pos")), limit=3)
    assert found.name == "nltk:sentence_polarity"
    assert told(found.examples)[0] == (0, "simplistic , silly and tedious .", 0)
    with pytest.raises(DataError, match="is no corpus of nltk with categories"):
        read_examples("nltk:wordnet")


@needs_data
@pytest.mark.parametrize(
    ("source", "reading", "labels"),
    [
        ("sst2/dev.tsv", {}, {0, 1}),
        (
            "agnews/test.tsv",
            {"text": "1", "label": "2", "labels": ("World", "Sports", "Business", "Sci/Tech")},
            {0, 1, 2, 3},
        ),
        ("agnews/test.csv", {"text": "3", "label": "1", "labels": tuple("1234")}, {0, 1, 2, 3}),
        ("imdb/test.tsv.gz", {"text": "3", "label": "1"}, {0}),
        ("chinese-sentiment/ChnSentiCorp_htl_all.csv", {}, {1}),
        ("textfooler-samples/mr", {"form": "labelled"}, {0, 1}),
        ("textfooler-samples/snli", {"form": "tsv", "text": "2", "pair": "3", "label": "1", "labels": NLI}, {0, 1, 2}),
        ("textfooler-samples/mnli", {"form": "tsv", "text": "2", "pair": "3", "label": "1"}, {0, 1, 2}),
    ],
)
def test_the_field_s_own_files_are_read_by_options_alone(source, reading, labels):
    found = read_examples(Path(f"{DATA}/{source}"), 100, Reading(**reading))
    assert len(found) == 100
    assert {it.label for it in found} == labels
    assert all(it.text for it in found)


@pytest.mark.parametrize(
    ("content", "reading", "told"),
    [
        ('text,label\nfine,1\n"poor,0\nmore,1\n', {}, "line 3: opens a quote that is never closed; close it"),
        ('text,label\n"poor,0\nmore,1\n', {}, "line 2: opens a quote that is never closed"),
        ('"poor,0\n', {"text": "1"}, "line 1: opens a quote that is never closed"),
        ('text,label\n"a\nb",1\n"poor" it is,0\n', {}, "line 4: goes on behind a closing quote; write quotes"),
    ],
)
def test_a_quote_that_swallows_the_rest_is_named_by_its_line(content, reading, told, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(told)):
        read_examples(file, reading=Reading(**reading))


def test_a_text_of_any_length_is_read_and_the_process_keeps_its_limit(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(f"text,label\n{'long ' * 50_000},1\nshort,0\n", encoding="utf-8")
    before = csv.field_size_limit()
    found = iter(rows_of(str(file)))
    assert len(str(next(found)[1]["text"])) == 250_000
    assert csv.field_size_limit() == before
    assert [it for _, it in found] == [{"text": "short", "label": "0"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_the_mark_of_another_encoding_names_the_remedy(encoding, is_packed, tmp_path):
    written = "\ufefftext,label\nfine,1\n".encode(encoding)
    file = tmp_path / ("a.csv.gz" if is_packed else "a.csv")
    file.write_bytes(gzip.compress(written) if is_packed else written)
    name = encoding[:6].upper()
    with pytest.raises(DataError, match=f"is {name}, not UTF-8; write the file in UTF-8 .iconv -f {name} -t UTF-8.$"):
        read_examples(file)
