"""The agent kind `process`: anyone's class, `process:module:Class`, in a worker process of its own.

Nothing an agent does there reaches the host: it cannot block the event loop, fill the host's memory, write on its
terminal or read its secrets from the environment. Whatever goes wrong is a `WorkerError` of that seat alone, and leaves
no process behind. This is protection against accidents and rudeness: a worker runs with the user's rights, so code
from strangers needs a container around the host as well.
"""

import asyncio
import os
import re
import secrets
import signal
import socket
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from agents.worker import ERROR, READY
from arena import wire
from arena.core.errors import TabooError
from arena.core.ports import AgentCard, AnyView, Given
from arena.registry import PASSED_ON

COOKIE = "TABOO_WORKER"
"""The variable by which the processes that a worker started are found again."""

_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_TAIL = 4096
_GRACE = 0.3
"""Seconds that a worker's exit may come after the end of its channel, or the end of its channel after its exit."""
_ROUNDS, _BETWEEN_ROUNDS = 20, 0.01
_PROC = Path("/proc")


@dataclass(eq=False)
class WorkerError(TabooError):
    """An agent in a worker process failed. Its match is forfeit; its process is gone."""

    agent: str
    problem: str

    def __str__(self) -> str:
        return f"agent {self.agent}: {self.problem}"


class WorkerTimeoutError(WorkerError, TimeoutError):
    """An agent in a worker process did not answer in its time."""


class _Tail(asyncio.Protocol):
    """Keeps the last bytes of a stream and forgets the rest."""

    def __init__(self) -> None:
        self._kept = b""

    def data_received(self, chunk: bytes) -> None:
        self._kept = (self._kept + chunk[-_TAIL:])[-_TAIL:]

    def last_line(self) -> str:
        lines = self._kept.decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class ProcessAgent:
    """Plays a seat through a class that runs in a process of its own, from the first `act` to `close`."""

    card: ClassVar[AgentCard] = AgentCard(
        "process", "1", "anyone's class, module:Class, in a worker process", is_timed=True
    )

    def __init__(self, argument: str | None, memory_mb: int | None = None) -> None:
        """An agent of the class that `argument`, a `module:Class`, names. Raises WorkerError where it names none."""
        if argument is None or not _REFERENCE.fullmatch(argument):
            raise WorkerError(argument or "process", "name a class, as in process:my_bots:Clever")
        self._reference = argument
        self._memory_mb = memory_mb
        self._worker: _Worker | None = None

    async def act(self, view: AnyView) -> Given:
        """The class's answer. Raises WorkerError, after which the worker is gone, or WorkerTimeoutError."""
        try:
            async with asyncio.timeout(view.ms_left / 1000):
                if self._worker is None:
                    self._worker = await _Worker.start(self._reference, self._memory_mb)
                return await self._worker.ask(view)
        except TimeoutError:
            await self.close()
            raise WorkerTimeoutError(self._reference, f"did not answer within {view.ms_left} ms") from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Kill the worker and everything it started. Harmless when repeated."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.kill()


