"""What checks are made of: connections of agents, and a live match whose other seat is played by HTTP."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from arena.conformance.checks.line import PATIENCE, Line, Row
from arena.conformance.checks.ways import Way
from arena.conformance.finding import DeviationError, SkippedError, require
from arena.core.verdict import Role
from arena.wire import PATH, SUBPROTOCOL

_POLL_SECONDS = 0.1
_MAX_HEARD = 1 << 24


class Probe:
    """The server on trial, and the accounts that it is tried with."""

    def __init__(self, server: str, token: str, other: str | None = None) -> None:
        """`server` is its address, as in http://localhost:8000; `other` is the token of another account."""
        base = httpx.URL(server if "://" in server else f"http://{server}")
        schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
        self.http = str(base.copy_with(scheme={"ws": "http", "wss": "https"}.get(base.scheme, base.scheme))).rstrip("/")
        self.socket = str(base.copy_with(scheme=schemes.get(base.scheme, "ws"))).rstrip("/") + PATH
        self.token = token
        self.own = Way.with_token(self.http, token)
        self._other = None if other is None else Way.with_token(self.http, other)
        self._coming = asyncio.Lock()

    async def other(self) -> Way:
        """Somebody else's way: of the other account, or of a guest. Raises SkippedError where there is neither."""
        async with self._coming:
            if self._other is None:
                self._other = await Way.as_guest(self.http)
            return self._other

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.own.aclose()
        if self._other is not None:
            await self._other.aclose()

    # --- sockets ---

    @asynccontextmanager
    async def line(
        self,
        *,
        token: str | None = "",
        subprotocols: Sequence[str] = (SUBPROTOCOL,),
        origin: str | None = None,
        query: str = "",
        answers_pings: bool = True,
    ) -> AsyncIterator[Line]:
        """A connection. `token` "" is this account's, None sends no header. Raises what the handshake raises."""
        headers = {} if token is None else {"Authorization": f"Bearer {token or self.token}"}
        async with connect(
            self.socket + query,
            subprotocols=[Subprotocol(it) for it in subprotocols] or None,
            origin=None if origin is None else Origin(origin),
            additional_headers=headers,
            ping_interval=None,
            max_size=_MAX_HEARD,
            close_timeout=1,
        ) as socket:
            yield Line(socket, answers_pings=answers_pings)

    @asynccontextmanager
    async def agent(
        self, name: str = "", *, seats: int = 4, instance: str = "", is_open: bool = False
    ) -> AsyncIterator[Line]:
        """A connection of an agent that has been let in. `is_open` lets others challenge it."""
        async with self.line() as line:
            await line.greet()
            await line.identify({"name": name or fresh_name()}, seats=seats, instance=instance, is_open=is_open)
            yield line

    @asynccontextmanager
    async def table(self, role: Role, turns: int = 3) -> AsyncIterator["Table"]:
        """A live match: an agent of the account in `role`, on a socket, and a person opposite, by HTTP."""
        name, person = fresh_name(), await self.other()
        async with self.agent(name, is_open=True) as line:
            player = line.ready["player"]
            terms = {"preset": "paper", "rated": False, "changes": {"judges": [], "max_turns": turns}}
            wish = {"opponent": player, "role": role.other.value, "terms": terms, "is_private": False}
            asked = asyncio.create_task(person.ask("POST", "/lobby/challenges", wish))
            try:
                offer = (await line.hear("match.offer"))["data"]["offer"]
                await line.say("match.accept", {"offer": offer})
                start = await line.hear("match.start")
            finally:
                answer = await asked
            _require_opened(answer)
            require(answer.json().get("match") == start["match"], "named another match over HTTP than on the socket")
            require(start["data"]["offer"] == offer, "did not name the offer in `match.start`")
            table = Table(person, line, name, start["match"], role)
            try:
                yield table
            finally:
                with suppress(DeviationError):
                    await person.ask("POST", f"/matches/{table.match}/resignation")


def _require_opened(answer: httpx.Response) -> None:
    if answer.status_code == 403:
        raise SkippedError(f"the account may not play: {answer.json().get('detail')}")
    require(answer.status_code == 201, f"answered a challenge with {answer.status_code}")


def fresh_name() -> str:
    """A name for an agent that nobody else has."""
    return f"check-{secrets.token_hex(4)}"


@dataclass
class Table:
    """A live match. `line` is the agent's; the person acts by HTTP."""

    person: Way
    line: Line
    name: str
    match: str
    role: Role

    @property
    def path(self) -> str:
        """Where the match is over HTTP."""
        return f"/matches/{self.match}"

    async def hear(self, *types: str, only: Callable[[Row], bool] | None = None) -> Row:
        """The agent's next message of these types about this match."""
        return await self.line.hear(*types, match=self.match, only=only)

    async def asked(self) -> Row:
        """What the agent is asked: the data of its next `turn.request`."""
        data: Row = (await self.hear("turn.request"))["data"]
        return data

    async def act(self, turn: int, text: str = "", guess: str | None = None, id_: str = "") -> str:
        """The agent acts; the id it did so under."""
        return await self.line.say(
            "turn.action", {"text": text, "guess": guess}, id=id_ or None, match=self.match, turn=turn
        )

    async def ack(self, id_: str) -> Row:
        """The acknowledgement of an action of the agent."""
        data: Row = (await self.line.answer_to(id_, "turn.ack"))["data"]
        return data

    async def takes(self, turn: int, text: str) -> Row:
        """The agent acts and the action is accepted."""
        ack = await self.ack(await self.act(turn, text))
        require(ack["status"] == "accepted", f"{ack['status']} an action that was due: {ack.get('reason')}")
        return ack

    async def person_view(self) -> Row:
        """What the person is asked, as soon as it is to move."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = (await self.person.ask("GET", f"{self.path}/turn")).json()
                if answer.get("is_to_move") and answer.get("role") == self.role.other.value:
                    view: Row = answer["view"]
                    return view
                await asyncio.sleep(_POLL_SECONDS)

    async def person_acts(self, text: str, guess: str | None = None, key: str = "") -> httpx.Response:
        """The person acts, once it is to move."""
        view = await self.person_view()
        body = {"turn": view["turn"], "text": text, "guess": guess}
        return await self.person.ask("POST", f"{self.path}/actions", body, **{"Idempotency-Key": key or fresh_name()})

    async def plays(self, turns: int) -> None:
        """Both sides say something in so many turns."""
        for turn in range(1, turns + 1):
            if self.role is Role.ATTACKER:
                await self.takes((await self.asked())["turn"], f"hmm hmm {turn}")
                await self.person_acts(f"mhm mhm {turn}")
            else:
                await self.person_acts(f"mhm mhm {turn}")
                await self.takes((await self.asked())["turn"], f"hmm hmm {turn}")

    async def resigns(self) -> Row:
        """The agent gives up; the data of `match.end`."""
        await self.line.say("turn.resign", match=self.match)
        data: Row = (await self.hear("match.end"))["data"]
        return data


Run: TypeAlias = Callable[[Probe], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of the protocol, and how a server is tried for it."""

    name: str
    promise: str
    remedy: str
    run: Run
