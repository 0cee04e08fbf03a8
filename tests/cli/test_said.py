"""`taboo said`: the referee, asked from outside."""

import json
from pathlib import Path

import pytest

CONFUSION = Path(__file__).parents[1] / "words" / "confusion.en.jsonl"


def test_a_hit_is_shown_with_its_place_and_rule(taboo):
    shown = taboo("said", "--word", "mouse", "--text", "three blind mice")
    assert shown.code == 0
    assert "says 'mouse'" in shown.out
    assert "characters 12-16: 'mice' by inflection (counts)" in shown.out


def test_a_word_inside_another_is_not_said(taboo):
    assert "does not say 'coal'" in taboo("said", "--word", "coal", "--text", "a charcoal grill").out


def test_json_has_said_and_hits(taboo):
    row = json.loads(taboo("said", "--word", "mouse", "--text", "mice", "--json").out)
    assert row["said"] is True
    assert row["hits"] == [{"start": 0, "end": 4, "found": "mice", "rule": "inflection", "counts": True}]


def test_the_form_and_the_evasion_policy_are_obeyed(taboo):
    exact = ("said", "--word", "mouse", "--text", "mice", "--form", "exact", "--json")
    assert json.loads(taboo(*exact).out)["said"] is False
    spelled = ("said", "--word", "banana", "--text", "b-a-n-a-n-a", "--json")
    assert json.loads(taboo(*spelled).out)["said"] is False
    assert json.loads(taboo(*spelled, "--evasion", "strict").out)["said"] is True
    assert json.loads(
        taboo("said", "--word", "\u82f9\u679c", "--text", "\u82f9\u679c\u6c41", "--lang", "zh", "--json").out
    )["said"]


def test_a_batch_answers_every_row_in_order_and_keeps_its_fields(taboo, tmp_path):
    file = tmp_path / "rows.jsonl"
    rows = [
        {"word": "mouse", "text": "mice", "note": "kept"},
        {"word": "mouse", "text": "mice", "form": "exact"},
        {"word": "banana", "text": "b-a-n-a-n-a", "evasion": "strict"},
        {"word": "\u4e0a\u6d77", "text": "\u6d77\u4e0a\u6d77\u5916", "language": "zh"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\n")
    answers = [json.loads(line) for line in taboo("said", "--batch", file).out.splitlines()]
    assert [answer["said"] for answer in answers] == [True, False, True, False]
    assert [{name: answer[name] for name in row} for answer, row in zip(answers, rows, strict=True)] == rows
    assert all("hits" in answer for answer in answers)


def test_the_confusion_table_is_answered_by_the_batch(taboo):
    rows = [json.loads(line) for line in CONFUSION.read_text(encoding="utf-8").splitlines()]
    answers = [json.loads(line) for line in taboo("said", "--batch", CONFUSION).out.splitlines()]
    assert len(answers) == len(rows)
    agreed = sum(row["said"] == answer["said"] for row, answer in zip(rows, answers, strict=True))
    assert agreed / len(rows) >= 0.99


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b'{"word": "a\xff", "text": "b"}', "bytes: not UTF-8"),
        (b'{"word": "apple"', "row: not JSON"),
        (b"[1]", "row: must be an object"),
        (b'{"word": "apple"}', "text: must be there"),
        (b'{"word": 3, "text": "b"}', "word: must be there"),
        (b'{"word": "!!", "text": "b"}', "word: "),
        (b'{"word": "apple", "text": "b", "form": "loose"}', "form: 'loose' is none of exact, inflection, family"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field_and_the_others_are_answered(taboo, tmp_path, line, named):
    file = tmp_path / "rows.jsonl"
    good = b'{"word": "apple", "text": "an apple"}\n'
    file.write_bytes(good + line + b"\n" + good)
    refused = taboo("said", "--batch", file)
    assert refused.code == 2
    assert "1 row was not answered" in refused.err
    assert f"line 2: {named}" in refused.err
    first, bad, last = (json.loads(answer) for answer in refused.out.splitlines())
    assert first == last
    assert first["said"] is True
    assert bad["said"] is None
    assert bad["error"].startswith(named)


def test_asking_nothing_says_what_to_ask(taboo):
    refused = taboo("said", "--word", "apple")
    assert refused.code == 2
    assert "--word W --text T, or --batch" in refused.err


def test_a_batch_that_is_not_there_is_named(taboo, tmp_path):
    refused = taboo("said", "--batch", tmp_path / "none.jsonl")
    assert refused.code == 2
    assert "none.jsonl" in refused.err
