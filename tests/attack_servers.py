"""A real HTTP server on a port of its own, which answers as a test says."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    json: Any


@dataclass
class Served:
    """Where it is, and what it was asked, in order."""

    url: str
    asked: list[Asked] = field(default_factory=list)


Answer = tuple[int, Mapping[str, str], bytes]


def said(value: Any, code: int = 200, **headers: str) -> Answer:
    """JSON, or text as it is."""
    body = (
        value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
    )
    return code, {name.replace("_", "-"): value for name, value in headers.items()}, body


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[Served]:
    """A server for as long as the block runs."""
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, json.loads(body) if body else None)
            served.asked.append(asked)
            code, headers, body = answer(asked)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            if not {name.lower() for name in headers} & {"content-length"}:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = _answer  # noqa: N815 - the names that the library looks for

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
