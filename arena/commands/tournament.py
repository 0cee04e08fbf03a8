"""`taboo tournament`: everyone meets everyone, and a table says how it went."""

import asyncio
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena import registry
from arena.clock import timestamp
from arena.commands.options import (
    Db,
    EvasionName,
    FormName,
    Json,
    Judges,
    Lang,
    ListName,
    RulesName,
    Turns,
    counted,
    open_user_log,
    rules_of,
    words_of,
)
from arena.core.errors import RulesError, TabooError
from arena.core.jsonline import to_line
from arena.core.rules import Rules
from arena.core.seeds import derive
from arena.core.verdict import Reason, Role
from arena.runner import Played, fresh_master, play_all
from arena.tournament import Dealer, Pairing, fixtures, round_robin

if TYPE_CHECKING:
    from arena.store.log import StoreLog

RESAMPLES = 1000


@dataclass(eq=False)
class AlreadyPlayedError(TabooError):
    """The log already holds matches of this very tournament."""

    matches: int
    log: str

    def __str__(self) -> str:
        return (
            f"{counted(self.matches)} of this tournament already in {self.log}; "
            "go on with --resume, or choose another --seed or --db"
        )


def command(
    agents: Annotated[str, typer.Option("--agents", help="Names joined by commas.")] = (
        "direct,hiding,trigger,honest,detector,evasive"
    ),
    words: Annotated[int, typer.Option("--words", help="Words a pairing plays.", min=1)] = 50,
    seed: Annotated[int | None, typer.Option("--seed", help="Default: drawn afresh.", show_default=False)] = None,
    rules: RulesName = "paper",
    jobs: Annotated[int, typer.Option("--jobs", help="Matches at a time.", min=1)] = 8,
    turns: Turns = None,
    form: FormName = None,
    evasion: EvasionName = None,
    lang: Lang = None,
    word_list: ListName = None,
    judges: Judges = None,
    db: Db = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the log holds of it.")] = False,
    as_json: Json = False,
) -> None:
    """Let agents meet in a round robin and print who did how well.

    Example: [bold]taboo tournament --agents direct,hiding,honest,detector --words 50 --seed 7[/bold]

    Killed half-way? The same command with [bold]--resume[/bold] goes on: no finished match is played twice.
    """
    chosen = rules_of(rules, turns=turns, form=form, evasion=evasion, lang=lang, word_list=word_list, judges=judges)
    players = [registry.agent(name.strip()) for name in agents.split(",") if name.strip()]
    pairings = round_robin(players, chosen)
    master = str(seed) if seed is not None else fresh_master()
    if resume and seed is None:
        raise RulesError("--resume", "without --seed", "name the seed of the tournament to go on with")
    log = open_user_log(db)
    try:
        results = asyncio.run(_play(pairings, words, chosen, master, log, jobs, resume=resume, quiet=as_json))
    finally:
        log.close()
    if as_json:
        sys.stdout.write(to_line(_as_json(results, master)) + "\n")
        return
    console = Console(highlight=False)
    console.print(results_table(results, derive(master, "bootstrap")))
    console.print(Text(f"{counted(len(results))} in {log.url}", style="dim"))
    console.print(Text("look closer: taboo replay, taboo export --format jsonl", style="dim"))


async def _play(
    pairings: Sequence[Pairing],
    rounds: int,
    rules: Rules,
    master: str,
    log: "StoreLog",
    jobs: int,
    *,
    resume: bool,
    quiet: bool,
) -> list[Played]:
    from arena.words import WordMatcher

    started_at = timestamp()
    listed = list(words_of(rules).words)
    if rounds > len(listed):
        raise RulesError("--words", rounds, f"list {rules.word_list} holds {len(listed)}")
    order = Random(derive(master, "deal")).sample(listed, len(listed))
    planned = list(fixtures(pairings, Dealer(order[:rounds], order), rounds, rules, master, started_at))
    known = set(log.matches())
    here = sum(fixture.match in known for fixture in planned)
    if here and not resume:
        raise AlreadyPlayedError(here, log.url)
    results: list[Played] = []
    with _progress(disabled=quiet) as progress:
        task = progress.add_task("playing", total=len(planned))

        def report(played: Played) -> None:
            results.append(played)
            progress.advance(task)

        await play_all(planned, log, WordMatcher(), registry.judges_for, jobs, report)
    place = {fixture.match: number for number, fixture in enumerate(planned)}
    return sorted(results, key=lambda played: place[played.match])


