"""`taboo attack verify`, `compare` and `export`: what can be done with the folder of a finished attack."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.opening import RefusedAttackError, refusals, victim_named
from attacks.showing import lines, plain_json, rate

if TYPE_CHECKING:
    from arena.analysis.rates import Rate
    from attacks.finished import Finished
    from attacks.verifying import Recount

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that taboo attack --out wrote.")]


def verify(
    folder: Folder,
    victim: Annotated[str, typer.Option("--victim", help="Who was attacked: sklearn:FILE or hf:MODEL.")],
    data: Annotated[Path | None, typer.Option("--data", help="The file of examples: compare the rows with it.")] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="How far a probability may be off.", min=0, max=1)
    ] = 1e-3,
    as_json: Json = False,
) -> None:
    """Ask the victim again for every text of an attack, and count every figure anew.

    Exits with 1 where something does not stand. Queries are taken from the rows: to check these, make the attack again
    with its seed, which gives the same rows.
    """
    from attacks.datasets import read_examples
    from attacks.finished import Finished
    from attacks.verifying import recount

    with refusals():
        finished = Finished.read(folder)
        examples = None if data is None else read_examples(data, finished.limit)
        digest = None if data is None else sha256(data.read_bytes()).hexdigest()[:16]
        found = recount(finished, victim_named(victim), examples, digest, tolerance)
    if as_json:
        sys.stdout.write(to_line(plain_json(_verdict(found))) + "\n")
    else:
        _show_recount(finished, found)
    if not found.stands:
        raise typer.Exit(1)


def _verdict(found: "Recount") -> dict[str, Any]:
    return {
        "stands": found.stands,
        "differences": [asdict(it) for it in found.differences],
        "asked": found.asked,
        "broken": found.broken,
        "written": asdict(found.written),
        "recounted": asdict(found.recounted),
    }


def _show_recount(finished: "Finished", found: "Recount") -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, written, again in zip(
        (name for name, _ in lines(found.written)),
        (value for _, value in lines(found.written)),
        (value for _, value in lines(found.recounted)),
        strict=True,
    ):
        console.print(Text(f"{name:23}{written}" if written == again else f"{name:23}{written}, and again: {again}"))
    for it in found.differences:
        where = "folder" if it.number is None else f"row {it.number}"
        console.print(Text(f"{where}: {plain(it.problem)}", style="red"))
    told = f"{found.asked:,} texts asked again"
    if found.broken:
        told += f"; {found.broken} broken rows count for neither side and were not asked"
    console.print(Text(told, style="dim"))
    good = f"all {len(finished.rows)} rows stand"
    console.print(Text(good if found.stands else f"{len(found.differences)} differences", style="bold"))


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of finished attacks.")],
    html: Annotated[Path | None, typer.Option("--html", help="Write a report, one file without scripts.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the figures as CSV.")] = None,
    as_json: Json = False,
) -> None:
    """Several attacks side by side: rates with intervals, queries, words changed."""
    from attacks.comparing import as_csv, figures, warnings
    from attacks.comparison_page import comparison
    from attacks.finished import Finished

    with refusals():
        attacks = [Finished.read(folder) for folder in folders]
    if html is not None:
        _write(html, [comparison(attacks)])
    if csv is not None:
        _write(csv, [as_csv(attacks)])
    cautions = warnings(attacks)
    if as_json:
        sys.stdout.write(to_line({"attacks": [figures(it) for it in attacks], "warnings": cautions}) + "\n")
        return
    console = Console(highlight=False)
    console.print(_side_by_side(attacks))
    for caution in cautions:
        console.print(Text(plain(caution), style="yellow"), soft_wrap=True)
    for file in (html, csv):
        if file is not None:
            console.print(Text(f"written to {plain(str(file))}", style="dim"), soft_wrap=True)


def _side_by_side(attacks: "Iterable[Finished]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("recipe", "victim"):
        table.add_column(name, overflow="fold")
    for name in ("success, %", "under attack, %", "queries", "words"):
        table.add_column(name, no_wrap=True)
    for it in attacks:
        summary = it.summary
        means = (summary.queries_mean, summary.words_changed)
        names = (Text(plain(it.title)), Text(plain(it.target)))
        table.add_row(*names, _short(summary.success), _short(summary.under_attack), *map(_mean, means))
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
    words_changed, edits, edits_share, changes, problem.
    """
    from attacks.engine import Status
    from attacks.exporting import USUAL, Format, columns_named, exported
    from attacks.finished import Finished

    _check_one_of("--format", form, [it.value for it in Format])
    if status is not None:
        _check_one_of("--status", status, [it.value for it in Status])
    wanted = USUAL if columns is None else columns_named(columns)
    with refusals():
        rows = Finished.read(folder).rows
    chosen = (row for row in rows if status is None or row.status == status)
    written = exported(chosen, wanted, Format(form))
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
