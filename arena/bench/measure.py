"""One measured number, and the bar that it should clear."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

_LESS_IS_BETTER = frozenset({"s", "ms", "us", "ms each", "MiB"})


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a bench: what was measured, how much, of what, and the bar; None where there is no bar.

    `value` is None where it was not run, which `note` then explains; otherwise `note` says what the figure hides.
    """

    name: str
    value: float | None
    unit: str
    bar: float | None = None
    note: str = ""


def meets(measure: Measure) -> bool | None:
    """Whether a figure clears its bar, from below where it is a time or a size; None without a bar or where not run."""
    if measure.bar is None or measure.value is None:
        return None
    if measure.unit in _LESS_IS_BETTER:
        return measure.value <= measure.bar
    return measure.value >= measure.bar


def peak_memory() -> Measure:
    """The most memory that this process has held at once."""
    return Measure("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def per_second(task: Callable[[], int], seconds: float) -> float:
    """How many items a task handles in a second of processor time, repeated for `seconds`; it returns how many it did.

    Processor time and not the clock's, so that a busy machine does not make the number smaller.
    """
    task()
    done, start = 0, process_time()
    while (spent := process_time() - start) < seconds:
        done += task()
    return done / spent
