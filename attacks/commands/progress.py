"""The progress of an attack on a terminal: how much is done and how it goes, queries, their rate, the time left."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from arena.terminal import plain
from attacks.engine.rows import Row, Status

if TYPE_CHECKING:
    from attacks.engine import Engine

_OF_LATE = 5.0
"""Seconds over which a rate is taken."""
_MIDDLE = 60
"""Columns below which a terminal shows the least."""


def watched(
    rows: Iterable[Row],
    engine: "Engine",
    name: str,
    done: Iterable[Row],
    total: int,
    *,
    off: bool = False,
    console: Console | None = None,
) -> Iterator[Row]:
    """The rows as they come, with a line that follows them; none where stderr is no terminal, or `off`.

    `done` are rows of an earlier sitting; `console` is another one than stderr.
    """
    console = console or Console(stderr=True)
    ended = Counter(row.status for row in done)
    with Progress(
        *_columns(console.width, engine), console=console, disable=off or not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(plain(name), total=total, completed=sum(ended.values()), ended=ended)
        for row in rows:
            ended[row.status] += 1
            bar.update(task, advance=1)
            yield row


def _columns(width: int, engine: "Engine") -> tuple[ProgressColumn, ...]:
    """What has room: on a narrow terminal the count and the success, on a wide one all."""
    least = (BarColumn(None), _Done(), _Success())
    if width < _MIDDLE:
        return least
    middle = (SpinnerColumn(), TextColumn("{task.description}", style="bold", markup=False), *least)
    return (*middle, _Left()) if width < 1.8 * _MIDDLE else (*middle, _Queries(engine), _Left())


class _Done(ProgressColumn):
    """So many of so many."""

    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed):,}/{int(task.total or 0):,}", style="progress.download")


class _Success(ProgressColumn):
    """The share of attacked examples that fell, and how many broke."""

    def render(self, task: Task) -> Text:
        ended: Counter[Status] = task.fields["ended"]
        tried = ended[Status.SUCCEEDED] + ended[Status.FAILED]
        told = Text()
        if tried:
            told.append(f"{100 * ended[Status.SUCCEEDED] / tried:.1f} %", style="bold green").append(" fell")
        if ended[Status.ERROR]:
            told.append(", " if tried else "").append(f"{ended[Status.ERROR]} broke", style="bold red")
        return told


class _Queries(ProgressColumn):
    """How many texts the victim was shown, and how many a second of late; it moves while no example has ended yet."""

    max_refresh = 0.2

    def __init__(self, engine: "Engine") -> None:
        super().__init__()
        self._engine = engine
        self._seen = deque([(monotonic(), 0)])

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich's own
        now, shown = monotonic(), self._engine.desk.shown
        self._seen.append((now, shown))
        while len(self._seen) > 2 and now - self._seen[0][0] > _OF_LATE:
            self._seen.popleft()
        then, before = self._seen[0]
        rate = (shown - before) / max(1e-6, now - then)
        return Text(f"{shown:,} queries, {rate:,.0f}/s", style="cyan")


class _Left(ProgressColumn):
    """The time since the beginning and, once examples end, the time that is left."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        left = "" if task.time_remaining is None else f", {_clock(task.time_remaining)} left"
        return Text(f"{_clock(task.elapsed or 0)}{left}", style="dim")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
