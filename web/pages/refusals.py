"""Refusals as pages: what happened, what still holds, and where to go on."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from arena.core.errors import TabooError
from arena.server.addresses import address_of
from arena.server.callers import Caller, Via, caller
from arena.server.house import house_of
from arena.server.problems import Told
from web.render import here, render

_KNOWN = frozenset({403, 404, 405, 413, 422, 429, 500, 503})


async def error_page(request: Request, told: Told) -> Response:
    """The page of a refusal. Who is not signed in is led to the login and comes back; who sent a wrong key is not."""
    back = quote(here(request), safe="") if request.method == "GET" else ""
    if told.status == 401 and "authorization" not in request.headers:
        return RedirectResponse(f"/login?next={back}", 303)
    if told.title == "not agreed":
        return RedirectResponse(f"/agreement?next={back}", 303)
    status = told.status
    key = str(status) if status in _KNOWN else "other"
    return render(request, await _who(request), "error.html", status, {"told": told, "key": key})


async def _who(request: Request) -> Caller:
    """Who asks, or nobody where even that cannot be found out."""
    try:
        return await caller(request)
    except TabooError:
        address = address_of(request, house_of(request).settings)
        return Caller(None, Via.NOBODY, frozenset(), address, "")
