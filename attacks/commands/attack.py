"""`taboo attack`: attack a model on many texts, and say how it held."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.models import OptionInfo

from arena.core.errors import TabooError
from arena.core.jsonline import to_line
from arena.terminal import plain
from attacks.commands.listing import list_
from attacks.commands.rechecking import measure, verify
from attacks.commands.reviewing import compare, export
from attacks.commands.showing import lines, measure_lines, plain_json, time_line
from attacks.game.commands import game, recount
from attacks.opening import RefusedAttackError, refusals
from attacks.training.commands import augment, train
from attacks.triggers import trigger

if TYPE_CHECKING:
    from attacks.commands.attacking import Asked, Speed
    from attacks.evaluation.finished import Finished
    from attacks.evaluation.measuring import Measurer

EXAMPLES = (
    "Examples:\n\n"
    "taboo attack --victim sklearn:model.joblib --data dev.tsv --recipe pwws --limit 200 --out runs/pwws\n\n"
    "taboo attack --victim hf:MODEL --data snli.tsv --text-column 2 --pair-column 3 --label-column 1 "
    "--labels entailment,neutral,contradiction --recipe textfooler --out runs/snli\n\n"
    "taboo attack verify runs/pwws --victim sklearn:model.joblib --data dev.tsv --again\n\n"
    "taboo attack measure runs/pwws --similarity sentence-transformers/all-MiniLM-L6-v2\n\n"
    "taboo attack compare runs/pwws runs/other --html report.html\n\n"
    "taboo attack export runs/pwws --format csv --columns text,perturbed,label"
)
_DATA, _ATTACK, _TAKE, _RUN = "Data", "Attack", "Measures", "Running"
app = typer.Typer(epilog=EXAMPLES, add_completion=False, no_args_is_help=True, rich_markup_mode="rich")
app.command("list")(list_)
app.command("verify")(verify)
app.command("measure")(measure)
app.command("compare")(compare)
app.command("export")(export)
app.command("trigger")(trigger)
app.command("train")(train)
app.command("augment")(augment)
app.command("game")(game)
app.command("recount")(recount)


def _option(name: str, told: str, panel: str | None = None, *, least: int | None = None) -> OptionInfo:
    made: OptionInfo = typer.Option(name, help=told, rich_help_panel=panel, min=least)
    return made


@dataclass(eq=False)
class InterruptedAttackError(TabooError):
    """The user pressed Ctrl-C while an attack was made."""

    folder: str
    done: int
    examples: int
    exit_code = 130

    def __str__(self) -> str:
        kept = f"{self.folder} holds {self.done:,} of {self.examples:,} rows"
        return f"interrupted; {kept}, go on with --resume"


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    victim: Annotated[str | None, _option("--victim", "Whom to attack: sklearn:FILE, hf:MODEL, ...")] = None,
    data: Annotated[
        str | None,
        _option(
            "--data", "Texts with labels: .tsv, .csv, .jsonl, .parquet, also .gz; hf:NAME:SPLIT@CONFIG; nltk:CORPUS."
        ),
    ] = None,
    out: Annotated[Path | None, _option("--out", "Folder for the rows.")] = None,
    recipe: Annotated[str, _option("--recipe", "Which attack.", _ATTACK)] = "pwws",
    goal: Annotated[
        str, _option("--goal", "untargeted, label-only, margin:SHARE, targeted:LABEL or match:TEXT.", _ATTACK)
    ] = "untargeted",
    language: Annotated[str, _option("--language", "en or zh.", _ATTACK)] = "en",
    constraint: Annotated[
        list[str] | None,
        _option("--constraint", "What no change may do, as edits:20 or similarity:MODEL:0.9; again for more.", _ATTACK),
    ] = None,
    protect: Annotated[
        str | None, _option("--protect", "A regular expression: what it finds in a text stays.", _ATTACK)
    ] = None,
    budget: Annotated[int | None, _option("--budget", "Most queries for an example.", _ATTACK, least=1)] = None,
    seed: Annotated[int, _option("--seed", "Of whatever is drawn by chance.", _ATTACK)] = 0,
    form: Annotated[
        str | None, _option("--format", "csv, tsv, jsonl, parquet or labelled (a label, a space, a text).", _DATA)
    ] = None,
    text_column: Annotated[
        str | None, _option("--text-column", "Name, or number from 1 where there is no header.", _DATA)
    ] = None,
    pair_column: Annotated[str | None, _option("--pair-column", "The second text of a pair.", _DATA)] = None,
    attacked: Annotated[str, _option("--attacked", "Of a pair: second, first or both.", _DATA)] = "second",
    label_column: Annotated[str | None, _option("--label-column", "Name or number.", _DATA)] = None,
    labels: Annotated[
        str | None, _option("--labels", "Names of the classes 0, 1, ... with commas between.", _DATA)
    ] = None,
    limit: Annotated[int | None, _option("--limit", "Only so many examples.", _DATA, least=1)] = None,
    offset: Annotated[int, _option("--offset", "Pass over so many first.", _DATA, least=0)] = 0,
    shuffle: Annotated[
        int | None, _option("--shuffle", "Draw the examples by this seed; without, the first.", _DATA, least=0)
    ] = None,
    similarity: Annotated[
        str | None, _option("--similarity", "A sentence encoder, to say how alike texts stay.", _TAKE)
    ] = None,
    perplexity: Annotated[
        str | None, _option("--perplexity", "A language model, to say how smoothly they read.", _TAKE)
    ] = None,
    grammar: Annotated[bool, _option("--grammar", "Count grammar errors (LanguageTool, needs Java).", _TAKE)] = False,
    width: Annotated[int, _option("--width", "Examples at a time: changes speed, no row.", _RUN, least=1)] = 256,
    batch: Annotated[str, _option("--batch", "Texts the victim is shown at a time, or auto.", _RUN)] = "256",
    cache: Annotated[Path | None, _option("--cache", "A file of answers, remembered from run to run.", _RUN)] = None,
    resume: Annotated[bool, _option("--resume", "Go on with what the folder holds.", _RUN)] = False,
    as_json: Annotated[bool, _option("--json", "Print JSON, for a program to read.", _RUN)] = False,
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
    from attacks.commands.attacking import Asked, Speed
    from attacks.data.examples import Reading
    from attacks.evaluation.measuring import opened

    with refusals():
        named = tuple(name.strip() for name in labels.split(",")) if labels else ()
        asked = Asked(
            victim=victim,
            data=data,
            recipe=recipe,
            goal=goal,
            language=language,
            constraints=tuple(constraint or ()),
            reading=Reading(text_column, pair_column, label_column, named, attacked, protect, form),
            limit=limit,
            offset=offset,
            shuffle=shuffle,
            budget=budget,
            seed=seed,
        )
        speed = Speed(width, _batch(batch), cache)
        measurers = opened(similarity, perplexity, grammar=grammar, language=language)
        finished = _attack(asked, speed, out, resume=resume, quiet=as_json, measurers=measurers)
    _show(finished, as_json=as_json)
    _check_any_stands(finished)


def _check_nothing_before(context: typer.Context) -> None:
    """Raise RefusedAttackError for options before the name of a command, which would say nothing."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = {"form": "format"}.get(name, name.removeprefix("as_").replace("_", "-"))
            raise RefusedAttackError(f"--{option} stands before {context.invoked_subcommand}; write it after")


