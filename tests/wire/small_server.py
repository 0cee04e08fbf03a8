"""A small server on loopback that speaks the protocol over real sockets, around the model of `wire.modelled`.

It keeps its matches when it is cut off and listens again, as a server does that is killed and started anew.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from doubles import WholeWords, started
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from wire.modelled import HELLO, RULES, ModelServer, ServedMatch

from arena.core.machine import Begin, Match
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.wire import PATH, SUBPROTOCOL
from arena.wire import messages as m

TOKEN = "taboo_secret"


class Desk(ModelServer):
    """The model with a queue and offers: every wish is fulfilled at once."""

    def __init__(self, rules: Rules = RULES, role: Role = Role.DEFENDER) -> None:
        super().__init__(0)
        self.rules, self.role = rules, role
        self.identity: m.IdentifyData | None = None
        self.declined: list[str] = []
        self.left_queue = 0
        self.refusal: tuple[str, str] | None = None
        self.forgets = False

    def receive(self, text: str) -> None:
        message = m.read_client(text)
        if isinstance(message, m.Identify):
            self.identity = message.data
            if self.refusal is not None:
                self._tell("error", {"code": self.refusal[0], "message": self.refusal[1], "id": message.id})
                return
        if isinstance(message, m.Resume) and self.forgets:
            for wish in message.data.matches:
                self._tell("resume_failed", {"id": message.id, "reason": "unknown"}, match=wish.match)
        elif isinstance(message, m.QueueJoin):
            self._tell("queue.joined", {"id": message.id})
            self.open(message.id)
        elif isinstance(message, m.QueueLeave):
            self.left_queue += 1
        elif isinstance(message, m.MatchAccept):
            self.open(message.data.offer)
        elif isinstance(message, m.MatchDecline):
            self.declined.append(message.data.offer)
        elif isinstance(message, m.Ping):
            self._tell("pong", {"id": message.id})
        else:
            super().receive(text)

    def open(self, offer: str | None) -> str:
        """A match begins."""
        name = f"m{len(self.matches)}"
        self.matches[name] = ServedMatch(Match(name, started(self.rules), WholeWords()), self.role)
        row = {"role": self.role, "rules": self.rules.to_json(), "rated": True, "offer": offer}
        self._tell("match.start", row, match=name)
        self._served.add(name)
        self._do(name, Begin())
        return name

    def offer(self, name: str) -> None:
        rules = self.rules.to_json()
        row = {"offer": name, "role": self.role, "rules": rules, "rated": True, "expires_ms": 9000}
        self._tell("match.offer", row)

    def time_out(self, name: str) -> None:
        """The seat that is to move runs out of time."""
        machine = self.matches[name].machine
        self._perform(name, machine.tick(machine.position.deadline))

    def say(self, type_: str, data: object) -> None:
        self._tell(type_, data)


class SmallServer:
    """Listens at one port, again and again. `at` is called with each message that comes, before it is answered."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.port = 0
        self.connections = 0
        self.changed = asyncio.Condition()
        self.at: Callable[[SmallServer, str], None] = lambda server, text: None
        self.refuse: HTTPStatus | None = None
        self.subprotocol: str = SUBPROTOCOL
        self.hello = dict(HELLO)
        self.cut_before_answering: Callable[[str], bool] = lambda text: False
        self._open: set[ServerConnection] = set()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        self._server = await serve(
            self._talk,
            "127.0.0.1",
            self.port,
            subprotocols=[self.subprotocol],
            process_request=self._check,
            ping_interval=None,
            compression=None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for connection in list(self._open):
            connection.transport.abort()

    async def stop(self) -> None:
        """Like a kill: connections break, nobody listens."""
        if self._server is not None:
            self.cut()
            self._server.close()
            await self._server.wait_closed()

    async def close_all(self, code: int) -> None:
        for connection in list(self._open):
            await connection.close(code)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(condition)

    async def push(self) -> None:
        """Send what the desk has to say by itself."""
        for connection in list(self._open):
            await self._flush(connection)

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.refuse is not None:
            return connection.respond(self.refuse, "refused\n")
        if request.path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "nothing here\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if connection.request.headers.get("Authorization") != f"Bearer {TOKEN}":
            await connection.close(4001)
            return
        self._open.add(connection)
        self.connections += 1
        self.desk.connect()
        self.desk.to_client[0] = json.dumps({"type": "hello", "ts": 0, "data": self.hello})
        try:
            await self._flush(connection)
            async for text in connection:
                assert isinstance(text, str)
                self.at(self, text)
                self.desk.receive(text)
                if self.cut_before_answering(text):
                    self.cut()
                    return
                await self._flush(connection)
                if self.desk.refusal is not None:
                    await connection.close(4003)
        except ConnectionClosed:
            pass
        finally:
            self._open.discard(connection)
            await self._notify()

    async def _flush(self, connection: ServerConnection) -> None:
        while self.desk.to_client:
            await connection.send(self.desk.to_client.popleft())
        await self._notify()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


@asynccontextmanager
async def small_server(desk: Desk | None = None) -> AsyncIterator[SmallServer]:
    server = SmallServer(desk or Desk())
    await server.listen()
    try:
        yield server
    finally:
        await server.stop()
