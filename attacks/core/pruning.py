"""Undoing what a success does not need: in blocks, then word by word, until every change is needed."""

from attacks.core.candidates import Constraint
from attacks.core.memory import Dialogue, Memory
from attacks.core.perturbation import Perturbation


def minimal(found: Perturbation, allowed: Constraint, memory: Memory) -> Dialogue[Perturbation]:
    """A part of the changes that still reaches the goal, and of which none can be undone alone.

    Half of the changes are undone at a time, then a quarter, and so on to single ones, the first first; single ones
    over and over until none can go. What has no change left, or is forbidden, is not asked.

    Source: Zeller and Hildebrandt, 'Simplifying and Isolating Failure-Inducing Input', IEEE TSE 2002; of its algorithm
    ddmin the complements only, and blocks do not grow again before the end.
    """
    size = max(1, len(found.changes) // 2)
    while True:
        before, start = found, 0
        while start < len(found.changes):
            less = Perturbation(found.original, found.changes[:start] + found.changes[start + size :])
            if (yield from _is_enough(less, allowed, memory)):
                found = less
            else:
                start += size
        if size == 1 and found == before:
            return found
        size = max(1, size // 2)


def _is_enough(less: Perturbation, allowed: Constraint, memory: Memory) -> Dialogue[bool]:
    if not less.changes or not allowed(less):
        return False
    (came,) = yield from memory.ask([less])
    return came.is_reached
