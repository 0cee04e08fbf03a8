"""What admins see and do: people, live matches, reports, and how the words fare."""

from fastapi import APIRouter, Request, Response

from arena.server.archive_values import WordCount
from arena.server.callers import caller
from arena.server.errors import ConflictError, InputError, NotFoundError
from arena.server.house import House, house_of
from arena.server.moderation import Moderation, Outcome
from arena.server.people import Account, Rank
from arena.server.players import Kind
from arena.words.lists import list_names, load_list
from web.pages.home import LiveCard
from web.render import Sent, see_other, sent, show

router = APIRouter(prefix="/admin")

USERS, REPORTS, WORDS = 50, 20, 100


async def _admin(request: Request) -> Account:
    """The admin who asks. To everybody else there is nothing here."""
    who = await caller(request)
    who.signed_in()
    if not who.is_admin:
        raise NotFoundError("page", "/admin")
    return who.admin()


async def _sent(request: Request) -> tuple[Sent, Account]:
    form = await sent(request)
    return form, await _admin(request)


@router.get("")
async def overview(request: Request) -> Response:
    """What waits, and how the place is doing."""
    await _admin(request)
    house = house_of(request)
    waiting = await Moderation(house.log).reports(limit=101)
    lives = list(house.hall.live.values())
    figures = {
        "live": len(lives),
        "people": sum(seat.kind is Kind.PERSON for it in lives for seat in it.opening.seats.values()),
        "watchers": sum(it.watchers for it in lives),
        "agents": sum(it.kind is Kind.AGENT for it in house.lobby.agents()),
    }
    return await show(
        request,
        "admin/overview.html",
        figures=figures,
        waiting=len(waiting),
        failing=house.hall.failing,
        is_draining=house.hall.is_draining,
    )


# --- people -----------------------------------------------------------------------------------------------------------


@router.get("/users")
async def users(request: Request, like: str = "", after: str = "") -> Response:
    """Accounts by name."""
    me = await _admin(request)
    found = await house_of(request).people.accounts(like=like[:64], after=after[:64], limit=USERS + 1)
    more = found[USERS - 1].name if len(found) > USERS else None
    return await show(request, "admin/users.html", users=found[:USERS], like=like[:64], more=more, self_id=me.id)


@router.post("/users/{id_}/ban")
async def ban(request: Request, id_: str) -> Response:
    """Shuts an account out, or lets it in again where the form says so."""
    form, me = await _sent(request)
    house, is_out = house_of(request), form.text("banned") == "yes"
    if id_ == me.id:
        raise ConflictError("admins cannot shut themselves out")
    await _require(house, id_)
    await house.people.ban(id_, is_out)
    if is_out:
        house.switchboard.cut_off(id_)
    return see_other(request, _back(form, "/admin/users"), "banned" if is_out else "unbanned")


@router.post("/users/{id_}/rank")
async def promote(request: Request, id_: str) -> Response:
    """Makes a member an admin, or an admin a member."""
    form, me = await _sent(request)
    if id_ == me.id:
        raise ConflictError("admins cannot take their own rank away; let another admin do it")
    rank = form.text("rank")
    if rank not in (Rank.ADMIN, Rank.MEMBER):
        raise InputError("rank", "choose admin or member")
    await _require(house_of(request), id_)
    await house_of(request).people.promote(id_, Rank(rank))
    return see_other(request, _back(form, "/admin/users"), "promoted")


async def _require(house: House, id_: str) -> None:
    if await house.people.account(id_) is None:
        raise NotFoundError("account", id_)


def _back(form: Sent, otherwise: str) -> str:
    back = form.text("back")
    return back if back.startswith("/admin") else otherwise


# --- matches ----------------------------------------------------------------------------------------------------------


@router.get("/matches")
async def matches(request: Request) -> Response:
    """The live matches, private ones too. Neither words nor players are shown while they are played."""
    await _admin(request)
    cards = [
        (
            LiveCard(
                id=it.id,
                language=it.opening.rules.language.value,
                word_list=it.opening.rules.word_list,
                preset=it.opening.preset,
                turn=min(it.position.turn, it.opening.rules.max_turns),
                max_turns=it.opening.rules.max_turns,
                started_at=it.started_at,
                watchers=it.watchers,
            ),
            it.opening.is_private,
        )
        for it in reversed(list(house_of(request).hall.live.values()))
    ]
    return await show(request, "admin/matches.html", live=cards[:200], count=len(cards))


@router.post("/matches/{match}/abort")
async def abort(request: Request, match: str) -> Response:
    """Ends a live match without a winner, as the platform's own fault."""
    form, _ = await _sent(request)
    live = house_of(request).hall.get(match)
    if live is None:
        raise NotFoundError("live match", match)
    if not form.has("sure"):
        raise InputError("sure", "tick the box first")
    await live.abort()
    return see_other(request, "/admin/matches", "aborted")


# --- reports ----------------------------------------------------------------------------------------------------------


@router.get("/reports")
async def reports(request: Request, status: str = "open", after: str = "") -> Response:
    """Reported utterances, in the order in which they came."""
    await _admin(request)
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 16 else 0
    is_open = status != "decided"
    found = await Moderation(house_of(request).log).reports(is_open=is_open, after=start, limit=REPORTS + 1)
    more = found[REPORTS - 1].id if len(found) > REPORTS else None
    return await show(request, "admin/reports.html", reports=found[:REPORTS], is_open=is_open, more=more)


@router.post("/reports/{report}/outcome")
async def decide(request: Request, report: int) -> Response:
    """Hides or erases what was reported, or lets it stand."""
    form, _ = await _sent(request)
    outcome = form.text("outcome")
    if outcome not in list(Outcome):
        raise InputError("outcome", "choose hide, redact or dismiss")
    await Moderation(house_of(request).log).decide(report, Outcome(outcome))
    return see_other(request, "/admin/reports", f"report_{outcome}")


@router.post("/matches/{match}/{seq}/show")
async def show_again(request: Request, match: str, seq: int) -> Response:
    """Takes back that an utterance was hidden."""
    await _sent(request)
    await Moderation(house_of(request).log).show_again(match, seq)
    return see_other(request, f"/matches/{match}", "shown_again")


# --- words ------------------------------------------------------------------------------------------------------------


@router.get("/words")
async def words(request: Request, name: str = "en-easy", start: str = "") -> Response:
    """The words of a list, with how each fared in the matches that are over."""
    await _admin(request)
    if name not in list_names():
        raise NotFoundError("word list", name)
    begin = int(start) if start.isascii() and start.isdecimal() and len(start) < 9 else 0
    found, counts = load_list(name), await house_of(request).archive.words(name)
    shown = [(word, counts.get(word, WordCount())) for word in found.words[begin : begin + WORDS]]
    more = begin + WORDS if begin + WORDS < len(found.words) else None
    return await show(
        request, "admin/words.html", name=name, names=list_names(), words=shown, found=found, start=begin, more=more
    )
