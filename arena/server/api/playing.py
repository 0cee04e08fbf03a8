"""A seat by HTTP alone: its view, its actions, giving up, and playing once more."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import Field

from arena.core.actions import Action
from arena.core.machine import Act
from arena.core.rules import MAX_CHARS
from arena.core.verdict import Role
from arena.server.api.asking import KNOWN, CallerIn, Given, HouseIn, Sent, refusals
from arena.server.api.matches import Match
from arena.server.callers import Caller, Via
from arena.server.errors import ConflictError, NotFoundError
from arena.server.hall import LiveMatch
from arena.server.house import House
from arena.server.players import Kind
from arena.wire.messages import TurnAckData
from arena.wire.values import view_to_json

router = APIRouter(tags=["playing"])
WAIT_SECONDS = 60
"""How long a request waits for its acknowledgement: judges may think, and a log may be slow."""
Words = Annotated[str, Field(max_length=MAX_CHARS)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=64,
        pattern=r"^[!-~]+$",
        description="Your own name for the action. Sent again, it is acknowledged again and changes nothing.",
        examples=["turn-3"],
    ),
]


class ActionSent(Sent):
    """What the seat does in a turn: an utterance, a guess (defender only), or both."""

    turn: Annotated[int, Field(ge=1, le=100_000)] = Field(examples=[3])
    text: Words = Field(default="", examples=["It grows on trees and is often red."])
    guess: Words | None = Field(default=None, examples=[None])


class Acknowledgement(Given):
    """What became of an action.

    `accepted`: it stands in the log as event `seq`. `duplicate`: an action of this key was taken before. `rejected`: it
    changed nothing, and `reason` says why; `attempts_left` is set where that counts against the seat.
    """

    match: str
    turn: int
    status: Literal["accepted", "duplicate", "rejected"]
    reason: str | None
    attempts_left: int | None
    seq: int | None


class Turn(Given):
    """Whether the caller is to move, and what it may know then: the same view as the protocol's `turn.request`."""

    match: str
    role: Role
    is_to_move: bool
    view: dict[str, Any] | None


class Standing(Given):
    """Where the match stands now."""

    match: str
    is_over: bool


def seat_of(house: House, who: Caller, match: str) -> tuple[LiveMatch, Role]:
    """The caller's seat: a person's in a browser, a program's for a token, and of two the one that is to move.

    Raises NotFoundError, or what `Caller.player` raises.
    """
    account = who.player()
    live = house.hall.get(match)
    roles = () if live is None else live.roles_of(account.id)
    if live is None or not roles:
        raise NotFoundError("live match of yours", match)
    wanted = Kind.AGENT if who.via is Via.TOKEN else Kind.PERSON
    fitting = [role for role in roles if live.opening.seats[role].kind is wanted] or list(roles)
    return live, next((role for role in fitting if live.view(role) is not None), fitting[0])


@router.get("/matches/{match}/turn", summary="My turn", responses=refusals(401, 404), dependencies=KNOWN)
async def turn(who: CallerIn, house: HouseIn, match: Match) -> Turn:
    """What the caller's seat is asked now."""
    live, role = seat_of(house, who, match)
    view = live.view(role)
    row = None if view is None else view_to_json(view)
    return Turn(match=match, role=role, is_to_move=view is not None, view=row)


@router.post("/matches/{match}/actions", summary="Act", responses=refusals(401, 404, 409), dependencies=KNOWN)
async def act(who: CallerIn, house: HouseIn, match: Match, key: Key, sent: ActionSent) -> Acknowledgement:
    """Acts in a turn. The answer comes when the action is durable."""
    live, role = seat_of(house, who, match)
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            ack = await live.act(Act(role, sent.turn, key, Action(sent.text, sent.guess)))
    except TimeoutError:
        raise ConflictError("the action is still on its way; send it again with the same key") from None
    house.metrics.action(loop.time() - began)
    return _told(match, sent.turn, ack)


def _told(match: str, turn: int, ack: TurnAckData) -> Acknowledgement:
    return Acknowledgement(
        match=match,
        turn=turn,
        status=ack.status,
        reason=ack.reason,
        attempts_left=ack.attempts_left,
        seq=ack.seq,
    )


@router.post("/matches/{match}/resignation", summary="Give up", responses=refusals(401, 404), dependencies=KNOWN)
async def resign(who: CallerIn, house: HouseIn, match: Match) -> Standing:
    """Gives the match up: the other side wins."""
    live, role = seat_of(house, who, match)
    await live.resign(role)
    return Standing(match=live.id, is_over=live.verdict is not None)
