"""`taboo words`: the target lists in play."""

import sys
from random import Random
from typing import Annotated

import typer
from rich.columns import Columns
from rich.console import Console
from rich.table import Table

from arena.commands.options import Json
from arena.core.jsonline import to_line


def command(
    name: Annotated[str | None, typer.Option("--list", help="Show this list: a name, or a file of yours.")] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", help="Only this many words, drawn by --seed.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="For --sample.")] = 0,
    as_json: Json = False,
) -> None:
    """The word lists that targets are dealt from, or the words of one.

    Example: [bold]taboo words --list en-easy --sample 20 --seed 1[/bold]
    """
    from arena.words.lists import list_names, load_list
    from arena.words.lists import sample as draw

    if name is None:
        _show_lists([load_list(known) for known in list_names()], as_json)
        return
    word_list = load_list(name)
    words = word_list.words if sample is None else draw(word_list, min(sample, len(word_list.words)), Random(seed))
    if as_json:
        row = {"list": word_list.name, "fingerprint": word_list.fingerprint, "words": list(words)}
        sys.stdout.write(to_line(row) + "\n")
    elif sys.stdout.isatty():
        Console(highlight=False).print(Columns(words, padding=(0, 2)))
    else:
        sys.stdout.write("\n".join(words) + "\n")


def _show_lists(lists: list, as_json: bool) -> None:  # type: ignore[type-arg]  # WordList is loaded late
    if as_json:
        rows = [{"list": it.name, "language": it.language, "level": it.level, "words": len(it.words)} for it in lists]
        sys.stdout.write(to_line(rows) + "\n")
        return
    table = Table("list", "language", "level", "words", "for example", box=None, header_style="bold")
    for it in lists:
        examples = ", ".join(it.words[:: max(1, len(it.words) // 5)][:5])
        table.add_row(it.name, it.language, it.level, str(len(it.words)), examples)
    Console(highlight=False).print(table)
