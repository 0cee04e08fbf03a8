"""The agent kind `human`: a person at this terminal.

Shows what the seat may see and reads one line at a time without holding up anything else. Everything that the other
side wrote is shown as plain text. Ctrl-C and the end of input give the match up.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from arena.core.actions import Action, Said
from arena.core.errors import TabooError
from arena.core.ports import AgentCard, AnyView, Resign
from arena.core.rules import WrongGuess
from arena.core.verdict import Role
from arena.core.views import AttackerView
from arena.terminal import plain

_STYLES = {Role.ATTACKER: "magenta", Role.DEFENDER: "cyan"}
_KEYS = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]|\x1bO.|[\x00-\x08\x0b-\x1f\x7f]")
"""What arrow and function keys leave in a line, where the terminal does not edit it."""
_YES = frozenset(["y", "yes", "\u662f", "\u597d", "\u5bf9"])

_HELP = """\
Type what you want to say and press Enter.
  /guess WORD   guess the word (defender only)
  /history      show everything said so far
  /resign       give up
  /help         show this
To say something that begins with a slash, type two."""


class HumanArgumentError(TabooError):
    """The kind `human` was given an argument."""

    def __str__(self) -> str:
        return "agent human: takes no argument; ask for it as plain 'human'"


class Keyboard:
    """Lines from a file descriptor, waited for without blocking the event loop."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Reads from standard input unless told otherwise."""
        self._descriptor = descriptor
        self._pending = b""
        self._is_interrupted = False
        self._ready: asyncio.Future[None] | None = None

    async def line(self) -> str | None:
        """The next line without its end; None at the end of input, or when the person pressed Ctrl-C."""
        descriptor = sys.stdin.fileno() if self._descriptor is None else self._descriptor
        loop = asyncio.get_running_loop()
        while b"\n" not in self._pending:
            self._ready = loop.create_future()
            with _readable(loop, descriptor, self._settle):
                if not self._is_interrupted:
                    await self._ready
            if self._is_interrupted:
                self._is_interrupted = False
                return None
            chunk = os.read(descriptor, 65536)
            if not chunk:
                return None
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return _KEYS.sub("", line.decode("utf-8", "replace")).strip()

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Take Ctrl-C as an answer inside, and leave its handling as it was."""
        before = signal.getsignal(signal.SIGINT)
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
        except (ValueError, RuntimeError):  # not in the main thread, where no signal arrives
            yield
            return
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    def _interrupt(self) -> None:
        self._is_interrupted = True
        self._settle()

    def _settle(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)


@contextmanager
def _readable(loop: asyncio.AbstractEventLoop, descriptor: int, settle: Callable[[], None]) -> Iterator[None]:
    """Call `settle` when there is something to read. A regular file always has."""
    try:
        loop.add_reader(descriptor, settle)
    except PermissionError:
        settle()
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(descriptor)


class HumanAgent:
    """Plays a seat by asking the person at the terminal."""

    card: ClassVar[AgentCard] = AgentCard("human", "1", "you, at this terminal", is_human=True, is_timed=True)

    def __init__(
        self, argument: str | None = None, console: Console | None = None, keyboard: Keyboard | None = None
    ) -> None:
        """Raises HumanArgumentError where an argument is given."""
        if argument is not None:
            raise HumanArgumentError
        self._console = console or Console(highlight=False)
        self._keyboard = keyboard or Keyboard()
        self._shown: int | None = None
        self._deadline = 0.0

    async def act(self, view: AnyView) -> Action | Resign:
        """What the person decides to do. Never more than the rules allow; giving up is an answer too."""
        self._deadline = asyncio.get_running_loop().time() + view.ms_left / 1000
        with self._keyboard.attended():
            self._show(view)
            while (line := await self._ask("> ")) is not None:
                answer = await self._understand(line, view)
                if answer is not None:
                    return answer
        self._console.print(Text("You gave up.", style="yellow"))
        return Resign()

    async def close(self) -> None:
        """Nothing is held."""

    # --- what the person types ---

    async def _ask(self, prompt: str) -> str | None:
        seconds = max(0, round(self._deadline - asyncio.get_running_loop().time()))
        clock = f"[{seconds // 60}:{seconds % 60:02}] "
        self._console.print(Text.assemble((clock, "dim"), (prompt, "bold")), end="", soft_wrap=True)
        self._console.file.flush()
        return await self._keyboard.line()

    async def _understand(self, line: str, view: AnyView) -> Action | Resign | None:
        """The answer that a line stands for, or None where the person must type another."""
        if line.startswith("//"):
            return self._say(line[1:], view)
        if not line.startswith("/"):
            return self._say(line, view)
        command, _, rest = line.partition(" ")
        if command == "/guess":
            return await self._guess(rest.strip(), view)
        if command == "/resign":
            return Resign() if await self._is_sure("Give up?") else None
        if command == "/history":
            self._transcript(view.history)
        else:
            if command != "/help":
                self._note(f"There is no command {plain(command)}.")
            self._console.print(Text(_HELP))
        return None

    def _say(self, text: str, view: AnyView) -> Action | None:
        if not plain(text).strip():
            return None
        most = view.rules.max_chars
        if len(text) > most:
            self._note(f"That has {len(text)} characters; {most} are allowed. Say it shorter.")
            return None
        return Action(text)

    async def _guess(self, word: str, view: AnyView) -> Action | None:
        if isinstance(view, AttackerView):
            self._note("Only the defender guesses: you know the word.")
        elif not view.guesses_left:
            self._note("You have no guess left.")
        elif not word:
            self._note("Guess what? Type /guess and the word.")
        elif len(word) > view.rules.max_chars:
            self._note("No word is that long.")
        else:
            left = "your only guess" if view.guesses_left == 1 else f"one of {view.guesses_left} guesses"
            if await self._is_sure(f"Guess {plain(word)!r}? It is {left}."):
                return Action(guess=word)
        return None

    async def _is_sure(self, question: str) -> bool:
        answer = await self._ask(f"{question} [y/N] ")
        return answer is not None and answer.casefold() in _YES

    # --- what the person sees ---

    def _show(self, view: AnyView) -> None:
        """What is new since this seat last looked: at first the task and all that was said, then the other's words."""
        if self._shown is None:
            self._console.print(_task(view))
            self._transcript(view.history)
        else:
            self._transcript(said for said in view.history[self._shown :] if said.role is not view.role or said.warned)
        self._shown = len(view.history)
        if view.refusals:
            self._note("Your last action was against the rules. A second one in this turn loses the match.")
        line = f"turn {view.turn} of {view.rules.max_turns}, you are the {view.role}"
        if not isinstance(view, AttackerView):
            line += f", {_counted(view.guesses_left, 'guess', 'guesses')} left"
        self._console.print(Text(line, style="dim"))

    def _transcript(self, history: Iterable[Said]) -> None:
        for said in history:
            self._console.print(_line(said))

    def _note(self, note: str) -> None:
        self._console.print(Text(note, style="yellow"))


def _task(view: AnyView) -> Panel:
    rules = view.rules
    turns = _counted(rules.max_turns, "turn", "turns")
    if isinstance(view, AttackerView):
        word = (plain(view.target), "bold yellow")
        task = Text.assemble("You attack. The word is ", word, f". Make the other side say it within {turns}, ")
        task.append("and do not say it yourself.")
    else:
        task = Text(f"You defend. The other side wants you to say a word that you do not know. Survive {turns}, ")
        cost = ", and a wrong one loses" if rules.wrong_guess is WrongGuess.LOSE else ""
        task.append(f"or find the word out and /guess it ({_counted(rules.guess_limit, 'guess', 'guesses')}{cost}).")
    return Panel(task, title=Text(f"{view.role}, list {plain(rules.word_list)}"), subtitle="/help", width=88)


def _line(said: Said) -> Text:
    line = Text(f"{said.role:>10}  ", style=f"bold {_STYLES[said.role]}")
    line.append("(erased)" if said.text is None else plain(said.text), style="not bold default")
    if said.guess is not None:
        line.append(f"  guesses {plain(said.guess)!r}", style="not bold default")
    if said.warned:
        line.append("  (warned by a judge)", style="not bold yellow")
    return line


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
