"""Presets pinned field by field, and rules that nobody could play by."""

import json
from dataclasses import replace

import pytest
from core.strategies import QUICK, rules
from hypothesis import given

from arena.core.errors import RulesError, UnknownNameError
from arena.core.hits import Evasion, Form, Language, Policy
from arena.core.rules import PRESETS, JudgeSpec, Rules, preset

PAPER = {
    "max_turns": 10,
    "guess_limit": 1,
    "wrong_guess": "continue",
    "attacker_leak": "lose",
    "form": "inflection",
    "evasion": "watch",
    "judges": [
        {"name": "wordlike", "version": "1", "threshold": 0.5},
        {"name": "form", "version": "1", "threshold": 0.5},
    ],
    "on_ruling": "end",
    "language": "en",
    "word_list": "en-easy",
    "max_chars": 500,
    "turn_ms": 30_000,
    "bank_ms": 120_000,
    "judge_ms": 5_000,
}
SPAG = {
    **PAPER,
    "max_turns": 5,
    "wrong_guess": "lose",
    "attacker_leak": "void",
    "judges": [],
    "on_ruling": "note",
}
DEFAULT = {**PAPER, "judges": [{"name": "form", "version": "1", "threshold": 0.5}], "on_ruling": "warn_once"}


@pytest.mark.parametrize(("found", "pinned"), [(PRESETS["paper"], PAPER), (PRESETS["spag"], SPAG), (Rules(), DEFAULT)])
def test_every_field_of_the_presets_and_of_the_default_is_pinned(found, pinned):
    assert found.to_json() == pinned
    assert list(found.to_json()) == list(pinned)


def test_the_presets_are_paper_and_spag():
    assert list(PRESETS) == ["paper", "spag"]


@QUICK
@given(rules)
def test_rules_come_back_from_their_json(played_by):
    assert Rules.from_json(json.loads(json.dumps(played_by.to_json()))) == played_by


def test_a_preset_takes_changes():
    assert preset("spag", max_turns=7) == replace(PRESETS["spag"], max_turns=7)


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="no set of rules is called 'chess'; known: paper, spag"):
        preset("chess")


HALF = JudgeSpec("form", "1", 0.5)
WRONG = [
    ({"max_turns": 0}, "rule 'max_turns' cannot be 0: give a whole number from 1 to 1000"),
    ({"max_turns": -3}, "rule 'max_turns' cannot be -3: give a whole number from 1 to 1000"),
    ({"max_turns": 1001}, "rule 'max_turns' cannot be 1001: give a whole number from 1 to 1000"),
    ({"max_turns": True}, "rule 'max_turns' cannot be True: give a whole number from 1 to 1000"),
    ({"max_turns": 2.0}, "rule 'max_turns' cannot be 2.0: give a whole number from 1 to 1000"),
    ({"guess_limit": -1}, "rule 'guess_limit' cannot be -1: give a whole number from 0 to 1000"),
    ({"max_chars": 0}, "rule 'max_chars' cannot be 0: give a whole number from 1 to 100000"),
    ({"turn_ms": 0}, "rule 'turn_ms' cannot be 0: give a whole number from 1 to 86400000"),
    ({"bank_ms": -1}, "rule 'bank_ms' cannot be -1: give a whole number from 0 to 86400000"),
    ({"judge_ms": 0}, "rule 'judge_ms' cannot be 0: give a whole number from 1 to 600000"),
    ({"judges": (HALF, HALF)}, "rule 'judges' cannot be ['form', 'form']: name each judge once"),
    ({"word_list": ""}, "rule 'word_list' cannot be '': name the list that the target is dealt from"),
    ({"word_list": 5}, "rule 'word_list' cannot be 5: name the list that the target is dealt from"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_a_rule_that_cannot_be_played_by_is_refused_with_a_remedy(changes, sentence):
    with pytest.raises(RulesError) as wrong:
        Rules(**changes)
    assert str(wrong.value) == sentence


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.1, float("nan")])
def test_a_threshold_lies_above_0_and_at_most_at_1(threshold):
    with pytest.raises(RulesError, match="give a threshold above 0 and at most 1"):
        Rules(judges=(JudgeSpec("form", "1", threshold),))


GOOD = Rules().to_json()
DAMAGED = [
    (5, "rules", "give an object with every rule"),
    ([], "rules", "give an object with every rule"),
    ({name: GOOD[name] for name in GOOD if name != "form"}, "form", "this field is missing"),
    ({**GOOD, "luck": 1}, "luck", "this field is unknown"),
    ({**GOOD, "form": "loose"}, "form", "choose exact, inflection, family"),
    ({**GOOD, "language": None}, "language", "choose en, zh"),
    ({**GOOD, "max_turns": "ten"}, "max_turns", "give a whole number from 1 to 1000"),
    ({**GOOD, "judges": "form"}, "judges", "give a list"),
    ({**GOOD, "judges": [{"name": "form"}]}, "judges", "give name, version and threshold"),
    ({**GOOD, "judges": ["form"]}, "judges", "give name, version and threshold"),
    ({**GOOD, "judges": [{"name": "form", "version": "1", "threshold": "high"}]}, "judges", "give name, version"),
]


@pytest.mark.parametrize(("row", "field", "remedy"), DAMAGED)
def test_damaged_rules_name_the_field(row, field, remedy):
    with pytest.raises(RulesError) as wrong:
        Rules.from_json(row)
    assert wrong.value.rule == field
    assert wrong.value.remedy.startswith(remedy)


def test_only_the_attackers_evasions_can_count():
    strict = Rules(form=Form.FAMILY, evasion=Evasion.STRICT, language=Language.CHINESE)
    assert strict.attacker_policy == Policy(Form.FAMILY, Evasion.STRICT, Language.CHINESE)
    assert strict.defender_policy == Policy(Form.FAMILY, Evasion.WATCH, Language.CHINESE)


def test_a_judge_is_found_by_name():
    assert Rules().judge("form") == HALF
    with pytest.raises(UnknownNameError, match="no judge of this match is called 'luck'; known: form"):
        Rules().judge("luck")
