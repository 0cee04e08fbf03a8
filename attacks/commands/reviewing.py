"""`taboo attack compare` and `export`: finished attacks side by side, and their rows for other programs."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.commands.rechecking import Folder, Json
from attacks.commands.showing import plain_json, rate
from attacks.opening import RefusedAttackError, refusals

if TYPE_CHECKING:
    from arena.analysis.rates import Rate
    from attacks.evaluation.finished import Finished


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of finished attacks.")],
    html: Annotated[Path | None, typer.Option("--html", help="Write a report, one file without scripts.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the figures as CSV.")] = None,
    as_json: Json = False,
) -> None:
    """Several attacks side by side: rates with intervals, queries, words changed, measures, seconds."""
    from attacks.evaluation.comparing import as_csv, classes, figures, warnings
    from attacks.evaluation.comparison_page import comparison
    from attacks.evaluation.finished import Finished

    with refusals():
        attacks = [Finished.read(folder) for folder in folders]
    if html is not None:
        _write(html, [comparison(attacks)])
    if csv is not None:
        _write(csv, [as_csv(attacks)])
    cautions = warnings(attacks)
    if as_json:
        told = [figures(it) | {"classes": classes(it)} for it in attacks]
        sys.stdout.write(to_line(plain_json({"attacks": told, "warnings": cautions})) + "\n")
        return
    console = Console(highlight=False)
    console.print(_side_by_side(attacks))
    for caution in cautions:
        console.print(Text(plain(caution), style="yellow"), soft_wrap=True)
    for file in (html, csv):
        if file is not None:
            console.print(Text(f"written to {plain(str(file))}", style="dim"), soft_wrap=True)


def _side_by_side(attacks: "Iterable[Finished]") -> Table:
    from attacks.evaluation.measuring import TOLD

    listed = list(attacks)
    taken = [name for name in TOLD if any(name in it.measures for it in listed)]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("recipe", "victim"):
        table.add_column(name, overflow="fold")
    for name in ("success, %", "under attack, %", "queries", "words", *taken, "seconds"):
        table.add_column(name, no_wrap=True)
    for it in listed:
        summary = it.summary
        means = (summary.queries_mean, summary.words_changed)
        names = (Text(plain(it.title)), Text(plain(it.target)))
        measures = (f"{it.measures[name].mean:.2f}" if name in it.measures else "-" for name in taken)
        seconds = _mean(None if it.timing is None else it.timing.wall)
        rates = (_short(summary.success), _short(summary.under_attack))
        table.add_row(*names, *rates, *map(_mean, means), *measures, seconds)
    return table


def _short(whole: "Rate") -> str:
    return rate(whole).partition(" of ")[0].replace(" %", "")


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def export(
    folder: Folder,
    form: Annotated[str, typer.Option("--format", help="csv, tsv (backslash escapes) or jsonl.")] = "csv",
    columns: Annotated[
        str | None, typer.Option("--columns", help="Names with commas between; without, the usual ones.")
    ] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only rows that ended so, as succeeded.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; without, it is printed.")] = None,
) -> None:
    """Write the rows of an attack as a table for other programs.

    Columns: number, status, label, text, perturbed, predicted, fooled, before, after, queries, asked, words,
    words_changed, edits, edits_share, changes, problem, similarity, perplexity, grammar.
    """
    from attacks.engine import Status
    from attacks.evaluation.exporting import USUAL, Format, columns_named, exported
    from attacks.evaluation.finished import Finished

    _check_one_of("--format", form, [it.value for it in Format])
    if status is not None:
        _check_one_of("--status", status, [it.value for it in Status])
    wanted = USUAL if columns is None else columns_named(columns)
    with refusals():
        finished = Finished.read(folder)
    chosen = (row for row in finished.rows if status is None or row.status == status)
    written = exported(chosen, wanted, Format(form), finished.measures)
    if out is None:
        sys.stdout.writelines(written)
    else:
        _write(out, written)


def _check_one_of(option: str, given: str, known: list[str]) -> None:
    if given not in known:
        raise RefusedAttackError(f"{option} {given!r} is none of {', '.join(known)}")


def _write(file: Path, parts: Iterable[str]) -> None:
    """Write a file. A character that UTF-8 cannot hold stands as its escape. Raises RefusedAttackError."""
    try:
        with file.open("w", encoding="utf-8", errors="backslashreplace", newline="") as lines:
            lines.writelines(parts)
    except OSError as problem:
        raise RefusedAttackError(f"{file}: {problem.strerror}; choose another file") from None