class _Worker:
    """One running worker process and the channel to it."""

    def __init__(
        self,
        reference: str,
        process: asyncio.subprocess.Process,
        channel: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        stderr: tuple[asyncio.BaseTransport, _Tail],
        cookie: str,
    ) -> None:
        self._reference, self._process, self._cookie = reference, process, cookie
        self._reader, self._writer = channel
        self._stderr, self._tail = stderr
        self._exit = asyncio.ensure_future(process.wait())
        self._is_ready = False

    @classmethod
    async def start(cls, reference: str, memory_mb: int | None) -> "_Worker":
        """Start a process. That the agent could be made is only known after the first answer."""
        cookie = secrets.token_hex(16)
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {COOKIE: cookie}
        memory = [] if memory_mb is None else [str(memory_mb)]
        with ExitStack() as ours, ExitStack() as theirs:
            stderr, stderr_end, tail = await _open_stderr()
            ours.callback(stderr.close)
            theirs.callback(os.close, stderr_end)
            channel, channel_end = await _open_channel()
            ours.callback(channel[1].close)
            theirs.callback(channel_end.close)
            command = [sys.executable, "-P", "-m", "agents.worker", reference, str(channel_end.fileno()), *memory]
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=stderr_end,
                pass_fds=[channel_end.fileno()],
                start_new_session=True,
                env=environment,
            )
            ours.pop_all()
            return cls(reference, process, channel, (stderr, tail), cookie)

    async def ask(self, view: AnyView) -> Given:
        """The agent's answer to a view. Raises WorkerError."""
        with suppress(ConnectionError):  # what is left to read says more than a broken pipe
            self._writer.write(wire.to_line(wire.request(view)))
            await self._writer.drain()
        if not self._is_ready:
            message = await self._message()
            if message.get("type") != READY:
                raise self._error("wrote on the channel before it was ready")
            self._is_ready = True
        try:
            return wire.read_answer(await self._message(), view.turn)
        except wire.WireError as garbage:
            raise self._error(f"wrote garbage on the channel: {garbage}") from None

    async def _message(self) -> dict[str, object]:
        line = await self._line()
        if not line.endswith(b"\n"):
            raise self._error(await self._epitaph())
        try:
            message = wire.from_line(line)
        except wire.WireError as garbage:
            raise self._error(f"wrote garbage on the channel: {garbage}") from None
        if message.get("type") == ERROR:
            told = message.get("data")
            problem = told.get("problem") if isinstance(told, dict) else None
            raise self._error(f"crashed: {problem}")
        return message

    async def _line(self) -> bytes:
        """The next line, or what there was of it when the worker ended. A process it left may hold the channel open."""
        reading = asyncio.ensure_future(self._reader.readline())
        try:
            await asyncio.wait({reading, self._exit}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({reading}, timeout=_GRACE)
            return reading.result() if reading.done() else b""
        except ValueError:
            raise self._error(f"wrote a message longer than {wire.MAX_MESSAGE} bytes") from None
        except ConnectionError:
            return b""
        finally:
            reading.cancel()

    async def _epitaph(self) -> str:
        """How the worker ended, and the last thing it wrote to stderr."""
        await asyncio.wait({self._exit}, timeout=_GRACE)
        if not self._exit.done():
            ended = "closed its channel"
        elif (code := self._exit.result()) < 0:
            ended = f"was killed by {signal.Signals(-code).name}"
        else:
            ended = f"exited with code {code}"
        last = self._tail.last_line()
        return f"{ended}; its last words: {last}" if last else ended

    def _error(self, problem: str) -> WorkerError:
        return WorkerError(self._reference, problem)

    async def kill(self) -> None:
        """Kill the process, its group, and whatever else it started; reap it and close the channel."""
        self._writer.close()
        self._stderr.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.shield(self._exit)
        for _ in range(_ROUNDS):
            if not (strays := _strays(self._cookie)):
                return
            for stray in strays:
                with suppress(ProcessLookupError):
                    os.kill(stray, signal.SIGKILL)
            await asyncio.sleep(_BETWEEN_ROUNDS)


async def _open_stderr() -> tuple[asyncio.BaseTransport, int, _Tail]:
    """A pipe of which we keep the last bytes: our end, the other end, what is kept."""
    ours, theirs = os.pipe()
    try:
        transport, tail = await asyncio.get_running_loop().connect_read_pipe(_Tail, os.fdopen(ours, "rb", 0))
    except BaseException:
        os.close(theirs)
        raise
    return transport, theirs, tail


async def _open_channel() -> tuple[tuple[asyncio.StreamReader, asyncio.StreamWriter], socket.socket]:
    """Two connected sockets: our end as streams, and the other end."""
    ours, theirs = socket.socketpair()
    try:
        return await asyncio.open_unix_connection(sock=ours, limit=wire.MAX_MESSAGE), theirs
    except BaseException:
        theirs.close()
        raise


def _strays(cookie: str) -> list[int]:
    """The processes that a worker started in sessions of their own and left, where the system tells (Linux)."""
    mark = f"{COOKIE}={cookie}".encode()
    found = []
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found
