"""The play page: one seat of one match. Its script speaks the protocol; its forms do the same without a script."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from arena.core.actions import Action
from arena.core.machine import Act
from arena.core.verdict import Role
from arena.server.archive import MatchRecord
from arena.server.callers import caller
from arena.server.errors import ConflictError, InputError, NotFoundError
from arena.server.hall import LiveMatch
from arena.server.house import house_of
from arena.server.lobby import OpenSeat
from arena.wire.values import MAX_MESSAGE
from web.ending import ending_values, held_role
from web.render import see_other, sent, show, to_json, words_for
from web.table import CLOSE_CODES, Table, face, fresh_id, live_seat, table_of

router = APIRouter()

WAIT_SECONDS = 10
UNLOGGED = frozenset({"not_your_turn", "stale_turn", "suspended", "busy"})
"""Refusals that leave no line in the conversation, so the page that comes next says them."""


@router.get("/play/{match}")
async def play(request: Request, match: str, refused: str = "") -> Response:
    """The match as the caller's seat sees it, and its ending once it is over. Others are led to the watch page."""
    house, who = house_of(request), await caller(request)
    live = house.hall.get(match)
    if live is None or live.verdict is not None:
        return await _ended(request, await house.archive.match(match, who.viewer))
    role = live_seat(live, who.account)
    if role is None:
        return see_other(request, f"/watch/{match}")
    return await _seated(request, table_of(live, role), refused if refused in UNLOGGED else "")


@router.post("/play/{match}/act")
async def act(request: Request, match: str) -> Response:
    """Acts for the caller's seat. The same form sent twice acts once."""
    form, (live, role) = await sent(request), await _seat(request, match)
    turn, id_ = form.text("turn"), form.text("id", 64)
    if not turn.isdecimal() or not id_ or not id_.isascii() or not id_.isprintable() or " " in id_:
        raise InputError("turn", "the page is out of date; open it again")
    guess = form.text("guess", MAX_MESSAGE)
    action = Action(form.text("text", MAX_MESSAGE), guess or None)
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            ack = await live.act(Act(role, int(turn[:6]), id_, action))
    except TimeoutError:
        raise ConflictError("the action is still on its way; look again in a moment") from None
    tail = f"?refused={ack.reason}" if ack.reason in UNLOGGED else ""
    return see_other(request, f"/play/{match}{tail}")


@router.post("/play/{match}/resign")
async def resign(request: Request, match: str) -> Response:
    """Gives the match up, where the box beside the button was ticked."""
    form, (live, role) = await sent(request), await _seat(request, match)
    if form.has("sure"):
        await live.resign(role)
    return see_other(request, f"/play/{match}")


@router.post("/play/{match}/rematch")
async def rematch(request: Request, match: str) -> Response:
    """Opens the same match with the roles swapped; against a person, a seat is kept for them."""
    await sent(request)
    opened = await house_of(request).lobby.rematch((await caller(request)).player(), match)
    return see_other(request, f"/seat/{opened.code}" if isinstance(opened, OpenSeat) else f"/play/{opened.id}")


async def _seat(request: Request, match: str) -> tuple[LiveMatch, Role]:
    """The caller's seat. Raises NotFoundError for whoever has none."""
    account = (await caller(request)).player()
    live = house_of(request).hall.get(match)
    role = live_seat(live, account) if live is not None else None
    if live is None or role is None:
        raise NotFoundError("live match of yours", match)
    return live, role


async def _seated(request: Request, table: Table, refused: str) -> Response:
    tell, who = words_for(request), await caller(request)
    you = table.role.value if table.role is not None else ""
    title = tell(f"play.title_{you}")
    page = {
        "role": you,
        "title": f"{title} \u00b7 {house_of(request).settings.name}",
        "csrf": who.csrf,
        "closes": CLOSE_CODES,
        "words": table.words(tell),
        **table.to_page(),
    }
    return await show(
        request,
        "table/play.html",
        200,
        table=table,
        you=you,
        title=title,
        is_over=False,
        page_json=to_json(page),
        refusal=tell(f"talk.why_{refused}") if refused else "",
        face=face,
        action_id=fresh_id(),
        guess_id=fresh_id(),
    )


async def _ended(request: Request, record: MatchRecord) -> Response:
    role = held_role(record, (await caller(request)).account)
    if role is None:
        return see_other(request, f"/matches/{record.summary.id}")
    tell = words_for(request)
    title = tell(f"play.title_{role.value}")
    return await show(request, "table/play.html", 200, title=title, **ending_values(record, role, tell))
