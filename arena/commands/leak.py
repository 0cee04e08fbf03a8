"""`taboo leak`: how near the defender was to the word at every turn, by a language model, after the match."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from arena import registry
from arena.commands.options import Db, Json, Matches, counted, open_user_log
from arena.core.errors import EngineError, TabooError
from arena.core.jsonline import to_line
from arena.core.ports import Measure
from arena.terminal import plain

if TYPE_CHECKING:
    from arena.commands.leak_report import Told
    from arena.store.log import StoreLog
    from arena.store.measures import Source

MOST_TABLES = 10
"""Matches that are shown turn by turn; of more, only the summary is."""


class Place(StrEnum):
    """Where the word is looked for."""

    NEXT = "next"
    GUESS = "guess"


Model = Annotated[str, typer.Option("--model", help="A local model, named as after `llm:`; a server cannot tell.")]
As = Annotated[
    Place,
    typer.Option("--as", help='As the next word of the defender, or as its guess after "I know the word! It is".'),
]
Against = Annotated[str, typer.Option("--against", help="Rank the word among so many of the match's list, or 'all'.")]
Draw = Annotated[int, typer.Option("--seed", help="Draws the words for --against.", min=0)]
Jobs = Annotated[int, typer.Option("--jobs", help="Matches at a time.", min=1)]
Again = Annotated[bool, typer.Option("--again", help="Measure anew what is there already.")]
Plot = Annotated[
    Path | None, typer.Option("--plot", help="Write the curves as a picture: .png, .svg, .pdf.", show_default=False)
]
Failed = dict[str, TabooError]
"""Why a match could not be measured, by its id."""


def command(
    model: Model,
    matches: Matches = None,
    place: As = Place.NEXT,
    against: Against = "0",
    seed: Draw = 0,
    jobs: Jobs = 16,
    again: Again = False,
    plot: Plot = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Measure, after the match, how likely the defender was to say the word, turn by turn.

    Example: [bold]taboo leak --model Qwen/Qwen3-0.6B --as guess[/bold]

    For each turn: the natural log-probability of the word, and the rank of its first token, by the defender's view.

    The numbers stay beside the transcript, for `replay --show` and `export --measures`; a second run adds to them.
    """
    from arena.store import measures

    _check(plot)
    log = open_user_log(db, create=False)
    try:
        names = log.look_now(lambda connection: measures.finished(connection, matches or None))
        measure = registry.measure("leak").open(model, {"as": place, "against": against, "seed": str(seed)})
        source = measures.Source(measure.name, measure.model, measure.fingerprint, measure.prompt)
        missing = names if again else _unmeasured(log, names, source)
        failed = _measure(measure, source, missing, log, jobs, quiet=as_json)
        told = list(_told(log, [match for match in names if match not in failed], source))
    finally:
        log.close()
    if as_json:
        _print_json(told, source, failed)
    elif told or not failed:
        _show(told, source, len(names) - len(missing))
    _write(plot, told, f"leak by {source.model}, as {place.value}")
    _end(failed)


def _check(plot: Path | None) -> None:
    """Refuse a picture that could not be written, before anything is measured."""
    if plot is not None:
        from arena.commands.leak_plot import check_plot

        check_plot(plot)


def _write(plot: Path | None, told: Sequence["Told"], title: str) -> None:
    if plot is not None:
        from arena.commands.leak_plot import plot as write_plot

        write_plot(told, plot, title)
        sys.stderr.write(f"curves written to {plot}\n")


def _end(failed: Failed) -> None:
    """Where some matches could not be measured, say which and why, and exit with 1."""
    if not failed:
        return
    for match, wrong in sorted(failed.items()):
        sys.stderr.write(f"{plain(match)}: {plain(str(wrong))}\n")
    sys.stderr.write(f"{counted(len(failed))} could not be measured; what is known of the others is kept\n")
    raise typer.Exit(1)


