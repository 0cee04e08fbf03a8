"""What the routes share: who asks, pages of a list, entity tags, and the refusals that each route declares."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Query, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyCookie, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from arena.core.fields import is_storable
from arena.server.callers import CSRF_HEADER, Caller, Via, caller, check_csrf, check_origin
from arena.server.errors import InputError
from arena.server.house import House, house_of
from arena.server.problems import MEDIA_TYPE

HouseIn: TypeAlias = Annotated[House, Depends(house_of)]
CallerIn: TypeAlias = Annotated[Caller, Depends(caller)]

PRIVATE = {"Cache-Control": "no-store"}
CHECKED = {"Cache-Control": "no-cache", "Vary": "Authorization, Cookie"}
"""For what may be kept, but must be asked about each time: an utterance may be taken back at any moment."""


# --- what is sent -----------------------------------------------------------------------------------------------------


def _storable(value: str) -> str:
    if "\0" in value or not is_storable(value):
        raise ValueError("must be text without zero bytes or half characters")
    return value


Storable: TypeAlias = Annotated[str, AfterValidator(_storable)]
"""Text that can be kept and shown."""
MatchId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Opaque: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
PlayerName: TypeAlias = Annotated[Storable, Field(min_length=1, max_length=80)]


class Sent(BaseModel):
    """The body of a request. A field that is not known is refused: it was meant to do something."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """The body of an answer. Clients ignore fields that they do not know: more may come."""

    model_config = ConfigDict(frozen=True)


# --- who may ----------------------------------------------------------------------------------------------------------

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An API token, as made by `POST /api/v1/tokens`."
)
_COOKIE = APIKeyCookie(
    auto_error=False,
    name="taboo_session",
    scheme_name="cookie",
    description=(
        "The session of a browser, as made by `POST /api/v1/sessions`. What changes anything also needs the header "
        f"`{CSRF_HEADER.title()}` with the value `csrf` of that answer. Behind TLS it is called `__Host-taboo_session`."
    ),
)


async def _guard(request: Request, response: Response, who: CallerIn) -> None:
    """Nothing is cached unless a route says so, and no other site's page acts in a browser's name."""
    response.headers["Cache-Control"] = "no-store"
    if who.via is Via.COOKIE:
        check_csrf(who, request, None)
    elif request.method not in ("GET", "HEAD"):
        check_origin(who, request)


GUARD = Depends(_guard)
KNOWN = [Security(_BEARER), Security(_COOKIE)]
"""For routes that only somebody known may ask."""
ANYBODY: dict[str, Any] = {"security": [{}, {"bearer": []}, {"cookie": []}]}
"""For routes that answer everybody, and those who are known better."""


# --- what is refused --------------------------------------------------------------------------------------------------


class Problem(Given):
    """A refusal (RFC 9457). `type` never changes for a kind of refusal; `detail` is for a person to read."""

    type: str = Field(examples=["/api/v1/problems#not-found"])
    title: str = Field(examples=["not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no match '3f9c'"])
    field: str | None = Field(default=None, description="The part of the request that is at fault.", examples=["name"])
    retry_after: int | None = Field(default=None, description="Seconds after which it may work.", examples=[12])
    reference: str | None = Field(default=None, description="What to tell the host of a failure of the server.")


_WHY = {
    401: "Nobody is signed in, or the token or password is not valid.",
    403: "Whoever asks may not do that.",
    404: "There is no such thing, or not for whoever asks.",
    409: "Things stand otherwise by now.",
    413: "The request is too big.",
    422: "A part of the request cannot be used; `field` names it.",
    429: "Too many requests: `Retry-After` says when to come back.",
    500: "The server failed; `reference` finds it in its diagnostics.",
    503: "The server is restarting, is full, or cannot reach its log; try again soon.",
}
_ALWAYS = (403, 413, 422, 429, 500, 503)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route declares, besides those that any may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _WHY[status], "content": content} for status in sorted({*statuses, *_ALWAYS})}


# --- pages of a list --------------------------------------------------------------------------------------------------

Limit: TypeAlias = Annotated[int, Query(ge=1, le=100, description="The most that one page holds.")]
Cursor: TypeAlias = Annotated[
    str | None,
    Query(max_length=200, description="`next` of the page before; nothing for the first. Its form may change."),
]


def cursor_of(kind: str, place: int | str | None) -> str | None:
    """Where the next page of a list goes on, as clients carry it."""
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([kind, place]).encode()).decode().rstrip("=")


def place_of(kind: str, cursor: str | None) -> Any:  # noqa: ANN401 - a number or text, as `cursor_of` was given
    """What `cursor_of` was given; None for the first page. Raises InputError."""
    if cursor is None:
        return None
    try:
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != 2 or found[0] != kind or not _is_place(found[1]):
        raise InputError("cursor", "give the `next` of a page of this list, or nothing")
    return found[1]


def _is_place(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 100 and "\0" not in value and is_storable(value)
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62


# --- entity tags ------------------------------------------------------------------------------------------------------


def tagged(request: Request, content: BaseModel | bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """The content under a strong entity tag, or 304 where the client has just that."""
    body = content if isinstance(content, bytes) else content.model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    given = {**headers, "ETag": tag}
    known = [it.strip() for it in request.headers.get("if-none-match", "").split(",")]
    if "*" in known or tag in (it.removeprefix("W/") for it in known):
        return Response(None, 304, given)
    return Response(body, 200, given, media_type)


def untagged(content: BaseModel) -> Response:
    """Content that changes all the time."""
    return JSONResponse(content.model_dump(mode="json"), headers=PRIVATE)
