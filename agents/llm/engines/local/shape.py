"""Rows of tokens as one tensor: padded on the left, and rounded so that a row's numbers do not depend on the others."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from agents.llm.engines.local.batches import rounded

GRAIN: Final = 16
"""Rows and columns come in multiples of it where batches are exact.

A matrix product of other sizes treats its last rows apart, with sums in another order. Measured, not promised by any
library: `tests/agents/llm/local/test_exact.py` holds it for float32 on a CPU.
"""


def filled_up(count: int, *, is_exact: bool) -> int:
    """How many rows a batch of so many requests has."""
    return rounded(count, GRAIN) if is_exact else count


def padded(rows: Sequence[Sequence[int]], pad: int, device: torch.device, *, is_exact: bool) -> tuple[Tensor, Tensor]:
    """Token ids and their mask, int64, both of shape `(rows, columns)`, padded on the left.

    Where the batch is exact, the first row is repeated until the rows are a multiple of `GRAIN`, and every row has at
    least one column of padding: without any, attention takes another way, and whether it does must not depend on the
    neighbours.
    """
    longest = max(map(len, rows))
    width = rounded(longest + 1, GRAIN) if is_exact else longest
    lines = [[pad] * (width - len(row)) + list(row) for row in rows]
    masks = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    for _ in range(filled_up(len(rows), is_exact=is_exact) - len(rows)):
        lines.append(lines[0])
        masks.append(masks[0])
    return torch.tensor(lines, device=device), torch.tensor(masks, device=device)
