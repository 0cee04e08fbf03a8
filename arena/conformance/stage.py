"""The conformance server: it waits for a client and leads it through the scenarios, one after the other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from arena.conformance.finding import DeviationError, Finding, Status
from arena.conformance.guest import MAX_MESSAGE, Guest
from arena.conformance.scenarios import SCENARIOS, Numbers, Scenario, Trial
from arena.core.errors import TabooError, UnknownNameError
from arena.wire import SUBPROTOCOL
from arena.wire.closing import Close

PATIENCE = 10.0
"""Seconds that a client may take for one action or answer."""
STAY_AWAY = 5.0
"""Seconds for which an evicted client is watched: more than two of the first windows to come back in."""
GRACE = 45.0
"""Seconds that a client may take to come back: as long as a server keeps its seat."""
_LONGEST = 20
"""A scenario may take so many times the patience."""


@dataclass(eq=False)
class StageError(TabooError):
    """The conformance server cannot listen."""

    exit_code = 2

    host: str
    port: int
    problem: str

    def __str__(self) -> str:
        return f"cannot listen on {self.host}:{self.port} ({self.problem}); choose another with --port, or 0 for any"


class Stage:
    """Leads one client through scenarios. Make it with `open_stage`."""

    def __init__(self, server: Server, guest: Guest, stay_away: float, grace: float) -> None:
        self._server, self._guest, self._stay_away, self._grace = server, guest, stay_away, grace

    @property
    def address(self) -> str:
        """Where it listens, such as `ws://127.0.0.1:8001`."""
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        return f"ws://{f'[{host}]' if ':' in host else host}:{port}"

    async def trial(
        self, scenarios: Sequence[Scenario] = SCENARIOS, found: Callable[[Finding], None] = lambda _: None
    ) -> list[Finding]:
        """Wait for a client, however long, and lead it through scenarios. `found` is told of each as it ends."""
        numbers = Numbers()
        findings: list[Finding] = []
        for scenario in scenarios:
            finding = await self._one(scenario, numbers, is_first=not findings)
            findings.append(finding)
            found(finding)
        if self._guest.is_here:
            await self._guest.close(Close.DONE, "the trial is over")
        return findings

    async def _one(self, scenario: Scenario, numbers: Numbers, *, is_first: bool) -> Finding:
        guest, loop = self._guest, asyncio.get_running_loop()
        problems: list[str] = []
        guest.faults.clear()
        began = loop.time()
        try:
            if not guest.is_here:
                await guest.arrive(within=None if is_first else self._grace)
                began = loop.time()
                await guest.settle()
            async with asyncio.timeout(_LONGEST * guest.patience):
                await scenario.play(Trial(guest, numbers, self._stay_away, self._grace))
        except DeviationError as wrong:
            problems.append(str(wrong))
        except TimeoutError:
            problems.append(f"the scenario was not over after {_LONGEST * guest.patience:g} s")
        problems = [*guest.faults, *problems]
        if problems and guest.is_here:
            await guest.close(Close.RESTARTING, "the next scenario begins afresh")
        status = Status.FAILED if problems else Status.PASSED
        remedy = scenario.remedy if problems else ""
        return Finding(scenario.name, scenario.promise, status, tuple(problems), remedy, loop.time() - began)


def scenarios_named(names: Sequence[str]) -> tuple[Scenario, ...]:
    """These scenarios in the order in which they are played; all, where none is named. Raises UnknownNameError."""
    known = {it.name: it for it in SCENARIOS}
    for name in names:
        if name not in known:
            raise UnknownNameError("scenario", name, known=tuple(known))
    return tuple(it for it in SCENARIOS if not names or it.name in names)


@asynccontextmanager
async def open_stage(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    patience: float = PATIENCE,
    stay_away: float = STAY_AWAY,
    grace: float = GRACE,
) -> AsyncIterator[Stage]:
    """A stage that listens; port 0 takes a free one. Raises StageError."""
    guest = Guest(patience)

    def turn_away(socket: ServerConnection, request: Request) -> Response | None:
        if not guest.refusals_left or "Upgrade" not in request.headers:
            return None
        guest.refusals_left -= 1
        return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "restarting\n")

    try:
        server = await serve(
            guest.host,
            host,
            port,
            select_subprotocol=_choose,
            process_request=turn_away,
            ping_interval=None,
            close_timeout=2,
            max_size=MAX_MESSAGE,
            compression=None,
        )
    except OSError as problem:
        raise StageError(host, port, problem.strerror or str(problem)) from None
    try:
        yield Stage(server, guest, stay_away, grace)
    finally:
        server.close()
        await server.wait_closed()


def _choose(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The protocol, where the client asks for it. One that does not is let in all the same, and told so later."""
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None
