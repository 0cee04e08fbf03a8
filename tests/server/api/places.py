"""A whole server for the tests of its API, with everybody who may ask it something."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from server.asking import ORIGIN, Place, running

from arena.server import limits
from arena.server.app import create_app
from arena.server.callers import csrf_of
from arena.server.people import Account, Rank, Scope
from arena.server.settings import Settings

API = "/api/v1"
PASSWORD = "a long sentence is a good one"


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a server that keeps everything in a folder and is never too busy for a test."""
    quick = {"pace_ms": 0, "requests_per_minute": 1_000_000, "login_attempts": 1000}
    return Settings(**{"database": str(folder / "taboo.db"), **quick, **changes})


def app_for(folder: Path, **changes: Any) -> FastAPI:
    settings = settings_for(folder, **changes)
    app = create_app(settings)
    if not hasattr(app.state, "limits"):
        limits.install(app, settings)
    return app


@contextmanager
def a_place(folder: Path, **changes: Any) -> Iterator[Place]:
    with running(app_for(folder, **changes)) as place:
        yield place


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks: with a browser's session, with a token, or with nothing."""

    place: Place
    account: Account | None = None
    session: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {})}
        cookies = None
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        elif self.session:
            cookies = {"taboo_session": self.session}
            headers.setdefault("X-Csrf-Token", csrf_of(self.place.house, self.session))
            headers.setdefault("Origin", ORIGIN)
        path = path if path.startswith(("/healthz", "/readyz", "/metrics", "/api", "/static")) else API + path
        return self.place.ask(method, path, headers=headers, cookies=cookies, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.ask("POST", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("DELETE", path, **options)


def nobody(place: Place) -> Visitor:
    return Visitor(place)


def browser(place: Place, account: Account) -> Visitor:
    """A browser that is signed in to an account."""
    return Visitor(place, account, session=place.do(lambda: place.house.people.open_session(account.id)))


def program(place: Place, account: Account, *scopes: Scope) -> Visitor:
    """A program with a token that has these scopes."""
    wanted = frozenset(scopes)
    _, secret = place.do(lambda: place.house.people.issue_token(account.id, "test", wanted, 1))
    return Visitor(place, account, token=secret)


def member(place: Place, name: str, *, agreed: bool = True) -> Visitor:
    account = place.do(lambda: place.house.people.register(name, PASSWORD, agreed))
    return browser(place, account)


def guest(place: Place, name: str = "visitor") -> Visitor:
    return browser(place, place.do(lambda: place.house.people.guest(name, True)))


def admin(place: Place, name: str = "boss") -> Visitor:
    found = member(place, name)
    assert found.account is not None
    id_ = found.account.id
    return browser(place, place.do(lambda: place.house.people.promote(id_, Rank.ADMIN)))


def banned(place: Place, name: str = "rude") -> Visitor:
    """An account that was shut out while its browser was signed in."""
    found = member(place, name)
    assert found.account is not None
    id_ = found.account.id
    place.do(lambda: place.house.people.ban(id_, True))
    return found


SHORT = {"preset": "spag", "changes": {"max_turns": 1}}
"""Terms of a match that is over soon."""


def open_match(visitor: Visitor, opponent: str = "direct", role: str = "defender", **sent: Any) -> str:
    """A match of the visitor against one of the host's own agents."""
    answer = visitor.post("/lobby/challenges", {"opponent": opponent, "role": role, "terms": SHORT, **sent})
    assert answer.status_code == 201, answer.text
    return answer.json()["match"]


def finished_match(visitor: Visitor, **sent: Any) -> str:
    """A match that the visitor gave up."""
    match = open_match(visitor, **sent)
    assert visitor.post(f"/matches/{match}/resignation").status_code == 200
    return match


def played_match(visitor: Visitor, text: str = "I cannot say what that might be.", **sent: Any) -> str:
    """A match in which the visitor defended, said something, and that is over."""
    match = open_match(visitor, **sent)
    seen = wait_for_turn(visitor, match)
    answer = visitor.post(
        f"/matches/{match}/actions", {"turn": seen["view"]["turn"], "text": text}, headers={"Idempotency-Key": "k1"}
    )
    assert answer.json()["status"] == "accepted", answer.text
    return match


def wait_for_turn(visitor: Visitor, match: str) -> dict[str, Any]:
    """The visitor's turn, once it has come."""
    live = visitor.place.house.hall.get(match)
    assert live is not None

    async def wait() -> None:
        async with live.watch() as watcher:
            role = live.role_of(visitor.account.id if visitor.account else None)
            if live.view(role) is None:
                async for _ in watcher:
                    if live.view(role) is not None:
                        return

    visitor.place.do(wait)
    return visitor.get(f"/matches/{match}/turn").json()
