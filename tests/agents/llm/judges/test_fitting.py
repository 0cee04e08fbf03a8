"""A fitted curve keeps its false-ruling rate, whatever the lengths of the texts, and says how sure it is."""

from math import inf

import numpy as np
import pytest

from agents.llm.judges.curve import Curve, Reading
from agents.llm.judges.errors import TooFewSentencesError, UnfitSentencesError
from agents.llm.judges.fitting import fit, fit_length, needed


def drawn(count: int, seed: int, *, low: int = 1, high: int = 40) -> list[Reading]:
    """Readings of a language with mean 4 + 3/n and variance 0.04 + 2/n, n from `low` to `high` tokens."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(low, high + 1, count)
    values = 4 + 3 / lengths + rng.normal(size=count) * np.sqrt(0.04 + 2 / lengths)
    return [Reading(float(value), int(tokens)) for value, tokens in zip(values, lengths, strict=True)]


@pytest.mark.parametrize(("rate", "count"), [(0.01, 300), (0.001, 3000), (0.05, 60), (0.2, 15), (0.03, 100)])
def test_a_rate_needs_three_times_its_inverse(rate, count):
    assert needed(rate) == count


def test_too_few_sentences_say_how_many_are_needed():
    with pytest.raises(TooFewSentencesError, match=r"299 different sentences are too few .* 300 are needed"):
        fit(drawn(299, 1), 0.01, by_length=True)


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.1])
def test_new_texts_are_ruled_against_no_more_often_than_asked(rate):
    fitted = fit(drawn(4000, 1), rate, by_length=True)
    fresh = drawn(50_000, 2)
    ruled = np.mean([fitted.curve.score(reading) >= 0.5 for reading in fresh])
    assert ruled == pytest.approx(rate, abs=0.5 * rate)
    assert rate in fitted.held_out.interval
    assert fitted.curve.middle in fitted.middle


def test_short_and_long_texts_are_ruled_against_equally_often():
    fitted = fit(drawn(4000, 3), 0.05, by_length=True)
    plain = fit(drawn(4000, 3), 0.05, by_length=False)

    def rates(curve: Curve) -> tuple[float, float]:
        short, long = drawn(20_000, 4, high=4), drawn(20_000, 5, low=20)
        return tuple(float(np.mean([curve.score(it) >= 0.5 for it in part])) for part in (short, long))

    assert rates(fitted.curve) == pytest.approx((0.05, 0.05), abs=0.03)
    short, long = rates(plain.curve)
    assert short > 10 * max(long, 0.001)  # what a curve without length would do


def test_the_median_good_text_scores_one_in_a_hundred():
    readings = [Reading(float(value)) for value in range(1001)]
    fitted = fit(readings, 0.01, by_length=False)
    assert fitted.curve.score(Reading(500.0)) == pytest.approx(0.01, abs=1e-4)
    assert fitted.curve.score(Reading(fitted.curve.middle)) == 0.5
    assert sum(fitted.curve.score(reading) >= 0.5 for reading in readings) == 10


def test_where_too_many_share_the_worst_value_none_of_them_is_ruled_against():
    readings = [Reading(1.0 if place % 7 == 0 else place / 1e6) for place in range(301)]
    fitted = fit(readings, 0.01, by_length=False)
    assert fitted.held_out.successes == 0
    assert fitted.curve.score(Reading(1.0)) < 0.5 <= fitted.curve.score(Reading(1.1))


@pytest.mark.parametrize("by_length", [True, False])
def test_equal_readings_fit_no_curve(by_length):
    with pytest.raises(UnfitSentencesError, match="give sentences of the kind that is said in matches"):
        fit([Reading(2.0, 5)] * 300, 0.01, by_length=by_length)


def test_where_all_texts_are_of_one_length_it_tells_nothing():
    length = fit_length(drawn(500, 6, low=7, high=7))
    assert (length.start, length.noise) == (0.0, 0.0)
    assert length.level == pytest.approx(4 + 3 / 7, abs=0.1)


def test_the_length_curve_finds_what_the_readings_were_drawn_from():
    length = fit_length(drawn(20_000, 7))
    assert (length.level, length.start) == (pytest.approx(4, abs=0.05), pytest.approx(3, abs=0.2))
    assert (length.spread, length.noise) == (pytest.approx(0.04, abs=0.06), pytest.approx(2, abs=0.4))


@pytest.mark.parametrize("value", [-1e300, -inf, 1e300, inf])
def test_a_score_is_a_number_from_0_to_1_whatever_was_read(value):
    assert Curve(2.0, 0.1).score(Reading(value)) == (0.0 if value < 0 else 1.0)
    assert 0.0 <= Curve(2.0, 0.1).score(Reading(2.0, 0)) <= 1.0
