"""The matches that are over: a list with filters, and one match to read again, step by step."""

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.core.rules import PRESETS
from arena.core.verdict import Reason, Role
from arena.server.archive import MatchQuery
from arena.server.archive_values import NOBODY
from arena.server.callers import caller
from arena.server.errors import InputError
from arena.server.house import house_of
from arena.server.limits import limits_of
from arena.server.moderation import MAX_REASON, Moderation
from arena.server.people import Account
from web.ending import ending_values, held_role
from web.measured import leaks
from web.pages.home import live_cards
from web.render import Sent, see_other, sent, show, site, words_for
from web.table import face
from web.wrongs import wrong_of

router = APIRouter()

PAGE = 25
PRESET_NAMES = (*PRESETS, "custom")
WINNERS = (*(role.value for role in Role), NOBODY)


def match_query(request: Request, account: Account | None) -> tuple[MatchQuery, dict[str, str]]:
    """What the address asks for, and the filters that it sets. A filter that makes no sense is passed over."""
    given = {name: value.strip()[:80] for name, value in request.query_params.items() if value.strip()}
    after = given.get("after", "")
    query = MatchQuery(
        player=given.get("player"),
        role=Role(given["role"]) if given.get("role") in list(Role) and "player" in given else None,
        account=account.id if account is not None and given.get("mine") else None,
        language=Language(given["language"]) if given.get("language") in list(Language) else None,
        preset=given["preset"] if given.get("preset") in PRESET_NAMES else None,
        reason=Reason(given["reason"]) if given.get("reason") in list(Reason) else None,
        winner=given["winner"] if given.get("winner") in WINNERS else None,
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 16 else None,
        limit=PAGE,
    )
    names = ("player", "role", "language", "preset", "reason", "winner")
    set_ = {name: str(value) for name in names if (value := getattr(query, name)) is not None}
    return query, {**set_, **({"mine": "yes"} if query.account is not None else {})}


@router.get("/matches")
async def matches(request: Request) -> Response:
    """Finished matches, newest first, and above them what is played now."""
    house, who = house_of(request), await caller(request)
    query, filters = match_query(request, who.viewer)
    found = await house.archive.matches(query, who.viewer)
    return await show(
        request,
        "matches.html",
        page=found,
        filters=filters,
        is_first=query.after is None,
        live=live_cards(house, 12) if not filters and query.after is None else [],
        reasons=tuple(Reason),
        presets=PRESET_NAMES,
        winners=WINNERS,
        roles=tuple(Role),
    )


@router.get("/matches/{match}")
async def match(request: Request, match: str) -> Response:
    """One match. While it is played, who may watch it is led there."""
    if house_of(request).hall.get(match) is not None:
        return see_other(request, f"/watch/{match}")
    return await _match(request, match, Sent({}))


async def _match(request: Request, match: str, form: Sent, error: TabooError | None = None) -> Response:
    house, who, tell = house_of(request), await caller(request), words_for(request)
    record = await house.archive.match(match, who.viewer)
    you = held_role(record, who.viewer)
    wrong = None if error is None else wrong_of(error, tell, fields=("reason",))
    hidden = {row["seq"]: row["gone"] for row in record.events if "gone" in row}
    return await show(
        request,
        "match.html",
        200 if wrong is None else wrong.status,
        **ending_values(record, you, tell),
        summary=record.summary,
        pair=record.pair,
        gone=hidden,
        times={row["seq"]: face(row["at"]) for row in record.events},
        leaks=leaks(record, tell),
        form=form,
        wrong=wrong,
        reported=request.query_params.get("report", ""),
        max_reason=MAX_REASON,
        address=site(request) + request.url.path,
    )


@router.post("/matches/{match}/reports")
async def report(request: Request, match: str) -> Response:
    """Tells the host of an utterance."""
    form, who = await sent(request), await caller(request)
    account = who.person()
    try:
        seq, reason = form.text("seq", 12), form.text("reason", MAX_REASON)
        if not (seq.isascii() and seq.isdecimal()):
            raise InputError("seq", "choose what you want to report")
        if not reason:
            raise InputError("reason", "say in a few words what is wrong with it")
        limits_of(request).take("reports", account.id, 30, 3600)
        await Moderation(house_of(request).log).report(account, match, int(seq), reason)
    except InputError as wrong:
        return await _match(request, match, form, wrong)
    return see_other(request, f"/matches/{match}", "reported")


@router.post("/matches/{match}/redactions")
async def redact(request: Request, match: str) -> Response:
    """Erases one thing that the account's person said."""
    form = await sent(request)
    account = (await caller(request)).person()
    seq = form.text("seq", 12)
    if not (seq.isascii() and seq.isdecimal()) or not form.has("sure"):
        raise InputError("seq", "choose what you want to erase, and say that you are sure")
    limits_of(request).take("redactions", account.id, 120, 3600)
    await Moderation(house_of(request).log).redact(account, match, int(seq))
    return see_other(request, f"/matches/{match}", "erased")
