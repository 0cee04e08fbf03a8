"""Ways to the server's HTTP API: as the holder of a token, or as a guest with a cookie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from arena.conformance.checks.line import PATIENCE
from arena.conformance.finding import DeviationError, SkippedError, require

API = "/api/v1"


class Way:
    """Requests in one account's name."""

    def __init__(self, server: str, headers: dict[str, str]) -> None:
        self._client = httpx.AsyncClient(base_url=server + API, timeout=PATIENCE * 2, headers=headers)

    @classmethod
    def with_token(cls, server: str, token: str) -> "Way":
        """The way of a program."""
        return cls(server, {"Authorization": f"Bearer {token}"})

    @classmethod
    async def as_guest(cls, server: str) -> "Way":
        """The way of a person who came to play once. Raises SkippedError where the server takes no guests."""
        way = cls(server, {"Origin": server})
        answer = await way.ask("POST", "/guests", {"nickname": "check", "agreed": True})
        if answer.status_code != 201:
            await way.aclose()
            raise SkippedError(
                f"needs somebody to sit opposite, and guests are answered with {answer.status_code}: "
                "put the token of another account into $TABOO_OTHER_TOKEN"
            )
        way._client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return way

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def ask(self, method: str, path: str, json: object = None, **headers: str) -> httpx.Response:
        """One request. Raises DeviationError where nothing answers."""
        try:
            return await self._client.request(method, path, json=json, headers=headers)
        except httpx.HTTPError as wrong:
            raise DeviationError(f"did not answer {method} {API}{path}: {type(wrong).__name__}") from None

    @asynccontextmanager
    async def stream(self, path: str, **headers: str) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of a stream of server-sent events."""
        async with self._client.stream("GET", path, headers=headers) as response:
            require(response.status_code == 200, f"answered GET {API}{path} with {response.status_code}")
            yield response.aiter_lines()