def _measure(
    measure: Measure, source: "Source", names: Sequence[str], log: "StoreLog", jobs: int, *, quiet: bool
) -> Failed:
    """Measure the matches and keep what is found, match by match. Interrupted, what was finished stays."""
    failed: Failed = {}
    with _progress(disabled=quiet) as progress:
        task = progress.add_task("measuring", total=len(names))
        try:
            asyncio.run(_measure_all(measure, source, iter(names), log, jobs, lambda: progress.advance(task), failed))
        except KeyboardInterrupt:
            progress.stop()
            kept = len(_known(log, source).intersection(names))
            sys.stderr.write(f"{kept} of {counted(len(names))} measured and kept; the same command goes on\n")
            raise
    return failed


def _known(log: "StoreLog", source: "Source") -> set[str]:
    """The matches whose readings are kept, those included that are on their way to the disk."""
    from arena.store import measures
    from arena.store.changes import Work

    found: set[str] = log.write_now(Work(lambda connection: measures.known(connection, source))).answer
    return found


def _unmeasured(log: "StoreLog", names: Sequence[str], source: "Source") -> list[str]:
    known = _known(log, source)
    return [match for match in names if match not in known]


async def _measure_all(
    measure: Measure,
    source: "Source",
    names: Iterator[str],
    log: "StoreLog",
    jobs: int,
    report: Callable[[], None],
    failed: Failed,
) -> None:
    """Measure all matches, and note which of them `failed`. Raises EngineError and LogError: no match is to blame."""
    from arena.store import measures
    from arena.store.errors import LogError

    async def work() -> None:
        for match in names:  # one iterator for all of them: each takes the next match that nobody has
            try:
                readings = await measure.measure(await log.read(match))
                await log.work(partial(measures.keep, match=match, source=source, readings=readings))
            except (EngineError, LogError):
                raise
            except TabooError as wrong:
                failed[match] = wrong
            report()

    workers = [asyncio.ensure_future(work()) for _ in range(jobs)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()


class _Rate(ProgressColumn):
    """Matches a second."""

    def render(self, task: Task) -> Text:
        """The rate so far."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s", style="dim")


def _progress(*, disabled: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=disabled or not console.is_terminal, transient=True)


def _told(log: "StoreLog", names: Sequence[str], source: "Source") -> Iterator["Told"]:
    from arena.commands.leak_report import tell
    from arena.store import measures

    found = log.look_now(lambda connection: measures.found(connection, names, source))
    for events in log.iter_events(names):
        yield tell(events, [measured.reading for measured in found.get(events[0].match, [])])


def _print_json(told: Sequence["Told"], source: "Source", failed: Failed) -> None:
    from arena.commands import leak_report as report

    head = {name: getattr(source, name) for name in ("measure", "model", "fingerprint", "prompt")}
    problems = {match: str(wrong) for match, wrong in sorted(failed.items())}
    sys.stdout.write(to_line({**report.as_json(told, head), "failed": problems}) + "\n")


def _show(told: Sequence["Told"], source: "Source", known: int) -> None:
    from arena.commands import leak_report as report

    console = Console(highlight=False)
    if not told:
        console.print(Text("no finished matches in this log", style="bold"))
        return
    if len(told) <= MOST_TABLES:
        for match in told:
            console.print(report.match_table(match))
    if len(told) > 1:
        console.print(Text("mean log p by turn, and of how many matches", style="italic"))
        console.print(report.summary_table(told))
    redacted, long = (report.without(told, is_whole=is_whole) for is_whole in (False, True))
    console.print(Text(f"{counted(len(told))} by {source.model}; {known} measured before", style="dim"))
    if redacted:
        why = "a part of what was said was redacted since"
        console.print(Text(f"{redacted} turns without a number: {why}", style="dim"))
    if long:
        moments = "1 moment was" if long == 1 else f"{long} moments were"
        console.print(Text(f"{moments} too long for the model", style="dim"))
    if len(told) > MOST_TABLES:
        console.print(Text("look closer: taboo leak MATCH --model ..., taboo replay --show", style="dim"))
