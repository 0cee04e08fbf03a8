"""`taboo judge` and `taboo match --judges`: from good sentences to a judge that rules in a match."""

import json
import os
from itertools import product
from pathlib import Path

import pytest

FOODS = ["bread", "cheese", "soup", "apples", "pasta", "salad", "honey", "butter"]
MEALS = ["breakfast", "lunch", "dinner", "supper"]
PEOPLE = ["uncle", "teacher", "neighbour", "doctor"]


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """More than three hundred good replies with what was said before them."""
    path = tmp_path / "replies.jsonl"
    rows = [
        {"text": f"My {one} always has {food} and {other} for {meal}.", "earlier": ["Hi!", f"Who eats {food}?"]}
        for food, other, meal, one in product(FOODS, FOODS, MEALS, PEOPLE)
        if food != other
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[:400]), encoding="utf-8")
    return path


def calibrate(taboo, judge, model, sentences, out, *more):
    return taboo("judge", "calibrate", judge, "--model", model, "--sentences", sentences, "--out", out, *more)


def test_relevance_by_words_is_calibrated_and_then_rules(taboo, replies, tmp_path):
    out = tmp_path / "my.json"
    done = calibrate(taboo, "relevance", "words", replies, out)
    assert done.code == 0, done.err
    for words in ("rate asked", "1.00 %", "held out", "400 from replies.jsonl", f"--judges relevance:{out}"):
        assert words in done.out.replace("\n", "")
    made = json.loads(out.read_text())
    assert (made["judge"], made["model"], made["sentences"]["count"]) == ("relevance", "words", 400)
    low, high = made["rate"]["interval"]
    assert low <= made["rate"]["achieved"] <= high
    assert made["made_at"].endswith("+00:00")
    assert {"taboo-arena", "wordfreq", "numpy"} <= set(made["libraries"])
    tried = taboo(
        "judge", "try", f"relevance:{out}", "I ate some bread.", "Submarines fire torpedoes at cruisers and frigates.",
        "--earlier", "Who eats bread?", "--json",
    )  # fmt: skip
    assert [row["label"] for row in json.loads(tried.out)["rulings"]] == ["fine", "off_topic"]


def test_what_a_judge_says_of_texts_is_shown_in_a_table(taboo):
    shown = taboo("judge", "try", "form", "hello there", "zzzzzzzzzzzzzzzz", "\x1b[2J hm")
    rows = [line.rstrip().split(maxsplit=2) for line in shown.out.splitlines()]
    assert rows[:3] == [
        ["score", "label", "text"],
        ["0.000", "fine", "hello there"],
        ["1.000", "repeated_character", "z" * 16],
    ]
    assert "\x1b[2J" not in shown.out


def test_a_calibration_that_cannot_be_written_leaves_nothing_behind(taboo, replies, tmp_path):
    refused = calibrate(taboo, "relevance", "words", replies, tmp_path / "nowhere" / "my.json")
    assert refused.code == 2
    assert "cannot be written: No such file or directory; choose another --out" in refused.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["replies.jsonl"]


def test_json_is_the_calibration(taboo, replies, tmp_path):
    done = calibrate(taboo, "relevance", "words", replies, tmp_path / "my.json", "--rate", 0.05, "--json")
    row = json.loads(done.out)
    assert row.pop("out") == str(tmp_path / "my.json")
    assert row == json.loads((tmp_path / "my.json").read_text())
    assert row["rate"]["asked"] == 0.05


def test_an_older_file_is_kept_unless_forced(taboo, replies, tmp_path):
    out = tmp_path / "my.json"
    out.write_text("mine")
    refused = calibrate(taboo, "relevance", "words", replies, out)
    assert (refused.code, out.read_text()) == (2, "mine")
    assert "is there already; choose another --out, or give --force" in refused.err
    assert calibrate(taboo, "relevance", "words", replies, out, "--force").code == 0


