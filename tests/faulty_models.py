"""A small real HTTP server that plays a model server with faults: it does what it is told, exchange by exchange."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any


class Exchange:
    """One request that came in, and the means to answer it badly."""

    def __init__(self, server, method, path, headers, body, reader, writer):
        self.method, self.path, self.headers, self.raw = method, path, headers, body
        self._server, self._reader, self._writer = server, reader, writer

    @property
    def call(self) -> dict[str, Any]:
        return json.loads(self.raw)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"content-type: {kind}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def reply(self, body: Any, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        await self.head(status, kind, content_length=str(len(data)), **headers)
        await self.send(data)

    async def say(self, text: str, **more: Any) -> None:
        await self.reply(completion(text, **more))

    async def stream(self) -> None:
        await self.head(200, "text/event-stream")

    async def event(self, text: str | None = None, finish: str | None = None, **more: Any) -> None:
        delta = {"content": text} if text is not None else {}
        row = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
        await self.send(f"data: {json.dumps(row)}\n\n".encode())

    async def gone(self) -> None:
        """Wait until the peer has left."""
        try:
            while await self._reader.read(1024):
                pass
        except ConnectionError:
            pass
        self._server.left.release()


Play = Callable[[Exchange], Awaitable[None]]


class FaultyServer:
    """Answers its n-th POST by its n-th play, and every later one by its last. `GET /v1/models` lists its models."""

    def __init__(self, *plays: Play, models: Sequence[Any] = ("tiny",), listing: Play | None = None) -> None:
        self.plays, self.models, self._listing = plays, models, listing
        self.exchanges: list[Exchange] = []
        self.left = threading.Semaphore(0)
        """Released each time that a peer was seen to leave."""
        self.problems: list[Exception] = []
        self.at_once, self.most_at_once = 0, 0

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [exchange.call for exchange in self.exchanges]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "FaultyServer":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
        assert self.problems == []

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _stop(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._exchange(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the peer left, or the test is over
        except Exception as problem:  # noqa: BLE001 - shown at the end of the test
            self.problems.append(problem)
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        exchange = Exchange(self, method, path, headers, body, reader, writer)
        if method == "GET":
            rows = [one if isinstance(one, dict) else {"id": one} for one in self.models]
            await (self._listing(exchange) if self._listing else exchange.reply({"object": "list", "data": rows}))
            return
        self.exchanges.append(exchange)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.plays[min(len(self.exchanges), len(self.plays)) - 1](exchange)
        finally:
            self.at_once -= 1


def completion(text: Any, finish: str = "stop", usage: tuple[int, int] | None = (7, 3), **more: Any) -> dict[str, Any]:
    """A chat completion, and a plain one, as the protocol has it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **more}, "finish_reason": finish}
    counts = {} if usage is None else {"usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}}
    return {"choices": [choice], **counts}


def says(text: str, **more: Any) -> Play:
    """Answers well."""

    async def play(exchange: Exchange) -> None:
        if not exchange.call.get("stream"):
            await exchange.say(text, **more)
            return
        await exchange.stream()
        for piece in text.split(" "):
            await exchange.event(f"{piece} ")
        await exchange.event(finish="stop", usage={"prompt_tokens": 7, "completion_tokens": 3})
        await exchange.send(b"data: [DONE]\n\n")

    return play


def fails(status: int, body: Any = "out of order", **headers: str) -> Play:
    """Answers with a status and a body, strings as plain text."""
    kind = "text/plain" if isinstance(body, str) else "application/json"

    async def play(exchange: Exchange) -> None:
        await exchange.reply(body, status, kind, **headers)

    return play


async def hangs(exchange: Exchange) -> None:
    """Says nothing until the peer leaves."""
    await exchange.gone()


async def closes(exchange: Exchange) -> None:
    """Closes the connection without an answer."""
