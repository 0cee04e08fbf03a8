"""`taboo bench`: how fast the parts are on this machine, against the bars they are held to.

The platform's own parts are in `arena.bench`; other packages bring theirs as entry points of `arena.benches`, functions
that return the measures and whose arguments are the part's options.
"""

import inspect
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena import registry
from arena.bench.measure import Measure, meets
from arena.commands.options import Json
from arena.core.errors import UnknownNameError
from arena.core.jsonline import to_line

_OWN = ("core", "words", "store", "tournament", "replay", "start", "server")
PARTS = (*_OWN, *(name for name in registry.entries(registry.BENCHES) if name not in _OWN))

Bench: TypeAlias = Callable[..., list[Measure]]
"""A part: measures it, with its options as arguments by name."""


def command(
    parts: Annotated[list[str], typer.Argument(help=f"What to measure: {', '.join(PARTS)}.")],
    phases: Annotated[
        list[str] | None, typer.Option("--phase", help="Of `server`, only this: paced, ceiling or idle. Repeatable.")
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", help="Of `server`: profile it (cProfile) under the paced load, into FILE."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the one part that is measured. Repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure parts of the platform and compare them with their bars.

    Example: [bold]taboo bench core words store[/bold]
    """
    for part in parts:
        if part not in PARTS:
            raise UnknownNameError("bench", part, known=PARTS)
    asked: dict[str, Any] = {"phases": tuple(phases)} if phases else {}
    if profile is not None:
        asked["profile"] = profile
    if asked and parts != ["server"]:
        raise typer.BadParameter("--phase and --profile go with `taboo bench server` alone")
    asked.update(_options(parts, settings or []))
    console = Console(highlight=False)
    for part in parts:
        measures = _bench(part)(**asked) if len(parts) == 1 else _apart(part)
        if as_json:
            sys.stdout.write("".join(to_line({"bench": part, **asdict(it)}) + "\n" for it in measures))
        else:
            console.print(_table(part, measures))
    if not as_json:
        console.print(Text(f"Python {platform.python_version()}, {platform.machine()}", style="dim"))


def _bench(part: str) -> Bench:
    bench: Bench = import_module(f"arena.bench.{part}").run if part in _OWN else registry.load(registry.BENCHES, part)
    return bench


def _options(parts: list[str], settings: list[str]) -> dict[str, str]:
    """The options as typed, all of them known to the one part that they are for. Raises typer.BadParameter."""
    if settings and (len(parts) > 1 or parts[0] in _OWN):
        brought = ", ".join(part for part in PARTS if part not in _OWN) or "none is installed"
        raise typer.BadParameter(f"--set goes with one part that has options of its own: {brought}")
    options = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        known = inspect.signature(_bench(parts[0])).parameters
        if not equals or name not in known:
            raise typer.BadParameter(f"--set {setting!r}: write NAME=VALUE, with one of {', '.join(known)}")
        options[name] = value
    return options


def _apart(part: str) -> list[Measure]:
    """One part measured in a process of its own, so that its peak memory is its own too."""
    command = [sys.executable, "-m", "arena", "bench", part, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [Measure(row["name"], row["value"], row["unit"], row["bar"], row["note"]) for row in rows]


def _table(part: str, measures: list[Measure]) -> Table:
    table = Table(box=None, header_style="bold", title=f"bench {part}", title_justify="left")
    for name, side in (("measure", "left"), ("value", "right"), ("unit", "left"), ("bar", "right"), ("", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]  # rich's own set of words
    for it in measures:
        bar = "" if it.bar is None else _number(it.bar)
        value = "not run" if it.value is None else _number(it.value)
        note = f"\n  {it.note}" if it.note else ""
        table.add_row(Text.assemble(it.name, (note, "dim")), value, it.unit, bar, _mark(it))
    return table


def _number(value: float) -> str:
    """Five digits of it, and every digit of what is larger."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.5g}"


def _mark(measure: Measure) -> Text:
    met = meets(measure)
    if met is None:
        return Text("")
    return Text("met", style="green") if met else Text("missed", style="bold red")
