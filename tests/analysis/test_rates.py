"""Rates and intervals, against published values, scipy and simulation."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.analysis.rates import (
    Interval,
    Rate,
    SampleError,
    clustered_difference,
    clustered_rate,
    paired_difference,
    shown,
    student_quantile,
    wilson,
)
from arena.core.errors import TabooError

counts = st.integers(0, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def played(seed, words=40, matches=5, shift=0.0):
    """Outcomes of matches whose chance of success differs from word to word, around 0.5, and the word of each."""
    rng = np.random.default_rng(seed)
    chance = np.clip(rng.beta(2, 2, words) + shift, 0, 1)
    outcomes = (rng.random((words, matches)) < chance[:, None]).ravel().tolist()
    return outcomes, [f"word{number}" for number in range(words) for _ in range(matches)]


# Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 1998, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(successes, total, low, high):
    rate = wilson(successes, total)
    assert rate.value == successes / total
    assert rate.interval.low == pytest.approx(low, abs=5e-5)
    assert rate.interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(("successes", "total"), [(0, 1), (1, 1), (3, 10), (50, 100), (999, 1000), (0, 7), (7, 7)])
def test_wilson_agrees_with_scipy(successes, total, level):
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.binomtest(successes, total).proportion_ci(level, method="wilson")
    ours = wilson(successes, total, level).interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.level == level


@given(counts)
def test_wilson_stays_in_range_and_around_its_value(count):
    successes, total = count
    rate = wilson(successes, total)
    assert 0 <= rate.interval.low <= rate.interval.high <= 1
    assert not total or rate.value == pytest.approx(min(max(rate.value, rate.interval.low), rate.interval.high))


@given(counts)
def test_wilson_treats_failures_as_it_treats_successes(count):
    successes, total = count
    of_failures = wilson(total - successes, total).interval
    assert wilson(successes, total).interval.low == pytest.approx(1 - of_failures.high, abs=1e-12)


def test_nothing_tried_leaves_every_rate_open():
    rate = wilson(0, 0)
    assert math.isnan(rate.value)
    assert rate.interval == Interval(0.0, 1.0, 0.95)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("freedom", [4, 5, 9, 19, 49, 500])
def test_the_student_quantile_is_within_one_percent(freedom, level):
    stats = pytest.importorskip("scipy.stats")
    share = (1 + level) / 2
    assert student_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=0.01)
    assert student_quantile(1 - share, freedom) == pytest.approx(-student_quantile(share, freedom))


@pytest.mark.parametrize(("words", "matches"), [(12, 6), (40, 5)])
def test_clustered_intervals_hold_the_truth_as_often_as_they_say(words, matches):
    trials = 300
    held = sum(
        0.5 in clustered_rate(*played(seed, words, matches), seed=seed, resamples=400).interval
        for seed in range(trials)
    )
    assert 0.91 <= held / trials <= 0.985


def test_intervals_that_forget_the_words_hold_it_too_rarely():
    trials = 300
    held = 0
    for seed in range(trials):
        outcomes, _ = played(seed)
        held += 0.5 in wilson(sum(outcomes), len(outcomes)).interval
    assert held / trials < 0.9


@pytest.mark.parametrize("seed", range(5))
def test_clustering_widens_the_interval(seed):
    outcomes, words = played(seed, words=30, matches=20)
    clustered = clustered_rate(outcomes, words, seed=seed).interval
    alone = clustered_rate(outcomes, range(len(outcomes)), seed=seed).interval
    assert clustered.width > 1.5 * alone.width


def test_one_outcome_a_cluster_comes_near_wilson():
    outcomes = [True] * 130 + [False] * 270
    estimate, rate = clustered_rate(outcomes, range(400), seed=1), wilson(130, 400)
    assert estimate.value == rate.value
    assert estimate.interval.low == pytest.approx(rate.interval.low, abs=0.01)
    assert estimate.interval.high == pytest.approx(rate.interval.high, abs=0.01)


def test_a_higher_level_gives_a_wider_interval():
    sample = played(3)
    widths = [clustered_rate(*sample, seed=3, level=level).interval.width for level in (0.5, 0.8, 0.95, 0.99)]
    assert all(narrow < wide for narrow, wide in pairwise(widths))


def test_an_estimate_counts_outcomes_and_clusters():
    estimate = clustered_rate([1, 0, 0.5, 0.5], ["pea", "pea", "plum", "fig"], seed=1)
    assert (estimate.value, estimate.n, estimate.clusters) == (0.5, 4, 3)


def test_clusters_of_unequal_size_are_weighted_by_their_outcomes():
    assert clustered_rate([1, 1, 1, 0], ["pea", "pea", "pea", "plum"], seed=1).value == 0.75


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_depends_on_the_seed_alone_and_not_on_order_or_names(seed):
    outcomes, words = played(seed)
    first = clustered_rate(outcomes, words, seed=seed)
    rows = Random(seed).sample(list(zip(outcomes, words, strict=True)), len(words))
    assert clustered_rate([it for it, _ in rows], [f"renamed {word}" for _, word in rows], seed=seed) == first
    assert clustered_rate(outcomes, words, seed=np.random.default_rng(seed)) == first
    assert clustered_rate(outcomes, words, seed=seed + 100) != first


def test_the_order_of_matches_does_not_change_a_difference():
    (a, a_words), (b, b_words) = played(1), played(2, words=30)
    first = clustered_difference(a, a_words, b, b_words, seed=7)
    assert clustered_difference(a[::-1], a_words[::-1], b[::-1], b_words[::-1], seed=7) == first


def test_samples_too_large_for_one_block_of_memory_are_estimated_as_well():
    outcomes = [number % 4 == 0 for number in range(12_000)]
    estimate, rate = clustered_rate(outcomes, range(12_000), seed=1, resamples=1000), wilson(3000, 12_000)
    assert estimate.value == 0.25
    assert estimate.interval.width == pytest.approx(rate.interval.width, rel=0.1)


@pytest.mark.parametrize(("outcome", "value"), [(True, 1.0), (False, 0.0)])
def test_clusters_that_all_agree_get_the_interval_of_one_trial_each(outcome, value):
    estimate = clustered_rate([outcome] * 60, list(range(20)) * 3, seed=1)
    assert estimate.value == value
    assert estimate.interval == wilson(20 * outcome, 20).interval


@pytest.mark.parametrize(("outcomes", "words"), [([], []), ([1, 0, 1], ["pea"] * 3)])
def test_fewer_than_two_words_say_nothing_about_others(outcomes, words):
    assert clustered_rate(outcomes, words, seed=1).interval == Interval(0.0, 1.0, 0.95)
    difference = clustered_difference(outcomes, words, [1, 0], ["plum", "fig"], seed=1)
    assert difference.interval == Interval(-1.0, 1.0, 0.95)


def test_a_side_without_outcomes_has_no_difference():
    difference = clustered_difference([], [], [1, 0], ["plum", "fig"], seed=1)
    assert math.isnan(difference.value)
    assert (difference.n, difference.clusters) == (2, 2)


# Newcombe, Interval estimation for the difference between independent proportions, 1998, table II, method 10.
@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_side_that_does_not_vary_gives_the_published_difference(a, b, low, high):
    sides = []
    for name, (successes, total) in zip("ab", (a, b), strict=True):
        sides += [[True] * successes + [False] * (total - successes), [(name, number) for number in range(total)]]
    interval = clustered_difference(*sides, seed=1).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-4)


def test_a_difference_of_equals_is_nothing_but_is_not_certain():
    outcomes, words = played(1)
    difference = paired_difference(outcomes, outcomes, words, seed=1)
    assert difference.value == 0
    assert difference.interval.low < 0 < difference.interval.high


@pytest.mark.parametrize("seed", range(4))
def test_pairing_by_word_narrows_the_interval(seed):
    a, words = played(seed, words=40, matches=10)
    b, _ = played(seed, words=40, matches=10, shift=-0.1)
    paired = paired_difference(a, b, words, seed=seed)
    unpaired = clustered_difference(a, words, b, [f"other {word}" for word in words], seed=seed)
    assert paired.value == pytest.approx(unpaired.value)
    assert paired.interval.width < 0.8 * unpaired.interval.width
    assert (paired.clusters, unpaired.clusters) == (40, 80)


def test_paired_is_the_difference_over_shared_words():
    a, words = played(1)
    b, _ = played(2)
    together = clustered_difference(a, words, b, words, seed=3)
    assert paired_difference(a, b, words, seed=3) == together
    assert together.value == pytest.approx(sum(a) / len(a) - sum(b) / len(b))


def test_differences_hold_the_truth_as_often_as_they_say():
    trials, held = 300, 0
    for seed in range(trials):
        (a, a_words), (b, b_words) = played(seed), played(10_000 + seed, words=25)
        held += 0.0 in clustered_difference(a, a_words, b, b_words, seed=seed, resamples=400).interval
    assert 0.91 <= held / trials <= 0.985


def test_two_words_a_side_survive_resamples_that_miss_a_side():
    difference = clustered_difference([1, 0], ["pea", "plum"], [1, 0], ["fig", "yam"], seed=1, resamples=50)
    assert difference.value == 0
    assert -1 <= difference.interval.low < 0 < difference.interval.high <= 1


def test_a_single_resample_is_too_few_to_show_spread():
    estimate = clustered_rate([1, 0, 1, 1], ["pea", "plum", "fig", "yam"], seed=1, resamples=1)
    assert estimate.interval == wilson(3, 4).interval


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(5, 4), "successes cannot be 5: count from 0 to the total, which is 4"),
        (lambda: wilson(-1, 4), "successes cannot be -1: count from 0 to the total, which is 4"),
        (lambda: wilson(1, 4, 95), "level cannot be 95: it lies between 0 and 1, as 0.95 does"),
        (lambda: clustered_rate([1, 2], "ab", seed=1), "an outcome cannot be 2.0: outcomes are yes, no or shares"),
        (lambda: clustered_rate([1, math.nan], "ab", seed=1), "an outcome cannot be nan"),
        (lambda: clustered_rate([1, 0], "abc", seed=1), "clusters cannot be '3 names': 2 outcomes need one each"),
        (lambda: clustered_rate([1, 0], "ab", seed=1, resamples=0), "resamples cannot be 0: draw at least one"),
        (lambda: clustered_rate([1, 0], "ab", seed=1, level=1), "level cannot be 1: it lies between 0 and 1"),
        (lambda: clustered_difference([1], "a", [0], "b", seed=1, level=0), "level cannot be 0: it lies between"),
        (lambda: paired_difference([1, 0], [1], "ab", seed=1), "cannot be '1 outcomes': 2 outcomes need one each"),
    ],
)
def test_a_sample_that_makes_no_sense_is_refused_with_the_remedy(call, message):
    with pytest.raises(SampleError) as refused:
        call()
    assert message in str(refused.value)
    assert isinstance(refused.value, TabooError)


@pytest.mark.parametrize(
    ("estimate", "options", "text"),
    [
        (wilson(62, 100), {}, "0.62 [0.52, 0.71]"),
        (wilson(62, 100), {"digits": 3}, "0.620 [0.522, 0.709]"),
        (Rate(1, 2, Interval(-0.001, 1.0, 0.95)), {"signed": True}, "+0.50 [+0.00, +1.00]"),
        (wilson(0, 0), {}, "-"),
        (clustered_rate([], [], seed=1), {}, "-"),
    ],
)
def test_an_estimate_is_shown_with_its_interval(estimate, options, text):
    assert shown(estimate, **options) == text
