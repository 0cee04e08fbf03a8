"""The small values: errors and their sentences, rulings, verdicts, hits, views, seeds."""

import json

import pytest
from core.playing import PLAIN
from core.strategies import QUICK, verdicts
from hypothesis import given
from hypothesis import strategies as st

from arena.core.actions import Ruling, Said
from arena.core.errors import EventError, MatchTimeError, RulesError, TabooError, UnknownNameError
from arena.core.hits import HitRule
from arena.core.seeds import MatchSeeds, derive, derive_id
from arena.core.verdict import Reason, Role, Verdict
from arena.core.views import AttackerView, DefenderView

SENTENCES = [
    (RulesError("form", "loose", "choose exact"), "rule 'form' cannot be 'loose': choose exact"),
    (UnknownNameError("agent", "drect", ("direct",)), "no agent is called 'drect'; did you mean direct?"),
    (UnknownNameError("agent", "x", ("a", "b"), ("c",)), "no agent is called 'x'; did you mean a or b?"),
    (UnknownNameError("agent", "x", known=("a", "b")), "no agent is called 'x'; known: a, b"),
    (UnknownNameError("agent", "x"), "no agent is called 'x'; none is installed"),
    (EventError("m", 3, "turn", "is missing"), "event 3 of match m: turn: is missing"),
    (EventError("", -1, "event", "is not JSON"), "event -1 of match ?: event: is not JSON"),
    (MatchTimeError(3, 5), "match time runs forwards: 3 ms comes before 5 ms"),
    (MatchTimeError(7, 5), "match time stands still at 5 ms: it cannot be 7 ms"),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES)
def test_an_error_says_what_was_wrong_and_is_of_the_one_tree(error, sentence):
    assert str(error) == sentence
    assert isinstance(error, TabooError)


SCORES = [
    # given by the judge, kept in the log
    (0.0, 0.0),
    (1.0, 1.0),
    (1, 1.0),
    (0.12345678, 0.123457),
    (None, None),
    (float("nan"), None),
    (float("inf"), None),
    (-0.001, None),
    (1.001, None),
    (10**400, None),
    ("high", None),
    ([], None),
]


@pytest.mark.parametrize(("given_score", "kept"), SCORES)
def test_a_score_that_is_no_share_makes_the_judge_unavailable(given_score, kept):
    settled = Ruling("form", "1", "dull", given_score, "f").settled()
    assert settled == (Ruling("form", "1", "dull", kept, "f") if kept is not None else Ruling.unavailable("form", "1"))
    assert type(settled.score) in (float, type(None))


@pytest.mark.parametrize(("label", "fingerprint"), [(None, "f"), ("half \ud83d", "f"), ("dull", 5)])
def test_a_judge_whose_words_cannot_be_stored_is_unavailable(label, fingerprint):
    assert Ruling("form", "1", label, 1.0, fingerprint).settled() == Ruling.unavailable("form", "1")


@pytest.mark.parametrize(("score", "against"), [(None, False), (0.49, False), (0.5, True), (1.0, True)])
def test_a_ruling_counts_from_its_threshold_on(score, against):
    assert Ruling("form", "1", "dull", score, "f").is_against(0.5) is against


@QUICK
@given(verdicts)
def test_a_verdict_comes_back_from_its_json(verdict):
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_a_verdicts_json_leaves_out_what_does_not_apply():
    assert Verdict(None, Reason.TIE).to_json() == {"winner": None, "reason": "tie"}


@pytest.mark.parametrize("reason", Reason)
def test_only_what_says_nothing_about_the_players_is_not_rated(reason):
    assert Verdict(None, reason).is_rated is (reason not in (Reason.ABORTED, Reason.INFRASTRUCTURE))


def test_the_roles_are_each_others_other():
    assert [role.other for role in Role] == [Role.DEFENDER, Role.ATTACKER]


@pytest.mark.parametrize("rule", HitRule)
def test_hiding_a_word_is_an_evasion_and_saying_it_is_not(rule):
    assert rule.is_evasion is (rule.value in ("spelled", "leet", "reversed"))


HISTORY = (
    Said(Role.ATTACKER, 1, "hello"),
    Said(Role.DEFENDER, 1, None),
    Said(Role.ATTACKER, 2, "is it big"),
    Said(Role.DEFENDER, 2, "", "lemon"),
)


@pytest.mark.parametrize(("kind", "role"), [(AttackerView, Role.ATTACKER), (DefenderView, Role.DEFENDER)])
def test_a_view_tells_its_role_and_what_was_said(kind, role):
    view = kind(PLAIN, 3, HISTORY, 0, 1000, 7)
    assert view.role is role
    assert view.turns_left == 8
    assert view.said_by(Role.ATTACKER) == ("hello", "is it big")
    assert view.said_by(Role.DEFENDER) == ("",)


def test_the_defenders_view_has_no_field_for_the_target():
    fields = {name for kind in DefenderView.__mro__ for name in getattr(kind, "__slots__", ())}
    assert fields == {"rules", "turn", "history", "guesses_left", "ms_left", "seed", "refusals"}
    assert not hasattr(DefenderView(PLAIN, 1, (), 1, 1000, 7), "__dict__")


def test_seeds_are_pinned_so_that_old_matches_can_be_played_again():
    assert MatchSeeds.of("7") == MatchSeeds(6556494003820695974, 2640269612967731038, 1896668684195628626)
    assert derive_id("7", "match", 1) == "e073cf9049fb02b93382"


@QUICK
@given(st.text(max_size=8))
def test_seeds_for_different_purposes_are_different_whole_numbers_of_63_bits(master):
    seeds = MatchSeeds.of(master)
    found = {seeds.word, seeds.attacker, seeds.defender}
    assert len(found) == 3
    assert all(0 <= seed < 2**63 for seed in found)


def test_master_and_purposes_are_joined_without_doubt():
    assert len({derive("ab", "c"), derive("a", "bc"), derive("a", "b", "c"), derive("abc")}) == 4
    assert derive("a", 1) == derive("a", "1")
    assert derive("\ud83d", "word") != derive("?", "word")
