"""Watching a match: server-sent events, from the event after `Last-Event-ID` to the end of the match."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from arena.core.verdict import Role
from arena.server.addresses import group_of
from arena.server.api.asking import ANYBODY, CallerIn, HouseIn, refusals
from arena.server.api.matches import Match, live_for
from arena.server.archive import MatchRecord
from arena.server.callers import Caller
from arena.server.errors import DrainingError, FullError, ThrottledError
from arena.server.hall import Frame, LiveMatch
from arena.server.hall.messages import dumps
from arena.server.house import House
from arena.server.people import Account

router = APIRouter(tags=["matches"])
MEDIA_TYPE = "text/event-stream"
RETRY_MS = 2000
"""How long a browser waits before it comes back."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Seq = Annotated[int | None, Header(alias="Last-Event-ID", ge=-1, le=1 << 31, description="The newest `seq` received.")]


class EventStream(StreamingResponse):
    """A stream of server-sent events. A reader that takes nothing is dropped by its watcher, and then by the system."""


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
    frames = await _frames(house, who, match, known)

    async def body() -> AsyncGenerator[bytes]:
        with streams.one(house, address):
            yield f"retry: {RETRY_MS}\n\n".encode()
            async with aclosing(frames):
                async for chunk in frames:
                    yield chunk

    return EventStream(body(), headers=_HEADERS, media_type=MEDIA_TYPE)


async def _frames(house: House, who: Caller, match: str, after: int) -> AsyncGenerator[bytes]:
    live = live_for(house, who, match)
    if live is None:
        return _told(await house.archive.match(match, who.viewer), after)
    if house.hall.is_draining:
        raise DrainingError
    return _live(house, live, after, who.viewer)


async def _live(house: House, live: LiveMatch, after: int, viewer: Account | None) -> AsyncGenerator[bytes]:
    """Frames as they come; the hall gives signs of life between them. A draining server ends the stream."""
    async with live.watch(after) as watcher:
        async for frame in watcher:
            yield frame.sse
    if viewer is not None and live.verdict is not None:
        await house.archive.reveal(viewer.id, live.opening.rules.language, live.opening.target)


async def _told(record: MatchRecord, after: int) -> AsyncGenerator[bytes]:
    """A match that is over, from its record."""
    for row in record.events[after + 1 :]:
        yield Frame("match.event", dumps(row), row["seq"]).sse
    summary = record.summary
    seats = {
        role.value: {"player": seat.player, "version": seat.version, "kind": seat.kind.value}
        for role, seat in ((role, summary.seats[role]) for role in Role)
    }
    end = {"verdict": summary.verdict.to_json(), "target": summary.target, **seats, "rated": summary.rated}
    yield Frame("match.end", dumps(end)).sse
