"""What a bench reports."""

import resource
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured number. A rate (its unit ends in '/s') must reach its bar, anything else must stay within it."""

    name: str
    value: float
    unit: str
    bar: float | None = None


def meets(measure: Measure) -> bool | None:
    """Whether a measure keeps its bar, or None where it has none."""
    if measure.bar is None:
        return None
    if measure.unit.endswith("/s"):
        return measure.value >= measure.bar
    return measure.value <= measure.bar


def peak_memory() -> Measure:
    """The most memory this program has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Measure("peak memory of the program", peak / (1e6 if sys.platform == "darwin" else 1e3), "MB")
