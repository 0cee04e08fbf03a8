"""The adapters that are loaded over one frozen base: the newest asked for stay, the one longest not asked for goes.

Threads: the engine's one worker thread runs the model and calls `require` and `using`. The rows that are named in
`using` are those of that thread alone, so a batch that hangs and is left behind disturbs none that comes after it.
Loading and dropping change the layers of the model: for that the shelf waits until no other thread is inside `using`
(or, where one hangs, for `patience_s`), and nobody may run the model past the shelf in another thread meanwhile.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import get_ident
from typing import Any

import torch
from peft import LoraConfig
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import PreTrainedModel

from agents.llm.engines.adapters import bases, names, recipes, weights
from agents.llm.engines.adapters.adapter import Adapter, Asked, Kind, Limits
from agents.llm.engines.adapters.carried import carried, require_same
from agents.llm.engines.adapters.checking import Fit, fitted
from agents.llm.engines.adapters.ia3 import Ia3Rows
from agents.llm.engines.adapters.lora import LoraRows
from agents.llm.engines.adapters.recipes import Recipe

_log = logging.getLogger("arena.engines")


class Shelf:
    """Adapters from the folders below `folder`, over one model whose weights never change.

    `most`: adapters at once. `is_exact`: a row's numbers do not depend on its neighbours to the bit, where those of
    the base do not either; it costs zero rows in the thin matrices of LoRA only.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        folder: Path | None,
        most: int = 32,
        max_rank: int = 256,
        max_mb: int = 512,
        is_exact: bool = True,
        patience_s: float = 5.0,
    ) -> None:
        if most < 1:
            raise ValueError(f"a shelf for {most} adapters holds none")
        if any(isinstance(layer, BaseTunerLayer) for layer in model.modules()):
            raise ValueError("the model has layers of PEFT in it: give the base as it was loaded")
        self._base = model
        self._name = str(model.config.name_or_path) or type(model).__name__
        self._folder = folder
        self._most = most
        self._limits = Limits(max_rank, max_mb)
        # Taken before PEFT puts layers of its own around these.
        self._layers = dict(model.named_modules())
        self._parameters = dict(model.named_parameters(remove_duplicate=False))
        self._patience_s = patience_s
        self._lora = LoraRows(model, is_exact=is_exact)
        self._ia3 = Ia3Rows(self._layers)
        self._adapters: OrderedDict[str, Adapter] = OrderedDict()
        self._pins: dict[int, frozenset[str]] = {}
        """What each thread inside `using` names."""
        self._running: set[int] = set()
        self._told: set[str] = set()
        self._changes = threading.Condition(threading.RLock())

    @property
    def model(self) -> PreTrainedModel:
        """The model to run: the very one that was given."""
        return self._base

    @property
    def loaded(self) -> tuple[Adapter, ...]:
        """What is loaded, the one longest not asked for first."""
        return tuple(self._adapters.values())

    def require(self, name: str) -> Adapter:
        """The adapter of that name, loaded where it is not. Raises AdapterError where it cannot be used."""
        with self._changes:
            if name not in self._adapters:
                self._wait_for_others()
            # Another thread may have loaded it in the meantime.
            if name not in self._adapters:
                self._adapters[name] = self._load(Asked(name, self._name))
            self._adapters.move_to_end(name)
            return self._adapters[name]

    def drop(self, name: str) -> None:
        """Let an adapter go, so that its folder is read anew when it is next asked for. One not loaded is no error."""
        with self._changes:
            self._wait_for_others()
            if name in self._in_use:
                raise RuntimeError(f"adapter {name!r} was dropped while a batch uses it")
            if name in self._adapters:
                self._let_go(name)

    def groups(self, names: Sequence[str | None]) -> list[list[int]]:
        """Rows that may share one batch, as their places in `names`: all kinds mix, up to `most` adapters a batch."""
        batches: dict[str | None, int] = {}
        for name in names:
            if name is not None and name not in batches:
                batches[name] = len(batches) // self._most
        found: list[list[int]] = [[] for _ in range(max(batches.values(), default=0) + 1)]
        for row, name in enumerate(names):
            found[batches.get(name, 0)].append(row)
        return [rows for rows in found if rows]

    @contextmanager
    def using(self, names: Sequence[str | None]) -> Iterator[Mapping[str, Any]]:
        """While it lasts, this thread runs `model` for batches of exactly these rows, each with its adapter or none.

        Gives what a call of the model, or its `generate`, needs besides its own arguments: at present nothing, for the
        layers know the rows. Afterwards everything is as before, whatever happened. No beam search: it adds rows.
        Raises AdapterError where an adapter cannot be used; nothing has run then.
        """
        mine = get_ident()
        with self._changes:
            if mine in self._pins:
                raise RuntimeError("Shelf.using was entered while it lasts: a thread runs one batch at a time")
            try:
                for name in self._pin(names):
                    self.require(name)
            except BaseException:
                del self._pins[mine]
                raise
            self._running.add(mine)
        try:
            with self._lora.installed(names), self._ia3.installed(names):
                yield {}
        finally:
            with self._changes:
                del self._pins[mine]
                self._running.discard(mine)
                self._changes.notify_all()

    def _pin(self, names: Sequence[str | None]) -> list[str]:
        """Keep these adapters from going, before the first of them is loaded at the cost of another."""
        distinct = list(dict.fromkeys(name for name in names if name is not None))
        self._pins[get_ident()] = frozenset(distinct)
        if len(distinct) > self._most:
            problem = f"and {len(distinct) - 1} others are named in one batch; the shelf holds {self._most}"
            raise Asked(distinct[0], self._name).refused(problem, "run the batches that Shelf.groups gives")
        return distinct

    def _wait_for_others(self) -> None:
        mine = {get_ident()}
        self._changes.wait_for(lambda: self._running <= mine, self._patience_s)

    @property
    def _in_use(self) -> frozenset[str]:
        return frozenset().union(*self._pins.values())

    def _load(self, asked: Asked) -> Adapter:
        """Check everything that can be checked from small files and headers; only then make room and read."""
        folder = names.locate(self._folder, asked)
        root = self._folder or folder
        recipe = recipes.read(names.inside(root, folder / names.CONFIG, asked), asked)
        mark = bases.read(names.inside(root, folder / bases.FILE, asked).parent, asked)
        with weights.opened(names.inside(root, folder / weights.FILE, asked), asked, self._limits) as source:
            is_marked = self._is_of_this_base(mark, recipe, asked)
            shapes = source.shapes()
            copies = carried(shapes, self._parameters)
            own = {key: shape for key, shape in shapes.items() if key not in copies}
            fit = fitted(recipe, own, self._layers, asked)
            rank = max(fit.ranks.values(), default=0)
            if rank > self._limits.rank:
                raise asked.refused(f"has rank {rank}; the limit is {self._limits.rank}", "take one of a lower rank")
            tensors = source.tensors()
        require_same(copies, tensors, self._parameters, asked)
        tensors = {key: tensor for key, tensor in tensors.items() if key not in copies}
        self._make_room(asked)
        try:
            self._place(asked.name, recipe, fit, tensors)
        except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
            raise asked.refused(f"could not be put on the model: {error}", "the others still work") from error
        size = sum(tensor.nbytes for tensor in tensors.values())
        return Adapter(asked.name, recipe.kind, folder, rank, len(fit.ranks or fit.fed), size, is_marked)

    def _place(self, name: str, recipe: Recipe, fit: Fit, tensors: Mapping[str, torch.Tensor]) -> None:
        if isinstance(recipe.config, LoraConfig):
            self._lora.add(name, fit, recipe.config.use_rslora, recipe.config.lora_bias, tensors)
        else:
            self._ia3.add(name, fit, tensors)

    @cached_property
    def _identity(self) -> bases.Base:
        return bases.identify(self._base)

    def _is_of_this_base(self, mark: bases.Base | None, recipe: Recipe, asked: Asked) -> bool:
        is_same = mark.is_same(self._identity) if mark else None
        if is_same is False:
            problem = f"was trained over base {mark}, and this is {self._identity}"
            raise asked.refused(problem, "open the base that it was trained over, or train it over this one")
        if is_same is None and asked.name not in self._told:
            self._told.add(asked.name)
            _log.warning(
                "adapter %r has no hash of its base that can be compared (it names %r): only the shapes say that it "
                "belongs to %r; agents.llm.engines.adapters.mark writes one",
                asked.name,
                recipe.base,
                asked.model,
            )
        return is_same is True

    def _make_room(self, asked: Asked) -> None:
        while len(self._adapters) >= self._most:
            oldest = next((name for name in self._adapters if name not in self._in_use), None)
            if oldest is None:
                problem = f"finds no room: all {self._most} places are taken by adapters in use"
                raise asked.refused(problem, "name fewer adapters in one batch")
            self._let_go(oldest)

    def _let_go(self, name: str) -> None:
        kind = self._adapters.pop(name).kind
        (self._lora if kind is Kind.LORA else self._ia3).drop(name)
