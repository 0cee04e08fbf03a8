"""The way to a server: connects, keeps the connection alive, and comes back by itself when it breaks."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from agents.sdk_errors import check_protocol, closed, explained, socket_url
from agents.sdk_status import State, Stop
from agents.sdk_table import Table
from arena import wire
from arena.wire.client import Client
from arena.wire.closing import Close
from arena.wire.news import ComeBack, Effect, Greeted, HangUp, Identified, Over, Send

OPEN_SECONDS, CLOSE_SECONDS = 10.0, 3.0
MAX_INCOMING = 8 << 20
"""Bytes of the largest message that is taken from a server."""
BURST_SECONDS = 5.0
"""How many seconds' worth of messages are sent at once; more wait, so that the server does not call it a flood."""
LOOK_SECONDS = 1.0
"""The longest time between two looks at the clock."""
log = logging.getLogger("agents.sdk")


def now_ms() -> int:
    """The event loop's clock in milliseconds."""
    return int(asyncio.get_running_loop().time() * 1000)


class Pace:
    """Lets so many messages a second go, and a burst at once."""

    def __init__(self, rate: float, read: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._read = rate, read
        self._left, self._at = rate * BURST_SECONDS, read()

    def wait(self) -> float:
        """Seconds to wait before the next message, which is counted as sent."""
        now = self._read()
        self._left = min(self._rate * BURST_SECONDS, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._left / self._rate)


class Link:
    """One player's connections to a server, one after the other."""

    def __init__(self, server: str, token: str, client: Client, stop: Stop, chance: Random) -> None:
        self._server, self._url, self._token = server, socket_url(server), token
        self._client, self._stop, self._chance = client, stop, chance
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._hang_up = asyncio.Event()
        self._pace = Pace(1)
        self._was_ready = False
        self.state = State.CONNECTING
        self.table: Table | None = None
        self.changed: Callable[[], None] = lambda: None

    def post(self, effects: tuple[Effect, ...]) -> None:
        """Perform what the protocol's machine asks for."""
        for effect in effects:
            if isinstance(effect, Send):
                self._outbox.put_nowait(effect.text)
            elif isinstance(effect, HangUp):
                log.warning("hanging up: %s", effect.reason)
                self._hang_up.set()
            elif isinstance(effect, Greeted):
                check_protocol(self._server, effect.protocol)
                self._pace = Pace(max(1, effect.rate))
            elif self.table is not None:
                if isinstance(effect, Identified):
                    self._was_ready = True
                    self.state = State.FINISHING if self._stop.is_finishing else State.CONNECTED
                self.table.hear(effect)

    async def play(self, table: Table) -> None:
        """Play until the table is done. Raises PlayError."""
        self.table = table
        while not table.is_done or self.state is State.CONNECTING:
            code = await self._visit(table)
            if table.is_done and self._was_ready:
                return
            (outcome,) = self._client.lost(code, now_ms(), self._chance.random())
            table.hold()
            if isinstance(outcome, Over):
                raise closed(code, table.refusal, self._server)
            if isinstance(outcome, ComeBack):
                self._go_away(outcome)
                await self._wait_until(outcome.at)

    def _go_away(self, outcome: ComeBack) -> None:
        if self.state is State.CONNECTED:
            log.warning("%s; coming back", outcome.why.reason)
        self.state = State.AWAY
        self.changed()

    async def _wait_until(self, at: int) -> None:
        """Wait before the next attempt, or until it is asked to finish."""
        if self._stop.is_finishing:
            await asyncio.sleep(max(0, at - now_ms()) / 1000)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout_at(at / 1000):
                await self._stop.finishing()

    async def _visit(self, table: Table) -> int | None:
        """One connection, from its handshake to its end. The server's close code, or None where it gave none."""
        try:
            socket = await self._connected()
        except (OSError, WebSocketException, EOFError) as problem:
            why = explained(problem, self._server)
            if not self._was_ready or not why.passes:
                raise why from None
            return None
        try:
            check_protocol(self._server, socket.subprotocol)
            self._outbox, self._hang_up = asyncio.Queue(), asyncio.Event()
            self.post(self._client.connected(now_ms()))
            await self._converse(socket, table)
        finally:
            with suppress(ConnectionClosed, OSError):
                await socket.close(Close.DONE)
        received = socket.protocol.close_rcvd
        return None if received is None or self._hang_up.is_set() else received.code

    async def _connected(self) -> ClientConnection:
        return await connect(
            self._url,
            subprotocols=[Subprotocol(wire.SUBPROTOCOL)],
            additional_headers={"Authorization": f"Bearer {self._token}"},
            compression=None,
            ping_interval=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_INCOMING,
        )

    async def _converse(self, socket: ClientConnection, table: Table) -> None:
        """Read, write and look at the clock until the connection ends or nothing is left to do."""
        loop = asyncio.get_running_loop()
        works = (self._read(socket, table), self._write(socket), self._beat(), self._watch(table))
        tasks = {loop.create_task(work) for work in works}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except ConnectionClosed:
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket: ClientConnection, table: Table) -> None:
        async for text in socket:
            self.post(self._client.receive(text, now_ms()))
            if self._settle(table):
                return

    def _settle(self, table: Table) -> bool:
        """After anything happened: look for more matches, say how things stand. True where nothing is left to do."""
        table.seek()
        self.changed()
        return table.is_done and self._was_ready

    async def _write(self, socket: ClientConnection) -> None:
        outbox = self._outbox
        while True:
            text = await outbox.get()
            if (wait := self._pace.wait()) > 0:
                await asyncio.sleep(wait)
            await socket.send(text)

    async def _beat(self) -> None:
        while (due := self._client.next_tick()) is not None and not self._hang_up.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_SECONDS, max(0.01, (due - now_ms()) / 1000))):
                    await self._hang_up.wait()
            self.post(self._client.tick(now_ms()))

    async def _watch(self, table: Table) -> None:
        """Ends the conversation where it was asked to finish and nothing is left to play."""
        await self._stop.finishing()
        if self.state is State.CONNECTED:
            self.state = State.FINISHING
        if not self._settle(table):
            await asyncio.Event().wait()
