"""Running a server: it listens, and when it is asked to stop it drains first, so that nothing is lost."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from arena.core.errors import TabooError
from arena.places import log_path
from arena.server.app import create_app
from arena.server.house import House
from arena.server.secrets import load_secret
from arena.server.settings import Settings
from arena.server.sockets.switchboard import MAX_MESSAGE
from arena.store import open_log

BACKLOG = 2048
COLLECT = (20_000, 20, 50)
"""Thresholds of the three generations of the collector."""
GONE_SECONDS = 60
"""How long the system keeps a connection whose peer takes nothing of what is sent."""


@dataclass(eq=False)
class ListenError(TabooError):
    """The server cannot listen where it was told to."""

    exit_code = 2

    host: str
    port: int
    problem: str

    def __str__(self) -> str:
        return f"cannot listen on {self.host}:{self.port} ({self.problem}); choose another with --port, or 0 for any"


class DrainingServer(uvicorn.Server):
    """A server that suspends its matches durably before it closes its connections."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._application, self._listening = app, listening

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at SIGTERM as is asked, which is a success; the base would raise the signal again at the end."""
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where."""
        await super().startup(sockets)
        if self.started:
            spare_the_collector()
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._listening(f"http://{f'[{host}]' if ':' in host else host}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then close."""
        house: House | None = getattr(self._application.state, "house", None)
        if house is not None:
            await drain(house)
        await super().shutdown(sockets)


def spare_the_collector() -> None:
    """Keep what lives as long as the server out of garbage collections, and hold those less often.

    A full collection stops everything for a quarter of a second with a thousand live matches, whose values refer to
    each other but not in circles: reference counts free nearly all of them without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


async def drain(house: House) -> None:
    """Tell everyone, suspend all live matches durably, and close the connections: they will come back."""
    seconds = house.settings.drain_seconds
    house.switchboard.announce_drain(seconds)
    try:
        async with asyncio.timeout(max(seconds, 1.0)):
            count = await house.hall.drain()
        structlog.get_logger("server").info("drained", matches=count)
    except TimeoutError:
        structlog.get_logger("server").error("drain_incomplete", problem=house.hall.failing or "out of time")
    await house.switchboard.close_all()


def serve(settings: Settings, listening: Callable[[str], None] = lambda _: None) -> None:
    """Serve until a signal ends it; `listening` is told the address. Raises TabooError where it cannot start."""
    server, bound = prepare(settings, listening)
    with bound:
        server.run(sockets=[bound])


def prepare(settings: Settings, listening: Callable[[str], None]) -> tuple[DrainingServer, socket.socket]:
    """A server, and the socket that it is to run with. Raises TabooError.

    What would fail at the start is tried before, where the reason can still be told in a sentence.
    """
    where = log_path(settings.database or None)
    open_log(where).close()
    load_secret(settings, where)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_config=None,
        access_log=False,
        backlog=BACKLOG,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        lifespan="on",
    )
    return DrainingServer(config, app, listening), _bound(settings)


def _bound(settings: Settings) -> socket.socket:
    """The socket to listen on. Raises ListenError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        bound = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as problem:
        raise ListenError(settings.host, settings.port, problem.strerror or str(problem)) from None
    # Every connection inherits these: a peer that vanished or reads nothing must not hold its buffers for ever.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_SECONDS * 1000)
    return bound
