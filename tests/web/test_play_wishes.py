"""The lobby's form: what it takes, what it refuses, and how it becomes terms."""

import pytest
from starlette.datastructures import QueryParams

from arena.core.hits import Form, Language
from arena.core.rules import RulesError, WrongGuess
from arena.core.verdict import Role
from arena.server.errors import InputError
from arena.server.lobby import OpenSeat, Terms
from web.offered import offered, told_lists
from web.render import Sent
from web.wishes import Wish


def read(**fields):
    return Wish.read(Sent({name: (value,) for name, value in fields.items()}))


def test_a_form_that_changes_nothing_is_the_preset():
    terms = read(against="agent", preset="spag", language="en", max_turns="", form="").terms()
    assert terms.name == "spag"
    assert terms.is_rated


def test_changes_become_rules_with_their_units():
    wish = read(against="agent", max_turns="3", turn_seconds="12", bank_seconds="0", wrong_guess="lose", form="exact")
    rules = wish.terms().rules()
    assert wish.has_changes
    assert (rules.max_turns, rules.turn_ms, rules.bank_ms) == (3, 12_000, 0)
    assert (rules.wrong_guess, rules.form) == (WrongGuess.LOSE, Form.EXACT)
    assert not wish.terms().is_rated


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_turns", "three"),
        ("max_turns", "-3"),
        ("max_turns", "\u0663"),
        ("turn_seconds", "1e3"),
        ("guess_limit", "99999999"),
        ("language", "tlh"),
    ],
)
def test_what_is_no_number_or_no_language_is_refused_with_its_field(field, value):
    with pytest.raises(InputError) as refused:
        read(against="agent", **{field: value}).terms()
    assert refused.value.field == field


@pytest.mark.parametrize(("field", "value"), [("max_turns", "51"), ("turn_seconds", "601"), ("form", "loose")])
def test_rules_out_of_bounds_are_refused(field, value):
    with pytest.raises(RulesError):
        read(against="agent", **{field: value}).terms().rules()


def test_an_opponent_of_no_known_kind_is_refused():
    with pytest.raises(InputError):
        read(against="everybody")


@pytest.mark.parametrize(("role", "seat"), [("any", None), ("attacker", Role.ATTACKER), ("defender", Role.DEFENDER)])
def test_a_side_can_be_chosen_or_left_open(role, seat):
    assert read(against="agent", role=role).seat is seat


def test_a_link_chooses_only_what_the_form_could():
    fresh = Wish.fresh(Language.CHINESE, QueryParams({"against": "agent", "agent": "hiding", "unrated": "yes"}))
    assert (fresh.agent, fresh.language, fresh.unrated) == ("hiding", "zh", False)
    assert Wish.fresh(Language.ENGLISH, QueryParams({"preset": "nonsense"})) == Wish()


@pytest.mark.parametrize(
    ("owner", "is_own", "yours"),
    [
        (Role.ATTACKER, False, "defender"),
        (Role.ATTACKER, True, "attacker"),
        (None, False, "either"),
        (None, True, "either"),
    ],
)
def test_an_open_seat_names_the_side_of_whoever_looks(owner, is_own, yours):
    seat = OpenSeat("code", owner, Terms(), False, "", "", None, is_own=is_own)
    assert offered(seat).your_role == yours


def test_every_list_has_a_language_and_a_level():
    assert {(it.language, it.level) for it in told_lists()} == {
        (language, level) for language in ("en", "zh") for level in ("easy", "medium", "hard", "all")
    }
