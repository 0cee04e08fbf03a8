"""What admins do: look after accounts, decide reports, end matches, see how the words fare."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.api.asking import (
    KNOWN,
    CallerIn,
    Cursor,
    Given,
    HouseIn,
    Limit,
    Opaque,
    Sent,
    Storable,
    cursor_of,
    place_of,
    refusals,
)
from arena.server.api.matches import Match
from arena.server.api.words import Seq
from arena.server.archive import WordCount
from arena.server.errors import ConflictError, InputError, NotFoundError
from arena.server.moderation import Moderation, Outcome, Report
from arena.server.people import Account, Rank
from arena.server.people.people import MOST_LISTED
from arena.words.lists import Level, list_names, load_list

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=KNOWN)
AccountId = Annotated[Opaque, Path(alias="id", description="The id of an account.")]


class AccountCard(Given):
    """What an admin sees of an account."""

    id: str = Field(examples=["9f2c"])
    name: str = Field(examples=["alice"])
    rank: Rank
    created_at: str
    agreed_at: str | None
    banned_at: str | None

    @classmethod
    def of(cls, account: Account) -> "AccountCard":
        """The account as admins see it."""
        return cls(**{name: getattr(account, name) for name in cls.model_fields})


class RankSent(Sent):
    """What an account shall be. Guests have no password and stay guests."""

    rank: Literal[Rank.ADMIN, Rank.MEMBER] = Field(examples=["admin"])


class AccountPage(Given):
    """Some accounts by name."""

    items: list[AccountCard]
    next: str | None


class ReportCard(Given):
    """A report. `text` and `guess` are what was said, null once that is erased."""

    id: int
    match: str
    seq: int
    reason: str
    created_at: str
    outcome: Outcome | None
    account: str | None = Field(description="Who reported it.")
    role: Role | None = Field(description="Who said it.")
    player: str
    text: str | None
    guess: str | None

    @classmethod
    def of(cls, report: Report) -> "ReportCard":
        """The report as admins see it."""
        return cls(**{name: getattr(report, name) for name in cls.model_fields})


class ReportPage(Given):
    """Some reports, oldest first."""

    items: list[ReportCard]
    next: str | None


class Decision(Sent):
    """What becomes of the utterance.

    `hide`: nobody is shown it any more, the log keeps it. `redact`: it is erased for good (a person's words only).
    `dismiss`: it stays.
    """

    outcome: Outcome


class Aborted(Given):
    """The match is over, without a winner."""

    match: str
    status: Literal["finished"] = "finished"


class WordRow(Given):
    """How one word fared in matches that are over."""

    word: str = Field(examples=["apple"])
    played: int
    induced: int = Field(description="Matches in which the defender was led to say it.")
    inferred: int = Field(description="Matches in which the defender guessed it.")


class WordsPage(Given):
    """A list of words, in its own order, with how each fared."""

    word_list: str = Field(examples=["en-easy"])
    language: Language
    level: Level | None
    words: int
    items: list[WordRow]
    next: str | None


@router.get("/accounts", summary="List accounts", responses=refusals(401))
async def accounts(
    who: CallerIn,
    house: HouseIn,
    like: Annotated[Storable, Query(max_length=64, description="Part of a name.")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AccountPage:
    """Accounts by name."""
    who.admin()
    after = place_of("accounts", cursor)
    if not isinstance(after, str | None):
        raise InputError("cursor", "give the `next` of a page of this list, or nothing")
    limit = min(limit, MOST_LISTED - 1)
    found = await house.people.accounts(like=like, after=after or "", limit=limit + 1)
    more = found[limit - 1].name if len(found) > limit else None
    return AccountPage(items=[AccountCard.of(it) for it in found[:limit]], next=cursor_of("accounts", more))


@router.post("/accounts/{id}/ban", summary="Shut an account out", responses=refusals(401, 404, 409))
async def ban(who: CallerIn, house: HouseIn, id_: AccountId) -> AccountCard:
    """Ends the account's sessions and connections, and refuses it from now on."""
    if who.admin().id == id_:
        raise ConflictError("admins cannot shut themselves out")
    await _require(house, id_)
    account = await house.people.ban(id_, True)
    await house.people.close_sessions(id_)
    house.switchboard.cut_off(id_)
    return AccountCard.of(account)


@router.delete("/accounts/{id}/ban", summary="Let an account in again", responses=refusals(401, 404))
async def unban(who: CallerIn, house: HouseIn, id_: AccountId) -> AccountCard:
    """Takes a ban back."""
    who.admin()
    await _require(house, id_)
    return AccountCard.of(await house.people.ban(id_, False))


@router.post("/accounts/{id}/rank", summary="Make an admin, or a member", responses=refusals(401, 404, 409))
async def promote(who: CallerIn, house: HouseIn, id_: AccountId, sent: RankSent) -> AccountCard:
    """Makes a member an admin, or an admin a member. Nobody changes their own rank."""
    if who.admin().id == id_:
        raise ConflictError("admins cannot take their own rank away; let another admin do it")
    await _require(house, id_)
    return AccountCard.of(await house.people.promote(id_, sent.rank))


async def _require(house: HouseIn, account: str) -> None:
    if await house.people.account(account) is None:
        raise NotFoundError("account", account)


@router.get("/reports", summary="List reports", responses=refusals(401))
async def reports(
    who: CallerIn,
    house: HouseIn,
    status: Annotated[Literal["open", "decided", "all"], Query()] = "open",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ReportPage:
    """Reports in the order in which they came."""
    who.admin()
    after = place_of("reports", cursor)
    if not isinstance(after, int | None):
        raise InputError("cursor", "give the `next` of a page of this list, or nothing")
    is_open = {"open": True, "decided": False, "all": None}[status]
    found = await Moderation(house.log).reports(is_open=is_open, after=after or 0, limit=limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return ReportPage(items=[ReportCard.of(it) for it in found[:limit]], next=cursor_of("reports", more))


@router.post("/reports/{id}/outcome", summary="Decide a report", responses=refusals(401, 404, 409))
async def decide(
    who: CallerIn, house: HouseIn, id_: Annotated[int, Path(alias="id", ge=1, le=1 << 62)], sent: Decision
) -> ReportCard:
    """Carries out a decision, for every waiting report of the same utterance."""
    who.admin()
    return ReportCard.of(await Moderation(house.log).decide(id_, sent.outcome))


@router.post("/matches/{match}/abort", summary="End a live match", responses=refusals(401, 404))
async def abort(who: CallerIn, house: HouseIn, match: Match) -> Aborted:
    """Ends a match without a winner, as the platform's own fault; it is not rated."""
    who.admin()
    live = house.hall.get(match)
    if live is None:
        raise NotFoundError("live match", match)
    await live.abort()
    return Aborted(match=match)


@router.delete(
    "/matches/{match}/hidden/{seq}",
    status_code=204,
    summary="Show what was hidden",
    responses=refusals(401, 404),
)
async def show_again(who: CallerIn, house: HouseIn, match: Match, seq: Annotated[Seq, Path()]) -> None:
    """Takes back that an utterance was hidden. What was erased stays erased."""
    who.admin()
    await Moderation(house.log).show_again(match, seq)


@router.get("/words", summary="How the words fare", responses=refusals(401, 404))
async def words(
    who: CallerIn,
    house: HouseIn,
    list_: Annotated[Storable, Query(alias="list", max_length=40)] = "en-easy",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> WordsPage:
    """The words of a built-in list with how often each was played, induced and inferred."""
    who.admin()
    if list_ not in list_names():
        raise NotFoundError("word list", list_)
    start = place_of("words", cursor) or 0
    if not isinstance(start, int):
        raise InputError("cursor", "give the `next` of a page of this list, or nothing")
    found = load_list(list_)
    counts = await house.archive.words(list_)
    some = found.words[start : start + limit]
    more = start + limit if start + limit < len(found.words) else None
    return WordsPage(
        word_list=list_,
        language=found.language,
        level=found.level,
        words=len(found.words),
        items=[_word(word, counts.get(word, WordCount())) for word in some],
        next=cursor_of("words", more),
    )


def _word(word: str, count: WordCount) -> WordRow:
    return WordRow(word=word, played=count.played, induced=count.induced, inferred=count.inferred)
