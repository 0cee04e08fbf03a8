"""Watching a match: server-sent events, from the event after `Last-Event-ID` to the end of the match."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from arena.core.verdict import Role
from arena.server.addresses import group_of
from arena.server.api.asking import ANYBODY, CallerIn, HouseIn, refusals
from arena.server.api.matches import Match, live_for
from arena.server.archive import MatchRecord
from arena.server.errors import DrainingError, FullError, ThrottledError
from arena.server.hall import Frame, Watcher
from arena.server.hall.messages import dumps
from arena.server.house import House

router = APIRouter(tags=["matches"])
MEDIA_TYPE = "text/event-stream"
RETRY_MS = 2000
"""How long a browser waits before it comes back."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Seq = Annotated[int | None, Header(alias="Last-Event-ID", ge=-1, le=1 << 31, description="The newest `seq` received.")]


class EventStream(Response):
    """What spectators are told, event by event, until the match is over or the reader is gone.

    A reader that takes nothing is dropped by its watcher, and then by the system. Written without the framework's
    streaming response, whose layers cost more than all the rest of telling a spectator something.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        watcher: Watcher,
        is_open: AbstractContextManager[None],
        seen: Callable[[], Awaitable[None]],
        status_code: int = 200,
    ) -> None:
        super().__init__(status_code=status_code, headers=_HEADERS)
        del self.headers["content-length"]
        self._watcher, self._is_open, self._seen = watcher, is_open, seen

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send frames as they come; `seen` is awaited at the end."""
        watcher = self._watcher
        leaving = asyncio.get_running_loop().create_task(_finish_when_gone(receive, watcher))
        try:
            with self._is_open:
                async with watcher:
                    await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                    await _send(send, f"retry: {RETRY_MS}\n\n".encode())
                    async for frame in watcher:
                        await _send(send, frame.sse)
            await self._seen()
            await _send(send, b"", more=False)
        finally:
            leaving.cancel()


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _finish_when_gone(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.finish()


class Streams:
    """How many streams are open: in all, and to each address."""

    def __init__(self) -> None:
        self._addresses: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._addresses.total()

    @contextmanager
    def one(self, house: House, address: str) -> Iterator[None]:
        """Counts a stream as long as it is open."""
        self._addresses[address] += 1
        house.metrics.set_streams(len(self))
        try:
            yield
        finally:
            self._addresses -= Counter([address])
            house.metrics.set_streams(len(self))

    def require_room(self, house: House, address: str) -> None:
        """Raises FullError or ThrottledError where one more would be too many."""
        if len(self) >= house.settings.max_streams:
            raise FullError("event streams", house.settings.max_streams)
        if self._addresses[address] >= house.settings.streams_per_address:
            raise ThrottledError("event streams of one address", RETRY_MS // 1000)


def streams_of(request: Request) -> Streams:
    """The streams of the server that serves this request."""
    if not isinstance(getattr(request.app.state, "streams", None), Streams):
        request.app.state.streams = Streams()
    streams: Streams = request.app.state.streams
    return streams


@router.get(
    "/matches/{match}/stream",
    summary="Watch a match",
    response_class=EventStream,
    responses={
        200: {
            "description": (
                "Server-sent events: `match.event` has the `seq` as its id, `match.end` comes last; a comment every "
                "heartbeat. A stream that ends without `match.end` goes on at the next connection."
            ),
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        **refusals(401, 404),
    },
    openapi_extra=ANYBODY,
)
async def stream(
    request: Request,
    who: CallerIn,
    house: HouseIn,
    match: Match,
    last_event_id: Seq = None,
    after: Annotated[int, Query(ge=-1, le=1 << 31, description="The same, for clients that set no headers.")] = -1,
) -> EventStream:
    """What spectators see of a match, live; one that is over is told whole and ends."""
    streams, address = streams_of(request), group_of(who.address)
    streams.require_room(house, address)
    known = last_event_id if last_event_id is not None else after
    live = live_for(house, who, match)
    if live is None:
        record = await house.archive.match(match, who.viewer)
        watcher = Watcher(_told(record, known), lambda _: None, is_over=True)
    elif house.hall.is_draining:
        raise DrainingError
    else:
        watcher = live.watch(known)

    async def seen() -> None:
        """Whoever is signed in was shown the word, where the match is over."""
        if live is not None and live.verdict is not None and who.viewer is not None:
            await house.archive.reveal(who.viewer.id, live.opening.rules.language, live.opening.target)

    return EventStream(watcher, streams.one(house, address), seen)


def _told(record: MatchRecord, after: int) -> Iterator[Frame]:
    """A match that is over, from its record."""
    for row in record.events[after + 1 :]:
        yield Frame("match.event", dumps(row), row["seq"])
    summary = record.summary
    seats = {
        role.value: {"player": seat.player, "version": seat.version, "kind": seat.kind.value}
        for role, seat in ((role, summary.seats[role]) for role in Role)
    }
    end = {"verdict": summary.verdict.to_json(), "target": summary.target, **seats, "rated": summary.rated}
    yield Frame("match.end", dumps(end))