def _progress(*, disabled: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=disabled or not console.is_terminal, transient=True)


def results_table(results: Sequence[Played], seed: int) -> Table:
    """One row a pairing: how often each side won, with 95 % intervals clustered by word, and how matches ended."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("attacker", style="magenta", no_wrap=True)
    table.add_column("defender", style="cyan", no_wrap=True)
    for column in ("attacker wins", "defender wins", "turns"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("how they ended")
    names = short_names(
        {it for played in results for it in (played.started.attacker.agent, played.started.defender.agent)}
    )
    for (attacker, defender), rows in _by_pairing(results).items():
        shares = [_share(rows, winner, seed) for winner in (Role.ATTACKER, Role.DEFENDER)]
        endings = Counter(played.verdict.reason for played in rows)
        ended = ", ".join(f"{count} {reason}" for reason, count in endings.most_common())
        turns = sum(played.turns for played in rows) / len(rows)
        table.add_row(Text(names[attacker]), Text(names[defender]), *shares, f"{turns:.1f}", ended)
    table.caption = "per cent of rated matches, with 95 % intervals clustered by word"
    table.caption_justify = "left"
    return table


def short_names(agents: Collection[str]) -> dict[str, str]:
    """Names that fit a table: of a model in a folder only the folder's own name, where that still tells all apart."""
    short = {name: name if "://" in name else _FOLDERS.sub(":", name, count=1) for name in agents}
    uses = Counter(short.values())
    return {name: own if uses[own] == 1 else name for name, own in short.items()}


_FOLDERS = re.compile(r":[^:?#]*/(?=[^/?#]+)")


def _share(rows: Sequence[Played], winner: Role, seed: int) -> str:
    """How often a side won the rated matches: per cent, and the interval."""
    from arena.analysis.rates import clustered_rate

    rated = [played for played in rows if played.verdict.is_rated and played.started.rated]
    if not rated:
        return "-"
    wins = [played.verdict.winner is winner for played in rated]
    words = [played.started.target for played in rated]
    estimate = clustered_rate(wins, words, seed=seed, resamples=RESAMPLES)
    low, high = estimate.interval.low, estimate.interval.high
    return f"{100 * estimate.value:.0f} [{100 * low:.0f}, {100 * high:.0f}]"


def _by_pairing(results: Sequence[Played]) -> dict[tuple[str, str], list[Played]]:
    grouped: dict[tuple[str, str], list[Played]] = defaultdict(list)
    for played in results:
        grouped[played.started.attacker.agent, played.started.defender.agent].append(played)
    return grouped


def _as_json(results: Sequence[Played], master: str) -> dict[str, Any]:
    matches = [
        {
            "match": played.match,
            "attacker": played.started.attacker.agent,
            "defender": played.started.defender.agent,
            "target": played.started.target,
            "rated": played.started.rated and played.verdict.is_rated,
            "verdict": played.verdict.to_json(),
            "turns": played.turns,
        }
        for played in results
    ]
    pairings = [
        {
            "attacker": attacker,
            "defender": defender,
            "matches": len(rows),
            "endings": {reason: sum(it.verdict.reason is reason for it in rows) for reason in Reason},
        }
        for (attacker, defender), rows in _by_pairing(results).items()
    ]
    return {"seed": master, "pairings": pairings, "matches": matches}
