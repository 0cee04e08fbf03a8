"""`taboo attack`: attack a model on many texts, and say how it held."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena import registry
from arena.analysis.rates import Rate
from arena.core.errors import TabooError, UnknownNameError
from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.core.errors import AttackError
from attacks.core.ports import Attack, Victim

RECIPES, VICTIMS = "attacks.recipes", "attacks.victims"


@dataclass(eq=False)
class RefusedAttackError(TabooError):
    """An attack that cannot be made, in the words of what stands in its way."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def command(
    victim: Annotated[str, typer.Option("--victim", help="Whom to attack: sklearn:FILE or hf:MODEL.")],
    data: Annotated[Path, typer.Option("--data", help="Texts with labels: .tsv, .csv or .jsonl.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the rows.")],
    recipe: Annotated[str, typer.Option("--recipe", help="Which attack.")] = "pwws",
    limit: Annotated[int | None, typer.Option("--limit", help="Only so many examples.", min=1)] = None,
    budget: Annotated[int | None, typer.Option("--budget", help="Most queries for an example.", min=1)] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of whatever is drawn by chance.")] = 0,
    width: Annotated[int, typer.Option("--width", help="Examples at a time: changes speed, no row.", min=1)] = 256,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the folder holds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")] = False,
) -> None:
    """Attack a model on many texts, write every example down, and print how it held.

    Example: [bold]taboo attack --victim hf:my-model --data dev.tsv --recipe pwws --limit 200 --out runs/pwws[/bold]
    """
    with _refusals():
        _attack(victim, data, out, recipe, limit, budget, seed, width, resume=resume, as_json=as_json)


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
        "victim": victim,
        "fingerprint": opened.fingerprint,
        "data": data.name,
        "digest": sha256(data.read_bytes()).hexdigest()[:16],
        "limit": limit,
        "budget": budget,
        "seed": seed,
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
        sys.stdout.write(to_line(_plain(asdict(summary))) + "\n")
        return
    console = Console(highlight=False)
    console.print(Text.assemble((recipe, "bold"), " against ", (plain(opened.name), "bold")))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _lines(summary):
        table.add_row(name, value)
    console.print(table)
    console.print(Text(f"rows in {out}", style="dim"))


def recipe_named(name: str) -> Attack:
    """The attack of that name. Raises UnknownNameError, BrokenPluginError or AttackError."""
    made: Attack = registry.load(RECIPES, name)()
    return made


def victim_named(name: str) -> Victim:
    """The victim that `KIND:WHICH` names. Raises UnknownNameError, BrokenPluginError or AttackError."""
    kind, colon, which = name.partition(":")
    if not colon or not which:
        raise UnknownNameError("victim", name, known=tuple(f"{it}:..." for it in registry.entries(VICTIMS)))
    opened: Victim = registry.load(VICTIMS, kind).open(which)
    return opened


@contextmanager
def _refusals() -> Iterator[None]:
    """Errors of attacks as errors of ours, which are told in one line."""
    try:
        yield
    except AttackError as problem:
        raise RefusedAttackError(str(problem)) from problem


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


def _lines(summary: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a Summary, imported late
    mean = "-" if summary.queries_mean is None else f"{summary.queries_mean:.1f}"
    middle = "-" if summary.queries_median is None else f"{summary.queries_median:g}"
    changed = "-" if summary.changed is None else f"{100 * summary.changed:.1f} % of a success"
    return [
        ("success rate", _rate(summary.success)),
        ("accuracy before", _rate(summary.accuracy)),
        ("accuracy under attack", _rate(summary.under_attack)),
        ("queries an example", f"{mean} in the mean, {middle} in the median, {summary.queries:,} in all"),
        ("words changed", changed),
        (
            "examples",
            f"{summary.examples}: {summary.succeeded} succeeded, {summary.failed} failed, {summary.skipped} skipped, "
            f"{summary.errors} broken",
        ),
    ]


def _rate(rate: Rate) -> str:
    if not rate.total:
        return "-"
    low, high = rate.interval.low, rate.interval.high
    return f"{100 * rate.value:.1f} % [{100 * low:.1f}, {100 * high:.1f}] of {rate.total}"


def _plain(row: Any) -> Any:  # noqa: ANN401 - JSON values
    """JSON values without numbers that JSON does not have."""
    if isinstance(row, dict):
        return {name: _plain(value) for name, value in row.items()}
    return None if isinstance(row, float) and row != row else row
