"""How texts are put together for a network on a CPU so that no answer depends on its company, not in its last bit.

A product of matrices adds in an order that depends on how many rows it has. Measured: where texts of one width only are
shown together, in rows whose number is a multiple of 16, each row comes out the same to the bit whatever stands in the
others, for transformers, LSTMs and convolutions, forwards and backwards.
"""

from collections.abc import Callable, Iterator, Sequence

ROWS = 16
"""Rows are filled up to a multiple of this number."""
TOKENS = 16
"""Transformers' widths are multiples of this number, so that a batch of like lengths is few groups."""


def stacked(lengths: Sequence[int], width: Callable[[int], int], *, fills: bool) -> Iterator[tuple[int, list[int]]]:
    """Groups of texts by width: the width, and the numbers of its texts; with `fills` the first of them again.

    Whoever shows them to a network drops the rows beyond the first appearance of each.
    """
    groups: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        groups.setdefault(width(length), []).append(number)
    for wide, members in sorted(groups.items()):
        missing = -len(members) % ROWS if fills else 0
        yield wide, [*members, *members[:1] * missing]