def _batch(told: str) -> int | None:
    if told == "auto":
        return None
    if not told.isdecimal() or int(told) < 1:
        raise RefusedAttackError(f"--batch {told!r} is no number from 1 on, and not auto")
    return int(told)


def _attack(
    asked: "Asked", speed: "Speed", out: Path, *, resume: bool, quiet: bool, measurers: "list[Measurer]"
) -> "Finished":
    """Make the attack, write everything down, and read it again: what is shown is what was written."""
    from attacks.commands.progress import watched
    from attacks.evaluation.finished import Finished
    from attacks.evaluation.measuring import measured, write_measures
    from attacks.evaluation.saving import Folder

    attack = asked.open()
    engine = attack.engine(speed)
    folder = Folder(out, attack.settings, resume=resume)
    rows = folder.keep(engine.run(folder.missing(attack.data.examples)))
    name = f"{asked.recipe} against {attack.victim.name}"
    try:
        for _ in watched(rows, engine, name, folder.done.values(), len(attack.data.examples), off=quiet):
            pass
    except KeyboardInterrupt:
        raise InterruptedAttackError(str(out), len(folder.done), len(attack.data.examples)) from None
    if measurers:
        done = [folder.done[number] for number in sorted(folder.done)]
        write_measures(out, done, list(measured(done, measurers)))
    return Finished.read(out)


def _show(finished: "Finished", *, as_json: bool) -> None:
    if as_json:
        told = asdict(finished.summary) | {
            "timing": None if finished.timing is None else asdict(finished.timing),
            "measures": {name: _without_values(asdict(it)) for name, it in finished.measures.items()},
        }
        sys.stdout.write(to_line(plain_json(told)) + "\n")
        return
    console = Console(highlight=False)
    console.print(Text.assemble((plain(finished.title), "bold"), " against ", (plain(finished.target), "bold")))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in (*lines(finished.summary), *measure_lines(finished.measures), *time_line(finished.timing)):
        table.add_row(name, Text(plain(value)))
    console.print(table)
    console.print(Text(f"rows in {plain(str(finished.path))}", style="dim"))


def _check_any_stands(finished: "Finished") -> None:
    """Exit with 1 where every row is broken: that says nothing about the victim."""
    rows, summary = finished.rows, finished.summary
    if rows and summary.errors == len(rows):
        told = f"taboo: no example could be attacked; row {rows[0].number}: {rows[0].problem}"
        sys.stderr.write(f"{plain(' '.join(told.split()))}\n")
        raise typer.Exit(1)


def _without_values(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "values"}
