"""What players may agree on."""

import pytest

from arena.core.errors import RulesError, UnknownNameError
from arena.core.hits import Form, Language
from arena.core.rules import PRESETS, WrongGuess
from arena.server.errors import InputError
from arena.server.lobby import Terms


def test_terms_without_changes_are_the_preset_on_the_easy_list_of_the_language():
    assert Terms().rules() == PRESETS["paper"]
    chinese = Terms(Language.CHINESE, "spag")
    assert chinese.rules().word_list == "zh-easy"
    assert chinese.rules().language is Language.CHINESE
    assert (chinese.name, chinese.is_rated) == ("spag", True)


def test_changed_rules_are_custom_and_are_not_rated():
    terms = Terms(changes={"max_turns": 3, "form": "exact", "wrong_guess": WrongGuess.LOSE})
    rules = terms.rules()
    assert (rules.max_turns, rules.form, rules.wrong_guess) == (3, Form.EXACT, WrongGuess.LOSE)
    assert (terms.name, terms.is_rated) == ("custom", False)


def test_changes_that_change_nothing_are_no_changes():
    terms = Terms(changes={"max_turns": PRESETS["paper"].max_turns})
    assert (terms.name, terms.is_rated) == ("paper", True)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("max_turns", 51),
        ("max_turns", 0),
        ("max_turns", "3"),
        ("max_turns", True),
        ("max_turns", 2.0),
        ("max_turns", None),
        ("max_chars", 2001),
        ("turn_ms", 999),
        ("turn_ms", 600_001),
        ("bank_ms", 3_600_001),
        ("guess_limit", -1),
        ("form", "loosely"),
        ("judges", "none"),
        ("judges", [{"name": "form"}]),
        ("judges", [{"name": "form", "version": "1", "threshold": 7}]),
        ("judge_ms", 10),
        ("language", "zh"),
        ("word_list", "en-hard"),
        ("target", "banana"),
    ],
)
def test_a_rule_beyond_the_bounds_of_the_place_is_refused_by_name(rule, value):
    with pytest.raises(RulesError) as refused:
        Terms(changes={rule: value}).rules()
    assert refused.value.rule == rule


def test_judges_may_be_left_out_and_must_be_installed():
    assert Terms(changes={"judges": []}).rules().judges == ()
    with pytest.raises(UnknownNameError):
        Terms(changes={"judges": [{"name": "nobody", "version": "1", "threshold": 0.5}]}).rules()
    with pytest.raises(InputError, match="version"):
        Terms(changes={"judges": [{"name": "form", "version": "99", "threshold": 0.5}]}).rules()


def test_a_word_list_is_a_name_and_never_a_path(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("apple\n", encoding="utf-8")
    for name in (str(path), "../en-easy", "/etc/passwd", "en-easy.txt", ""):
        with pytest.raises(UnknownNameError):
            Terms(word_list=name).rules()


def test_a_word_list_is_of_the_language():
    with pytest.raises(InputError, match="word_list"):
        Terms(Language.ENGLISH, word_list="zh-easy").rules()


def test_an_unknown_preset_is_refused():
    with pytest.raises(UnknownNameError):
        Terms(preset="chess").rules()


@pytest.mark.parametrize(
    "terms",
    [
        Terms(),
        Terms(Language.CHINESE, "spag", word_list="zh"),
        Terms(preset="spag", changes={"max_turns": 7, "form": "family"}, rated=False),
        Terms(changes={"judges": []}),
    ],
)
def test_terms_can_be_read_from_the_rules_again(terms):
    again = Terms.of(terms.rules(), terms.name, terms.rated)
    assert again.rules() == terms.rules()
    assert (again.name, again.rated) == (terms.name, terms.rated)
