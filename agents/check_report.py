"""What an examination found, as tables for a person and as JSON for a program."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.checking import Fault, Trial
from arena.core.verdict import Reason, Role
from arena.terminal import plain

MOST_SHOWN = 5
"""Different faults that are shown."""
KINDS = ("refused", "crashed", "late")


@dataclass(frozen=True, slots=True)
class Speed:
    """How long actions took, in seconds."""

    count: int
    median: float
    p95: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Speed | None":
        """The speed of these actions, None where there are none. The 95th percentile is by nearest rank."""
        if not seconds:
            return None
        ranked = sorted(seconds)
        p95 = ranked[math.ceil(0.95 * len(ranked)) - 1]
        return cls(len(ranked), statistics.median(ranked), p95, ranked[-1])


def faults_of(trials: Sequence[Trial]) -> list[Fault]:
    """Every fault of these matches."""
    return [fault for trial in trials for fault in trial.faults]


def show(trials: Sequence[Trial], console: Console, seed: int) -> None:
    """Print what was found."""
    console.print(_results(trials, seed))
    console.print(_legality(trials))
    console.print(_speed(trials))
    for line in _fault_lines(faults_of(trials)):
        console.print(line)


def _table(caption: str, *columns: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), caption=caption, caption_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right", no_wrap=True)
    return table


def _groups(trials: Sequence[Trial]) -> dict[tuple[Role, str], list[Trial]]:
    grouped: dict[tuple[Role, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        grouped[trial.role, trial.against].append(trial)
    return grouped


def _results(trials: Sequence[Trial], seed: int) -> Table:
    table = _table("shares of matches won, with 95 % intervals clustered by word", "as", "against", "matches", "won")
    table.add_column("turns", justify="right")
    table.add_column("how they ended")
    for (role, against), rows in _groups(trials).items():
        endings = Counter(trial.reason for trial in rows)
        ended = ", ".join(f"{count} {reason}" for reason, count in endings.most_common())
        turns = statistics.fmean(trial.turns for trial in rows)
        table.add_row(role.value, against, str(len(rows)), _won(rows, seed), f"{turns:.1f}", ended)
    return table


def _won(rows: Sequence[Trial], seed: int) -> str:
    from arena.analysis.rates import clustered_rate, shown

    return shown(clustered_rate([trial.has_won for trial in rows], [trial.word for trial in rows], seed=seed))


def _legality(trials: Sequence[Trial]) -> Table:
    caption = "refused, crashed and late break the rules; an attacker that says its own word only loses"
    table = _table(caption, "as", "matches", "actions", *KINDS, "own word said")
    for role, rows in _by_role(trials).items():
        counts = Counter(fault.kind for fault in faults_of(rows))
        leaks = sum(role is Role.ATTACKER and trial.reason in (Reason.LEAKED, Reason.VOID) for trial in rows)
        numbers = (sum(trial.actions for trial in rows), *(counts[kind] for kind in KINDS), leaks)
        table.add_row(role.value, str(len(rows)), *map(str, numbers))
    return table


def _speed(trials: Sequence[Trial]) -> Table:
    caption = "seconds an action; the first of a match includes the start of its process and the import"
    table = _table(caption, "as", "which", "actions", "median", "p95", "max")
    for role, rows in _by_role(trials).items():
        for which, speed in _speeds(rows).items():
            if speed is not None:
                times = (f"{it:.3f}" for it in (speed.median, speed.p95, speed.longest))
                table.add_row(role.value, which, str(speed.count), *times)
    return table


def _speeds(rows: Sequence[Trial]) -> dict[str, Speed | None]:
    first = [trial.seconds[0] for trial in rows if trial.seconds]
    later = [second for trial in rows for second in trial.seconds[1:]]
    return {"first": Speed.of(first), "later": Speed.of(later)}


def _by_role(trials: Sequence[Trial]) -> dict[Role, list[Trial]]:
    return {role: rows for role in Role if (rows := [trial for trial in trials if trial.role is role])}


def _fault_lines(faults: Sequence[Fault]) -> list[Text]:
    """The different faults, each with where it happened first and how often."""
    counts = Counter((fault.kind, fault.problem) for fault in faults)
    firsts = {(fault.kind, fault.problem): fault for fault in reversed(faults)}
    lines = []
    for key, count in counts.most_common(MOST_SHOWN):
        first = firsts[key]
        where = f"as {first.role} against {first.against}, turn {first.turn}"
        times = f", and {count - 1} more like it" if count > 1 else ""
        lines.append(Text(f"{first.kind}: {plain(first.problem)} ({where}{times})", style="red"))
    if (more := len(counts) - MOST_SHOWN) > 0:
        lines.append(Text(f"and {more} other faults; --json shows all", style="red"))
    return lines or [Text("no rule was broken", style="green")]


def as_json(trials: Sequence[Trial], reference: str, master: str, seed: int) -> dict[str, Any]:
    """Everything that was found, as JSON values."""
    faults = faults_of(trials)
    return {
        "agent": reference,
        "seed": master,
        "ok": not faults,
        "roles": {role.value: _role_row(rows) for role, rows in _by_role(trials).items()},
        "results": [
            {"role": role.value, "against": against, "matches": len(rows), "won": _won_row(rows, seed)}
            for (role, against), rows in _groups(trials).items()
        ],
        "faults": [
            {"role": it.role.value, "against": it.against, "turn": it.turn, "kind": it.kind, "problem": it.problem}
            for it in faults
        ],
    }


def _role_row(rows: Sequence[Trial]) -> dict[str, Any]:
    counts = Counter(fault.kind for fault in faults_of(rows))
    speeds = {
        which: None
        if it is None
        else {"actions": it.count, "median_s": it.median, "p95_s": it.p95, "max_s": it.longest}
        for which, it in _speeds(rows).items()
    }
    endings = Counter(trial.reason.value for trial in rows)
    actions = sum(trial.actions for trial in rows)
    return {
        "matches": len(rows),
        "actions": actions,
        **{kind: counts[kind] for kind in KINDS},
        "seconds": speeds,
        "endings": dict(endings),
    }


def _won_row(rows: Sequence[Trial], seed: int) -> dict[str, float]:
    from arena.analysis.rates import clustered_rate

    estimate = clustered_rate([trial.has_won for trial in rows], [trial.word for trial in rows], seed=seed)
    return {"share": estimate.value, "low": estimate.interval.low, "high": estimate.interval.high}
