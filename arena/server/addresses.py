"""Where a request comes from: the peer of the connection, or whoever a trusted proxy says it speaks for."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from arena.server.settings import Settings

_FORWARDED = ("x-forwarded-for", "forwarded", "via")
_SAME = ("same-origin", "none")


def address_of(connection: HTTPConnection, settings: Settings) -> str:
    """The address of the visitor; "unknown" where the transport tells none.

    Behind trusted proxies it is the last entry of `X-Forwarded-For` that is none of them: what stands before was
    written by the visitor, who may write anything.
    """
    address = connection.client.host if connection.client is not None else "unknown"
    if not settings.trusted_proxies or not _is_in(address, settings.trusted_proxies):
        return address
    hops = [hop.strip() for value in connection.headers.getlist("x-forwarded-for") for hop in value.split(",")]
    for hop in reversed(hops):
        if not _is_address(hop):
            return address
        address = hop
        if not _is_in(hop, settings.trusted_proxies):
            return address
    return address


def group_of(address: str) -> str:
    """What a limit counts an address as: an IPv6 visitor owns a whole /64, and is one visitor all the same."""
    if ":" not in address or not _is_address(address):
        return address
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped) if mapped is not None else str(ip_network((found, 64), strict=False))


def is_from_here(connection: HTTPConnection) -> bool:
    """Whether a program of this machine asks for itself, and no proxy for somebody else."""
    peer = connection.client.host if connection.client is not None else ""
    return _is_address(peer) and ip_address(peer).is_loopback and not any(it in connection.headers for it in _FORWARDED)


def is_same_origin(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a page of this server asks, or a program that is no browser: those name no origin."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "none") in _SAME
    if settings.public_url:
        return origin.lower() == settings.public_url.lower()
    try:
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Sequence[str]) -> bool:
    return _is_address(address) and any(
        ip_address(address.partition("%")[0]) in network for network in _parsed(tuple(networks))
    )


@lru_cache(maxsize=16)
def _parsed(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)
