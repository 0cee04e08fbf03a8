"""What can be asked of a finished attack once more: its answers, its figures, its very rows."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from attacks_doubles import Counting, Swapping
from attacks_folders import EXAMPLES, attacked, edited

from attacks.core.ports import Capability
from attacks.engine import Engine, Example, Row, Status
from attacks.evaluation.finished import Finished
from attacks.evaluation.measuring import MEASURES, Measurer, measured, otherwise, write_measures
from attacks.evaluation.saving import Folder
from attacks.evaluation.verifying import recount, unlike


def reread(folder: Path, examples: Sequence[Example] | None = None) -> list[tuple[int | None, str]]:
    found = recount(Finished.read(folder), Counting(), examples)
    assert found.stands is not bool(found.differences)
    return [(it.number, it.problem) for it in found.differences]


# --- asking again -----------------------------------------------------------------------------------------------------


def test_an_honest_folder_stands_and_comes_to_the_same_figures(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    found = recount(finished, Counting(), EXAMPLES, "d" * 16)
    assert found.stands
    assert found.written == found.recounted
    assert found.broken == 1
    ended = [row.status for row in finished.rows]
    assert set(ended) == {Status.SUCCEEDED, Status.FAILED, Status.SKIPPED, Status.ERROR}


@pytest.mark.parametrize(
    ("number", "values", "told"),
    [
        (0, {"status": "failed"}, "is written as failed, and comes out as succeeded"),
        (4, {"status": "succeeded"}, "is written as succeeded, and comes out as failed"),
        (0, {"before": [0.4, 0.6]}, "the original comes out as"),
        (0, {"after": [0.9, 0.1]}, "the perturbed text comes out as"),
        (0, {"after": [0.5, 0.3, 0.2]}, "the perturbed text comes out as"),
        (0, {"perturbed": "an awful film"}, "the changes do not make the perturbed text"),
        (0, {"changes": [[[90, 95], "fair"]]}, "the changes do not make the perturbed text"),
        (0, {"changes": [[[5, 2], "fair"]]}, "the changes do not make the perturbed text"),
        (0, {"perturbed": None, "changes": []}, "succeeded without a perturbed text"),
        (0, {"queries": 0}, "succeeded without a query"),
        (0, {"asked": 1}, "distinct queries, and 1 in all"),
        (0, {"label": 7}, "label 7 is none of the victim's 2 classes"),
        (0, {"number": 1}, "stands in 2 rows"),
        (0, {"status": "failed", "perturbed": None, "changes": []}, "which only a success does"),
        (0, {"status": "error", "problem": "x"}, "its perturbed text reaches the goal"),
        (0, {"status": "error"}, "is broken, and does not say why"),
        (0, {"status": "error", "problem": "x", "before": None, "after": None}, "and the victim answers now"),
        (0, {"status": "error", "problem": "x", "before": None}, "broke before the attack began"),
        (0, {"status": "error", "problem": "x", "before": [0.4, 0.6]}, "the original comes out as"),
        (3, {"status": "error", "problem": "x"}, "is written as error, and comes out as skipped"),
        (5, {"status": "failed"}, "its text is empty"),
        (0, {"status": "skipped"}, "was skipped, and yet attacked"),
        (0, {"perturbed": None}, "has changes, and no perturbed text"),
        (0, {"before": None}, "has no answer to the original"),
        (0, {"after": None}, "succeeded without an answer to the perturbed text"),
    ],
)
def test_what_was_meddled_with_is_named_by_its_row(number, values, told, tmp_path):
    found = reread(edited(attacked(tmp_path / "run"), number, **values))
    assert any(told in problem for _, problem in found), found
    assert {at for at, _ in found} == {values.get("number", number)}


@pytest.mark.parametrize(("number", "words"), [(0, 4), (3, 3), (4, 0), (5, 1)])
def test_words_are_counted_again_as_the_recipe_reads_them(number, words, tmp_path):
    folder = attacked(tmp_path / "run")
    honest = recount(Finished.read(folder), Counting(), read=Swapping().read)
    assert (honest.stands, honest.uncounted) == (True, "")
    assert recount(Finished.read(folder), Counting()).uncounted == "the recipe cannot be made here"
    found = recount(Finished.read(edited(folder, number, words=words)), Counting(), read=Swapping().read)
    assert [it.number for it in found.differences] == [number]
    assert f"{words} words" in found.differences[0].problem or "broke before" in found.differences[0].problem


def test_words_around_what_was_protected_are_counted_with_the_file_only(tmp_path):
    examples = [replace(EXAMPLES[0], protected=((0, 2),))]
    folder = attacked(tmp_path / "run", examples=examples, reading={"protect": "^a "})
    read = Swapping().read
    assert "--data" in recount(Finished.read(folder), Counting(), read=read).uncounted
    assert recount(Finished.read(folder), Counting(), examples, read=read).stands
    outside = [replace(EXAMPLES[0], protected=((0, 200),))]
    assert "cannot be protected" in recount(Finished.read(folder), Counting(), outside, read=read).uncounted


def test_measures_of_other_texts_are_named(tmp_path):
    folder = attacked(tmp_path / "run")
    finished = Finished.read(folder)
    longer = Measurer("similarity", "by length", "f" * 16, lambda one, other: (len(other) / len(one), None, None))
    write_measures(folder, finished.rows, list(measured(finished.rows, [longer])))
    assert recount(Finished.read(folder), Counting()).stands
    assert list(otherwise(folder, finished.rows, [longer], 1e-3)) == []
    lines = (folder / MEASURES).read_text(encoding="utf-8").splitlines()
    meddled = [json.loads(line) for line in lines]
    meddled[0]["of"], meddled[-1]["value"] = "0" * 16, 7.5
    (folder / MEASURES).write_text("".join(json.dumps(it) + "\n" for it in meddled), encoding="utf-8")
    problems = [(it.number, it.problem) for it in recount(Finished.read(folder), Counting()).differences]
    assert problems == [(meddled[0]["number"], "the similarity in measures.jsonl is of other texts")]
    again = dict(otherwise(folder, finished.rows, [longer], 1e-3))
    assert "measures.jsonl says 7.5" in again[meddled[-1]["number"]]
    another = replace(longer, fingerprint="e" * 16)
    assert all("another model" in told for _, told in otherwise(folder, finished.rows, [another], 1e-3))
    (folder / MEASURES).write_text(json.dumps(meddled[-1] | {"number": 77}) + "\n", encoding="utf-8")
    gone = dict(otherwise(folder, finished.rows, [longer], 1e-3))
    assert "measured no more" in gone[77]
    assert "has no similarity" in gone[meddled[0]["number"]]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fingerprint": "1" * 16}, "the victim is 0000000000000000, and 1111111111111111 was attacked"),
        ({"examples_": 9}, "6 of 9 examples have a row"),
    ],
)
def test_another_victim_and_a_folder_cut_short_are_named(changed, told, tmp_path):
    assert reread(attacked(tmp_path / "run", **changed)) == [(None, told)]


def test_queries_beyond_the_budget_are_named(tmp_path):
    folder = edited(attacked(tmp_path / "run", budget=20), 0, queries=21, asked=30)
    assert reread(folder) == [(0, "counts 21 queries, beyond the budget of 20")]


def test_rows_are_held_against_the_file_of_examples(tmp_path):
    other = [Example(0, "another film", 1), Example(1, "a fine film", 0), Example(9, "more", 1)]
    found = dict(reread(attacked(tmp_path / "run", examples=EXAMPLES[:3]), other))
    assert found == {
        0: "has another text than the file",
        1: "has label 1, and the file says 0",
        2: "is no example of the file",
        9: "has no row",
    }


def test_a_victim_that_breaks_now_is_no_robustness(tmp_path):
    class Breaking(Counting):
        def predict(self, texts):
            if any("awful" in text for text in texts):
                raise RuntimeError("awful")
            return super().predict(texts)

    found = recount(Finished.read(attacked(tmp_path / "run")), Breaking())
    assert found.recounted.errors == found.written.errors + 1
    assert "raised RuntimeError" in found.differences[0].problem


class Echoing:
    """Writes back what it is shown, without the words that make it stop."""

    name, fingerprint = "echoing", "e" * 16
    can = frozenset({Capability.REPLIES})

    def reply(self, texts: Sequence[str]) -> list[str]:
        return [text.partition(" stop")[0] for text in texts]


def written_row(**values: object) -> Row:
    """A row of an attack on `Echoing` whose right answer is 'film'."""
    row = Row(0, "film", Status.SUCCEEDED, "a film", "a stop film", (((0, 1), "a stop"),), 2, 3, 2, "a film", "a")
    return replace(row, **values)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, []),
        ({"after": "b"}, ["the perturbed text comes out as 'a', and the row says 'b'"]),
        (
            {"perturbed": "a film", "changes": ()},
            [
                "is written as succeeded, and comes out as failed",
                "the perturbed text comes out as 'a film', and the row says 'a'",
            ],
        ),
        (
            {
                "label": "house",
                "status": Status.SKIPPED,
                "perturbed": None,
                "changes": (),
                "after": None,
                "words": 0,
                "asked": 0,
                "queries": 0,
            },
            [],
        ),
        ({"label": 1}, ["label 1 is no text, and the victim writes"]),
    ],
)
def test_the_replies_of_a_victim_that_writes_are_asked_for_again(values, told, tmp_path):
    finished = replace(Finished.read(attacked(tmp_path / "run")), rows=(written_row(**values),), fingerprint="e" * 16)
    found = recount(replace(finished, examples=1), Echoing())
    assert [it.problem for it in found.differences] == told


def test_success_is_judged_by_the_goal_that_the_run_had(tmp_path):
    folder = attacked(tmp_path / "run", goal="targeted:1")
    finished = Finished.read(folder)
    told = {it.problem for it in recount(finished, Counting()).differences}
    assert "is written as succeeded, and comes out as skipped" in told
    named = replace(finished, goal="targeted:good", reading=replace(finished.reading, labels=("bad", "good")))
    assert recount(named, Counting()).differences == recount(finished, Counting()).differences


def test_an_attack_made_again_gives_the_same_rows_and_tells_those_that_are_other(tmp_path):
    finished = Finished.read(attacked(tmp_path / "run"))
    rows = list(Engine(Counting(), Swapping()).run(EXAMPLES))
    assert list(unlike(finished, rows)) == []
    meddled = [replace(rows[0], queries=99), *rows[2:], replace(rows[0], number=70)]
    found = {it.number: it.problem for it in unlike(finished, meddled)}
    assert set(found) == {0 if rows[0].number == 0 else rows[0].number, rows[1].number, 70}
    assert "comes out with other queries" in found[rows[0].number]
    assert "is not there when" in found[rows[1].number]
    assert "has no row, and has one" in found[70]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory) -> tuple[Path, Path]:
    """A fitted scikit-learn pipeline and a file of examples."""
    joblib = pytest.importorskip("joblib")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    folder = tmp_path_factory.mktemp("victim")
    rows = [(it.text, it.label) for it in EXAMPLES if it.text]
    made = make_pipeline(CountVectorizer(), LogisticRegression(C=100))
    joblib.dump(made.fit([text for text, _ in rows], [label for _, label in rows]), folder / "it.joblib")
    lines = [f"{text}\t{label}\n" for text, label in rows]
    (folder / "dev.tsv").write_text("text\tlabel\n" + "".join(lines), encoding="utf-8")
    return folder / "it.joblib", folder / "dev.tsv"


@pytest.fixture
def swapped(pipeline, tmp_path) -> Path:
    """A folder in which that pipeline was attacked, as the command writes it."""
    from hashlib import sha256

    from attacks.data.examples import read_examples
    from attacks.victims.sklearn import SklearnVictim

    file, texts = pipeline
    victim, examples = SklearnVictim.open(str(file)), read_examples(texts)
    settings = {
        "recipe": "swapping",
        "victim": f"sklearn:{file}",
        "fingerprint": victim.fingerprint,
        "data": texts.name,
        "digest": sha256(texts.read_bytes()).hexdigest()[:16],
        "examples": len(examples),
    }
    folder = Folder(tmp_path / "swapped", settings, resume=False)
    assert len(list(folder.keep(Engine(victim, Swapping()).run(examples)))) == len(examples)
    return folder.path


def test_verify_says_that_all_stands_and_exits_with_1_where_it_does_not(taboo, pipeline, swapped):
    file, texts = pipeline
    asked = ("attack", "verify", swapped, "--victim", f"sklearn:{file}", "--data", texts)
    done = taboo(*asked)
    assert (done.code, done.err) == (0, "")
    assert "all 5 rows stand" in done.out
    told = re.search(r"^(\d+) failures? and (\d+) query counts? taken from the rows; --again makes", done.out, re.M)
    assert told is not None, done.out
    assert "words taken from the rows: the recipe cannot be made here" in done.out
    edited(swapped, 0, before=[0.5, 0.5])
    done = taboo(*asked)
    assert done.code == 1
    assert "row 0: the original comes out as" in done.out
    told = taboo(*asked, "--json")
    assert told.code == 1
    assert [it["number"] for it in json.loads(told.out)["differences"]] == [0]


@pytest.mark.slow
def test_verify_makes_the_attack_again_where_it_is_asked_to(taboo, pipeline, tmp_path):
    file, texts = pipeline
    run = tmp_path / "run"
    asked = ("attack", "--victim", f"sklearn:{file}", "--data", texts, "--recipe", "bad-homoglyph", "--budget", 40)
    assert taboo(*asked, "--out", run).code == 0
    again = ("attack", "verify", run, "--victim", f"sklearn:{file}", "--data", texts, "--again")
    assert taboo(*again).code == 0
    edited(run, 0, asked=17, queries=3)
    done = taboo(*again, "--json")
    assert done.code == 1
    assert any("comes out with other" in it["problem"] for it in json.loads(done.out)["differences"])
    refused = taboo(*again[:-3], "--again")
    assert refused.code == 2
    assert "--again needs --data too" in refused.err