@pytest.mark.parametrize(
    ("judge", "model", "more", "problem"),
    [
        ("relevance", "words", ("--rate", 0.001), "400 different sentences are too few"),
        ("relevance", "words", ("--rate", 0.001), "3000 are needed"),
        ("relevance", "words", ("--rate", 0), "taboo: --rate cannot be 0: give a share above 0 and at most 0.2"),
        ("relevance", "words", ("--rate", 0.5), "taboo: --rate cannot be 0.5: give a share above 0"),
        ("relevance", "/nowhere/encoder", (), "name a folder with config.json"),
        ("llm", "words", (), "no judge with a calibration is called 'llm'; known: perplexity, relevance"),
        ("perplexity", "scripted:/nowhere.txt", (), "/nowhere.txt"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_and_nothing_is_written(
    taboo, replies, tmp_path, judge, model, more, problem
):
    if model == "/nowhere/encoder":
        pytest.importorskip("transformers")
    refused = calibrate(taboo, judge, model, replies, tmp_path / "my.json", *more)
    assert refused.code == 2
    assert problem in refused.err
    assert not (tmp_path / "my.json").exists()


def test_sentences_that_are_not_there_are_no_calibration(taboo, tmp_path):
    refused = calibrate(taboo, "relevance", "words", tmp_path / "none.txt", tmp_path / "my.json")
    assert refused.code == 2
    assert refused.err.startswith(f"taboo: sentences '{tmp_path / 'none.txt'}' cannot be read: No such file")


def test_a_judge_whose_file_is_not_there_is_told_so(taboo, tmp_path):
    for name, remedy in (("o.json", "make it with"), ("o.json,form", "`taboo judge try` takes one at a time")):
        refused = taboo("judge", "try", f"perplexity:{tmp_path / name}", "hi")
        assert refused.code == 2
        assert f"calibration '{tmp_path / name}': there is no such file" in refused.err
        assert remedy in refused.err


def test_the_help_of_calibrating_breaks_its_lines_where_sentences_end(taboo, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in taboo("judge", "calibrate", "--help").out.splitlines()]
    first = lines.index("The relevance judge needs what was said before each: a .jsonl file, every line")
    assert lines[first - 2 : first] == ["ruled against.", ""]
    assert lines[first + 1 : first + 3] == ['{"text": "...", "earlier": ["...", "..."]}', ""]


def test_a_wrong_line_is_named(taboo, tmp_path):
    (tmp_path / "good.txt").write_text("Hello.\n")
    refused = calibrate(taboo, "relevance", "words", tmp_path / "good.txt", tmp_path / "my.json")
    assert refused.code == 2
    assert "good.txt, line 1: nothing was said before it" in refused.err


def test_judges_with_an_argument_rule_in_a_match(taboo, replies, tmp_path):
    out = tmp_path / "my.json"
    assert calibrate(taboo, "relevance", "words", replies, out).code == 0
    (tmp_path / "rulings.txt").write_text('{"text": {"fluency": 5, "relevance": 5, "effort": 4}}\n')
    judges = f"relevance:{out},llm:scripted:{tmp_path / 'rulings.txt'}?repeats=on,relevance"
    played = taboo("match", "--seed", 7, "--rules", "spag", "--judges", judges, "--json")
    assert played.code == 0, played.err
    events = json.loads(played.out)["events"]
    assert [it["name"] for it in events[0]["rules"]["judges"]] == judges.split(",")
    rulings = [it for event in events for it in event.get("rulings", ())]
    assert {it["judge"] for it in rulings} == set(judges.split(","))
    assert all(it["score"] is not None for it in rulings)
    assert {it["score"] for it in rulings if it["judge"].startswith("llm:")} == {0.2}
    unasked = taboo("replay", "--recheck")
    assert unasked.code == 1
    assert "add --trust if it is yours" in " ".join(unasked.out.split())
    rechecked = taboo("replay", "--recheck", "--trust")
    assert rechecked.code == 0, rechecked.out


def test_a_model_that_gives_no_ruling_is_unavailable_and_decides_nothing(taboo, tmp_path):
    (tmp_path / "rulings.txt").write_text("This is the worst utterance I have ever read.\n")
    judges = f"llm:scripted:{tmp_path / 'rulings.txt'}?repeats=on"
    played = json.loads(taboo("match", "--seed", 7, "--judges", judges, "--json", "--no-log").out)
    rulings = [it for event in played["events"] for it in event.get("rulings", ())]
    assert rulings
    assert {(it["label"], it["score"]) for it in rulings} == {("unavailable", None)}
    assert played["verdict"]["reason"] != "ruled"


@pytest.mark.slow
@pytest.mark.skipif("TABOO_DATA" not in os.environ, reason="TABOO_DATA does not name a folder with models")
def test_perplexity_is_calibrated_on_a_real_model_and_rules_in_a_match(taboo, tmp_path):
    pytest.importorskip("torch")
    folder = Path(os.environ["TABOO_DATA"])
    rows = (folder / "dailydialogpp" / "dev.json").read_text(encoding="utf-8").splitlines()
    texts = {text: None for row in rows for text in json.loads(row)["positive_responses"]}
    (tmp_path / "good.txt").write_text("\n".join(list(texts)[:600]), encoding="utf-8")
    model, out = folder / "tinystories-656k", tmp_path / "my.json"
    done = calibrate(taboo, "perplexity", model, tmp_path / "good.txt", out, "--rate", 0.02)
    assert done.code == 0, done.err
    tried = taboo(
        "judge", "try", f"perplexity:{out}", "The little girl was happy.", "qzx vbnk wrtp lkjh", "a", "--json"
    )
    labels = [row["label"] for row in json.loads(tried.out)["rulings"]]
    assert labels[:2] == ["fine", "not_fluent"]
    played = taboo("match", "--seed", 7, "--judges", f"perplexity:{out},form", "--json", "--no-log")
    rulings = [it for event in json.loads(played.out)["events"] for it in event.get("rulings", ())]
    assert {it["judge"] for it in rulings} == {f"perplexity:{out}", "form"}
    assert all(it["score"] is not None for it in rulings)
    other = folder / "stories260k"
    refused = taboo("judge", "try", f"perplexity:{other}?calibration={out}", "hello")
    assert refused.code == 2
    assert f"made for model '{model} (" in refused.err
    assert f"used with '{other} (" in refused.err
