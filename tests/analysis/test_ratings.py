"""Ratings of attackers and defenders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.analysis.ratings import Rating, chance, rated
from arena.core.verdict import Role

ratings = st.builds(Rating, st.floats(0, 50), st.floats(0.5, 25 / 3), st.integers(0, 1000))
winners = st.sampled_from([Role.ATTACKER, Role.DEFENDER, None])


def test_nothing_is_known_of_a_new_player_and_a_thousand_points_are_shown():
    assert Rating().shown() == 1000
    assert chance(Rating(), Rating()) == pytest.approx(0.5)


def test_a_win_lifts_the_winner_by_what_it_costs_the_loser_where_both_are_new():
    attacker, defender = rated(Rating(), Rating(), Role.ATTACKER)
    assert attacker.mu - 25 == pytest.approx(25 - defender.mu)
    assert attacker.mu == pytest.approx(27.635, abs=0.001)
    assert (attacker.matches, defender.matches) == (1, 1)
    assert attacker.sigma < Rating().sigma


def test_the_defenders_win_is_the_mirror_of_the_attackers():
    lost, won = rated(Rating(), Rating(), Role.DEFENDER)
    attacker, defender = rated(Rating(), Rating(), Role.ATTACKER)
    assert (lost.mu, won.mu) == pytest.approx((defender.mu, attacker.mu))


def test_a_draw_between_equals_changes_the_uncertainty_alone():
    attacker, defender = rated(Rating(), Rating(), None)
    assert (attacker.mu, defender.mu) == pytest.approx((25, 25))
    assert attacker.sigma < 25 / 3


def test_a_draw_is_worth_more_to_the_weaker_side():
    attacker, defender = rated(Rating(20, 2, 9), Rating(30, 2, 9), None)
    assert attacker.mu > 20
    assert defender.mu < 30


def test_a_hundred_wins_over_equals_show_on_the_leaderboard():
    rating = Rating()
    for _ in range(100):
        rating, _ = rated(rating, Rating(), Role.ATTACKER)
    assert rating.shown() > 1500
    assert rating.matches == 100


@given(ratings, ratings, winners)
def test_a_winner_never_falls_and_a_loser_never_rises(attacker, defender, winner):
    one, other = rated(attacker, defender, winner)
    if winner is Role.ATTACKER:
        assert one.mu >= attacker.mu
        assert other.mu <= defender.mu
    if winner is Role.DEFENDER:
        assert one.mu <= attacker.mu
        assert other.mu >= defender.mu
    assert (one.matches, other.matches) == (attacker.matches + 1, defender.matches + 1)


@given(ratings, ratings)
def test_the_chances_of_both_sides_add_up_and_grow_with_skill(one, other):
    assert chance(one, other) + chance(other, one) == pytest.approx(1)
    stronger = Rating(one.mu + 5, one.sigma, one.matches)
    assert chance(stronger, other) > chance(one, other) or chance(one, other) == pytest.approx(1)
