"""An open seat by its link: who invites, on what terms, and the button that takes it. Its owner waits here."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from arena.core.errors import TabooError
from arena.server.callers import caller
from arena.server.house import house_of
from web.offered import offered
from web.pages.arrival import arrive
from web.render import see_other, sent, show, site, words_for
from web.wishes import Wish
from web.wrongs import Wrong, wrong_of

router = APIRouter()


@router.get("/seat/{code}")
async def seat(request: Request, code: str) -> Response:
    """The seat; for its owner, the match once somebody sat down. Raises NotFoundError."""
    return await _seat(request, code, Wish())


@router.post("/seat/{code}/take")
async def take(request: Request, code: str) -> Response:
    """Sits down, and the match begins."""
    form, wish = await sent(request), Wish()
    rooms = house_of(request).lobby
    rooms.seat((await caller(request)).account, code)
    try:
        wish = Wish.read(form)
        arrival = await arrive(request, form)
        live = await rooms.take(arrival.account, code)
    except TabooError as problem:
        return await _seat(request, code, wish, wrong_of(problem, words_for(request)))
    return await arrival.settle(request, see_other(request, f"/play/{live.id}"))


@router.post("/seat/{code}/withdraw")
async def withdraw(request: Request, code: str) -> Response:
    """Closes one's own seat."""
    await sent(request)
    house_of(request).lobby.withdraw((await caller(request)).player(), code)
    return see_other(request, "/lobby")


async def _seat(request: Request, code: str, wish: Wish, wrong: Wrong | None = None) -> Response:
    house = house_of(request)
    found = house.lobby.seat((await caller(request)).account, code)
    if found.match is not None:
        return see_other(request, f"/play/{found.match}")
    link = f"{site(request)}/seat/{code}"
    status = 200 if wrong is None else wrong.status
    return await show(request, "lobby/seat.html", status, seat=offered(found), form=wish, wrong=wrong, link=link)
