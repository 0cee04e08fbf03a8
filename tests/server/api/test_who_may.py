"""Every route, asked by every kind of caller: who is answered, and who is told that there is nothing."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from server.api.places import (
    PASSWORD,
    SHORT,
    Visitor,
    a_place,
    admin,
    banned,
    browser,
    finished_match,
    guest,
    member,
    nobody,
    open_match,
    played_match,
    program,
)

from arena.server.people import Scope

CALLERS = ("nobody", "guest", "owner", "other", "reader", "player", "banned", "admin", "half_admin")
"""`owner` has the things that are asked for; `reader` and `player` are the owner's tokens with only that scope;
`half_admin` is an admin's token without the scope `admin`."""


@dataclass(frozen=True)
class Row:
    """One route and what each caller gets, in the order of `CALLERS`; `-` is whatever a refusal of input says."""

    method: str
    path: str
    expected: str
    json: Any = None
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


KEY = (("Idempotency-Key", "k9"),)
ROWS = [
    # accounts
    Row("POST", "/accounts", "422 422 422 422 422 422 422 422 422", {"name": "", "password": PASSWORD}),
    Row("POST", "/guests", "422 422 422 422 422 422 422 422 422", {"nickname": ""}),
    Row("POST", "/sessions", "401 401 401 401 401 401 401 401 401", {"name": "nemo", "password": PASSWORD}),
    Row("DELETE", "/sessions/current", "401 204 204 204 403 403 BAN 204 403"),
    Row("DELETE", "/sessions", "401 204 204 204 403 403 BAN 204 403"),
    Row("GET", "/accounts/me", "401 200 200 200 200 200 BAN 200 200"),
    Row("POST", "/accounts/me/agreement", "401 200 200 200 403 403 BAN 200 403"),
    Row("POST", "/accounts/me/password", "401 409 422 422 403 403 BAN 422 403", {"old": "x" * 12, "new": "y" * 12}),
    Row("DELETE", "/accounts/me/words", "401 200 200 200 403 403 BAN 200 403"),
    # tokens
    Row("GET", "/tokens", "401 200 200 200 200 403 BAN 200 200"),
    Row("POST", "/tokens", "401 403 201 201 403 403 BAN 201 403", {"label": "one more"}),
    Row("DELETE", "/tokens/{token}", "401 404 200 404 403 403 BAN 404 403"),
    Row("POST", "/tickets", "401 201 201 201 403 403 BAN 201 403"),
    # what is public
    Row("GET", "/agents", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/agents/{player}", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/rules", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/lists", "200 200 200 200 200 200 200 200 200"),
    Row("POST", "/said", "200 200 200 200 200 200 200 200 200", {"word": "mouse", "text": "mice"}),
    Row("GET", "/problems", "200 200 200 200 200 200 200 200 200"),
    # the lobby
    Row("GET", "/lobby", "200 200 200 200 200 200 200 200 200"),
    Row("POST", "/lobby/challenges", "401 422 422 422 403 422 BAN 422 403", {"opponent": "nobody-here"}),
    Row("POST", "/lobby/seats", "401 201 201 201 403 201 BAN 201 403", {"terms": SHORT}),
    Row("GET", "/lobby/seats/{seat}", "404 404 200 404 200 404 BAN 404 404"),
    Row("POST", "/lobby/seats/{seat}/take", "401 404 409 404 403 409 BAN 404 403"),
    Row("DELETE", "/lobby/seats/{seat}", "401 404 204 404 403 204 BAN 404 403"),
    Row("GET", "/lobby/queue", "401 200 200 200 403 200 BAN 200 403"),
    Row("POST", "/lobby/queue", "401 422 422 422 403 422 BAN 422 403", {"terms": {"preset": "nope"}}),
    Row("DELETE", "/lobby/queue", "401 204 204 204 403 204 BAN 204 403"),
    # matches
    Row("GET", "/matches", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/matches", "401 200 200 200 200 403 BAN 200 200", query="?mine=true"),
    Row("GET", "/matches/{live}", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/matches/{private}", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{hidden_live}", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{private}/events", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{hidden_live}/events", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{private}/transcript", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{live}/transcript", "404 404 404 404 404 404 404 404 404"),
    Row("GET", "/matches/{private}/stream", "404 404 200 404 200 404 BAN 200 404"),
    Row("GET", "/matches/{live}/turn", "401 404 200 404 403 200 BAN 404 403"),
    Row("GET", "/matches/{hidden_live}/turn", "401 404 200 404 403 200 BAN 404 403"),
    Row("POST", "/matches/{live}/actions", "401 404 200 404 403 200 BAN 404 403", {"turn": 99}, headers=KEY),
    Row("POST", "/matches/{finished}/resignation", "401 404 404 404 403 404 BAN 404 403"),
    Row("POST", "/matches/{private}/rematch", "401 404 201 404 403 201 BAN 404 403"),
    Row("POST", "/matches/{finished}/reports", "401 404 404 404 404 403 BAN 404 404", {"seq": 0, "reason": "rude"}),
    Row("POST", "/matches/{private}/reports", "401 404 201 404 201 403 BAN 201 404", {"seq": 1, "reason": "rude"}),
    Row("POST", "/matches/{private}/redactions", "401 404 404 404 403 403 BAN 404 403", {"seq": 0}),
    # admins
    Row("GET", "/admin/accounts", "401 403 403 403 403 403 BAN 200 403"),
    Row("POST", "/admin/accounts/{other}/ban", "401 403 403 403 403 403 BAN 200 403"),
    Row("DELETE", "/admin/accounts/{other}/ban", "401 403 403 403 403 403 BAN 200 403"),
    Row("POST", "/admin/accounts/{other}/rank", "401 403 403 403 403 403 BAN 200 403", {"rank": "member"}),
    Row("GET", "/admin/reports", "401 403 403 403 403 403 BAN 200 403"),
    Row("POST", "/admin/reports/999/outcome", "401 403 403 403 403 403 BAN 404 403", {"outcome": "hide"}),
    Row("POST", "/admin/matches/{finished}/abort", "401 403 403 403 403 403 BAN 404 403"),
    Row("DELETE", "/admin/matches/{private}/hidden/1", "401 403 403 403 403 403 BAN 404 403"),
    Row("GET", "/admin/words", "401 403 403 403 403 403 BAN 200 403"),
    # operations
    Row("GET", "/healthz", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/readyz", "200 200 200 200 200 200 200 200 200"),
    Row("GET", "/metrics", "404 404 404 404 404 404 BAN 200 404"),
]


@pytest.fixture(params=range(len(ROWS)), ids=lambda at: f"{ROWS[at].method} {ROWS[at].path}{ROWS[at].query}")
def row(request):
    return ROWS[request.param]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A server with everything that is asked for."""
    with a_place(tmp_path_factory.mktemp("scene")) as place:
        owner, boss, other = member(place, "alice"), admin(place), member(place, "bob")
        callers = {
            "nobody": nobody(place),
            "guest": guest(place),
            "owner": owner,
            "other": member(place, "carol"),
            "reader": program(place, owner.account, Scope.READ),
            "player": program(place, owner.account, Scope.PLAY),
            "banned": banned(place),
            "admin": boss,
            "half_admin": program(place, boss.account, Scope.READ),
        }
        things = {
            "live": open_match(owner, terms={}),
            "hidden_live": open_match(owner, terms={}, is_private=True),
            "finished": finished_match(owner),
            "private": played_match(owner, is_private=True),
            "other": other.account.id,
            "banned": callers["banned"].session,
            "player": "direct",
        }
        yield place, callers, things


def fresh(path: str, owner: Visitor, things: dict[str, str]) -> dict[str, str]:
    """The same things, and a token and a seat that nobody has used up."""
    if "{token}" in path:
        return {**things, "token": owner.post("/tokens", {"label": "mine"}).json()["token"]["id"]}
    if "{seat}" in path:
        sent = {"terms": SHORT, "reserved_for": "@bob"}
        return {**things, "seat": owner.post("/lobby/seats", sent).json()["code"]}
    return things


def expected_of(row: Row, caller: str) -> tuple[int, ...]:
    """A banned account is told so, or is nobody: never more."""
    by_caller = dict(zip(CALLERS, row.expected.split(), strict=True))
    if by_caller[caller] == "BAN":
        return (401, 403, 404) if by_caller["nobody"] in ("401", "404") else (403, int(by_caller["nobody"]))
    return (int(by_caller[caller]),)


def test_each_caller_gets_what_is_theirs(scene, row):
    place, callers, things = scene
    wrong = {}
    for caller, visitor in callers.items():
        answer = ask(row, visitor, callers["owner"], things)
        if answer.status_code not in expected_of(row, caller):
            wrong[caller] = answer.text
        if answer.status_code >= 400 and answer.headers["content-type"] != "application/problem+json":
            wrong[caller] = answer.headers["content-type"]
        if (row.method, row.path, answer.status_code) == ("DELETE", "/sessions", 204):
            callers[caller] = browser(place, visitor.account)  # what was asked ended the session it was asked in
    assert wrong == {}


def ask(row: Row, visitor: Visitor, owner: Visitor, things: dict[str, str]) -> httpx.Response:
    """Ask, and put things back as they were."""
    if row.path == "/sessions/current" and visitor.session and things["banned"] != visitor.session:
        visitor = Visitor(visitor.place, visitor.account, session=_another(visitor))
    owned = fresh(row.path, owner, things)
    options = {} if row.json is None else {"json": row.json}
    path = row.path.format(**owned) + row.query
    answer = visitor.ask(row.method, path, headers=dict(row.headers), **options)
    if "{seat}" in row.path:
        owner.delete(f"/lobby/seats/{owned['seat']}")
    if row.path == "/lobby/seats" and answer.status_code == 201:
        visitor.delete(f"/lobby/seats/{answer.json()['code']}")
    if row.path.endswith("/rematch") and answer.status_code == 201:
        visitor.post(f"/matches/{answer.json()['match']}/resignation")
    return answer


def _another(visitor: Visitor) -> str:
    return visitor.place.do(lambda: visitor.place.house.people.open_session(visitor.account.id))


def test_the_table_has_every_route(scene):
    place, _, _ = scene
    asked = {(row.method, row.path.split("?")[0]) for row in ROWS}
    for path, methods in place.app.openapi()["paths"].items():
        for method in methods:
            known = any(one == method.upper() and _fits(path.removeprefix("/api/v1"), other) for one, other in asked)
            assert known, f"{method.upper()} {path}"


def _fits(declared: str, asked: str) -> bool:
    one, other = declared.split("/"), asked.split("/")
    return len(one) == len(other) and all(a == b or a.startswith("{") for a, b in zip(one, other, strict=True))


def test_what_is_private_and_what_is_not_there_look_the_same(scene):
    _, callers, things = scene
    for tail in ("", "/events", "/transcript", "/stream"):
        for match in (things["private"], things["hidden_live"]):
            for caller in ("nobody", "other", "player"):
                private = callers[caller].get(f"/matches/{match}{tail}")
                unknown = callers[caller].get(f"/matches/{'0' * len(match)}{tail}")
                assert private.text.replace(match, "0" * len(match)) == unknown.text, (tail, caller)
                assert private.status_code == unknown.status_code == 404


def test_private_matches_are_in_no_list_of_others(scene):
    _, callers, things = scene
    for caller in ("nobody", "other", "guest"):
        for status in ("live", "finished"):
            text = callers[caller].get(f"/matches?status={status}&limit=100").text
            assert things["private"] not in text
            assert things["hidden_live"] not in text
    assert things["private"] in callers["owner"].get("/matches?mine=true").text
    assert things["hidden_live"] in callers["owner"].get("/matches?mine=true&status=live").text
