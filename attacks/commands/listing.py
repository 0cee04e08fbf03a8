"""`taboo attack list`: which attacks and victims there are, and what each needs."""

import inspect
import sys
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena import registry
from arena.core.errors import TabooError
from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.commands.missing import missing
from attacks.opening import RECIPES, VICTIMS

_ARGUED = {
    "openattack": "Any attacker of OpenAttack 2.1.1, by its name after a colon, as openattack:PWWS.",
    "uat": "Puts one trigger before every text, given as uat:'some words' or as a file that taboo attack trigger "
    "wrote, uat:FILE.json; asks once.",
}
"""Recipes that are nothing without an argument."""
_DEPENDS = "varies"
"""What is needed by a recipe that only knows it once it is made."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A recipe or a kind of victim by name, and what it is. `problem` says why it cannot be had here, if so."""

    name: str
    told: str
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    problem: str


def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False) -> None:
    """Which attacks and kinds of victims there are, what an attack needs of a victim, and what is missing here."""
    recipes = [_recipe(name) for name in registry.entries(RECIPES)]
    victims = [_victim(name) for name in registry.entries(VICTIMS)]
    if as_json:
        sys.stdout.write(to_line({"recipes": _rows(recipes), "victims": _rows(victims)}) + "\n")
        return
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("attack", style="bold", no_wrap=True)
    table.add_column("needs", no_wrap=True)
    table.add_column("speaks", no_wrap=True)
    table.add_column("what it does")
    for it in recipes:
        told = Text(plain(it.told))
        if it.problem:
            told.append(f" {plain(it.problem.partition(';')[0])}.", style="yellow")
        table.add_row(it.name, " ".join(it.needs) or "labels", " ".join(it.languages), told)
    console.print(table)
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("victim", style="bold", no_wrap=True)
    table.add_column("what it is")
    for it in victims:
        table.add_row(f"{it.name}:...", plain(it.problem or it.told))
    console.print()
    console.print(table)
    hint = "\nWhat is missing: taboo attack --recipe NAME says where to get it, taboo data list what can be fetched."
    console.print(Text(hint, style="dim"))


def _rows(listed: list[Listed]) -> list[dict[str, Any]]:
    return [asdict(it) for it in listed]


def _recipe(name: str) -> Listed:
    """A recipe as its class tells it; none is made, which may load a model."""
    try:
        kind = registry.load(RECIPES, name)
    except TabooError as broken:
        return Listed(name, "", (), (), str(broken))
    needs: object = getattr(kind, "needs", None)
    known = tuple(sorted(needs)) if isinstance(needs, frozenset) else (_DEPENDS,)
    return Listed(name, _ARGUED.get(name) or _told(kind), known, getattr(kind, "languages", ("en",)), missing(name))


def _victim(name: str) -> Listed:
    try:
        return Listed(name, _told(registry.load(VICTIMS, name)), (), (), "")
    except TabooError as broken:
        return Listed(name, "", (), (), str(broken))


def _told(kind: Any) -> str:  # noqa: ANN401 - a class or a function
    """What it says of itself: its `told`, else the first paragraph of its docstring."""
    told = getattr(kind, "told", "")
    return (
        told if isinstance(told, str) and told else (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    )
