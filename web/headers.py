"""What every response tells the browser it may not do: run what is not ours, be framed, guess types, leak addresses."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OF_PAGES = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


class SafeHeaders:
    """ASGI middleware: adds the headers that a response does not have yet."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                add(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_more)


def add(headers: MutableHeaders) -> None:
    """Add what is missing."""
    is_page = headers.get("content-type", "").startswith("text/html")
    for name, value in {**EVERY, **(OF_PAGES if is_page else {})}.items():
        headers.setdefault(name, value)
