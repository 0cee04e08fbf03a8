"""Rows of events become lines: what the conversation shows, and what it cannot show because the rows lack it."""

import pytest

from web.talk import Part, Thought, cut, lines

SAID = {"type": "acted", "seq": 1, "role": "attacker", "turn": 1, "text": "Do you like fruit?", "guess": None}


@pytest.mark.parametrize(
    ("text", "hits", "parts"),
    [
        ("nothing here", [], (Part("nothing here"),)),
        ("", [], ()),
        (
            "an apple pie",
            [{"start": 3, "end": 8, "rule": "exact", "counts": True}],
            (Part("an "), Part("apple", "exact", counts=True), Part(" pie")),
        ),
        ("apple", [{"start": 0, "end": 5, "rule": "exact", "counts": True}], (Part("apple", "exact", counts=True),)),
        (
            "\U0001f34e a-p-p-l-e",
            [{"start": 2, "end": 11, "rule": "spelled", "counts": False}],
            (Part("\U0001f34e "), Part("a-p-p-l-e", "spelled")),
        ),
        (
            "apples",
            [
                {"start": 0, "end": 6, "rule": "leet", "counts": False},
                {"start": 0, "end": 6, "rule": "inflection", "counts": True},
            ],
            (Part("apples", "inflection", counts=True),),
        ),
        ("short", [{"start": 9, "end": 12, "rule": "exact", "counts": True}], (Part("short"),)),
    ],
)
def test_a_text_is_cut_at_its_hits_by_code_points_and_loses_nothing(text, hits, parts):
    assert cut(text, hits) == parts
    assert "".join(part.text for part in cut(text, hits)) == text


def test_an_event_that_nobody_reads_has_no_line():
    assert lines([{"type": "started", "seq": 0, "rules": {}}, {"type": "finished", "seq": 1, "verdict": {}}]) == ()


def test_erased_words_are_a_line_without_parts():
    (line,) = lines([{**SAID, "text": None}])
    assert line.parts is None
    assert line.is_said


NOTED = {"type": "noted", "seq": 1, "role": "attacker", "turn": 1}


def test_what_a_program_noted_stands_with_its_own_action():
    model = {"kind": "model", "text": "", "facts": {"tokens": 31, "ok": True, "adapter": None}}
    rows = [{**NOTED, **model}, {**NOTED, "kind": "tool", "text": "pie", "facts": {}}, SAID, {**SAID, "seq": 4}]
    first, second = lines(rows)
    assert first.thoughts == (Thought("model", "", (("tokens", "31"), ("ok", "yes"))), Thought("tool", "pie", ()))
    assert second.thoughts == ()


def test_a_note_of_a_live_match_has_nothing_to_show():
    (line,) = lines([NOTED, SAID])
    assert line.thoughts == ()


def test_harmless_rulings_are_not_told():
    rulings = [
        {"judge": "form", "label": "fine"},
        {"judge": "wordlike", "label": "unavailable"},
        {"judge": "form", "label": "stalling"},
    ]
    (line,) = lines([{**SAID, "rulings": rulings}])
    assert line.rulings == (("form", "stalling"),)


def test_only_a_hit_that_counts_is_decisive():
    noted = {"start": 0, "end": 2, "rule": "reversed", "counts": False}
    counted = {"start": 12, "end": 17, "rule": "inflection", "counts": True}
    (first,) = lines([{**SAID, "hits": [noted]}])
    (second,) = lines([{**SAID, "hits": [noted, counted]}])
    assert first.decisive is None
    assert first.evasions == ("reversed",)
    assert second.decisive == Part("fruit", "inflection", counts=True)


def test_a_refusal_tells_why_only_where_the_row_does():
    row = {"type": "refused", "seq": 2, "role": "defender", "turn": 1}
    known, unknown = lines([{**row, "why": "empty"}, row])
    assert (known.why, unknown.why) == ("empty", None)
