"""Rates and differences of rates with honest intervals: Wilson's, and a bootstrap clustered by word.

Matches on one word resemble each other, so they are not independent trials: an interval that counts them as such is too
narrow. `clustered_rate` and `clustered_difference` resample whole clusters (words) instead. `wilson` is for trials that
are independent. Outcomes are yes or no, or shares in [0, 1]; nothing here knows what they are outcomes of.
"""

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import TabooError

Seed: TypeAlias = int | np.random.Generator
"""Where chance comes from; the same int gives the same interval."""
Floats: TypeAlias = NDArray[np.float64]

RESAMPLES = 2000
_WEIGHTS_AT_ONCE = 4_000_000
_FLAT = 1e-12


@dataclass(eq=False)
class SampleError(TabooError):
    """A sample, or what is asked of it, from which nothing can be estimated."""

    what: str
    given: object
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} cannot be {self.given!r}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, both ends included; `level` is 0.95 for a 95 % interval."""

    low: float
    high: float
    level: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """High less low."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Rate:
    """Successes among independent trials."""

    successes: int
    total: int
    interval: Interval

    @property
    def value(self) -> float:
        """The share of successes in [0, 1], or nan where nothing was tried."""
        return self.successes / self.total if self.total else math.nan


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate in [0, 1] or a difference of rates in [-1, 1], from `n` outcomes in so many distinct clusters.

    The value is nan where a side has no outcome.
    """

    value: float
    interval: Interval
    n: int
    clusters: int


def wilson(successes: int, total: int, level: float = 0.95) -> Rate:
    """A rate of independent trials with Wilson's score interval; no trial at all leaves the whole of [0, 1].

    Raises:
        SampleError: more successes than trials, a negative count, or a level outside (0, 1).

    Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927; no continuity
    correction.
    """
    _check_level(level)
    if not 0 <= successes <= total:
        raise SampleError("successes", successes, f"count from 0 to the total, which is {total}")
    return Rate(successes, total, _wilson(successes / total if total else math.nan, total, level))


def clustered_rate(
    outcomes: Sequence[bool | float],
    clusters: Sequence[Hashable],
    *,
    seed: Seed,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """The share of outcomes, with an interval from resampling whole clusters; `clusters[i]` is that of `outcomes[i]`.

    Fewer than two clusters say nothing about others: the interval is the whole of [0, 1]. Where no cluster differs from
    another (all won, all lost) resampling shows no spread, and the interval is Wilson's with one trial a cluster.

    Raises:
        SampleError: outcomes and clusters that do not pair up, an outcome outside [0, 1], no resample, a wrong level.

    Source: Hesterberg, What teachers should know about the bootstrap, The American Statistician 2015, section 5.3, the
    expanded percentile interval: quantiles moved outwards, as plain ones are too narrow for few clusters.
    """
    tally = _Tally.of([(outcomes, clusters)])
    _check_level(level)
    known = tally.clusters[0]
    value = tally.rates[0]
    if known < 2:
        return Estimate(value, Interval(0.0, 1.0, level), len(outcomes), known)
    drawn = _resampled(tally, seed, resamples)[0]
    interval = _wilson(value, known, level) if _is_flat(drawn) else _expanded_percentiles(drawn, known, level)
    return Estimate(value, interval, len(outcomes), known)


def clustered_difference(
    a: Sequence[bool | float],
    a_clusters: Sequence[Hashable],
    b: Sequence[bool | float],
    b_clusters: Sequence[Hashable],
    *,
    seed: Seed,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """Rate of `a` less rate of `b`, with an interval from resampling whole clusters of both together.

    A cluster that both share enters or leaves both at once: what is hard about a word cancels out. The two need share
    none. With fewer than two clusters on a side the interval is the whole of [-1, 1]. Where a side, or the difference,
    does not vary from cluster to cluster, the interval is Newcombe's with one trial a cluster: cautious, as it forgets
    what is shared.

    Raises:
        SampleError: as `clustered_rate`.

    Source: as `clustered_rate`; Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 1998, method 10.
    """
    tally = _Tally.of([(a, a_clusters), (b, b_clusters)])
    _check_level(level)
    value = tally.rates[0] - tally.rates[1]
    n, fewest = len(a) + len(b), min(tally.clusters)
    if fewest < 2:
        return Estimate(value, Interval(-1.0, 1.0, level), n, tally.distinct)
    first, second = _resampled(tally, seed, resamples)
    if _is_flat(first) or _is_flat(second) or _is_flat(first - second):
        return Estimate(value, _newcombe(tally, level), n, tally.distinct)
    return Estimate(value, _expanded_percentiles(first - second, fewest, level), n, tally.distinct)


def paired_difference(
    a: Sequence[bool | float],
    b: Sequence[bool | float],
    clusters: Sequence[Hashable],
    *,
    seed: Seed,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """The mean of `a[i] - b[i]`, with an interval from resampling whole clusters; `clusters[i]` is that of the pair.

    Raises:
        SampleError: as `clustered_rate`, and where a pair lacks its half.
    """
    if len(a) != len(b):
        raise SampleError("the second of each pair", f"{len(b)} outcomes", f"{len(a)} outcomes need one each")
    return clustered_difference(a, clusters, b, clusters, seed=seed, resamples=resamples, level=level)


def shown(estimate: Rate | Estimate, digits: int = 2, *, signed: bool = False) -> str:
    """The estimate as tables print it, `0.62 [0.55, 0.69]`, or `-` where nothing was observed."""
    if math.isnan(estimate.value):
        return "-"
    form = f"{'+' if signed else ''}z.{digits}f"
    return f"{estimate.value:{form}} [{estimate.interval.low:{form}}, {estimate.interval.high:{form}}]"


@dataclass(frozen=True, slots=True)
class _Tally:
    """Outcomes summed within clusters: `sums` and `sizes` have shape (sides, distinct clusters)."""

    sums: Floats
    sizes: Floats

    @classmethod
    def of(cls, sides: Sequence[tuple[Sequence[bool | float], Sequence[Hashable]]]) -> "_Tally":
        """The tally of one or two sides; clusters are equal as Python has it, and their order does not matter."""
        number: dict[Hashable, int] = {}
        columns = []
        for outcomes, clusters in sides:
            if len(outcomes) != len(clusters):
                raise SampleError("clusters", f"{len(clusters)} names", f"{len(outcomes)} outcomes need one each")
            values = np.asarray(outcomes, dtype=np.float64)
            wrong = values[~((values >= 0) & (values <= 1))]
            if wrong.size:
                raise SampleError("an outcome", float(wrong[0]), "outcomes are yes, no or shares in [0, 1]")
            columns.append((np.array([number.setdefault(it, len(number)) for it in clusters], dtype=np.intp), values))
        table = np.array(
            [np.bincount(at, weights, minlength=len(number)) for at, values in columns for weights in (values, None)],
            dtype=np.float64,
        )
        # Ordered by content: a permutation or renaming of the input draws the same resamples.
        table = table[:, np.lexsort(table)]
        return cls(table[0::2], table[1::2])

    @property
    def rates(self) -> list[float]:
        """The rate of each side, nan for one without outcomes."""
        sums, sizes = self.sums.sum(axis=1), self.sizes.sum(axis=1)
        return [float(total / size) if size else math.nan for total, size in zip(sums, sizes, strict=True)]

    @property
    def clusters(self) -> list[int]:
        """How many clusters each side has an outcome in."""
        return [int(count) for count in np.count_nonzero(self.sizes, axis=1)]

    @property
    def distinct(self) -> int:
        """How many clusters there are in all."""
        return len(self.sizes[0])


def _resampled(tally: _Tally, seed: Seed, resamples: int) -> Floats:
    """The rate of each side in each resample, shape (sides, resamples); one that leaves a side empty is dropped."""
    if resamples < 1:
        raise SampleError("resamples", resamples, "draw at least one; a few thousand make a steady interval")
    rng = np.random.default_rng(seed)
    parts = [(tally.sums @ weights.T, tally.sizes @ weights.T) for weights in _weights(tally.distinct, resamples, rng)]
    sums, sizes = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    whole = (sizes > 0).all(axis=0)
    rates: Floats = sums[:, whole] / sizes[:, whole]
    return rates


def _weights(clusters: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How often each resample drew each cluster, shape (some resamples, clusters), in blocks that fit in memory."""
    block = max(1, _WEIGHTS_AT_ONCE // clusters)
    for start in range(0, resamples, block):
        drawn = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=min(block, resamples - start))
        yield drawn.astype(np.float64)


