"""One instance of the user's class: how its methods are called, and what is made of what they return or raise."""

import asyncio
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from agents.sdk_lane import Lane
from agents.worker import as_answer, fresh
from arena.core.ports import AnyView, Given

_OURS = frozenset({"sdk_lane.py", "sdk_player.py", "worker.py"})


class CrashError(Exception):
    """The user's code raised something. `report` is its traceback, without the frames that are ours."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.report = "".join(traceback.format_exception(type(cause), cause, _own_frames(cause.__traceback__)))


class Player:
    """The user's agent in one match. What is `async` runs in the event loop, what is not in a thread of its own."""

    def __init__(self, kind: Callable[..., Any]) -> None:
        self._kind = kind
        self._lane = None if inspect.iscoroutinefunction(getattr(kind, "act", None)) else Lane()
        self._agent: Any = None

    async def begin(self, match: object) -> None:
        """Make the instance, and tell it of the match. Raises CrashError, as all here do."""
        self._agent = await self._call(lambda: fresh(self._kind))
        await self._hook("started", match)

    async def act(self, view: AnyView) -> Given:
        """What the agent does at this view."""

        async def acted() -> Given:
            return as_answer(await self._plainly(lambda: self._agent.act(view)))

        answer: Given = await _guarded(acted())
        return answer

    async def end(self, result: object) -> None:
        """Tell the agent how the match ended."""
        await self._hook("ended", result)

    async def close(self) -> None:
        """Let the agent go."""
        await self._hook("close")

    def leave(self) -> None:
        """Let its thread end."""
        if self._lane is not None:
            self._lane.close()

    async def _hook(self, name: str, *arguments: object) -> None:
        hook = getattr(self._agent, name, None)
        if callable(hook):
            await self._call(lambda: hook(*arguments))

    async def _call(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - anyone's
        return await _guarded(self._plainly(call))

    async def _plainly(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - anyone's
        given = call() if self._lane is None else await self._lane.run(call)
        return await given if hasattr(given, "__await__") else given


async def _guarded(work: Any) -> Any:  # noqa: ANN401 - a coroutine, and what it returns
    """The result, with whatever the user's code raised as a CrashError: it may even exit, or cancel itself."""
    try:
        return await work
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise CrashError(cancelled) from None
    except (Exception, SystemExit) as crash:  # noqa: BLE001 - anyone's code may raise anything
        raise CrashError(crash) from None


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not ours; all of it where every frame is."""
    step = trace
    while step is not None and Path(step.tb_frame.f_code.co_filename).name in _OURS:
        step = step.tb_next
    return step or trace
