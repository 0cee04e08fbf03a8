"""The watch page: a live match as a spectator sees it. The word, and who sits there, are shown when it is over."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from arena.server.callers import caller
from arena.server.errors import NotFoundError
from arena.server.house import house_of
from web.ending import ending_values
from web.render import show, to_json, words_for
from web.table import Table, table_of

router = APIRouter()


@router.get("/watch/{match}")
async def watch(request: Request, match: str) -> Response:
    """The match so far, and its ending once it is over. Raises NotFoundError, also for a private match of others."""
    house, who = house_of(request), await caller(request)
    live = house.hall.get(match)
    if live is None or live.verdict is not None:
        record = await house.archive.match(match, who.viewer)
        return await show(request, "table/watch.html", 200, **ending_values(record, None, words_for(request)))
    is_seated = who.viewer is not None and live.role_of(who.viewer.id) is not None
    if live.opening.is_private and not is_seated and not who.is_admin:
        raise NotFoundError("match", match)
    return await _live(request, table_of(live, None))


async def _live(request: Request, table: Table) -> Response:
    page = {
        **table.to_page(),
        "words": table.words(words_for(request)),
        "stream": f"/api/v1/matches/{table.match}/stream?after={table.seq}",
        "about": f"/api/v1/matches/{table.match}",
    }
    return await show(request, "table/watch.html", 200, table=table, is_over=False, page_json=to_json(page))
