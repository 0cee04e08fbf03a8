"""Matches: found, read, exported. What is live is told as its rules of secrecy want; what is over is told whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from arena.core.hits import Language
from arena.core.verdict import Reason, Role
from arena.server.api.asking import (
    ANYBODY,
    CHECKED,
    CallerIn,
    Cursor,
    HouseIn,
    Limit,
    MatchId,
    PlayerName,
    Storable,
    cursor_of,
    place_of,
    refusals,
    tagged,
    untagged,
)
from arena.server.api.shapes import (
    AUDIENCES,
    EventPage,
    FinishedRecord,
    FinishedShape,
    LiveRecord,
    LiveShape,
    MatchPage,
)
from arena.server.archive import MatchQuery
from arena.server.callers import Caller, Via
from arena.server.errors import InputError, NotFoundError
from arena.server.hall import LiveMatch
from arena.server.house import House
from arena.server.players import Kind

router = APIRouter(tags=["matches"])
JSON = "application/json"
JSON_LINES = "application/jsonl"
Match = Annotated[MatchId, Path(description="The id of a match.", examples=["0f3c9a5b7d2e41668c1f"])]
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has just this."}}


def live_for(house: House, who: Caller, match: str) -> LiveMatch | None:
    """The live match, where the caller may look on; None where it is not live. Raises NotFoundError."""
    live = house.hall.get(match)
    if live is None:
        return None
    viewer = who.viewer
    is_seated = viewer is not None and live.role_of(viewer.id) is not None
    if live.opening.is_private and not is_seated and not who.is_admin:
        raise NotFoundError("match", match)
    return live


def role_for(live: LiveMatch, who: Caller) -> Role | None:
    """The seat as which the caller is shown a match: in a browser the person's, for a token the program's.

    An account may play its own program, and is not shown the word that the program attacks with.
    """
    viewer = who.viewer
    roles = () if viewer is None else live.roles_of(viewer.id)
    wanted = Kind.AGENT if who.via is Via.TOKEN else Kind.PERSON
    return next((role for role in roles if live.opening.seats[role].kind is wanted), next(iter(roles), None))


@dataclass
class Filters:
    """Which matches are listed. All that is given must hold."""

    player: Annotated[PlayerName | None, Query(description="Who played: `@alice`, `alice/parrot`, `hiding`.")] = None
    role: Annotated[Role | None, Query(description="In which role `player`, or the caller, sat.")] = None
    language: Annotated[Language | None, Query()] = None
    preset: Annotated[Storable | None, Query(max_length=40, description="The set of rules.")] = None
    reason: Annotated[Reason | None, Query(description="Why it ended.")] = None
    winner: Annotated[Literal["attacker", "defender", "nobody"] | None, Query()] = None
    rated: Annotated[bool | None, Query()] = None
    mine: Annotated[bool, Query(description="Only matches in which the caller's account sat.")] = False

    def refuse_for_live(self) -> None:
        """Raises InputError for what would tell of a live match who plays it, or how it ends."""
        for name in ("player", "reason", "winner", "rated"):
            if getattr(self, name) is not None:
                raise InputError(name, "is told only of matches that are over; ask for status=finished")
        if self.role is not None and not self.mine:
            raise InputError("role", "goes with mine=true or with status=finished")


@router.get("/matches", summary="List matches", responses=refusals(401), openapi_extra=ANYBODY)
async def matches(
    who: CallerIn,
    house: HouseIn,
    filters: Annotated[Filters, Depends()],
    status: Annotated[Literal["live", "finished"], Query()] = "finished",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> MatchPage:
    """Matches in play, or those that are over, newest first. Private ones are listed for their players only."""
    account = who.reader().id if filters.mine else None
    if status == "live":
        filters.refuse_for_live()
        return _live_page(house, who, filters, place_of("live", cursor), limit)
    query = MatchQuery(
        player=filters.player,
        role=filters.role,
        account=account,
        language=filters.language,
        preset=filters.preset,
        reason=filters.reason,
        winner=filters.winner,
        rated=filters.rated,
        after=place_of("finished", cursor),
        limit=limit,
    )
    if filters.role is not None and filters.player is None and account is None:
        raise InputError("role", "goes with player or with mine=true")
    page = await house.archive.matches(query, who.viewer)
    items: list[LiveShape | FinishedShape] = [FinishedShape.of(summary) for summary in page.items]
    return MatchPage(items=items, next=cursor_of("finished", page.after))


def _live_page(house: House, who: Caller, filters: Filters, after: object, limit: int) -> MatchPage:
    """`after` is the id of the last match of the page before; one that is over by then begins the list anew."""
    found: list[LiveShape | FinishedShape] = []
    lives = list(_newest(house, after))
    for place, live in enumerate(lives):
        role = role_for(live, who) if filters.mine else None
        if _is_listed(live, filters, role):
            found.append(LiveShape.of(live, role))
        if len(found) == limit and place + 1 < len(lives):
            return MatchPage(items=found, next=cursor_of("live", live.id))
    return MatchPage(items=found, next=None)


def _newest(house: House, after: object) -> Iterator[LiveMatch]:
    lives = reversed(list(house.hall.live.values()))
    if after in house.hall.live:
        for live in lives:
            if live.id == after:
                break
    return lives


def _is_listed(live: LiveMatch, filters: Filters, role: Role | None) -> bool:
    """`role` is the caller's own, where only the caller's matches are asked for."""
    if filters.mine:
        if role is None or filters.role not in (None, role):
            return False
    elif live.opening.is_private:
        return False
    is_language = filters.language in (None, live.opening.rules.language)
    return is_language and filters.preset in (None, live.opening.preset)


@router.get(
    "/matches/{match}",
    summary="One match",
    response_model=Annotated[LiveRecord | FinishedRecord, Field(discriminator="status")],
    responses={**refusals(401, 404), **_NOT_MODIFIED},
    openapi_extra=ANYBODY,
)
async def match(request: Request, who: CallerIn, house: HouseIn, match: Match) -> Response:
    """A match with its events. One that is over has an entity tag, and changes only when words are taken back."""
    live = live_for(house, who, match)
    if live is not None:
        return untagged(LiveRecord.of(live, role_for(live, who)))
    record = await house.archive.match(match, who.viewer)
    return tagged(request, FinishedRecord.of_record(record), JSON, CHECKED)


@router.get(
    "/matches/{match}/events",
    summary="Events of a match",
    response_model=EventPage,
    responses={**refusals(401, 404), **_NOT_MODIFIED},
    openapi_extra=ANYBODY,
)
async def events(
    request: Request,
    who: CallerIn,
    house: HouseIn,
    match: Match,
    after: Annotated[int, Query(ge=-1, le=1 << 31, description="The newest `seq` that is known already.")] = -1,
) -> Response:
    """The events beyond `after`, as far as the caller may see them."""
    live = live_for(house, who, match)
    if live is not None:
        role = role_for(live, who)
        is_over = live.verdict is not None
        return untagged(EventPage(match=match, events=live.rows(AUDIENCES[role], after), is_over=is_over))
    record = await house.archive.match(match, who.viewer)
    page = EventPage(match=match, events=record.events[after + 1 :], is_over=True)
    return tagged(request, page, JSON, CHECKED)


@router.get(
    "/matches/{match}/transcript",
    summary="Download a match",
    response_class=Response,
    responses={
        200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}, "description": "One line of JSON."},
        **refusals(401, 404, 409),
        **_NOT_MODIFIED,
    },
    openapi_extra=ANYBODY,
)
async def transcript(request: Request, who: CallerIn, house: HouseIn, match: Match) -> Response:
    """A match that is over as `taboo import` reads it, byte for byte. One with a hidden part is not given out."""
    if live_for(house, who, match) is not None:
        raise NotFoundError("finished match", match)
    lines = "".join(line + "\n" for line in await house.archive.transcript(match, who.viewer))
    headers = {**CHECKED, "Content-Disposition": f'attachment; filename="match-{_plain(match)}.jsonl"'}
    return tagged(request, lines.encode(), JSON_LINES, headers)


def _plain(match: str) -> str:
    return "".join(letter for letter in match if letter.isalnum() or letter in "-_")
