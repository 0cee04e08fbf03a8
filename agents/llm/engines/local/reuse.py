"""Keys and values of prompts that were read before, for the next prompt that begins with the same tokens.

A turn of a match begins with everything said before it, so that most of its prompt was read a moment ago. What is kept
are whole rows of finished batches; the one longest unused goes when they take too much memory.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from agents.llm.engines.local.job import Job

_LEAST = 16
"""Fewer tokens than that are sooner read again than put together."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was computed for some tokens: keys and values of every layer, each of shape `(heads, tokens, width)`."""

    ids: tuple[int, ...]
    adapter: str | None
    layers: tuple[tuple[Tensor, Tensor], ...]

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        return sum(part.nbytes for pair in self.layers for part in pair)


@dataclass(frozen=True, slots=True)
class Found:
    """Something kept, and how many of its first tokens a prompt begins with."""

    kept: Kept
    many: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A batch that goes on from what was kept: tokens and mask, of shape `(rows, columns)`, and the cache."""

    ids: Tensor
    mask: Tensor
    cache: DynamicCache


class Reuse:
    """Keeps up to `most_bytes`. Used by one thread."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._numbers = count()
        self.bytes = 0
        """How much memory everything kept takes"""
        self.tokens_saved = 0
        """How many tokens were not read again, so far"""

    def find(self, job: Job) -> Found | None:
        """What serves the job best, if it saves at least half of the reading."""
        ids = job.all_ids
        best, number = 0, -1
        for place, kept in self._kept.items():
            if kept.adapter == job.adapter and (many := _common(kept.ids, ids)) > best:
                best, number = many, place
        # The last token is always read: what it foretells is the answer's first.
        best = min(best, len(ids) - 1)
        if best < max(_LEAST, len(ids) // 2):
            return None
        self._kept.move_to_end(number)
        return Found(self._kept[number], best)

    def keep(self, jobs: Sequence[Job], mask: Tensor, cache: object) -> None:
        """Keep the rows of a batch that has run: `mask` is that of its prompts, `cache` what `generate` gave back."""
        if not isinstance(cache, DynamicCache) or any(type(layer) is not DynamicLayer for layer in cache.layers):
            return  # sliding windows and recurrent models forget what a longer prompt would need
        for row, job in enumerate(jobs):
            ids = job.all_ids[:-1]
            columns = mask[row].nonzero().squeeze(-1)
            drawn = len(ids) - len(columns)
            after = torch.arange(mask.shape[1], mask.shape[1] + drawn, device=mask.device)
            places = torch.cat([columns, after])
            if drawn < 0 or mask.shape[1] + drawn > cache.get_seq_length():
                continue  # the batch ended before its first token was through
            filled: list[Any] = list(cache.layers)
            layers = tuple((layer.keys[row][:, places], layer.values[row][:, places]) for layer in filled)
            self._add(Kept(ids, job.adapter, layers))

    def join(self, rows: Sequence[Job], found: Sequence[Found], pad: int, device: torch.device) -> Joined:
        """One batch of prompts whose beginnings differ in length: each part is padded on the left and masked."""
        first = max(one.many for one in found)
        rest = max(len(job.all_ids) - one.many for job, one in zip(rows, found, strict=True))
        ids = torch.full((len(rows), first + rest), pad, device=device)
        mask = torch.zeros_like(ids)
        for row, (job, one) in enumerate(zip(rows, found, strict=True)):
            line = torch.tensor(job.all_ids, device=device)
            ends = ((first, line[: one.many]), (first + rest, line[one.many :]))
            for end, part in ends:
                ids[row, end - len(part) : end] = part
                mask[row, end - len(part) : end] = 1
            self.tokens_saved += one.many
        return Joined(ids, mask, _cache(found, first))

    def _add(self, kept: Kept) -> None:
        covered = [
            number
            for number, old in self._kept.items()
            if old.adapter == kept.adapter and kept.ids[: len(old.ids)] == old.ids
        ]
        for number in covered:
            self.bytes -= self._kept.pop(number).bytes
        self._kept[next(self._numbers)] = kept
        self.bytes += kept.bytes
        while self.bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.bytes


def _cache(found: Sequence[Found], width: int) -> DynamicCache:
    cache = DynamicCache()
    for layer in range(len(found[0].kept.layers)):
        halves = []
        for half in range(2):
            like = found[0].kept.layers[layer][half]
            whole = like.new_zeros((len(found), like.shape[0], width, like.shape[2]))
            for row, one in enumerate(found):
                whole[row, :, width - one.many :] = one.kept.layers[layer][half][:, : one.many]
            halves.append(whole)
        cache.update(halves[0], halves[1], layer)
    return cache


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many tokens both begin with. Slices are compared at the speed of C, so by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
