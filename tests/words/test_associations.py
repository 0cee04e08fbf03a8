"""The associations that we wrote are well-formed, and as many as the graph is promised."""

from collections import defaultdict
from pathlib import Path

import pytest

from arena.core.hits import Language, Policy
from arena.words import guessed, said

ROOT = Path(__file__).parents[2]
RELATIONS = {"is-a", "part-of", "similar", "opposite", "derived", "topic"}
ROWS = [line.split("\t") for line in (ROOT / "scripts" / "associations.tsv").read_text("utf-8").splitlines()]


def by_target(language: str) -> dict[str, list[tuple[str, str]]]:
    """Every (relation, word) of each target."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row_language, target, relation, words in ROWS:
        if row_language == language:
            found[target] += [(relation, word) for word in words.split(",")]
    return found


def test_every_row_has_a_language_a_target_a_relation_and_words():
    for row in ROWS:
        assert len(row) == 4, row
        assert row[0] in {"en", "zh"}, row
        assert row[2] in RELATIONS, row
        assert all(word and word == word.strip() for word in row[3].split(",")), row


@pytest.mark.parametrize(("language", "targets"), [("en", 400), ("zh", 300)])
def test_enough_targets_have_four_typed_relations(language, targets):
    rich = [target for target, edges in by_target(language).items() if len(edges) >= 4]
    assert len(rich) >= targets
    assert len(rich) == len(by_target(language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_target_is_associated_with_itself_or_with_a_word_twice(language):
    for target, edges in by_target(language).items():
        words = [word for _, word in edges]
        assert target not in words
        assert len(set(edges)) == len(edges), target


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_opening_says_its_own_target(language):
    policy = Policy(language=Language(language))
    rows = (ROOT / "agents" / "data" / f"openings.{language}.tsv").read_text("utf-8").splitlines()
    for row in rows:
        target, opening = row.split("\t")
        assert not said(opening, target, policy), row
        assert guessed(target, target, policy), row
