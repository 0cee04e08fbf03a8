"""The matcher against the two tables of cases that were written by hand, nearly all of them before it."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from arena.core.hits import Evasion, Form, Language, Policy
from arena.words import said

_HERE = Path(__file__).parent


def _rows(language: str) -> list[dict]:
    lines = (_HERE / f"confusion.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = _rows("en") + _rows("zh")
GROUPS = defaultdict(list)
for row in ROWS:
    GROUPS[row["group"]].append(row)


def _policy(row: dict) -> Policy:
    return Policy(Form(row["form"]), Evasion(row["evasion"]), Language(row.get("language", "en")))


def _found(row: dict) -> list[str]:
    """What counts as a hit, as it was written."""
    hits = said(row["text"], row["word"], _policy(row))
    return [row["text"][hit.start : hit.end] for hit in hits if hit.counts]


def test_the_tables_are_as_large_as_the_rules_promise():
    assert len(_rows("en")) >= 400
    assert len(_rows("zh")) >= 80


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_row_of_the_group_is_answered_as_written(group):
    wrong = [row for row in GROUPS[group] if bool(_found(row)) != row["said"]]
    assert wrong == []


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_hit_covers_what_the_row_says_it_covers(group):
    listed = [row for row in GROUPS[group] if row.get("found")]
    wrong = [(row, found) for row in listed if set(found := _found(row)) != set(row["found"])]
    assert wrong == []


def test_nothing_is_said_at_inflection_that_the_table_denies():
    denied = [row for row in ROWS if row["form"] == "inflection" and not row["said"]]
    assert [row for row in denied if _found(row)] == []


def test_watch_records_the_evasions_that_strict_counts():
    for row in ROWS:
        if row["evasion"] == "strict" and row["said"]:
            policy = _policy(row)
            watched = said(row["text"], row["word"], Policy(policy.form, Evasion.WATCH, policy.language))
            assert watched, row
