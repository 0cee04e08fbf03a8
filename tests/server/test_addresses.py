"""Whose address a request has, and whether a page of ours sent it."""

import pytest
from starlette.requests import HTTPConnection

from arena.server.addresses import address_of, group_of, is_from_here, is_same_origin
from arena.server.settings import Settings

PROXIES = Settings(trusted_proxies=("10.0.0.0/8", "::1"))


def connection(peer="192.0.2.1", **headers):
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = None if peer is None else (peer, 5000)
    return HTTPConnection({"type": "http", "headers": pairs, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # not a proxy of ours: what it says is not believed
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the first was written by the visitor
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        (None, "198.51.100.7", "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed(peer, forwarded, address):
    assert address_of(connection(peer, x_forwarded_for=forwarded), PROXIES) == address


def test_without_proxies_the_peer_is_the_address():
    assert address_of(connection("10.0.0.1", x_forwarded_for="198.51.100.7"), Settings()) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one_visitor(address, group):
    assert group_of(address) == group


@pytest.mark.parametrize(
    ("peer", "headers", "is_here"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("127.0.0.1", {"x_forwarded_for": "198.51.100.7"}, False),
        ("127.0.0.1", {"forwarded": "for=198.51.100.7"}, False),
        ("192.0.2.1", {}, False),
        (None, {}, False),
    ],
)
def test_a_proxy_on_this_machine_is_not_this_machine(peer, headers, is_here):
    assert is_from_here(connection(peer, **headers)) is is_here


@pytest.mark.parametrize(
    ("public_url", "headers", "is_same"),
    [
        ("", {}, True),
        ("", {"host": "a.example:8000", "origin": "http://a.example:8000"}, True),
        ("", {"host": "a.example:8000", "origin": "http://a.example"}, False),
        ("", {"host": "a.example", "origin": "http://evil.example"}, False),
        ("", {"host": "a.example", "origin": "null"}, False),
        ("", {"host": "a.example", "origin": "http://[evil"}, False),
        ("", {"sec_fetch_site": "same-origin"}, True),
        ("", {"sec_fetch_site": "cross-site"}, False),
        ("", {"sec_fetch_site": "same-site"}, False),
        ("https://a.example", {"host": "a.example", "origin": "https://a.example"}, True),
        ("https://a.example", {"host": "a.example", "origin": "http://a.example"}, False),
        ("https://a.example", {"host": "evil.example", "origin": "https://evil.example"}, False),
    ],
)
def test_the_origin_must_be_ours(public_url, headers, is_same):
    assert is_same_origin(connection(**headers), Settings(public_url=public_url)) is is_same
