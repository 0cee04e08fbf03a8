"""What an attack on the game came to, as tables for people and as JSON for programs."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from arena.core.jsonline import to_line
from arena.terminal import plain

if TYPE_CHECKING:
    from arena.analysis.rates import Estimate
    from attacks.engine import Row
    from attacks.game.counting import Pair


def show_pairs(told: Mapping[str, Any], pairs: "Sequence[Pair]", *, as_json: bool) -> None:
    """The change of how matches ended; `told` are the settings of the attack."""
    from attacks.game.counting import changes, mean_turns, others, spent

    found, sums, rest = changes(pairs, told["seed"]), spent(pairs), others(pairs)
    if as_json:
        _write({**sums, "turns": mean_turns(pairs), "changes": [asdict(it) for it in found], "others": rest})
        return
    console = Console(highlight=False)
    attacker, recipe, defender = ((plain(str(told[name])), "bold") for name in ("attacker", "recipe", "defender"))
    console.print(Text.assemble(attacker, " perturbed by ", recipe, f" to {told['aim']} against ", defender))
    table = _table("match ends", "plain", "perturbed", "change")
    for it in found:
        table.add_row(it.end, _percent(it.plain), _percent(it.perturbed), _percent(it.difference, signed=True))
    console.print(table)
    lines = [
        f"{sums['pairs'] - sums['crashed']} matches on either side, {len({pair.word for pair in pairs})} words; of "
        f"{sums['attacked']} utterances that were attacked {sums['changed']} were changed, after {sums['queries']:,} "
        f"queries; {sums['broken']} searches broke. In percent, intervals of 95 % by word."
    ]
    if (turns := mean_turns(pairs)) is not None:
        lines.append(f"a match had {turns[0]:.2f} turns in the mean, and {turns[1]:.2f} perturbed")
    lines += [f"other, {side}: {_counted(ends)}" for side, ends in rest.items() if ends]
    if sums["unforeseen"]:
        lines.append(f"to {sums['unforeseen']} utterances the defender reacted otherwise than it had when asked before")
    if sums["crashed"]:
        first = next(pair for pair in pairs if pair.problem)
        problem = f"{first.word!r}, {plain(first.problem)}"
        lines.append(f"left out: {sums['crashed']} pairs in which an agent crashed; the first: {problem}")
    for line in lines:
        console.print(Text(line, style="dim"))


def show_flips(told: Mapping[str, Any], rows: "Sequence[Row]", words: Sequence[str], *, as_json: bool) -> None:
    """How often a judge's rulings flipped; `words[i]` is what `rows[i]` was about."""
    from attacks.engine import Status
    from attacks.game.counting import flip_rates

    found = flip_rates(rows, words, told["seed"])
    broken = [row for row in rows if row.status is Status.ERROR]
    queries = sum(row.queries for row in rows)
    if as_json:
        flipped = {what: None if it is None else asdict(it) for what, it in found.items()}
        _write({"flips": flipped, "broken": len(broken), "queries": queries})
        return
    console = Console(highlight=False)
    judge, recipe = ((plain(str(told[name])), "bold") for name in ("judge", "recipe"))
    console.print(Text.assemble("judge ", judge, " attacked by ", recipe))
    table = _table("rulings", "flipped", "utterances")
    for what, it in found.items():
        table.add_row(what, "-" if it is None else _percent(it), "0" if it is None else str(it.n))
    console.print(table)
    ending = f"; the first: {plain(broken[0].problem)}" if broken else ""
    line = f"{queries:,} queries; {len(broken)} searches broke{ending}. In percent, intervals of 95 % by word."
    console.print(Text(line, style="dim"))


def show_difference(differences: Sequence[str]) -> None:
    """Where a folder disagrees with itself, on the standard error stream."""
    for line in differences:
        sys.stderr.write(f"{plain(line)}\n")


def progress(what: str, total: int, *, done: int = 0, is_off: bool) -> Progress:
    """A bar where somebody looks, with one task."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, disable=is_off or not console.is_terminal, transient=True)
    bar.add_task(what, total=total, completed=done)
    return bar


def _write(row: Mapping[str, Any]) -> None:
    sys.stdout.write(to_line(row) + "\n")


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for number, name in enumerate(columns):
        table.add_column(name, style="" if number else "bold")
    return table


def _counted(ends: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {end}" for end, count in ends.items())


def _percent(estimate: "Estimate", *, signed: bool = False) -> str:
    form = "+z.1f" if signed else "z.1f"
    low, high = 100 * estimate.interval.low, 100 * estimate.interval.high
    return f"{100 * estimate.value:{form}} [{low:{form}}, {high:{form}}]"
