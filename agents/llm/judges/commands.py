"""`taboo judge`: calibrate judges that are models, and see what any judge says of a text."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena.core.hits import Language
from arena.core.jsonline import to_line
from arena.terminal import plain

if TYPE_CHECKING:
    from agents.llm.judges.calibration import Calibration

EXAMPLES = (
    "Examples:\n\n"
    "taboo judge calibrate perplexity --model MODEL --sentences good.txt --rate 0.01 --out my.json\n\n"
    "taboo judge try perplexity:my.json 'the cat sat on the mat' 'mat the on sat cat the'\n\n"
    "taboo match --judges perplexity:my.json,relevance,form"
)

app = typer.Typer(
    help="Calibrate judges that are models, and see what a judge says of a text.",
    epilog=EXAMPLES,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the texts.")]


@app.command("calibrate")
def calibrate(
    judge: Annotated[str, typer.Argument(help="perplexity or relevance.")],
    model: Annotated[str, typer.Option("--model", help="Model as for llm:MODEL, an encoder, or words (relevance).")],
    sentences: Annotated[
        Path, typer.Option("--sentences", help="Good utterances: one a line, or .jsonl with text and earlier.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write the calibration to.")],
    rate: Annotated[float, typer.Option("--rate", help="Share of good utterances to rule against at most.")] = 0.01,
    lang: Lang = Language.ENGLISH,
    force: Annotated[bool, typer.Option("--force", help="Write over an older file.")] = False,
    as_json: Json = False,
) -> None:
    """Fit a judge to a model: from which score on is an utterance bad?

    The score is set so that at most --rate of utterances like yours would be ruled against.

    The relevance judge needs what was said before each: a .jsonl file, every line
    {"text": "...", "earlier": ["...", "..."]}

    Example: [bold]taboo judge calibrate perplexity --model MODEL --sentences good.txt --out my.json[/bold]
    """
    from agents.llm.judges import calibrating, fitting
    from agents.llm.judges.errors import CalibrationError, RateError
    from agents.llm.judges.sentences import read_sentences

    if not 0 < rate <= fitting.HIGHEST_RATE:
        raise RateError(rate, fitting.HIGHEST_RATE)
    if out.exists() and not force:
        raise CalibrationError(str(out), "is there already", "choose another --out, or give --force")
    kind = calibrating.kind_of(judge)
    found = read_sentences(sentences, with_earlier=kind.needs_earlier)
    with _progress(len(found.rows), quiet=as_json) as done:
        made, _ = calibrating.calibrate(kind, model, found, rate, lang, done=done)
    made.save(out)
    if as_json:
        sys.stdout.write(to_line({"out": str(out), **made.to_json()}) + "\n")
        return
    console = Console(highlight=False)
    console.print(_table(made))
    console.print(Text(f"saved as {out}; use it as --judges {judge}:{out}", style="dim"), soft_wrap=True)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal; gives what advances it by one."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task("measuring", total=total)
        yield lambda: bar.advance(task)


def _table(made: "Calibration") -> Table:
    """What was fitted, on what, and how often it errs."""
    percent = "{:.2f} % [{:.2f}, {:.2f}]".format
    low, high = made.rate["interval"]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    rows = {
        "judge": f"{made.judge} {made.version}",
        "model": f"{made.model} ({made.fingerprint})",
        "sentences": f"{made.sentences['count']} from {made.sentences['file']} ({made.sentences['sha256'][:16]})",
        "repeated": f"{made.sentences['repeated']} left out",
        "rate asked": f"{100 * made.rate['asked']:.2f} %",
        "rate held out": percent(*(100 * share for share in (made.rate["achieved"], low, high))),
        "middle": "{:.3f} [{:.3f}, {:.3f}]".format(made.curve.middle, *made.rate["middle_interval"]),
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="bold"), Text(plain(value)))
    table.caption = "with 95 % intervals; held out: ruled against by curves fitted to the other four fifths"
    table.caption_justify = "left"
    return table


@app.command("try")
def try_(
    judge: Annotated[str, typer.Argument(help="A judge as the rules name it: NAME or NAME:ARGUMENT.")],
    texts: Annotated[list[str], typer.Argument(help="Utterances to rule on, each by itself.")],
    earlier: Annotated[
        list[str] | None, typer.Option("--earlier", help="What was said before; may be given several times.")
    ] = None,
    lang: Lang = Language.ENGLISH,
    as_json: Json = False,
) -> None:
    """Show how a judge rules on texts, as it would in a match.

    Example: [bold]taboo judge try relevance 'I had a sandwich' --earlier 'What did you eat?'[/bold]
    """
    from agents.llm.judges.sentences import Sentence
    from arena import registry
    from arena.core.ports import Prepared

    made = registry.judge_named(judge)
    if isinstance(made, Prepared):
        made.prepare()
    cases = [Sentence(text, tuple(earlier or ())).case(lang) for text in texts]

    async def ask() -> list[Any]:
        return list(await asyncio.gather(*(made.rule(case) for case in cases)))

    rulings = asyncio.run(ask())
    if as_json:
        rows = [{"text": text, "label": it.label, "score": it.score} for text, it in zip(texts, rulings, strict=True)]
        sys.stdout.write(to_line({"judge": judge, "fingerprint": made.fingerprint, "rulings": rows}) + "\n")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("label", no_wrap=True)
    table.add_column("text")
    for text, ruling in zip(texts, rulings, strict=True):
        table.add_row(f"{ruling.score:.3f}", Text(plain(ruling.label)), Text(plain(text)))
    Console(highlight=False).print(table)
