"""Measures of a finished attack: taken from its rows, written beside them, shown everywhere, never of other rows."""

import csv
import json
import os

import pytest
from attacks_folders import attacked, edited

from attacks.engine import Status
from attacks.evaluation.comparison_page import comparison
from attacks.evaluation.exporting import Format, exported
from attacks.evaluation.finished import Finished
from attacks.evaluation.measuring import MEASURES, Measurer, MeasuresError, measured, read_measures, write_measures

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs models in TABOO_DATA")


class Fixed:
    """Models whose every answer can be reckoned by hand."""

    name, fingerprint = "models/fixed", "f" * 16

    def similarity(self, one: str, other: str) -> float:
        return 1 / 3 if "fair" in other else 0.5

    def perplexity(self, text: str) -> float | None:
        return None if "poor" in text else float(len(text))

    def errors(self, text: str) -> int:
        return text.count("fair")


EVERY = [Measurer.similarity(Fixed()), Measurer.perplexity(Fixed()), Measurer.grammar(Fixed())]


@pytest.fixture
def folder(tmp_path):
    path = attacked(tmp_path / "run")
    rows = Finished.read(path).rows
    write_measures(path, rows, list(measured(rows, EVERY)))
    return path


def test_every_success_is_measured_and_the_means_are_of_the_lines(folder):
    finished = Finished.read(folder)
    fell = {row.number for row in finished.rows if row.status is Status.SUCCEEDED}
    lines = [json.loads(line) for line in (folder / MEASURES).read_text(encoding="utf-8").splitlines()]
    assert {it["number"] for it in lines if it["measure"] == "similarity"} == fell
    assert list(finished.measures) == ["similarity", "perplexity", "grammar"]
    for name, of in finished.measures.items():
        values = [it["value"] for it in lines if it["measure"] == name]
        assert of.mean == pytest.approx(sum(values) / len(values))
        assert (of.count, of.successes, of.by) == (len(values), len(fell), "models/fixed")
    assert all(
        it["value"] == pytest.approx(it["after"] / it["before"], abs=1e-6)
        for it in lines
        if it["measure"] == "perplexity"
    )
    assert all(it["value"] == it["after"] - it["before"] for it in lines if it["measure"] == "grammar")


def test_a_measure_taken_again_replaces_its_own_and_leaves_the_others(folder):
    finished = Finished.read(folder)
    once = (folder / MEASURES).read_bytes()
    write_measures(folder, finished.rows, list(measured(finished.rows, EVERY[:1])))
    assert (folder / MEASURES).read_bytes() == once


def test_a_measure_of_other_texts_is_passed_over(folder):
    row = next(row for row in Finished.read(folder).rows if row.status is Status.SUCCEEDED)
    place = [it.number for it in Finished.read(folder).rows].index(row.number)
    before = Finished.read(folder).measures["similarity"].count
    edited(folder, place, perturbed="another text")
    assert Finished.read(folder).measures["similarity"].count == before - 1


@pytest.mark.parametrize("line", ["{", "{}", '{"measure": 1}', "[]"])
def test_a_file_of_measures_that_cannot_be_read_is_named(line, folder, taboo):
    with (folder / MEASURES).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(MeasuresError, match="is no measure"):
        read_measures(folder, [])
    assert "remove the file and measure again" in taboo("attack", "compare", folder).err


def test_measures_stand_in_the_table_the_csv_the_json_the_export_and_the_report(folder, taboo, tmp_path):
    finished = Finished.read(folder)
    mean = finished.measures["similarity"].mean
    done = taboo("attack", "compare", folder, "--csv", tmp_path / "f.csv")
    assert f"{mean:.2f}" in done.out
    told = json.loads(taboo("attack", "compare", folder, "--json").out)["attacks"][0]
    assert (told["similarity"], told["similarity_by"]) == (mean, "models/fixed")
    with (tmp_path / "f.csv").open(encoding="utf-8", newline="") as lines:
        assert float(next(csv.DictReader(lines))["similarity"]) == mean
    values = finished.measures["similarity"].values
    rows = [json.loads(it) for it in exported(finished.rows, ("number", "similarity"), Format.JSONL, finished.measures)]
    assert {it["number"]: it["similarity"] for it in rows if it["similarity"] is not None} == values
    html = comparison([finished])
    assert f"{mean:.3f} in the mean" in html
    assert "by fixed" in html


def test_what_was_measured_of_some_or_by_others_is_warned_of(folder, taboo, tmp_path):
    other = attacked(tmp_path / "other")
    rows = Finished.read(other).rows
    by_other = Fixed()
    by_other.fingerprint = "0" * 16
    write_measures(other, rows, list(measured(rows, [Measurer.similarity(by_other)]))[:1])
    said = " ".join(taboo("attack", "compare", folder, other).out.split())
    assert "similarity was measured by different models" in said
    assert "similarity is known of 1 of" in said


@needs_data
def test_the_command_measures_with_real_models(taboo, tmp_path):
    pytest.importorskip("transformers")
    folder = attacked(tmp_path / "run")
    done = taboo(
        *("attack", "measure", folder, "--similarity", f"{DATA}/imdb-bert-mini"),
        *("--perplexity", f"{DATA}/stories260k", "--json"),
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert 0.5 < told["similarity"]["mean"] < 1
    assert told["perplexity"]["mean"] > 0
    assert len(told["similarity"]["fingerprint"]) == 16
    shown = taboo("attack", "measure", folder, "--similarity", f"{DATA}/imdb-bert-mini")
    assert "in the mean, by" in shown.out


def test_measuring_nothing_is_refused(taboo, tmp_path):
    done = taboo("attack", "measure", attacked(tmp_path / "run"))
    assert (done.code, "nothing is measured; add --similarity MODEL" in done.err) == (2, True)
