"""What `taboo leak` tells: each match turn by turn, and how the measure goes on average, by how the matches ended."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from arena.core.events import Acted, Event, Finished, Started
from arena.core.measures import Reading, moments
from arena.core.verdict import Reason, Role, Verdict
from arena.terminal import plain

ENDINGS = (Reason.INFERRED, Reason.INDUCED, Reason.TIE)
OTHER = "other"
"""Endings that tell little of how near the defender was: they share a row."""
LEAST, CELLS = -20.0, 12
"""The log-probability at which a bar is empty, and the cells of a full one, which is certainty."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: what was said in it and what the measure found before the defender spoke; None where it could not."""

    turn: int
    seq: int
    attacker: str | None
    defender: str | None
    reading: Reading | None
    is_whole: bool
    """Whether all that the defender was shown is still there. Without a reading, it was too long for the model."""


@dataclass(frozen=True, slots=True)
class Told:
    """One measured match."""

    match: str
    started: Started
    verdict: Verdict
    turns: tuple[Turn, ...]

    @property
    def ending(self) -> str:
        """The group of the summary that the match belongs to."""
        return self.verdict.reason.value if self.verdict.reason in ENDINGS else OTHER


def tell(events: Sequence[Event], readings: Iterable[Reading]) -> Told:
    """The finished match with its readings in their turns."""
    by_seq = {reading.seq: reading for reading in readings}
    whole = {moment.seq for moment in moments(events) if moment.is_whole}
    started = next(event.body for event in events if isinstance(event.body, Started))
    verdict = next(event.body.verdict for event in events if isinstance(event.body, Finished))
    lead: Acted | None = None
    turns = []
    for event in events:
        body = event.body
        if isinstance(body, Acted) and body.role is Role.ATTACKER:
            lead = body
        elif isinstance(body, Acted):
            reading = by_seq.get(event.seq)
            turns.append(Turn(body.turn, event.seq, _said(lead), _said(body), reading, event.seq in whole))
    return Told(events[0].match, started, verdict, tuple(turns))


def _said(body: Acted | None) -> str | None:
    if body is None or not body.has_words:
        return None
    guess = "" if body.action.guess is None else f" [guesses {body.action.guess!r}]"
    return f"{body.action.text}{guess}".strip()


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean log-probability over so many readings."""

    value: float
    count: int


def means(told: Iterable[Told]) -> dict[str, dict[int, Mean]]:
    """For each ending that occurs, the mean of every turn. Readings to which the model gives no number are left out."""
    sums: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in (*ENDINGS, OTHER)}
    for match in told:
        for turn in match.turns:
            if turn.reading is not None and (log_p := number(turn.reading, "log_p")) is not None:
                sums[match.ending][turn.turn].append(log_p)
    return {
        ending: {turn: Mean(sum(row) / len(row), len(row)) for turn, row in sorted(turns.items())}
        for ending, turns in sums.items()
        if turns
    }


def without(told: Iterable[Told], *, is_whole: bool) -> int:
    """How many turns have no reading though all that was said is there, or because it is not."""
    return sum(turn.reading is None and turn.is_whole is is_whole for match in told for turn in match.turns)


def number(reading: Reading, name: str) -> float | None:
    """The fact of that name where it is a number."""
    found = reading.fact(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


# --- at a terminal ----------------------------------------------------------------------------------------------------


def match_table(told: Told) -> Table:
    """Turn by turn: what was said, the log-probability, the ranks, and a bar that is full where it is certain."""
    verdict = told.verdict
    title = Text.assemble(
        f"{plain(told.match)}  ", (plain(told.started.target), "bold yellow"), f"  {verdict.winner or 'nobody'}: "
    )
    table = Table(box=None, header_style="bold", title=title.append(verdict.reason.value), title_justify="left")
    table.add_column("turn", justify="right", no_wrap=True)
    table.add_column("attacker", no_wrap=True, overflow="ellipsis", ratio=3, style="magenta")
    table.add_column("defender", no_wrap=True, overflow="ellipsis", ratio=3, style="cyan")
    for column in ("log p", "rank"):
        table.add_column(column, justify="right", no_wrap=True)
    has_words = any(turn.reading is not None and turn.reading.fact("among") is not None for turn in told.turns)
    if has_words:
        table.add_column("of words", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, min_width=CELLS)
    for turn in told.turns:
        said = [Text("(redacted)" if it is None else plain(it)) for it in (turn.attacker, turn.defender)]
        table.add_row(str(turn.turn), *said, *_cells(turn, has_words=has_words))
    table.expand = True
    return table


def _cells(turn: Turn, *, has_words: bool) -> list[str | Text]:
    if (reading := turn.reading) is None:
        why = "too long" if turn.is_whole else "redacted since"
        return ["-"] * (3 if has_words else 2) + [Text(why, style="dim")]
    log_p, rank, among = (number(reading, name) for name in ("log_p", "rank", "among"))
    cells: list[str | Text] = ["none" if log_p is None else f"{log_p:.2f}", "-" if rank is None else f"{rank:,.0f}"]
    if has_words:
        cells.append("-" if among is None else f"{among:,.0f} of {number(reading, 'among_of'):,.0f}")
    return [*cells, bar(log_p)]


def bar(log_p: float | None) -> Text:
    """A little bar, empty from `LEAST` down and full at 0."""
    share = 0.0 if log_p is None else min(1.0, max(0.0, 1 - log_p / LEAST))
    eighths = round(share * CELLS * 8)
    text = "\u2588" * (eighths // 8)
    if eighths % 8:
        text += chr(0x2590 - eighths % 8)  # from one eighth, U+258F, to seven, U+2589
    return Text(text, style="yellow")


def summary_table(told: Sequence[Told]) -> Table:
    """The mean log-probability of every turn, by how the matches ended, with how many readings it is the mean of."""
    columns = means(told)
    table = Table(box=None, header_style="bold")
    table.add_column("turn", justify="right", no_wrap=True)
    for ending in columns:
        count = sum(match.ending == ending for match in told)
        table.add_column(f"{ending} ({count})", justify="right", no_wrap=True)
    for turn in sorted({turn for row in columns.values() for turn in row}):
        cells = (Text("-") if turn not in row else _mean(row[turn]) for row in columns.values())
        table.add_row(str(turn), *cells)
    return table


def _mean(mean: Mean) -> Text:
    return Text.assemble(f"{mean.value:.2f}", (f"{mean.count:>6,}", "dim"))


# --- for a program ----------------------------------------------------------------------------------------------------


def as_json(told: Sequence[Told], head: Mapping[str, str]) -> dict[str, Any]:
    """Everything as JSON values."""
    summary = {
        ending: [{"turn": turn, "mean_log_p": round(mean.value, 6), "count": mean.count} for turn, mean in row.items()]
        for ending, row in means(told).items()
    }
    lost = {"redacted": without(told, is_whole=False), "too_long": without(told, is_whole=True)}
    return {**head, "matches": [_match(match) for match in told], "summary": summary, **lost}


def _match(told: Told) -> dict[str, Any]:
    return {
        "match": told.match,
        "attacker": told.started.attacker.agent,
        "defender": told.started.defender.agent,
        "target": told.started.target,
        "verdict": told.verdict.to_json(),
        "turns": [
            {
                "turn": turn.turn,
                "seq": turn.seq,
                "attacker": turn.attacker,
                "defender": turn.defender,
                "facts": None if turn.reading is None else turn.reading.to_json(),
            }
            for turn in told.turns
        ],
    }
