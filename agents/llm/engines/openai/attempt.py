"""One attempt at one request: it gives an answer or a fault, and never raises what the client raised.

The client's errors hold the request with its key and its prompt, so none of them gets out of here, not even as the
context of another error.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from agents.llm.engines.openai import backoff, client
from agents.llm.engines.openai.answers import Answer, FailedAnswerError, StrangeAnswerError
from agents.llm.engines.openai.faults import Fault, Faults, plain_headers
from arena.core.generation import Sampling

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_T = TypeVar("_T")
LIST_SECONDS = 10.0
"""How long a server may take to say which models it has."""
_STREAM, _JSON = "text/event-stream", "application/json"


async def attempt(
    api: "AsyncOpenAI",
    sent: dict[str, Any],
    sampling: Sampling,
    faults: Faults,
    tell: Callable[[str], None] | None,
    patience: float,
) -> Answer | Fault:
    """Ask once. `tell` is given the text while it comes, where the call is streamed; a fault may follow."""
    endpoint = api.chat.completions if "messages" in sent else api.completions
    # The connection is closed when this is left, so nothing that comes late can be taken for an answer.
    return await guarded(_ask(endpoint, sent, Answer(sampling), faults, tell), faults, patience, _path(sent))


async def listed(api: "AsyncOpenAI", faults: Faults, left: float = LIST_SECONDS) -> str | Fault:
    """The body of the server's list of models; `left` are the seconds that there are for it."""

    async def ask() -> str:
        async with api.models.with_streaming_response.list() as response:
            return await response.text()

    return await guarded(ask(), faults, min(left, LIST_SECONDS), "/models")


async def guarded(asking: Coroutine[Any, Any, _T], faults: Faults, patience: float, path: str) -> _T | Fault:
    """What is asked, or the fault that came instead. Cancelling goes through."""
    import openai

    try:
        async with asyncio.timeout(patience):
            return await asking
    except (TimeoutError, openai.APITimeoutError):
        return faults.slow(patience)
    except openai.APIStatusError as error:
        wait = backoff.asked_for(plain_headers(error.response.headers), time.time())
        return faults.refused(error.status_code, error.response.text, wait, path)
    except openai.APIConnectionError as error:
        return faults.unreachable(type(error.__cause__ or error).__name__)
    except openai.APIError:
        return faults.strange("an answer", "something else", "")
    except client.TooLongError:
        return faults.endless(client.MOST_BYTES)
    except Exception as error:  # of the transport, whose package differs between versions of the client
        if not type(error).__module__.partition(".")[0].startswith("http"):
            raise
        return faults.unreachable(type(error).__name__)


async def _ask(
    endpoint: Any,  # noqa: ANN401 - chat or plain, which are alike
    sent: dict[str, Any],
    answer: Answer,
    faults: Faults,
    tell: Callable[[str], None] | None,
) -> Answer | Fault:
    async with endpoint.with_streaming_response.create(**sent) as response:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if "stream" in sent and kind == _STREAM:
            return await _read_stream(response, answer, faults, tell)
        body = await response.text()
    try:
        answer.read_whole(body)
    except StrangeAnswerError as missing:
        return faults.strange(f"{missing} in {_JSON}", kind, body)
    if tell is not None and answer.text:
        tell(answer.text)
    return faults.withheld() if answer.finish == "content_filter" else answer


async def _read_stream(
    response: Any,  # noqa: ANN401 - the client's response, whose type is private
    answer: Answer,
    faults: Faults,
    tell: Callable[[str], None] | None,
) -> Answer | Fault:
    async for line in _events(response):
        if line == "[DONE]":
            answer.finish = answer.finish or "stop"
            break
        try:
            piece = answer.read_piece(line)
        except StrangeAnswerError as missing:
            return faults.strange(f"{missing} in every event of its stream", _STREAM, line)
        except FailedAnswerError as failure:
            return faults.failed(str(failure))
        if tell is not None and piece:
            tell(piece)
        if answer.has_stopped or answer.is_long:
            break
    if answer.finish == "content_filter":
        return faults.withheld()
    if not answer.is_whole:
        return faults.broken_off()
    rest = answer.end()
    if tell is not None and rest:
        tell(rest)
    return answer


async def _events(response: Any) -> AsyncIterator[str]:  # noqa: ANN401 - as above
    """What the server-sent events hold: lines of `data` up to an empty line; names, ids and comments mean nothing."""
    held: list[str] = []
    async for line in response.iter_lines():
        if line.startswith("data:"):
            held.append(line[5:].removeprefix(" "))
        elif not line and held:
            yield "\n".join(held)
            held.clear()
    if held:
        yield "\n".join(held)


def _path(sent: dict[str, Any]) -> str:
    return "/chat/completions" if "messages" in sent else "/completions"
