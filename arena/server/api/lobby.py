"""Finding somebody to play with: challenges, open seats, the queue, and playing once more."""

from typing import Annotated

from fastapi import APIRouter, Path

from arena.core.verdict import Role
from arena.server.api.agents import AgentShape
from arena.server.api.asking import (
    ANYBODY,
    KNOWN,
    CallerIn,
    HouseIn,
    Opaque,
    refusals,
)
from arena.server.api.lobby_shapes import (
    ChallengeSent,
    LobbyShape,
    MatchOpened,
    Opened,
    QueuePlace,
    QueueSent,
    SeatCard,
    SeatOpened,
    SeatSent,
)
from arena.server.api.matches import Match
from arena.server.hall import LiveMatch
from arena.server.lobby import OpenSeat
from arena.server.players import Kind

router = APIRouter(tags=["lobby"])
Code = Annotated[Opaque, Path(description="The code of an open seat.")]


def opened(found: LiveMatch | OpenSeat, account: str) -> MatchOpened | SeatOpened:
    """What became of a wish to play."""
    if isinstance(found, OpenSeat):
        return SeatOpened(seat=SeatCard.of(found))
    return MatchOpened(match=found.id, role=_person_in(found, account))


def _person_in(live: LiveMatch, account: str) -> Role:
    """Where the account's person sits: its program may sit opposite."""
    seats = live.opening.seats
    return next(role for role, it in seats.items() if it.account == account and it.kind is Kind.PERSON)


@router.get("/lobby", summary="The lobby", responses=refusals(401), openapi_extra=ANYBODY)
async def lobby(who: CallerIn, house: HouseIn) -> LobbyShape:
    """Seats that are open to the caller, agents, and where the caller waits."""
    viewer = who.viewer
    seeking = None if viewer is None else house.lobby.seeking(viewer)
    return LobbyShape(
        seats=[SeatCard.of(seat) for seat in house.lobby.seats(viewer)],
        agents=[AgentShape.of(row) for row in house.lobby.agents()],
        live_matches=len(house.hall.live),
        queue=None if seeking is None else QueuePlace.of(seeking),
    )


@router.post(
    "/lobby/challenges",
    status_code=201,
    summary="Challenge somebody",
    responses=refusals(401, 404, 409),
    dependencies=KNOWN,
)
async def challenge(who: CallerIn, house: HouseIn, sent: ChallengeSent) -> Opened:
    """Plays an agent at once; for a person, opens a seat that waits for them alone."""
    account = who.player()
    found = await house.lobby.challenge(
        account, sent.opponent, sent.role, sent.terms.terms(), is_private=sent.is_private
    )
    return opened(found, account.id)


@router.post(
    "/lobby/seats",
    status_code=201,
    summary="Open a seat",
    responses=refusals(401, 404, 409),
    dependencies=KNOWN,
)
async def post_seat(who: CallerIn, house: HouseIn, sent: SeatSent) -> SeatCard:
    """Opens a seat opposite the caller. Its code is its link."""
    account = who.player()
    seat = await house.lobby.post(
        account, sent.role, sent.terms.terms(), is_private=sent.is_private, reserved_for=sent.reserved_for
    )
    return SeatCard.of(seat)


@router.get("/lobby/seats/{code}", summary="An open seat", responses=refusals(401, 404), openapi_extra=ANYBODY)
async def seat(who: CallerIn, house: HouseIn, code: Code) -> SeatCard:
    """A seat by its code; whoever opened it also learns which match came of it."""
    return SeatCard.of(house.lobby.seat(who.viewer, code))


@router.post(
    "/lobby/seats/{code}/take",
    status_code=201,
    summary="Take an open seat",
    responses=refusals(401, 404, 409),
    dependencies=KNOWN,
)
async def take_seat(who: CallerIn, house: HouseIn, code: Code) -> MatchOpened:
    """Sits down opposite whoever opened the seat: the match begins."""
    account = who.player()
    live = await house.lobby.take(account, code)
    return MatchOpened(match=live.id, role=_person_in(live, account.id))


@router.delete(
    "/lobby/seats/{code}",
    status_code=204,
    summary="Withdraw a seat",
    responses=refusals(401, 404),
    dependencies=KNOWN,
)
async def withdraw_seat(who: CallerIn, house: HouseIn, code: Code) -> None:
    """Closes a seat that the caller opened."""
    house.lobby.withdraw(who.player(), code)


@router.get("/lobby/queue", summary="My place in the queue", responses=refusals(401), dependencies=KNOWN)
async def place(who: CallerIn, house: HouseIn) -> QueuePlace | None:
    """Where the caller waits, and what was found; null for whoever seeks nothing. Asking shows that one is there."""
    seeking = house.lobby.seeking(who.player())
    return None if seeking is None else QueuePlace.of(seeking)


@router.post("/lobby/queue", status_code=201, summary="Seek a match", responses=refusals(401, 409), dependencies=KNOWN)
async def seek(who: CallerIn, house: HouseIn, sent: QueueSent) -> QueuePlace:
    """Takes a place in the queue, instead of the one that the caller had."""
    seeking = await house.lobby.seek(
        who.player(),
        sent.role,
        sent.terms.terms(),
        with_agents=sent.with_agents,
        with_people=sent.with_people,
    )
    return QueuePlace.of(seeking)


@router.delete("/lobby/queue", status_code=204, summary="Leave the queue", responses=refusals(401), dependencies=KNOWN)
async def leave(who: CallerIn, house: HouseIn) -> None:
    """Gives the place up; without one, nothing happens."""
    house.lobby.leave(who.player())


@router.post(
    "/matches/{match}/rematch",
    status_code=201,
    summary="Play once more",
    responses=refusals(401, 404, 409),
    dependencies=KNOWN,
)
async def rematch(who: CallerIn, house: HouseIn, match: Match) -> Opened:
    """The same opponent with roles swapped, on another word; a person is asked by a seat reserved for them."""
    account = who.player()
    return opened(await house.lobby.rematch(account, match), account.id)
