"""Finished attacks side by side, and their rows as tables: what is printed is what was written."""

import csv
import io
import json

import pytest
from attacks_folders import attacked

from attacks.engine import Example
from attacks.evaluation.exporting import KNOWN, Format, columns_named, exported
from attacks.evaluation.finished import Finished
from attacks.evaluation.reporting import by_label
from attacks.evaluation.saving import Timing


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--victim", "sklearn:x"), "an attack needs --data and --out"),
        (("--recipe", "pwws"), "an attack needs --victim and --data and --out"),
        (("--victim", "x", "compare", "here"), "--victim stands before compare; write it after"),
        (("--json", "compare", "here"), "--json stands before compare; write it after"),
        (("verify", "nowhere", "--victim", "sklearn:x"), "nowhere: has no attack.json"),
        (("verify", "FOLDER", "--victim", "sklearn:x"), "there is no such file"),
        (("verify", "FOLDER", "--victim", "nothing"), "no victim is called 'nothing'"),
        (("compare", "FOLDER", "nowhere"), "nowhere: has no attack.json"),
        (("compare", "FOLDER", "--html", "/nowhere/a.html"), "No such file or directory; choose another file"),
        (("export", "FOLDER", "--columns", "text,colour"), "no column is called 'colour'"),
        (("export", "FOLDER", "--format", "xls"), "--format 'xls' is none of csv, tsv, jsonl"),
        (("export", "FOLDER", "--status", "won"), "--status 'won' is none of succeeded"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(words, told, taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    done = taboo("attack", *(folder if word == "FOLDER" else word for word in words))
    assert done.code == 2
    assert done.err.startswith("taboo: ")
    assert done.err.count("\n") == 1
    assert told in done.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "attack.json is not JSON"),
        ("[]", "attack.json is not a JSON object"),
        ("{}", "attack.json has no recipe"),
    ],
)
def test_a_folder_that_cannot_be_read_is_named(content, told, taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    (folder / "attack.json").write_text(content, encoding="utf-8")
    done = taboo("attack", "compare", folder)
    assert (done.code, told in done.err) == (2, True)


def test_compare_prints_one_table_and_writes_the_same_figures_as_csv_and_json(taboo, tmp_path):
    folders = attacked(tmp_path / "all"), attacked(tmp_path / "few", budget=3)
    file = tmp_path / "figures.csv"
    done = taboo("attack", "compare", *folders, "--csv", file)
    assert done.code == 0, done.err
    assert "swapping, budget 3" in " ".join(done.out.split())
    assert "different budgets" in done.out
    told = json.loads(taboo("attack", "compare", *folders, "--json").out)
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [float(row["success"]) for row in rows] == [it["success"] for it in told["attacks"]]
    assert told["attacks"][0]["success"] > told["attacks"][1]["success"]
    assert told["attacks"][0]["success_low"] < told["attacks"][0]["success"] < told["attacks"][0]["success_high"]
    summary = Finished.read(folders[0]).summary
    assert told["attacks"][0]["edits"] == summary.edits


def test_attacks_on_other_examples_are_compared_with_a_warning(taboo, tmp_path):
    other = attacked(tmp_path / "other", digest="e" * 16)
    done = taboo("attack", "compare", attacked(tmp_path / "run"), other)
    assert "not made on the same examples" in " ".join(done.out.split())


def test_figures_by_label_add_up_to_the_whole(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    parts = by_label(finished.rows)
    assert list(parts) == [0, 1]
    for name in ("examples", "succeeded", "failed", "skipped", "errors", "queries"):
        assert sum(getattr(it, name) for it in parts.values()) == getattr(finished.summary, name)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_every_column_is_exported_in_every_format(tmp_path):
    rows = Finished.read(attacked(tmp_path / "run")).rows
    for form in Format:
        lines = list(exported(rows, KNOWN, form))
        assert len(lines) == len(rows) + (form is not Format.JSONL)
    told = [json.loads(line) for line in exported(rows, ("number", "fooled", "words_changed"), Format.JSONL)]
    assert told[0] == {"number": 0, "fooled": 0, "words_changed": 1}
    assert told[5] == {"number": 5, "fooled": None, "words_changed": None}


def test_a_table_with_tabs_quotes_and_line_breaks_is_read_again(tmp_path):
    text = 'a "great"\tfilm, \\n\r\nnot long'
    rows = Finished.read(attacked(tmp_path / "run", examples=[Example(0, text, 1)])).rows
    (_, line) = exported(rows, ("text", "label"), Format.TSV)
    assert line == 'a "great"\\tfilm, \\\\n\\r\\nnot long\t1\n'
    read = list(csv.reader(io.StringIO("".join(exported(rows, ("text", "label"), Format.CSV)), newline="")))
    assert read == [["text", "label"], [text, "1"]]


def test_export_writes_the_rows_that_are_wanted(taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    done = taboo("attack", "export", folder, "--status", "succeeded", "--columns", "number, status")
    assert done.code == 0
    assert {line.partition(",")[2] for line in done.out.splitlines()[1:]} == {"succeeded"}
    taboo("attack", "export", folder, "--status", "succeeded", "--columns", "number,status", "--out", tmp_path / "a")
    assert (tmp_path / "a").read_text(encoding="utf-8") == done.out
    assert columns_named("text, label") == ("text", "label")


# --- time and measures ------------------------------------------------------------------------------------------------


def test_seconds_are_kept_apart_from_rows_and_shown(taboo, tmp_path):
    folder = attacked(tmp_path / "run")
    timing = Timing.read(folder)
    assert timing is not None
    assert (timing.wall >= 0, timing.sittings) == (True, 1)
    told = json.loads(taboo("attack", "compare", folder, "--json").out)["attacks"][0]
    assert (told["seconds"], told["cpu_seconds"]) == (timing.wall, timing.cpu)
    assert [it["label"] for it in told["classes"]] == [0, 1]
    (folder / "timing.json").write_text("{", encoding="utf-8")
    assert Finished.read(folder).timing is None
    assert taboo("attack", "compare", folder).code == 0


def test_attacks_with_other_goals_are_compared_with_a_warning(taboo, tmp_path):
    other = attacked(tmp_path / "other", goal="label-only")
    done = taboo("attack", "compare", attacked(tmp_path / "run"), other)
    assert "different goals" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"constraints": "edits:3"}, "constraints 'edits:3' is no list of texts"),
        ({"reading": {"colour": 1}}, "reading cannot be understood"),
        ({"reading": []}, "reading cannot be understood"),
        ({"goal": 3}, "has no goal"),
        ({"seed": -1}, "seed -1 is no count"),
    ],
)
def test_settings_that_say_nothing_are_named(settings, told, taboo, tmp_path):
    done = taboo("attack", "compare", attacked(tmp_path / "run", **settings))
    assert (done.code, told in done.err) == (2, True), done.err


def test_a_constraint_is_named_without_the_path_of_its_model(tmp_path):
    folder = attacked(tmp_path / "run", constraints=["edits:3", "similarity:/a/b/mini:0.9"])
    assert Finished.read(folder).title == "swapping, edits:3, similarity:mini:0.9"
