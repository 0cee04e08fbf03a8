"""The lobby: choose a side, an opponent and rules; take an open seat; wait in the queue; look on.

Every choice is a plain form post. Who sits in a live match is told to nobody here, not even to those who wait.
"""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from arena.clock import timestamp
from arena.core.errors import TabooError
from arena.core.rules import PRESETS
from arena.server.callers import caller
from arena.server.errors import InputError
from arena.server.hall import LiveMatch
from arena.server.house import House, house_of
from arena.server.lobby import OpenSeat
from arena.server.people import Account
from web.offered import offered, told_lists
from web.pages import seat
from web.pages.arrival import arrive
from web.render import see_other, sent, show, words_for
from web.table import face, live_seat
from web.wishes import Wish
from web.wrongs import Wrong, wrong_of

router = APIRouter()
router.include_router(seat.router)

SHOWN = 20
"""The most live matches that are listed."""


@router.get("/lobby")
async def lobby(request: Request) -> Response:
    """The lobby, with what a link may have chosen already."""
    return await _lobby(request, Wish.fresh(words_for(request).language, request.query_params))


@router.post("/lobby/start")
async def start(request: Request) -> Response:
    """Opens a match or a seat, or queues; the form comes back where that cannot be done."""
    form, wish = await sent(request), Wish()
    try:
        wish = Wish.read(form)
        await _check(house_of(request), wish)
        arrival = await arrive(request, form)
        place = await _open(house_of(request), arrival.account, wish)
    except TabooError as problem:
        return await _lobby(request, wish, wrong_of(problem, words_for(request)))
    return await arrival.settle(request, see_other(request, place))


async def _check(house: House, wish: Wish) -> None:
    """Refuse what can be refused before a guest is made for it. Raises what refuses it."""
    rules = wish.terms().rules()
    if wish.against == "person" and await house.people.find(wish.person.removeprefix("@")) is None:
        raise InputError("person", "nobody here has this name")
    if wish.against == "agent":
        agent = next((it for it in house.lobby.agents() if it.name == wish.agent), None)
        if agent is None:
            raise InputError("agent", "choose a program that is here")
        if rules.language not in agent.languages:
            raise InputError("agent", "choose a program that plays in this language")
        if wish.seat is not None and wish.seat.other not in agent.roles:
            raise InputError("agent", "choose a program that plays the other side")


async def _open(house: House, account: Account, wish: Wish) -> str:
    """Where to go on: to the match, to the seat that waits for somebody, or to the queue."""
    role, terms, rooms = wish.seat, wish.terms(), house.lobby
    if wish.against == "anyone":
        await rooms.seek(account, role, terms, with_agents=wish.with_agents, with_people=wish.with_people)
        return "/lobby/queue"
    if wish.against in ("seat", "link"):
        return _place(await rooms.post(account, role, terms, is_private=wish.against == "link"))
    opponent = wish.agent if wish.against == "agent" else f"@{wish.person.removeprefix('@')}"
    return _place(await rooms.challenge(account, opponent, role, terms))


def _place(opened: LiveMatch | OpenSeat) -> str:
    return f"/seat/{opened.code}" if isinstance(opened, OpenSeat) else f"/play/{opened.id}"


async def _lobby(request: Request, wish: Wish, wrong: Wrong | None = None) -> Response:
    house, account = house_of(request), (await caller(request)).account
    rooms = house.lobby
    agents = [it for it in rooms.agents() if it.is_online]
    if not wish.agent:
        wish = wish.with_agent(agents)
    return await show(
        request,
        "lobby/lobby.html",
        200 if wrong is None else wrong.status,
        form=wish,
        wrong=wrong,
        agents=agents,
        lists=told_lists(),
        presets=tuple(PRESETS),
        seats=[offered(it) for it in rooms.seats(account)],
        mine=_mine(house, account),
        live=_live(house),
        is_draining=house.hall.is_draining,
    )


def _mine(house: House, account: Account | None) -> list[dict[str, Any]]:
    """The live matches that the account plays in its browser."""
    if account is None:
        return []
    matches = {live.id: live for live, _ in house.hall.seats_of(account.id)}
    return [
        {**_line(live), "role": role.value}
        for live in matches.values()
        if live.verdict is None and (role := live_seat(live, account)) is not None
    ]


def _live(house: House) -> list[dict[str, Any]]:
    """Some public live matches, the most watched and then the newest first."""
    shown = [it for it in house.hall.live.values() if not it.opening.is_private and it.verdict is None]
    shown.sort(key=lambda it: (it.watchers, it.started_at), reverse=True)
    return [_line(it) for it in shown[:SHOWN]]


def _line(live: LiveMatch) -> dict[str, Any]:
    rules = live.opening.rules
    return {
        "id": live.id,
        "language": rules.language.value,
        "word_list": rules.word_list,
        "turn": min(live.position.turn, rules.max_turns),
        "watchers": live.watchers,
    }


@router.get("/lobby/queue")
async def queue(request: Request) -> Response:
    """Where the caller's search stands; once it is over, the match, or why there will be none."""
    house, tell = house_of(request), words_for(request)
    seeking = house.lobby.seeking((await caller(request)).player())
    if seeking is None:
        return see_other(request, "/lobby")
    if seeking.match is not None:
        return see_other(request, f"/play/{seeking.match}")
    waited = datetime.fromisoformat(timestamp()) - datetime.fromisoformat(seeking.since)
    return await show(
        request,
        "lobby/queue.html",
        200,
        problem=seeking.problem,
        waited_ms=max(0, round(waited.total_seconds() * 1000)),
        elapsed_words=tell.texts["queue.elapsed"],
        face=face,
    )


@router.post("/lobby/queue/leave")
async def leave(request: Request) -> Response:
    """Stops looking."""
    await sent(request)
    house_of(request).lobby.leave((await caller(request)).player())
    return see_other(request, "/lobby")
