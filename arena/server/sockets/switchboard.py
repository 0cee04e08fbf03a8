"""All connections of a server: how one begins and ends, heartbeats for all, and the bounds on how many there may be."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

import arena
from arena.core.errors import TabooError
from arena.server.addresses import is_same_origin
from arena.server.players import Kind
from arena.server.sockets.connection import Connection
from arena.server.sockets.deeds import DEEDS, code_of, identify
from arena.wire import SUBPROTOCOL, WireError
from arena.wire.closing import Close
from arena.wire.messages import Identify, read_client

if TYPE_CHECKING:
    from arena.server.house import House

MAX_FAULTS = 10
"""Messages that cannot be read before the connection is closed."""
MAX_MESSAGE = 64 * 1024
"""Bytes of the largest message that a client may send."""
_TICK = 1.0


class Switchboard:
    """Every connection, by who holds it."""

    def __init__(self) -> None:
        self._all: set[Connection] = set()
        self._holders: dict[tuple[str, str, str], Connection] = {}
        self._addresses: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._all)

    # --- one connection ---

    async def serve(self, socket: WebSocket, house: "House", address: str) -> None:
        """Speak the protocol with one client, from handshake to close."""
        refusal = self._refusal(socket, house, address)
        if refusal is not None:
            status, detail = refusal
            with suppress(RuntimeError):
                await socket.send_denial_response(_denial(status, detail))
            return
        await socket.accept(SUBPROTOCOL)
        it = Connection(socket, house, address)
        self._all.add(it)
        self._addresses[address] += 1
        house.metrics.set_connections(len(self._all))
        try:
            async with it.patience:
                await self._converse(it)
        except TimeoutError:
            if not it.patience.expired():
                raise
        finally:
            self._forget(it)
            house.metrics.set_connections(len(self._all))
            await it.closed()

    def _refusal(self, socket: WebSocket, house: "House", address: str) -> tuple[int, str] | None:
        """Why a handshake is refused: status and sentence, or None."""
        if SUBPROTOCOL not in socket.scope.get("subprotocols", ()):
            return 400, f"ask for the subprotocol {SUBPROTOCOL} in Sec-WebSocket-Protocol"
        if not is_same_origin(socket, house.settings):
            return 403, "pages of another site may not connect"
        if house.hall.is_draining:
            return 503, "the server is about to restart; connect again in a moment"
        if len(self._all) >= house.settings.max_connections:
            return 503, "the server has as many connections as it may have; try again later"
        if self._addresses[address] >= house.settings.connections_per_address:
            return 429, "there are too many connections from this address; close some"
        return None

    async def _converse(self, it: Connection) -> None:
        settings = it.house.settings
        it.tell(
            "hello",
            {
                "protocol": SUBPROTOCOL,
                "server": f"taboo-arena/{arena.__version__}",
                "heartbeat_ms": round(settings.heartbeat_seconds * 1000),
                "identify_ms": round(settings.identify_seconds * 1000),
                "max_message": MAX_MESSAGE,
                "rate": settings.message_rate,
            },
        )
        identified = asyncio.get_running_loop().call_later(settings.identify_seconds, self._check_identified, it)
        try:
            while not it.is_closing:
                frame = await it.socket.receive()
                if frame["type"] != "websocket.receive":
                    return
                await self._hear(it, frame)
        finally:
            identified.cancel()

    def _check_identified(self, it: Connection) -> None:
        if it.player is None:
            it.close(Close.IDENTIFY_TIMEOUT)

    async def _hear(self, it: Connection, frame: object) -> None:
        text = frame.get("text") if isinstance(frame, dict) else None
        if text is None:
            it.close(Close.BAD_DATA)
            return
        if not it.may_send():
            it.close(Close.FLOOD)
            return
        try:
            message = read_client(text)
        except WireError as wrong:
            self._fault(it, str(wrong))
            return
        if isinstance(message, Identify) == (it.player is not None):
            it.refuse("out_of_order", "`identify` comes first, and only once", message.id)
            it.close(Close.OUT_OF_ORDER)
            return
        try:
            await (identify if isinstance(message, Identify) else DEEDS[message.type])(it, message)
        except TabooError as problem:
            it.refuse(code_of(problem), str(problem), message.id)

    def _fault(self, it: Connection, sentence: str) -> None:
        it.refuse("bad_message", sentence, None)
        it.faults += 1
        if it.faults >= MAX_FAULTS or it.player is None:
            it.close(Close.BAD_MESSAGE)

    def admit(self, it: Connection) -> bool:
        """Let an identified connection in, in place of an older one of the same holder."""
        if it.account is None or it.player is None:
            return False
        holder = (it.player.name, it.instance, it.bound or "")
        old = self._holders.get(holder)
        count = self._accounts[it.account.id] - (old is not None)
        if count >= it.house.settings.connections_per_account:
            it.close(Close.TOO_MANY)
            it.player = None
            return False
        self._holders[holder] = it
        self._accounts[it.account.id] += 1
        if old is not None:
            self._leave(old)
            old.close(Close.REPLACED)
        return True

    def _leave(self, it: Connection) -> None:
        """Take a connection's seats and its place in the lobby away."""
        if it.player is not None and it.player.kind is Kind.AGENT:
            it.house.lobby.depart(it)
        it.leave_all()

    def _forget(self, it: Connection) -> None:
        self._all.discard(it)
        self._addresses -= Counter([it.address])
        if it.account is not None and it.player is not None:
            self._accounts -= Counter([it.account.id])
            holder = (it.player.name, it.instance, it.bound or "")
            if self._holders.get(holder) is it:
                del self._holders[holder]
        self._leave(it)

    # --- all of them ---

    @asynccontextmanager
    async def beating(self, seconds: float) -> AsyncIterator[None]:
        """Send heartbeats inside, and close whoever does not answer."""
        task = asyncio.get_running_loop().create_task(self._beat(seconds))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _beat(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(min(_TICK, seconds / 4))
            now = time.monotonic()
            for it in list(self._all):
                if now - it.pinged_at < seconds or it.player is None:
                    continue
                if it.ping_id is not None:
                    it.close(Close.SILENT)
                else:
                    it.ping(now)

    def announce_drain(self, seconds: float) -> None:
        """Tell every client that the server is about to restart."""
        for it in self._all:
            it.tell("draining", {"seconds": seconds})

    async def close_all(self, code: Close = Close.RESTARTING) -> None:
        """End every connection."""
        several = list(self._all)
        for it in several:
            it.close(code)
        await asyncio.gather(*(it.closed() for it in several))

    def cut_off(self, account: str) -> None:
        """End every connection of an account that was shut out."""
        for it in list(self._all):
            if it.account is not None and it.account.id == account:
                it.close(Close.BANNED)

    def cut_off_token(self, token: str) -> None:
        """End every connection that a token opened, which was revoked."""
        for it in list(self._all):
            if it.token == token:
                it.close(Close.UNAUTHORIZED)


def _denial(status: int, detail: str) -> JSONResponse:
    return JSONResponse(
        {"type": "about:blank", "title": "handshake refused", "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
    )
