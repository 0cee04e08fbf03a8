"""What was said and should not stand: reports to the host, and one's own words taken back."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from arena.server.api.asking import KNOWN, CallerIn, Given, HouseIn, Sent, Storable, refusals
from arena.server.api.matches import Match, live_for
from arena.server.limits import limits_of
from arena.server.moderation import MAX_REASON, Moderation

router = APIRouter(tags=["words"])
Seq = Annotated[int, Field(ge=0, le=1 << 31, description="The number of the event.", examples=[3])]


class ReportSent(Sent):
    """An utterance that the host should look at."""

    seq: Seq
    reason: Annotated[Storable, Field(min_length=1, max_length=MAX_REASON)] = Field(examples=["insults me"])


class ReportMade(Given):
    """The report waits for an admin."""

    id: int
    match: str
    seq: int


class RedactionSent(Sent):
    """Something the caller said."""

    seq: Seq


class RedactionMade(Given):
    """The words are erased for good. The match, its hits and its verdict stand."""

    match: str
    seq: int


@router.post(
    "/matches/{match}/reports",
    status_code=201,
    summary="Report an utterance",
    responses=refusals(401, 404),
    dependencies=KNOWN,
)
async def report(request: Request, who: CallerIn, house: HouseIn, match: Match, sent: ReportSent) -> ReportMade:
    """Asks the host to look at an utterance. The same one reported again stays one report."""
    account = who.reader()
    limits_of(request).take("reports", account.id, 30, 3600)
    live_for(house, who, match)
    made = await Moderation(house.log).report(account, match, sent.seq, sent.reason)
    return ReportMade(id=made.id, match=match, seq=sent.seq)


@router.post(
    "/matches/{match}/redactions",
    status_code=201,
    summary="Take back what I said",
    responses=refusals(401, 404, 409),
    dependencies=KNOWN,
)
async def redact(request: Request, who: CallerIn, house: HouseIn, match: Match, sent: RedactionSent) -> RedactionMade:
    """Erases one thing that the caller said, when the match is over. It cannot be undone."""
    account = who.person()
    limits_of(request).take("redactions", account.id, 120, 3600)
    await Moderation(house.log).redact(account, match, sent.seq)
    return RedactionMade(match=match, seq=sent.seq)
