"""The agent `scripted`: plays what it was given, turn by turn. The double for every test that needs an agent.

A script is a sequence of actions in code, or a file: one action a line, JSON such as `{"text": "Is it a fruit?"}`,
`{"text": "I know.", "guess": "banana"}` or `{"resign": true}`, anything that does not begin with a brace being plain
text. Empty lines are passed over. Past its end a script is an error, so a match that goes on is forfeit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from arena.core.actions import Action
from arena.core.errors import TabooError
from arena.core.ports import AgentCard, AnyView, Resign

Move: TypeAlias = Action | Resign


@dataclass(eq=False)
class ScriptError(TabooError):
    """A script that cannot be read, or that is shorter than its match."""

    script: str
    problem: str

    def __str__(self) -> str:
        return f"script {self.script}: {self.problem}"


class Scripted:
    """Plays the n-th action of its script in turn n, whatever it is shown."""

    card: ClassVar[AgentCard] = AgentCard("scripted", "1", "plays a script: scripted:FILE, one action a line")

    def __init__(self, argument: str | Sequence[Move] | None = None) -> None:
        """A player of these actions, or of the file at this path. Raises ScriptError."""
        if argument is None:
            raise ScriptError("missing", "name a file, as in scripted:opening.txt")
        self._name = argument if isinstance(argument, str) else "in code"
        self._moves = read_script(argument) if isinstance(argument, str) else tuple(argument)

    async def act(self, view: AnyView) -> Move:
        """The action for this turn. Raises ScriptError past the end."""
        if view.turn > len(self._moves):
            raise ScriptError(self._name, f"it has {len(self._moves)} actions, and turn {view.turn} wants another")
        return self._moves[view.turn - 1]

    async def close(self) -> None:
        """Nothing is held."""


def read_script(path: str) -> tuple[Move, ...]:
    """The actions in a file. Raises ScriptError naming the line that is wrong."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ScriptError(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError as error:
        raise ScriptError(path, f"byte {error.start} is not UTF-8") from None
    return tuple(_move(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _move(path: str, number: int, line: str) -> Move:
    if not line.lstrip().startswith("{"):
        return Action(line.strip())
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ScriptError(path, f"line {number}: {error}") from None
    if row == {"resign": True}:
        return Resign()
    text, guess = row.get("text", ""), row.get("guess")
    is_known = row.keys() <= {"text", "guess"} and isinstance(text, str) and isinstance(guess, str | None)
    if not is_known or not row:
        raise ScriptError(path, f'line {number}: an action is {{"text", "guess"}} or {{"resign": true}}')
    return Action(text, guess)
