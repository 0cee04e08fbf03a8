"""What keeps a program from playing on a server, each with what to do about it.

`explained` turns what the network raised, and `closed` what the server closed the connection with, into one of these.
"""

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, NegotiationError

from arena import wire
from arena.core.errors import TabooError
from arena.wire.closing import Close
from arena.wire.comeback import meaning_of

TRY_AGAIN = frozenset({404, 408, 425, 429, 500, 502, 503, 504})
"""Statuses that a server on its way up, or a gateway before it, may answer: worth another try once it was there."""


@dataclass(eq=False)
class PlayError(TabooError):
    """A program cannot play on a server, or no longer. `passes` says that waiting may help."""

    server: str
    problem: str
    remedy: str
    passes: bool = False

    def __str__(self) -> str:
        return f"{self.server}: {self.problem}; {self.remedy}"


class AddressError(PlayError):
    """The address is not one that a server can have."""


class ServerNotThereError(PlayError):
    """Nothing answers at the address."""


class NotAnArenaError(PlayError):
    """Something answers at the address, and it is no arena."""


class TokenError(PlayError):
    """The token is missing, wrong, expired, revoked, or may not play."""


class NotAgreedError(PlayError):
    """The account has not agreed to the terms."""


class VersionError(PlayError):
    """Server and program speak different versions of the protocol."""


class AgentRefusedError(PlayError):
    """The server will not have the agent as it was named or described."""


class ReplacedError(PlayError):
    """Another run of the same agent took the seats over."""


class ClosedError(PlayError):
    """The server closed the connection and does not want it back."""


def socket_url(server: str) -> str:
    """The address of the socket of a server given as `http://HOST:PORT` or `https://HOST`. Raises AddressError."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        remedy = "give the address as in the browser, http://localhost:8000 or https://arena.example.org"
        raise AddressError(server, "is not the address of a server", remedy)
    if parts.username is not None or parts.query or parts.fragment:
        remedy = "give scheme, host and port only; a token goes into TABOO_TOKEN, never into an address"
        raise AddressError(parts.hostname, "the address holds more than a server's", remedy)
    scheme = "wss" if parts.scheme in ("https", "wss") else "ws"
    path = parts.path.rstrip("/").removesuffix(wire.PATH)
    return f"{scheme}://{parts.netloc}{path}{wire.PATH}"


def is_exposed(server: str) -> bool:
    """Whether what is sent to the server can be read on its way: no TLS, and not on this machine."""
    host = urlsplit(server).hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    return not is_here and not _is_tls(server)


def explained(problem: Exception, server: str) -> PlayError:
    """Why no connection could be made."""
    if isinstance(problem, InvalidStatus):
        return _of_status(problem, server)
    if isinstance(problem, ssl.SSLCertVerificationError):
        remedy = "ask the host for a valid one, or name its authority in SSL_CERT_FILE"
        return ServerNotThereError(
            server, f"its certificate is not trusted ({getattr(problem, 'verify_message', problem)})", remedy
        )
    if isinstance(problem, ssl.SSLError):
        remedy = "if it has no certificate, write http:// in place of https://"
        return NotAnArenaError(server, "does not speak TLS", remedy, passes=True)
    if isinstance(problem, socket.gaierror):
        return ServerNotThereError(server, "there is no host of that name", "check its spelling", passes=True)
    if isinstance(problem, TimeoutError):
        remedy = "check host and port, and whether a firewall stands between"
        return ServerNotThereError(server, "does not answer", remedy, passes=True)
    if isinstance(problem, NegotiationError):
        return _wrong_protocol(server, "it chose another subprotocol")
    if isinstance(problem, ConnectionError) and not isinstance(problem, ConnectionRefusedError) and _is_tls(server):
        remedy = "if it has no certificate, write http:// in place of https://"
        return NotAnArenaError(server, "hung up when it was spoken to in TLS", remedy, passes=True)
    if isinstance(problem, InvalidMessage | EOFError):
        remedy = "if it has a certificate, write https:// in place of http://; else check the port"
        return NotAnArenaError(server, "answers, but not as a web server does", remedy, passes=True)
    if isinstance(problem, InvalidHandshake):
        return NotAnArenaError(server, f"refuses the connection ({problem})", "check the address")
    return ServerNotThereError(
        server, "nothing listens there", "check host and port; `taboo serve` starts a server", passes=True
    )


def _is_tls(server: str) -> bool:
    return urlsplit(server).scheme in ("https", "wss")


def _of_status(problem: InvalidStatus, server: str) -> PlayError:
    status, body = problem.response.status_code, problem.response.body or b""
    passes = status in TRY_AGAIN
    if status in (401, 403):
        return TokenError(server, f"refused the token (HTTP {status})", _NEW_TOKEN)
    if status == 400 and b"HTTPS" in body:
        return NotAnArenaError(server, "speaks TLS", "write https:// in place of http://")
    if status == 429:
        return ServerNotThereError(server, "has too many connections from here", "close some, or wait", passes=True)
    if status >= 500:
        return ServerNotThereError(server, f"is not ready (HTTP {status})", "try again in a minute", passes=True)
    remedy = "give the address of the start page of a Taboo Arena"
    return NotAnArenaError(server, f"answers, but is no arena (HTTP {status} at {wire.PATH})", remedy, passes)


_NEW_TOKEN = "make one with the scope `play` on your account page, and put it into TABOO_TOKEN"


def _wrong_protocol(server: str, problem: str) -> VersionError:
    return VersionError(
        server, f"{problem}, and this program speaks {wire.SUBPROTOCOL}", "install the server's version"
    )


def check_protocol(server: str, protocol: str | None) -> None:
    """Raise VersionError where the server speaks another protocol than this program."""
    if protocol != wire.SUBPROTOCOL:
        raise _wrong_protocol(server, f"it speaks {protocol or 'no version of the protocol that is known here'}")


def closed(code: int | None, refusal: tuple[str, str] | None, server: str) -> PlayError:
    """Why a connection is closed for good. `refusal` is the code and the sentence that the server gave before."""
    why = meaning_of(code)
    kind, problem, remedy = _CLOSED.get(code or 0, (ClosedError, f"{why.reason} (close code {code})", why.remedy))
    if refusal is not None and refusal[0] == "not_agreed":
        kind, problem, remedy = NotAgreedError, "your account has not agreed to the terms", "agree on its account page"
    elif refusal is not None:
        kind, problem = (AgentRefusedError if kind is ClosedError else kind), refusal[1]
    return kind(server, problem, remedy)


_CLOSED: dict[int, tuple[type[PlayError], str, str]] = {
    Close.UNAUTHORIZED: (TokenError, "does not know the token: it is wrong, expired or revoked", _NEW_TOKEN),
    Close.FORBIDDEN: (TokenError, "the token may not play", _NEW_TOKEN),
    Close.REPLACED: (
        ReplacedError,
        "another run of the same agent took over",
        "stop one of them, or give each its own --instance",
    ),
    Close.BAD_MESSAGE: (AgentRefusedError, "could not read what this program sent", "install the server's version"),
}
