"""`taboo bench`: how fast the parts are on this machine, against the bars they are held to."""

import platform
import sys
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.bench.measure import Measure, meets
from arena.commands.options import Json
from arena.core.errors import UnknownNameError
from arena.core.jsonline import to_line

PARTS = ("core", "words", "store", "tournament", "replay", "start")


def command(
    parts: Annotated[list[str], typer.Argument(help=f"What to measure: {', '.join(PARTS)}.")],
    as_json: Json = False,
) -> None:
    """Measure parts of the platform and compare them with their bars.

    Example: [bold]taboo bench core words store[/bold]
    """
    for part in parts:
        if part not in PARTS:
            raise UnknownNameError("bench", part, known=PARTS)
    console = Console(highlight=False)
    for part in parts:
        measures = import_module(f"arena.bench.{part}").run()
        if as_json:
            rows = [
                {"bench": part, "name": it.name, "value": it.value, "unit": it.unit, "bar": it.bar} for it in measures
            ]
            sys.stdout.write("".join(to_line(row) + "\n" for row in rows))
            continue
        table = Table(box=None, header_style="bold", title=f"bench {part}", title_justify="left")
        for name, side in (("measure", "left"), ("value", "right"), ("unit", "left"), ("bar", "right"), ("", "left")):
            table.add_column(name, justify=side)  # type: ignore[arg-type]
        for it in measures:
            bar = "" if it.bar is None else f"{it.bar:,.5g}"
            table.add_row(it.name, f"{it.value:,.5g}", it.unit, bar, _mark(it))
        console.print(table)
    if not as_json:
        console.print(Text(f"Python {platform.python_version()}, {platform.machine()}", style="dim"))


def _mark(measure: Measure) -> Text:
    met = meets(measure)
    if met is None:
        return Text("")
    return Text("met", style="green") if met else Text("missed", style="bold red")
