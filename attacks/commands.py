"""`taboo attack`: attack a model on many texts, and say how it held."""

import sys
from collections import Counter
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.opening import RefusedAttackError, recipe_named, refusals, victim_named
from attacks.reviewing import compare, export, verify
from attacks.showing import lines, plain_json

EXAMPLES = (
    "Examples:\n\n"
    "taboo attack --victim sklearn:model.joblib --data dev.tsv --recipe pwws --limit 200 --out runs/pwws\n\n"
    "taboo attack verify runs/pwws --victim sklearn:model.joblib --data dev.tsv\n\n"
    "taboo attack compare runs/pwws runs/other --html report.html\n\n"
    "taboo attack export runs/pwws --format csv --columns text,perturbed,label"
)
app = typer.Typer(epilog=EXAMPLES, add_completion=False, no_args_is_help=True, rich_markup_mode="rich")
app.command("verify")(verify)
app.command("compare")(compare)
app.command("export")(export)


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    victim: Annotated[str | None, typer.Option("--victim", help="Whom to attack: sklearn:FILE or hf:MODEL.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Texts with labels: .tsv, .csv or .jsonl.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the rows.")] = None,
    recipe: Annotated[str, typer.Option("--recipe", help="Which attack.")] = "pwws",
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many examples.", min=1)] = None,
    budget: Annotated[int | None, typer.Option("--budget", help="Most queries for an example.", min=1)] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of whatever is drawn by chance.")] = 0,
    width: Annotated[int, typer.Option("--width", help="Examples at a time: changes speed, no row.", min=1)] = 256,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the folder holds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False,
) -> None:
    """Attack a model on many texts, write every example down, and print how it held.

    --victim, --data and --out say whom to attack, with what, and where to write. The commands below look at what an
    attack wrote.
    """
    if context.invoked_subcommand is not None:
        _check_nothing_before(context)
        return
    if victim is None or data is None or out is None:
        missing = [name for name, it in (("--victim", victim), ("--data", data), ("--out", out)) if it is None]
        raise RefusedAttackError(f"an attack needs {' and '.join(missing)}; taboo attack --help shows how it is called")
    with refusals():
        _attack(victim, data, out, recipe, limit, budget, seed, width, resume=resume, as_json=as_json)


def _check_nothing_before(context: typer.Context) -> None:
    """Raise RefusedAttackError for options before the name of a command, which would say nothing."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.removeprefix('as_')}"
            raise RefusedAttackError(f"{option} stands before {context.invoked_subcommand}; write it after")


def _attack(
    victim: str,
    data: Path,
    out: Path,
    recipe: str,
    limit: int | None,
    budget: int | None,
    seed: int,
    width: int,
    *,
    resume: bool,
    as_json: bool,
) -> None:
    from attacks.datasets import read_examples
    from attacks.engine import Engine, Status
    from attacks.reporting import summarise
    from attacks.saving import Folder

    examples = read_examples(data, limit)
    attack, opened = recipe_named(recipe), victim_named(victim)
    engine = Engine(opened, attack, budget=budget, seed=seed, width=width)
    settings = {
        "recipe": recipe,
        "reads": attack.reads,
        "victim": victim,
        "fingerprint": opened.fingerprint,
        "data": data.name,
        "digest": sha256(data.read_bytes()).hexdigest()[:16],
        "limit": limit,
        "budget": budget,
        "seed": seed,
        "examples": len(examples),
    }
    folder = Folder(out, settings, resume=resume)
    with _progress(disabled=as_json) as progress:
        task = progress.add_task("attacking", total=len(examples), completed=len(folder.done), found="", shown="")
        ended = Counter(row.status for row in folder.done.values())
        for row in folder.keep(engine.run(folder.missing(examples))):
            ended[row.status] += 1
            tried = ended[Status.SUCCEEDED] + ended[Status.FAILED]
            share = f"{100 * ended[Status.SUCCEEDED] / tried:.0f} % succeeded" if tried else ""
            progress.update(task, advance=1, found=share, shown=f"{engine.desk.shown:,} queries")
    summary = summarise(list(folder.done.values()))
    if as_json:
        sys.stdout.write(to_line(plain_json(asdict(summary))) + "\n")
        return
    console = Console(highlight=False)
    console.print(Text.assemble((recipe, "bold"), " against ", (plain(opened.name), "bold")))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in lines(summary):
        table.add_row(name, value)
    console.print(table)
    console.print(Text(f"rows in {out}", style="dim"))


def _progress(*, disabled: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[found]}"))
    console = Console(stderr=True)
    off = disabled or not console.is_terminal
    return Progress(
        *columns,
        TextColumn("{task.fields[shown]}"),
        TimeRemainingColumn(),
        console=console,
        disable=off,
        transient=True,
    )
