"""Every route of the application, and a request for each that is worth making."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from arena.server.app import create_app
from arena.server.settings import Settings
from web.statics import FOLDER, fingerprint

PASSWORD = "a long sentence is a good one"
TERMS = {"preset": "spag", "rated": False}
AGAINST = {"opponent": "direct", "role": "defender", "terms": TERMS}
JUNK: dict[str, Any] = {"role": 5, "terms": [], "turn": "x", "text": None, "seq": -1, "name": {}, "scopes": "admin"}

SENT: dict[str, Any] = {
    "/api/v1/accounts": {"name": "{fresh}", "password": PASSWORD, "agreed": True},
    "/api/v1/guests": {"nickname": "{fresh}", "agreed": True},
    "/api/v1/sessions": {"name": "nemo", "password": PASSWORD},
    "/api/v1/accounts/me/password": {"old": PASSWORD, "new": PASSWORD},
    "/api/v1/tokens": {"label": "mine", "scopes": ["play", "read"], "days": 1},
    "/api/v1/lobby/challenges": AGAINST,
    "/api/v1/lobby/seats": {"role": "defender", "terms": TERMS},
    "/api/v1/lobby/queue": {"role": "defender", "terms": TERMS, "with_agents": False},
    "/api/v1/matches/{match}/actions": {"turn": 99, "text": "what may it be"},
    "/api/v1/matches/{match}/reports": {"seq": 1, "reason": "rude"},
    "/api/v1/matches/{match}/redactions": {"seq": 1},
    "/api/v1/said": {"word": "mouse", "text": "three blind mice"},
    "/api/v1/admin/reports/{id}/outcome": {"outcome": "dismiss"},
    "/api/v1/admin/accounts/{id}/rank": {"rank": "member"},
}
"""What the API is sent, where a body is wanted."""
FORM: dict[str, str] = {
    "role": "defender",
    "language": "zh",
    "against": "agent",
    "agent": "direct",
    "name": "{fresh}",
    "nickname": "{fresh}",
    "password": PASSWORD,
    "agree": "yes",
    "turn": "99",
    "id": "form-1",
    "text": "what may it be",
    "seq": "1",
    "reason": "rude",
    "sure": "yes",
    "label": "mine",
    "days": "7",
    "scopes": "play",
    "theme": "dark",
    "outcome": "dismiss",
    "banned": "yes",
    "rank": "member",
    "preset": "spag",
}
"""What every form is sent: each takes the fields it knows."""
ASKED: dict[str, tuple[str, ...]] = {
    "/api/v1/matches": (
        *("?status=live&limit=100", "?status=finished&limit=100", "?mine=true", "?mine=true&status=live"),
        *("?mine=true&status=live&role=attacker", "?mine=true&status=live&role=defender", "?winner=attacker"),
        *("?status=live&player=@Quillonfeather", "?player=@Quillonfeather", "?player=Quillonfeather/brigantinebot"),
    ),
    "/matches": ("?mine=yes", "?player=@Quillonfeather", "?player=@Doublewarden&role=defender", "?lang=zh"),
    "/api/v1/matches/{match}/events": ("?after=0", "?after=2", "?after=99"),
    "/api/v1/matches/{match}/stream": ("?after=1",),
    "/api/v1/admin/words": ("?list=zh-easy&limit=100",),
    "/api/v1/admin/accounts": ("?like=Quill",),
    "/": ("?lang=zh",),
    "/lobby": ("?lang=zh",),
    "/login": ("?next=/admin",),
    "/play/{match}": ("?refused=stale_turn", "?lang=zh"),
    "/watch/{match}": ("?lang=zh",),
}
"""Queries that change what a route tells; each is asked for without one too."""
ENDS = frozenset(
    {
        ("DELETE", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions/current"),
        ("POST", "/logout"),
        ("POST", "/account/leave"),
        ("POST", "/api/v1/accounts"),
        ("POST", "/api/v1/guests"),
        ("POST", "/register"),
        ("POST", "/guest"),
    }
)
"""What makes the visitor another: done last."""
GIVES_UP = frozenset({("POST", "/api/v1/matches/{match}/resignation"), ("POST", "/play/{match}/resign")})
"""What ends a match, and with it the secret: not for its players."""


@dataclass(frozen=True)
class Route:
    """One route and one of its methods; `path` with its parameters in braces."""

    method: str
    path: str


@dataclass(frozen=True)
class Ask:
    """One request. `body` None sends nothing; a form for pages, JSON for the API."""

    route: Route
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_form(self) -> bool:
        return not self.route.path.startswith("/api/")

    @property
    def given(self) -> str:
        """All that its answer may repeat."""
        return f"{self.path} {self.body} {self.headers}"


def the_app(folder: Path) -> FastAPI:
    """The application as it is served, never started."""
    return create_app(Settings(database=str(folder / "never.db")))


def routes_of(app: FastAPI) -> list[Route]:
    """Every route with every method, those of included routers and the mounted files too."""
    return sorted(set(_walk(app.routes, "")), key=lambda it: (it.path, it.method))


def _walk(routes: Any, before: str) -> Iterator[Route]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _walk(included.routes, before + (route.include_context.prefix or ""))
        elif route.path == "/static":
            yield Route("GET", "/static/{file}")
        else:
            for method in getattr(route, "methods", None) or ("GET",):
                yield Route(method, before + route.path)


def files() -> list[str]:
    """The mounted files by both of their names."""
    names = sorted(it.relative_to(FOLDER).as_posix() for it in FOLDER.rglob("*") if it.is_file())
    return [*names, *(f"{fingerprint()}/{name}" for name in names)]


def asks_of(route: Route, ids: dict[str, list[str]], fresh: str) -> Iterator[Ask]:
    """Requests for a route: with every known id in its path, well and badly made."""
    names = [part.split("}")[0].split(":")[0] for part in route.path.split("{")[1:]]
    missing = [name for name in names if name not in ids]
    assert not missing, f"{route.path}: give the walk something for {missing}"
    for values in product(*(ids[name] for name in names)):
        path = route.path.replace(":path", "")
        for name, value in zip(names, values, strict=True):
            path = path.replace(f"{{{name}}}", value)
        if route.method in ("GET", "HEAD"):
            for query in ("", *ASKED.get(route.path, ())):
                yield Ask(route, path + query)
        else:
            keyed = {"Idempotency-Key": "walk-1"}
            body = SENT.get(route.path) if route.path.startswith("/api/") else FORM
            yield Ask(route, path, _with(body, fresh), keyed)
            yield Ask(route, path, JUNK, keyed)


def _with(body: dict[str, Any] | None, fresh: str) -> dict[str, Any] | None:
    return body and {name: fresh if value == "{fresh}" else value for name, value in body.items()}
