"""The main of a worker process: makes one agent of a class and answers for it, line by line, until the channel closes.

    python -P -m agents.worker module:Class CHANNEL [MEMORY_MB]

CHANNEL is the number of an inherited socket. Imports as little as it can: a worker is started for every match. Reads
like a remote seat: `turn.request` in, `turn.action` or `turn.resign` out, with `ready` before and `error` at the end.
"""

import importlib
import inspect
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arena import wire
from arena.core.actions import Action
from arena.core.ports import Answer, Given, Resign

READY, ERROR = "ready", "error"
_MAX_PROBLEM = 1000


def main(arguments: list[str]) -> int:
    """Serve one agent. The exit code is 0 after a closed channel, 1 after an error that was reported."""
    reference, channel, *memory = arguments
    limit(int(memory[0]) if memory else None)
    die_with_parent()
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    with socket.socket(fileno=int(channel)) as connection:
        return serve(connection, lambda: made(reference))


def limit(memory_mb: int | None) -> None:
    """No core dumps; and no more than this much memory, where it is given."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))


def die_with_parent() -> None:
    """On Linux, ask to be killed when the host is, so that no busy worker outlives it."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def made(reference: str) -> Any:  # noqa: ANN401 - anyone's class
    """An instance of the class that `module:Class` names, without arguments, or with None where it needs one."""
    module, _, name = reference.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return fresh(found)


def fresh(kind: Any) -> Any:  # noqa: ANN401 - anyone's class
    """An instance of a class, made without arguments, or with None where it needs one."""
    return kind(None) if _needs_one(kind) else kind()


def _needs_one(kind: Any) -> bool:  # noqa: ANN401 - anyone's class
    try:
        parameters = inspect.signature(kind).parameters.values()
    except ValueError:  # a compiled class may not tell
        return False
    return sum(map(_is_needed, parameters)) == 1


def _is_needed(parameter: inspect.Parameter) -> bool:
    is_positional = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    return is_positional and parameter.default is parameter.empty


def serve(connection: socket.socket, make: Callable[[], Any]) -> int:
    """Make the agent, say so, and answer every request. Returns the exit code."""
    with connection.makefile("rb") as lines:
        try:
            agent = make()
            connection.sendall(wire.to_line({"type": READY}))
            while line := lines.readline(wire.MAX_MESSAGE + 1):
                view = wire.read_request(wire.from_line(line))
                given = as_answer(_awaited(agent.act(view)))
                connection.sendall(wire.to_line(wire.answer(given, view.turn, str(view.turn))))
        except BaseException as crash:  # noqa: BLE001 - an agent may raise anything, SystemExit included
            traceback.print_exc()
            connection.sendall(wire.to_line({"type": ERROR, "data": {"problem": described(crash)}}))
            return 1
    return 0


def as_answer(given: object) -> Given:
    """What an agent returned as an answer: an Action, Resign or Answer, an utterance, or an object with text and guess.

    Raises TypeError or WireError.
    """
    if isinstance(given, Action | Resign):
        return given
    if isinstance(given, Answer) and isinstance(given.given, Action | Resign):
        return given
    if isinstance(given, str):
        return Action(given)
    if isinstance(given, dict):
        return wire.answer_from_json(given)
    raise TypeError(f"act returned {type(given).__name__}, not an Action, a str, a dict or a Resign")


def described(crash: BaseException) -> str:
    """A crash in one line: what was raised, and where in the agent's own file."""
    frames = traceback.extract_tb(crash.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    text = "".join(traceback.format_exception_only(crash)).strip()
    return text[:_MAX_PROBLEM] + where


def _awaited(given: Any) -> Any:  # noqa: ANN401 - whatever an agent returns
    """What `act` returned, waited for where it is a coroutine. An event loop is only made for those who need one."""
    if not hasattr(given, "__await__"):
        return given
    global _runner
    if _runner is None:
        import asyncio

        _runner = asyncio.Runner()
    return _runner.run(given)


_runner: Any = None
"""The one event loop of this process, so that an agent may keep its connections from turn to turn."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
