"""Recipes and victims by the names that users give, and errors of attacks in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arena import registry
from arena.core.errors import TabooError, UnknownNameError
from attacks.core.errors import AttackError

if TYPE_CHECKING:
    from attacks.core.ports import Attack, Victim

RECIPES, VICTIMS = "attacks.recipes", "attacks.victims"


@dataclass(eq=False)
class RefusedAttackError(TabooError):
    """An attack that cannot be made, in the words of what stands in its way."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@contextmanager
def refusals() -> Iterator[None]:
    """Errors of attacks as errors of ours, which are told in one line."""
    try:
        yield
    except AttackError as problem:
        raise RefusedAttackError(str(problem)) from problem


def recipe_named(name: str) -> "Attack":
    """The attack of that name. Raises UnknownNameError, BrokenPluginError or AttackError."""
    made: Attack = registry.load(RECIPES, name)()
    return made


def victim_named(name: str) -> "Victim":
    """The victim that `KIND:WHICH` names. Raises UnknownNameError, BrokenPluginError or AttackError."""
    kind, colon, which = name.partition(":")
    if not colon or not which:
        raise UnknownNameError("victim", name, known=tuple(f"{it}:..." for it in registry.entries(VICTIMS)))
    opened: Victim = registry.load(VICTIMS, kind).open(which)
    return opened
