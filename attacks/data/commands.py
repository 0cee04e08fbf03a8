"""`taboo data`: fetch what attacks read and this project does not ship."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from arena.core.errors import UnknownNameError
from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.data.catalogue import CATALOGUE, Entry, Source
from attacks.opening import RefusedAttackError, refusals

app = typer.Typer(
    help="Fetch what attacks read: word lists, dictionaries, models.",
    epilog="Examples:\n\ntaboo data list\n\ntaboo data get counterfitted",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
)
To = Annotated[Path | None, typer.Option("--to", help="Folder to keep it in; without, the user's data folder.")]


@app.command("list")
def list_(to: To = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """What can be fetched, for which attacks, and what of it is here."""
    from attacks.data.fetching import data_folder, found

    folder = to or data_folder()
    here = {entry.name: found(entry, folder) for entry in CATALOGUE}
    if as_json:
        for entry in CATALOGUE:
            at = here[entry.name]
            told = {name: getattr(entry, name) for name in ("name", "what", "licence", "needed_by", "variable", "size")}
            sys.stdout.write(to_line({**told, "where": entry.where, "here": None if at is None else str(at)}) + "\n")
        return
    _show({entry: here[entry.name] for entry in CATALOGUE})


def _show(here: Mapping[Entry, Path | None]) -> None:
    """Of each thing a line to find it by, and beneath what it is, for whom, and where: nothing wraps at 80 columns."""
    console = Console(highlight=False)
    wide = max(len(entry.name) for entry in here)
    for entry, at in here.items():
        size = "" if entry.size is None else f"{entry.size / 1e6:.1f} MB"
        line = Text.assemble((f"{entry.name:{wide}}", "bold"), f"  {size:>8}  ")
        console.print(line.append("not here", "dim") if at is None else line.append("here", "green"))
        # No line is broken by us: a path is copied from here.
        for told in (f"{entry.what} ({entry.licence})", f"for {entry.needed_by}"):
            console.print(Text(f"  {told}"), soft_wrap=True)
        if at is not None:
            console.print(Text(f"  {plain(str(at))}", style="dim"), soft_wrap=True)


@app.command("get")
def get(
    name: Annotated[str, typer.Argument(help="What to fetch; taboo data list shows the names.")],
    to: To = None,
    again: Annotated[bool, typer.Option("--again", help="Fetch it although it is here.")] = False,
    mirror: Annotated[str | None, typer.Option("--from", help="Another address of the same file.")] = None,
) -> None:
    """Fetch one thing, and say which variable to set for attacks to find it."""
    from attacks.data.fetching import NLTK_INDEX, data_folder, fetch, found

    entry = _entry(name)
    if mirror is not None:
        if entry.source is not Source.FILE:
            raise RefusedAttackError(f"{name} is no single file: set HF_ENDPOINT or {NLTK_INDEX} to the mirror instead")
        entry = replace(entry, where=mirror)
    folder = to or data_folder()
    console = Console(highlight=False, soft_wrap=True)
    at = None if again else found(entry, folder)
    if at is None:
        with refusals(), _progress(entry.name) as (progress, task):
            at = fetch(entry, folder, lambda done, of: progress.update(task, completed=done, total=of))
        console.print(Text(f"{entry.name} is in {plain(str(at))} (licence: {entry.licence})"))
    else:
        console.print(Text(f"{entry.name} is here already: {plain(str(at))}"))
    if entry.variable:
        value = at.parent.parent if entry.source is Source.NLTK else at
        console.print(Text(f"export {entry.variable}={plain(str(value))}", style="bold"))


def _entry(name: str) -> Entry:
    """The entry of that name. Raises UnknownNameError."""
    from difflib import get_close_matches

    known = {entry.name: entry for entry in CATALOGUE}
    if name not in known:
        raise UnknownNameError("data", name, tuple(get_close_matches(name, known, n=3, cutoff=0.5)), tuple(known))
    return known[name]


@contextmanager
def _progress(name: str) -> Iterator[tuple[Progress, TaskID]]:
    """A bar of what has come."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield progress, progress.add_task(f"fetching {name}", total=None)
