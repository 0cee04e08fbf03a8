"""`taboo protocol`: the protocol of remote seats as documents, a client that tries a server, a server for clients."""

import asyncio
import functools
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.commands.options import Json
from arena.core.errors import TabooError
from arena.core.jsonline import to_line

if TYPE_CHECKING:
    from arena.conformance import Finding

TOKEN, OTHER_TOKEN = "TABOO_TOKEN", "TABOO_OTHER_TOKEN"
FOLDER = Path("docs/protocol")
EXAMPLES = (
    "Examples:\n\n"
    "taboo protocol schema --asyncapi > asyncapi.json\n\n"
    "taboo protocol check http://localhost:8000 --json\n\n"
    "taboo protocol serve --port 8001 --scenario dropped"
)
_STYLES = {"passed": "green", "failed": "bold red", "skipped": "yellow"}

app = typer.Typer(
    help="The protocol of remote seats: as documents, and whether a server or a client keeps to it.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@dataclass(eq=False)
class NoTokenError(TabooError):
    """A server is to be tried, and nobody said as whom."""

    server: str

    def __str__(self) -> str:
        return (
            f"no token: make one with the scopes 'play' and 'read' on the account page of {self.server}, "
            f"and put it into ${TOKEN}"
        )


@dataclass(eq=False)
class StaleDocumentError(TabooError):
    """A published document is not what the code says."""

    exit_code = 1

    path: str
    option: str

    def __str__(self) -> str:
        return f"{self.path} is not what the code says; write it anew: taboo protocol schema{self.option} > {self.path}"


@dataclass(eq=False)
class InterruptedTrialError(TabooError):
    """The user pressed Ctrl-C."""

    exit_code = 130

    def __str__(self) -> str:
        return "interrupted; nothing was kept"


def _interruptible(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with Ctrl-C as an error of ours, so that it exits with 130 and one line."""

    @functools.wraps(function)
    def run(*args: object, **options: object) -> object:
        try:
            return function(*args, **options)
        except KeyboardInterrupt:
            raise InterruptedTrialError from None

    return run


@app.command("schema")
def schema(
    as_asyncapi: Annotated[bool, typer.Option("--asyncapi", help="The AsyncAPI document instead.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare with the published file; print nothing.")] = False,
    folder: Annotated[Path, typer.Option("--folder", help="Where the published files lie.")] = FOLDER,
) -> None:
    """Print the JSON Schema of every message, or check that the published one is what the code says.

    Example: [bold]taboo protocol schema --asyncapi > asyncapi.json[/bold]
    """
    from arena.wire.asyncapi import asyncapi
    from arena.wire.schema import schema as json_schema
    from arena.wire.schema import written

    text = written(asyncapi() if as_asyncapi else json_schema())
    if not check:
        sys.stdout.write(text)
        return
    path = folder / ("asyncapi.json" if as_asyncapi else "schema.json")
    if path.read_text(encoding="utf-8") != text:
        raise StaleDocumentError(str(path), " --asyncapi" if as_asyncapi else "")
    Console(highlight=False).print(Text(f"{path} is what the code says"))


@app.command("check")
@_interruptible
def check(
    url: Annotated[str, typer.Argument(metavar="URL", help="The server, as in http://localhost:8000.")],
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this check; may be given again.")] = None,
    as_json: Json = False,
) -> None:
    """Try a running server: does it keep to the protocol, whatever a client does?

    The token of an account stands in $TABOO_TOKEN, never on the command line. It plays some unrated matches against a
    guest, or, where the server takes none, against the account whose token stands in $TABOO_OTHER_TOKEN.
    Takes as long as two heartbeats. Exits with 1 where a promise is broken.

    Example: [bold]taboo protocol check http://localhost:8000[/bold]
    """
    from arena.conformance.checks import checks_named, try_server

    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise NoTokenError(url)
    chosen = checks_named(only or ())
    other = os.environ.get(OTHER_TOKEN, "").strip() or None
    findings = asyncio.run(try_server(url, token, other, chosen))
    _report(findings, "check", as_json)


@app.command("serve")
@_interruptible
def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = 8001,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    scenario: Annotated[list[str] | None, typer.Option("--scenario", help="Only this; may be given again.")] = None,
    patience: Annotated[float, typer.Option("--patience", help="Seconds for one action.", min=1, max=600)] = 10,
    as_json: Json = False,
) -> None:
    """Wait for a client of yours and lead it through everything that can happen to it; then say what it did wrong.

    Any token will do. Point the client at the address that is printed, and let it play any number of matches, in both
    roles. Exits with 1 where it broke a promise.

    Example: [bold]taboo protocol serve --port 8001[/bold]
    """
    from arena.conformance.stage import scenarios_named

    chosen = scenarios_named(scenario or ())
    findings = asyncio.run(_lead(host, port, chosen, patience, Console(stderr=True, highlight=False)))
    _report(findings, "scenario", as_json)


async def _lead(host: str, port: int, chosen: Sequence[Any], patience: float, console: Console) -> "list[Finding]":
    from arena.conformance.stage import open_stage
    from arena.wire import PATH

    async with open_stage(host, port, patience=patience) as stage:
        console.print(Text.assemble("waiting for a client at ", (f"{stage.address}{PATH}", "bold")))

        def found(finding: "Finding") -> None:
            console.print(Text.assemble((f"{finding.status:<8}", _STYLES[finding.status]), finding.name))

        return await stage.trial(chosen, found)


def _report(findings: "Sequence[Finding]", kind: str, as_json: bool) -> None:
    """Print what was found, and exit with 1 where a promise was broken."""
    from arena.conformance import has_failed

    if as_json:
        sys.stdout.write("".join(to_line(it.to_json()) + "\n" for it in findings))
    else:
        Console(highlight=False).print(_table(findings, kind))
    if has_failed(findings):
        raise typer.Exit(1)


def _table(findings: "Sequence[Finding]", kind: str) -> Table:
    from arena.terminal import plain

    table = Table(kind, "", "seconds", "what the protocol promises", box=None, header_style="bold")
    table.columns[2].justify = "right"
    for it in findings:
        said = Text(it.promise)
        for problem in it.problems:
            said.append(f"\n{plain(problem)}", style=_STYLES[it.status])
        if it.remedy:
            said.append(f"\n{it.remedy}", style="italic")
        status = Text(it.status.value, style=_STYLES[it.status])
        table.add_row(Text(it.name, style="bold"), status, f"{it.seconds:.1f}", said)
    return table
