"""How a history may be shortened: from its middle, turn by turn, so that its first exchange and its latest stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.core.actions import Said

_EXCHANGE = 2
"""An action of each side."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is shown of a history: its first `head` actions, and those from `tail` on.

    `left_out` counts the turns of which something is missing; 0 is the whole history.
    """

    head: int = 0
    tail: int = 0
    left_out: int = 0


WHOLE = Cut()


def cuts(history: Sequence[Said]) -> tuple[Cut, ...]:
    """Every way to show a history, longest first: the whole, ever less of the middle, then the latest alone."""
    size = len(history)
    middles = [(_EXCHANGE, tail) for tail in range(2 * _EXCHANGE, size, _EXCHANGE)]
    latest = [(0, size - kept) for kept in ((1,) if size % _EXCHANGE else (_EXCHANGE, 1))]
    found = dict.fromkeys((head, tail) for head, tail in (*middles, *latest) if tail > head)
    return WHOLE, *(Cut(head, tail, len({said.turn for said in history[head:tail]})) for head, tail in found)
