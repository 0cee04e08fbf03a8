"""`taboo serve`: the arena as a place, for browsers and programs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text


def command(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
    db: Annotated[str | None, typer.Option("--db", help="The database: a file or a URL.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")] = None,
    settings: Annotated[bool, typer.Option("--settings", help="Show every setting and its value, and end.")] = False,
) -> None:
    """Host the arena: pages for people, a protocol for programs, a log of every word.

    Settings come from TABOO_* variables, over a TOML file, over the defaults (docs/deploying.md). Ctrl-C and SIGTERM
    suspend the live matches; they go on at the next start.

    Example: [bold]taboo serve --port 8000[/bold]
    """
    from arena.server.settings import load_settings

    given = {"host": host, "port": port, "database": db}
    loaded = load_settings(config, **{name: value for name, value in given.items() if value is not None})
    console = Console(highlight=False)
    if settings:
        for name, value in loaded.model_dump(mode="json").items():
            console.print(Text.assemble((f"{name:<30}", "bold"), str(value)), soft_wrap=True)
        return
    from arena.server.diagnostics import configure
    from arena.server.serve import serve

    configure(loaded)

    def listening(address: str) -> None:
        console.print(Text.assemble(f"{loaded.name} is open at ", (address, "bold"), "   (Ctrl-C ends it)"))

    serve(loaded, listening)
