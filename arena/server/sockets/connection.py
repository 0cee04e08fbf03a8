"""One connection: who it is, which seats it serves, what it may send, and how it ends.

What each message does is in `deeds`; here is what all of them share. A connection is also a `Link` of the seats that it
serves, and a `Worker` of the lobby where an agent plays through it.
"""

import asyncio
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.hall import LiveMatch, messages
from arena.server.lobby import Offer
from arena.server.players import Player
from arena.server.sockets.outbox import Outbox
from arena.wire.closing import CLOSES, Close

if TYPE_CHECKING:
    from arena.server.house import House
    from arena.server.people import Account

RATE_WINDOW = 10.0
"""Seconds over which a connection's rate of messages is averaged."""
RATE_OF_A_SEAT = 2.0
"""Messages a second that each seat of a connection may add."""


@dataclass(slots=True)
class Allowance:
    """How many messages may still come: a bucket that fills at `rate` a second up to a window's worth."""

    rate: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        """Whether one more message is within the allowance."""
        self.left = min(self.rate * RATE_WINDOW, self.left + (now - self.at) * self.rate)
        self.at = now
        self.left -= 1
        return self.left >= 0


class Connection:
    """One WebSocket, from `hello` to its close code."""

    def __init__(self, socket: WebSocket, house: "House", address: str) -> None:
        now = time.monotonic()
        rate = float(house.settings.message_rate)
        self.house, self.address, self.socket = house, address, socket
        self.session = secrets.token_hex(8)
        self.account: Account | None = None
        self.token: str | None = None
        self.player: Player | None = None
        self.instance = ""
        self.bound: str | None = None
        self.capacity = 1
        self.roles: frozenset[Role] = frozenset()
        self.languages: frozenset[Language] = frozenset()
        self.summary = ""
        self.is_open = False
        self.served: dict[tuple[str, Role], LiveMatch] = {}
        self.offers: dict[str, asyncio.Future[bool]] = {}
        self.taken: set[str] = set()
        self.faults = 0
        self.heard_at = now
        self.pinged_at = now
        self.ping_id: str | None = None
        self._rtt_ms: float | None = None
        self._allowance = Allowance(rate, rate * RATE_WINDOW, now)
        self._outbox = Outbox(self._send_text, lambda: self.close(Close.TOO_SLOW))
        self.patience = asyncio.timeout(None)
        """Ends the conversation with a peer that does not even take our goodbye."""
        self._closing: asyncio.Task[None] | None = None
        self._code: Close | None = None

    # --- the transport ---

    async def _send_text(self, text: str) -> None:
        await self.socket.send({"type": "websocket.send", "text": text})

    def send(self, text: str) -> None:
        """Queue one message."""
        self._outbox.put(text)

    def tell(self, type_: str, data: dict[str, Any], match: str | None = None) -> None:
        """Queue one message by its parts."""
        self.send(messages.message(type_, data, match))

    def refuse(self, code: str, sentence: str, id_: str | None, match: str | None = None, wait_ms: int = 0) -> None:
        """Tell the client that its message was not followed, and why."""
        data = {"code": code, "message": sentence, "id": id_, "retry_ms": wait_ms or None}
        self.tell("error", data, match)
        self.house.metrics.error(f"socket_{code}")

    def close(self, code: Close) -> None:
        """End the connection with a code of the table, once what is queued before has been sent."""
        if self._closing is None:
            self._code = code
            self._closing = asyncio.get_running_loop().create_task(self._close(code))

    async def _close(self, code: Close) -> None:
        try:
            async with asyncio.timeout(2):  # a peer that reads nothing cannot keep us
                await self._outbox.flushed()
                self._outbox.close()
                if self.socket.application_state is not WebSocketState.DISCONNECTED:
                    await self.socket.close(int(code), CLOSES[code].reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError):
            with suppress(RuntimeError):  # the conversation is over already
                self.patience.reschedule(asyncio.get_running_loop().time())
        self._outbox.close()

    @property
    def is_closing(self) -> bool:
        """Whether the connection is about to end by our own will."""
        return self._closing is not None

    async def closed(self) -> None:
        """Wait until our close code is on its way."""
        if self._closing is not None:
            await asyncio.wait([self._closing])

    # --- what it may do ---

    def identified(self, capacity: int) -> None:
        """Give the connection the allowance of its seats."""
        self.capacity = capacity
        self._allowance.rate += RATE_OF_A_SEAT * capacity
        self._allowance.left += RATE_OF_A_SEAT * capacity * RATE_WINDOW

    def may_send(self) -> bool:
        """Whether the message that just came is within the allowance."""
        now = time.monotonic()
        self.heard_at = now
        return self._allowance.take(now)

    # --- the journey ---

    def ping(self, now: float) -> None:
        """Ask whether somebody is there."""
        self.ping_id, self.pinged_at = secrets.token_hex(4), now
        self.tell("ping", {"id": self.ping_id})

    def ponged(self, id_: str) -> None:
        """The answer to our ping: it tells how long the journey is."""
        if id_ == self.ping_id:
            took = (time.monotonic() - self.pinged_at) * 1000
            self._rtt_ms = took if self._rtt_ms is None else (3 * self._rtt_ms + took) / 4
            self.ping_id = None

    @property
    def credit_ms(self) -> int:
        """What a journey there and back costs, as far as it is given back."""
        return 0 if self._rtt_ms is None else min(int(self._rtt_ms), self.house.settings.credit_ms)

    # --- its seats ---

    @property
    def free(self) -> int:
        """Seats that it could still take."""
        return max(0, self.capacity - len(self.served) - len(self.offers) - len(self.taken))

    def serve(self, live: LiveMatch, role: Role, after: int = -1) -> int:
        """Take a seat; how many missed events were sent."""
        self.served[(live.id, role)] = live
        return live.attach(role, self, after)

    def seat_in(self, match: str) -> tuple[LiveMatch, Role] | None:
        """The seat that it serves in a match."""
        for role in (Role.ATTACKER, Role.DEFENDER):
            live = self.served.get((match, role))
            if live is not None:
                return live, role
        return None

    def left(self, match: str) -> None:
        """A match is over, or another connection serves its seat now."""
        live = [it for (name, _), it in self.served.items() if name == match]
        for role in Role:
            self.served.pop((match, role), None)
        if self.bound == match and live and live[0].verdict is None:
            self.close(Close.REPLACED)

    def leave_all(self) -> None:
        """Give every seat back: the connection is gone."""
        for (_, role), live in list(self.served.items()):
            live.detach(role, self)
        self.served.clear()
        for answer in self.offers.values():
            if not answer.done():
                answer.set_result(False)

    # --- a worker of the lobby ---

    async def offer(self, offer: Offer) -> bool:
        """Offer a seat; whether it was accepted in time."""
        if self._closing is not None:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.offers[offer.id] = answer
        row = {
            "offer": offer.id,
            "role": offer.role.value,
            "rules": offer.rules.to_json(),
            "rated": offer.rated,
            "expires_ms": offer.expires_ms,
        }
        self.tell("match.offer", row)
        try:
            async with asyncio.timeout(offer.expires_ms / 1000):
                accepted = await answer
        except TimeoutError:
            accepted = False
        finally:
            self.offers.pop(offer.id, None)
        if accepted:
            self.taken.add(offer.id)
        return accepted

    def seat(self, live: LiveMatch, role: Role, offer: str | None) -> None:
        """Sit down in a match that has just begun."""
        if offer is not None:
            self.taken.discard(offer)
        if self._closing is not None:
            return
        rules = live.opening.rules.to_json()
        self.tell(
            "match.start", {"role": role.value, "rules": rules, "rated": live.opening.rated, "offer": offer}, live.id
        )
        self.serve(live, role)
        live.ask_again(role)

    def release(self, offer: str) -> None:
        """An accepted offer came to nothing."""
        self.taken.discard(offer)
