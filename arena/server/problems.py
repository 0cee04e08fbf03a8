"""Every refusal as `application/problem+json` (RFC 9457): one shape for errors of ours, of validation, and for bugs.

What was sent is never sent back: it may be a password. Of a bug only a reference is told; diagnostics have the rest.
Pages may show refusals their own way: they put a function at `app.state.error_page`.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from arena.core.errors import RulesError, TabooError, UnknownNameError
from arena.server.errors import FullError, InputError, ThrottledError, problem_of
from arena.store.errors import LogError, MatchNotFoundError, RedactionError

MEDIA_TYPE = "application/problem+json"
TYPE = "/api/v1/problems#"
_TELLABLE = (MatchNotFoundError, RedactionError)
_LOG = "the log cannot be reached at the moment; nothing of the request was kept, try again soon"
_RETRY = {503: 5}
_NO_MATCH = "there is no such match"
_MAX_DETAIL = 500


@dataclass(frozen=True)
class Told:
    """What is told of an error. `field` names the part of the request at fault, `retry_after` is in seconds."""

    status: int
    title: str
    detail: str
    field: str | None = None
    retry_after: int | None = None
    reference: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The problem document; what does not apply is absent."""
        row: dict[str, Any] = {
            "type": TYPE + self.title.replace(" ", "-"),
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        for name in ("field", "retry_after", "reference"):
            if (value := getattr(self, name)) is not None:
                row[name] = value
        return row


_NO_JSON = Told(422, "input refused", "body: is not JSON in UTF-8", "body")
ErrorPage: TypeAlias = Callable[[Request, Told], Awaitable[Response]]
"""Makes a page of a refusal, for a person."""


def told_of(error: TabooError) -> Told:
    """What is told of an error of ours."""
    status, title = problem_of(error)
    if status >= 500 and not isinstance(error, LogError | FullError) and status != 503:
        return _bug(error)
    detail = str(error)
    if isinstance(error, MatchNotFoundError):
        detail = _NO_MATCH
    elif isinstance(error, LogError) and not isinstance(error, _TELLABLE):
        structlog.get_logger("api").error("log_failing", problem=str(error))
        detail = _LOG
    return Told(status, title, detail[:_MAX_DETAIL], _field(error), _seconds(error, status))


def _field(error: TabooError) -> str | None:
    if isinstance(error, InputError):
        return error.field
    if isinstance(error, RulesError):
        return error.rule
    return error.kind.replace(" ", "_") if isinstance(error, UnknownNameError) else None


def _seconds(error: TabooError, status: int) -> int | None:
    return error.seconds if isinstance(error, ThrottledError) else _RETRY.get(status)


def told_of_validation(error: RequestValidationError) -> Told:
    """What is told of a request that does not fit: which field, and why; never what it held."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    field = ".".join(place[1:]) or place[0]
    if first["type"] == "json_invalid":
        return _NO_JSON
    return Told(422, "input refused", f"{field}: {first['msg']}"[:_MAX_DETAIL], field)


def _bug(error: BaseException) -> Told:
    reference = secrets.token_hex(6)
    structlog.get_logger("api").error(
        "bug", reference=reference, kind=type(error).__name__, exc_info=(type(error), error, error.__traceback__)
    )
    detail = f"something went wrong on the server; tell the host the reference {reference}"
    return Told(500, "internal error", detail, reference=reference)


def problem_response(told: Told, headers: Mapping[str, str] | None = None) -> Response:
    """The problem document as a response, with the headers that its status asks for."""
    given = {"Cache-Control": "no-store", **(headers or {})}
    if told.retry_after is not None:
        given["Retry-After"] = str(told.retry_after)
    if told.status == 401:
        given["WWW-Authenticate"] = 'Bearer realm="taboo"'
    return Response(json.dumps(told.to_json()).encode(), told.status, given, MEDIA_TYPE)


async def answer(request: Request, told: Told, headers: Mapping[str, str] | None = None) -> Response:
    """A page where a browser asked for a page and somebody makes one, else the problem document."""
    page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if page is None or not wants_page:
        return problem_response(told, headers)
    made = await page(request, told)
    made.headers.update({**(headers or {})})
    if told.retry_after is not None:
        made.headers["Retry-After"] = str(told.retry_after)
    return made


# --- the app's handlers -----------------------------------------------------------------------------------------------


def install(app: FastAPI) -> None:
    """Have every refusal and every bug of the app told this way."""
    app.add_exception_handler(TabooError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, TabooError)
    told = told_of(error)
    _count(request, told)
    return await answer(request, told)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    told = told_of_validation(error)
    _count(request, told)
    return await answer(request, told)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = HTTPStatus(error.status_code).phrase.lower()
    details = {
        404: "there is nothing here",
        405: f"{request.method} cannot be done here",
        413: "the request is too long",
    }
    told = Told(error.status_code, title, details.get(error.status_code, title))
    if error.status_code == 400:  # the framework's word for a body that it cannot even decode
        told = _NO_JSON
    _count(request, told)
    return await answer(request, told, error.headers)


async def _on_bug(request: Request, error: Exception) -> Response:
    told = _bug(error)
    _count(request, told)
    return await answer(request, told)


def _count(request: Request, told: Told) -> None:
    house = getattr(request.app.state, "house", None)
    if house is not None:
        house.metrics.error(told.title.replace(" ", "_"))
