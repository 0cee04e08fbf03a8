"""How often anybody may ask: token buckets by account or address, in bounded memory.

A bucket holds what may be asked at once and refills evenly. An address that sends keys we do not know is counted, so
trying them is bounded too.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.core.errors import TabooError
from arena.server.addresses import address_of, group_of
from arena.server.callers import caller, session_cookie
from arena.server.errors import ThrottledError
from arena.server.house import house_of
from arena.server.problems import Told, answer, told_of
from arena.server.settings import Settings

MAX_BUCKETS = 100_000
"""Buckets that are kept: the one that was untouched for longest is forgotten first."""
MAX_BODY = 256 * 1024
"""Bytes of the largest request."""
SHARED = 10
"""An address may hold many people: all of them together may ask so many times what one may."""
_FREE = ("/static/", "/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a limit: `remaining` of `limit`, and the seconds until it is whole again."""

    limit: int
    remaining: int
    reset: int


class Limits:
    """All buckets of one server."""

    def __init__(self, read_now: Callable[[], float] = time.monotonic, most: int = MAX_BUCKETS) -> None:
        self._read_now, self._most = read_now, most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, who: str, count: int, seconds: float) -> Standing:
        """Take one from the bucket that `who` has for `name`: `count` in `seconds`. Raises ThrottledError."""
        now, key = self._read_now(), (name, who)
        left, then = self._buckets.pop(key, (float(count), now))
        left = min(float(count), left + (now - then) * count / seconds)
        granted = left >= 1.0
        if granted:
            left -= 1.0
        self._buckets[key] = (left, now)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not granted:
            raise ThrottledError(name, max(1, math.ceil((1.0 - left) * seconds / count)))
        return Standing(count, int(left), math.ceil((count - left) * seconds / count))


def install(app: FastAPI, settings: Settings, limits: Limits | None = None) -> Limits:
    """Have every HTTP request of the app counted. The limits are then found with `limits_of`."""
    made = limits if limits is not None else Limits()
    app.state.limits = made
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimits, limits=made, per_minute=settings.requests_per_minute)
    return made


def limits_of(request: HTTPConnection) -> Limits:
    """The limits of the server that serves this request."""
    found = getattr(request.app.state, "limits", None)
    if not isinstance(found, Limits):
        found = request.app.state.limits = Limits()
    return found


class BodyLimit:
    """ASGI middleware: refuses a request that says itself that it is too big; one that does not say so is cut off."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            length = request.headers.get("content-length", "")
            if length.isdecimal() and int(length) > MAX_BODY:
                told = Told(413, "too big", f"a request may have {MAX_BODY >> 10} KiB")
                response = await answer(request, told)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


class RateLimits:
    """ASGI middleware: counts each HTTP request, and refuses those past the limit with 429."""

    def __init__(self, app: ASGIApp, limits: Limits, per_minute: int) -> None:
        self._app, self._limits, self._per_minute = app, limits, per_minute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            standing = await self._take(request)
        except ThrottledError as refusal:
            house_of(request).metrics.error("too_many_requests")
            response = await answer(request, told_of(refusal))
            await response(scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send, standing))

    async def _take(self, request: Request) -> Standing:
        house = house_of(request)
        address = group_of(address_of(request, house.settings))
        together = SHARED * self._per_minute
        standing = self._limits.take("requests from one address", address, together, 60)
        if "authorization" not in request.headers and session_cookie(house) not in request.cookies:
            return self._limits.take("requests", address, self._per_minute, 60)
        try:
            account = (await caller(request)).account
        except TabooError:  # a key that is not valid: the route refuses it, here it only counts
            account = None
        who = address if account is None else f"account {account.id}"
        return min(standing, self._limits.take("requests", who, self._per_minute, 60), key=lambda it: it.limit)


def _with_headers(send: Send, standing: Standing) -> Send:
    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["RateLimit-Limit"] = str(standing.limit)
            headers["RateLimit-Remaining"] = str(standing.remaining)
            headers["RateLimit-Reset"] = str(standing.reset)
        await send(message)

    return send_more
