"""Chance for OpenAttack: what its attackers draw comes from generators of their search's own.

They draw from `random` and `np.random`, which belong to the process. Here those names, in OpenAttack's own modules
alone, are led to the generators of whoever runs in this thread; where nobody does, to the process's as ever. So the
process's generators are never read, seeded or moved by a search.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from types import ModuleType
from typing import Any

import numpy as np

_here = local()


class Draws:
    """The generators of one search. `torch` says whether it also draws from torch's, which is then lent to it."""

    def __init__(self, seed: int, *, torch: bool = False) -> None:
        self.random = random.Random(seed)
        self.numpy = np.random.RandomState(seed % 2**32)
        self._torch = _torch_state(seed) if torch else None

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Torch's generator for a while; afterwards it stands where it stood. Does nothing where it is not wanted.

        Torch has one generator for all threads: what another thread draws meanwhile comes from the search's.
        """
        if self._torch is None:
            yield
            return
        import torch

        before = torch.get_rng_state()
        torch.set_rng_state(self._torch)
        try:
            yield
        finally:
            self._torch = torch.get_rng_state()
            torch.set_rng_state(before)


def use(draws: Draws) -> None:
    """Let OpenAttack draw from these in this thread, for good."""
    _here.draws = draws


def plant(modules: Iterator[ModuleType] | list[ModuleType]) -> None:
    """Lead the names `random` and `np` of these modules to whoever runs in a thread."""
    numbers = ModuleType("numpy")
    numbers.__dict__.update(np.__dict__)
    numbers.__dict__["random"] = _Led("numpy", np.random)
    for module in modules:
        if getattr(module, "random", None) is random:
            module.__dict__["random"] = _Led("random", random)
        if getattr(module, "np", None) is np:
            module.__dict__["np"] = numbers


class _Led:
    """A module of chance, or the generator that stands for it in this thread."""

    def __init__(self, which: str, module: ModuleType) -> None:
        self._which, self._module = which, module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        draws = getattr(_here, "draws", None)
        return getattr(self._module if draws is None else getattr(draws, self._which), name)


def _torch_state(seed: int) -> Any:  # noqa: ANN401 - a tensor
    import torch

    return torch.Generator().manual_seed(seed % 2**63).get_state()
