"""The official client, opened so that it neither retries nor redirects by itself, nor reads without an end."""

from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from agents.llm.engines.openai.keys import Key
from agents.llm.errors import ModelMissingError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_BYTES = 16 * 2**20
"""No answer is longer: a piece of a stream has some 300 bytes."""
CONNECT_SECONDS = 10.0


class TooLongError(Exception):
    """A server sent more bytes than any answer has, or packed them."""


def open_client(url: str, key: Key | None, patience: float, model: str) -> "AsyncOpenAI":
    """A client bound to the event loop that first uses it. Raises ModelMissingError where its package is missing."""
    try:
        import openai
    except ImportError:
        problem = "the package openai is not installed"
        raise ModelMissingError(model, problem, "pip install 'taboo-arena[llm]'") from None
    # The client wants a key, and a server that needs none shall not be sent a made-up one.
    hooks: dict[str, list[Callable[..., Any]]] = {
        "response": [_bound],
        "request": [] if key is not None else [_without_key],
    }
    return openai.AsyncOpenAI(
        api_key="none" if key is None else key.reveal(),
        base_url=url,
        timeout=openai.Timeout(patience, connect=min(patience, CONNECT_SECONDS)),
        max_retries=0,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks=hooks),
    )


async def _without_key(request: Any) -> None:  # noqa: ANN401 - of httpx or httpx2, as the client has it
    request.headers.pop("Authorization", None)


async def _bound(response: Any) -> None:  # noqa: ANN401 - as above
    """Let no more than `MOST_BYTES` in; here, because the client itself reads the bodies of failures to their end."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise TooLongError
    (kind,) = (kind for kind in type(response.stream).__mro__ if kind.__name__ == "AsyncByteStream")
    response.stream = _bounded_kind(kind)(response.stream)


class _Bounded:
    """A stream of bytes with an end."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - as above
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for chunk in self._stream:
            count += len(chunk)
            if count > MOST_BYTES:
                raise TooLongError
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


@lru_cache
def _bounded_kind(kind: type) -> type[_Bounded]:
    """Bounded streams that are of the client's own kind, which it insists on; httpx and httpx2 have one each."""
    return type("BoundedStream", (_Bounded, kind), {})
