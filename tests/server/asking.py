"""Asking an application from a test that does not wait: the application lives on an event loop of its own thread."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from arena.server.house import House

T = TypeVar("T")
ORIGIN = "http://arena.test"


class Place:
    """An application in operation."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app, self._portal = app, portal

    @property
    def house(self) -> House:
        return self.app.state.house

    def do(self, work: Callable[[], Awaitable[T]]) -> T:
        """What a coroutine function returns, on the application's own loop."""
        return self._portal.call(work)

    def ask(
        self, method: str, path: str, *, cookies: dict[str, str] | None = None, peer: str = "192.0.2.1", **options: Any
    ) -> httpx.Response:
        """One request; nothing is kept between two."""

        async def send() -> httpx.Response:
            # Without a client: to make one takes longer than most requests.
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(peer, 5000))
            request = httpx.Request(method, ORIGIN + path, cookies=cookies, **options)
            began = monotonic()
            response = await transport.handle_async_request(request)
            response.request, response.elapsed = request, timedelta(seconds=monotonic() - began)
            await response.aread()
            return response

        return self._portal.call(send)


@contextmanager
def running(app: FastAPI) -> Iterator[Place]:
    """The application from its start to its end."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        yield Place(app, portal)
