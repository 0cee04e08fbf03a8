"""One's own account: matches, tokens for programs, password, and taking back what one said."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.server.archive import MatchQuery
from arena.server.callers import caller, sign_out
from arena.server.errors import InputError
from arena.server.house import house_of
from arena.server.limits import limits_of
from arena.server.moderation import Moderation
from arena.server.people import Account, Rank, Scope
from arena.server.people.values import read_clock, stamp
from web.render import Sent, see_other, sent, show, site, words_for
from web.sessions import let_in
from web.wrongs import wrong_of

router = APIRouter()

RECENT = 8
DAYS = (7, 30, 90, 365)


@router.get("/account")
async def account(request: Request) -> Response:
    """The account of whoever is signed in."""
    return await _account(request, Sent({}))


async def _account(
    request: Request, form: Sent, error: TabooError | None = None, *, of: str = "", secret: str | None = None
) -> Response:
    """The page. `of` is the form that `error` is about; `secret` is a token that is shown this once."""
    house, me = house_of(request), (await caller(request)).person()
    fields = ("label", "scopes", "days", "old", "new", "sure")
    wrong = None if error is None else wrong_of(error, words_for(request), fields=fields)
    mine = await house.archive.matches(MatchQuery(account=me.id, limit=RECENT), me)
    tokens = await house.people.tokens(me.id)
    return await show(
        request,
        "account.html",
        200 if wrong is None else wrong.status,
        account=me,
        form=form,
        of=of,
        wrong=wrong,
        secret=secret,
        base=site(request),
        tokens=sorted(tokens, key=lambda it: (not it.is_valid(read_clock()), it.created_at), reverse=False),
        now=stamp(read_clock()),
        live=house.hall.seats_of(me.id),
        recent=mine.items,
        has_more=mine.after is not None,
        scopes=_scopes(me),
        days=DAYS,
        expiries={days: stamp(read_clock() + timedelta(days=days))[:10] for days in DAYS},
    )


def _scopes(me: Account) -> tuple[Scope, ...]:
    return tuple(Scope) if me.rank is Rank.ADMIN else (Scope.PLAY, Scope.READ)


@router.post("/account/tokens")
async def issue(request: Request) -> Response:
    """Makes a token, and shows it this once: nothing on the server can show it again."""
    form = await sent(request)
    me = (await caller(request)).person()
    try:
        limits_of(request).take("tokens", me.id, 30, 3600)
        chosen = {Scope(it) for it in form.all("scopes") if it in list(Scope)}
        days = form.text("days", 4)
        if not (days.isascii() and days.isdecimal()):
            raise InputError("days", "must be a whole number")
        _, secret = await house_of(request).people.issue_token(me.id, form.text("label", 200), chosen, int(days))
    except TabooError as wrong:
        return await _account(request, form, wrong, of="tokens")
    return await _account(request, Sent({}), secret=secret)


@router.post("/account/tokens/{token}/revoke")
async def revoke(request: Request, token: str) -> Response:
    """Makes a token useless, at once and for good."""
    await sent(request)
    me = (await caller(request)).person()
    house = house_of(request)
    await house.people.revoke_token(me.id, token)
    house.switchboard.cut_off_token(token)
    return see_other(request, "/account#tokens", "revoked")


@router.post("/account/password")
async def password(request: Request) -> Response:
    """Sets another password, and signs every other browser out."""
    form = await sent(request)
    me, house = (await caller(request)).person(), house_of(request)
    try:
        limits_of(request).take("password changes", me.id, 10, 900)
        await house.people.set_password(me.id, form.whole("old", 4096), form.whole("new", 4096))
    except TabooError as wrong:
        return await _account(request, Sent({}), wrong, of="password")
    response = see_other(request, "/account", "password_changed")
    return await let_in(request, response, me)


@router.post("/account/words")
async def erase(request: Request) -> Response:
    """Erases everything that the account's person said in matches that are over."""
    form = await sent(request)
    me = (await caller(request)).person()
    try:
        if not form.has("sure"):
            raise InputError("sure", "tick the box first")
        limits_of(request).take("erasures", me.id, 10, 900)
        taken = await Moderation(house_of(request).log).redact_all(me)
    except TabooError as wrong:
        return await _account(request, form, wrong, of="words")
    return see_other(request, "/account", "words_erased_but" if taken.waiting else "words_erased")


@router.post("/account/leave")
async def leave_everywhere(request: Request) -> Response:
    """Ends every session of the account, in this browser too."""
    await sent(request)
    me = (await caller(request)).person()
    await house_of(request).people.close_sessions(me.id)
    response = see_other(request, "/", "logged_out")
    sign_out(response, house_of(request))
    return response
