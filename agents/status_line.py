"""How a command shows what goes on: one line that renews itself on a terminal, plain lines anywhere else."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from agents.sdk_status import Score, State, Status
from arena.terminal import plain

_STYLES = {State.CONNECTED: "green", State.AWAY: "yellow", State.FINISHING: "yellow", State.STOPPED: "dim"}


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal; gives what advances it by one."""
    console = Console(stderr=True)
    columns = (TextColumn("playing"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("playing", total=total)
        yield lambda: bar.advance(task)


def summary(status: Status, server: str) -> Text:
    """How a served agent stands, in one line."""
    score = status.score
    where = f"{plain(status.player)} on {server}" if status.player else server
    parts = [
        Text(status.state.value, style=_STYLES.get(status.state, "")),
        Text(where),
        Text(f"{status.busy}/{status.seats} seats busy"),
        Text(f"looking for {status.seeking}" if status.seeking else ""),
        Text(f"played {score.played}: won {score.won}, lost {score.lost}, tied {score.tied}"),
        Text(f"crashed {score.crashes}" if score.crashes else "", style="red"),
        Text(f"too late {score.late}" if score.late else "", style="red"),
    ]
    return Text(" \u00b7 ").join(part for part in parts if part)


class StatusLine:
    """Shows the news of `agents.sdk` and, on a terminal, a line that always says how things stand."""

    def __init__(self, server: str, console: Console | None = None) -> None:
        self._server = server
        self._console = console or Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._said: tuple[State, str] | None = None
        self._log = logging.getLogger("agents.sdk")
        self._handler = RichHandler(
            console=self._console, show_path=False, show_level=False, markup=False, highlighter=None
        )

    def __enter__(self) -> "StatusLine":
        self._log.addHandler(self._handler)
        self._log.setLevel(logging.INFO)
        self._log.propagate = False
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        self._log.removeHandler(self._handler)
        self._log.propagate = True

    def show(self, status: Status) -> None:
        """Things stand so now."""
        if self._console.is_terminal:
            self._live.update(summary(status, self._server), refresh=True)
        elif (now := (status.state, status.player)) != self._said:
            self._said = now
            self._console.print(summary(status, self._server), soft_wrap=True)

    def conclude(self, score: Score) -> None:
        """The last word."""
        done = f"played {score.played}: won {score.won}, lost {score.lost}, tied {score.tied}, void {score.void}"
        more = f", crashed {score.crashes}, too late {score.late}" if score.crashes or score.late else ""
        unseen = f", {score.lost_sight} ended out of sight" if score.lost_sight else ""
        Console(highlight=False).print(done + more + unseen, soft_wrap=True)
