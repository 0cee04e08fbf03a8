"""Fits a curve to the readings of good texts, so that at most a chosen share of such texts is ruled against.

Pure functions over numbers. The achieved rate is measured on texts that the fit did not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

from agents.llm.judges.curve import Curve, LengthCurve, Reading
from agents.llm.judges.errors import TooFewSentencesError, UnfitSentencesError
from arena.analysis.rates import Interval, Rate, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.95
"""The confidence of every interval here."""
HIGHEST_RATE = 0.2
"""A judge that errs more often than this decides no game."""
FOLDS = 5
TYPICAL_SCORE = 0.01
"""What the median good text scores; this sets how sharp a curve is."""
_CLEAR = 0.001
"""How far above the worst value, in distances of it from the median, a bound must be that scores tell apart."""
_LEAST_SHARE = 0.02
"""The part of the residual variance that never is put down to length: a curve must not trust any text fully."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A curve, how sure its middle is, and the share of held-out good texts that it would rule against."""

    curve: Curve
    middle: Interval
    held_out: Rate


def needed(rate: float) -> int:
    """How many texts a rate takes: with fewer, no ruling at all would still allow a higher rate at 95 %.

    Source: the rule of three; Hanley and Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 1983.
    """
    return ceil(round(3 / rate, 9))


def fit(readings: Sequence[Reading], rate: float, *, by_length: bool) -> Fit:
    """The curve that rules against this share of good texts at most, readings given in any fixed order.

    The middle is the reading that floor(rate * (n + 1)) of n reach: a new text like them reaches it with that chance
    at most, on average over samples, whatever the distribution.

    Raises:
        TooFewSentencesError: fewer readings than `needed`.
        UnfitSentencesError: readings that cannot be told apart.

    Source: Vovk, Gammerman and Shafer, Algorithmic learning in a random world, 2005, section 2.2. The length curve is
    fitted on the same texts, which bends that promise a little; `held_out` is free of it.
    """
    if len(readings) < needed(rate):
        raise TooFewSentencesError(len(readings), rate, needed(rate))
    curve, middle = _fitted(readings, rate, by_length=by_length)
    ruled = 0
    for fold in range(FOLDS):
        kept = [reading for place, reading in enumerate(readings) if place % FOLDS != fold]
        held = readings[fold::FOLDS]
        trained, _ = _fitted(kept, rate, by_length=by_length)
        ruled += sum(trained.length.standardised(reading) >= trained.middle for reading in held)
    return Fit(curve, middle, wilson(ruled, len(readings), LEVEL))


def _fitted(readings: Sequence[Reading], rate: float, *, by_length: bool) -> tuple[Curve, Interval]:
    length = fit_length(readings) if by_length else LengthCurve()
    values = sorted((length.standardised(reading) for reading in readings), reverse=True)
    count = len(values)
    middle = _above(values, int(round(rate * (count + 1), 9)))
    typical = values[count // 2]
    if middle - typical < 1e-9:
        raise UnfitSentencesError("at least half of them score the same as the worst", rate)
    width = (middle - typical) / log(1 / TYPICAL_SCORE - 1)
    shares = wilson(int(rate * count), count, LEVEL).interval
    low, high = (_above(values, round(share * count)) for share in (shares.high, shares.low))
    return Curve(middle, width, length), Interval(low, high, LEVEL)


def _above(values: Sequence[float], most: int) -> float:
    """The lowest of the values, sorted downwards, that at most so many of them reach; above all where too many do."""
    for place in range(min(most, len(values) - 1), 0, -1):
        if values[place] < values[place - 1]:
            return values[place - 1]
    return values[0] + _CLEAR * (values[0] - values[len(values) // 2])


def fit_length(readings: Sequence[Reading]) -> LengthCurve:
    """How the mean of good texts and its variance depend on their length, by least squares on 1 / n.

    Where all are of one length, or shorter texts vary less, their length is taken to tell nothing. Raises
    UnfitSentencesError where all readings are equal.
    """
    import numpy as np

    values = np.array([reading.value for reading in readings])
    inverse = np.array([1 / max(reading.tokens, 1) for reading in readings])
    level, start = _line(inverse, values)
    squares = (values - level - start * inverse) ** 2
    total = float(squares.mean())
    if total < 1e-12:
        raise UnfitSentencesError("they all score the same", None)
    spread, noise = _line(inverse, squares)
    if noise <= 0:
        return LengthCurve(level, start, total, 0.0)
    least = _LEAST_SHARE * total
    if spread < least:  # all the variance that is left goes to length
        spread, noise = least, (total - least) / float(inverse.mean())
    return LengthCurve(level, start, spread, noise)


def _line(x: "NDArray[np.float64]", y: "NDArray[np.float64]") -> tuple[float, float]:
    """The straight line through points that errs least: its value at 0, and its slope."""
    centred = x - x.mean()
    square = float((centred**2).sum())
    slope = float((centred * y).sum()) / square if square > 1e-9 else 0.0
    return float(y.mean()) - slope * float(x.mean()), slope