def _is_flat(drawn: Floats) -> bool:
    return drawn.size == 0 or float(np.ptp(drawn)) < _FLAT


def _expanded_percentiles(drawn: Floats, clusters: int, level: float) -> Interval:
    freedom = clusters - 1
    tail = NormalDist().cdf(-math.sqrt(clusters / freedom) * student_quantile((1 + level) / 2, freedom))
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return Interval(float(low), float(high), level)


def student_quantile(share: float, freedom: float) -> float:
    """Student's t below which lies this share, in (0, 1), for so many degrees of freedom; within 1 % from 4 upwards.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5, four terms.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom**power) for power, term in enumerate(terms, start=1))


def _newcombe(tally: _Tally, level: float) -> Interval:
    first, second = (_wilson(rate, n, level) for rate, n in zip(tally.rates, tally.clusters, strict=True))
    a, b = tally.rates
    down = math.hypot(a - first.low, second.high - b)
    up = math.hypot(first.high - a, b - second.low)
    return Interval(a - b - down, a - b + up, level)


def _wilson(rate: float, trials: int, level: float) -> Interval:
    if not trials:
        return Interval(0.0, 1.0, level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    return Interval(max(0.0, centre - half), min(1.0, centre + half), level)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise SampleError("level", level, "it lies between 0 and 1, as 0.95 does")
