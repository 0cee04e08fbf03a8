"""SEA: rules in a file or our own, on a victim that counts words, with scores or labels only."""

import os

import pytest
from attacks_doubles import Counting

from attacks.core.goals import LabelOnly, Untargeted
from attacks.engine import Engine, Example, Status
from attacks.recipes.sea import SEA

DATA = os.environ.get("TABOO_DATA")
RULES = "great\tgrand\ngrand\tgreat\nfine\tfair\ncast\tactors\nfilm\tfilm , a poor one\n"


@pytest.fixture
def rules(tmp_path):
    file = tmp_path / "rules.tsv"
    file.write_text(RULES)
    return str(file)


def ended(attack, text, victim, **options):
    (row,) = Engine(victim, attack, **options).run([Example(0, text, 1)])
    return row


def test_a_single_rule_that_will_do_is_the_result(rules):
    row = ended(SEA(rules), "a fine cast", Counting(0.0))
    assert (row.status, row.perturbed, row.queries) == (Status.SUCCEEDED, "a fair cast", 2)


@pytest.mark.parametrize("goal", [None, lambda label: LabelOnly(Untargeted(label))])
def test_two_rules_together_do_what_one_does_not(rules, goal):
    row = ended(SEA(rules), "a great fine cast", Counting(0.3), goal=goal)
    assert (row.status, row.perturbed) == (Status.SUCCEEDED, "a grand fair cast")
    assert SEA(rules).needs == frozenset()


def test_no_more_pairs_are_shown_than_asked_and_a_text_without_a_match_fails(rules):
    assert ended(SEA(rules, most_pairs=1), "a great fine cast", Counting(9.0)).queries == 3 + 1
    assert ended(SEA(rules), "a good plot", Counting(1.0)).status is Status.FAILED


def test_other_rules_are_another_attack(rules, tmp_path):
    (tmp_path / "other.json").write_text('[["great", "grand"]]')
    assert SEA(rules).reads != SEA(tmp_path / "other.json").reads


@pytest.mark.skipif(DATA is None, reason="needs nltk's tagger in TABOO_DATA")
def test_our_own_rules_keep_what_a_text_says(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    written = "What is this film? It isn't a great movie."
    row = ended(SEA(), written, Counting(0.5))
    assert row.status is Status.FAILED
    assert row.queries >= 10
    assert {"great", "this"} <= set(row.perturbed.replace(",", " ").split())
