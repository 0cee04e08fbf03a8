"""Coming in and going out: register, log in, come as a guest, agree, log out."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.server.callers import caller, sign_out
from arena.server.errors import NotAgreedError
from arena.server.house import house_of
from web.render import Sent, local, see_other, sent, show, words_for
from web.sessions import leave, let_in, make_guest, make_member
from web.wrongs import wrong_of

router = APIRouter()
_EMPTY = Sent({})


async def _form(request: Request, kind: str, form: Sent, error: TabooError | None = None) -> Response:
    """One of the forms, with what was wrong about it beside the field; passwords are never given back."""
    fields = ("nickname", "agree") if kind == "guest" else ("name", "password", "agree")
    wrong = None if error is None else wrong_of(error, words_for(request), fields=(*fields, "name"))
    next_ = local(form.text("next") or request.query_params.get("next"), otherwise="")
    values = {"kind": kind, "form": form, "wrong": wrong, "next": next_, "next_query": quote(next_, safe="")}
    return await show(request, "entry.html", 200 if wrong is None else wrong.status, **values)


@router.get("/register")
async def register_form(request: Request) -> Response:
    """The form that makes an account."""
    return await _form(request, "register", _EMPTY)


@router.post("/register")
async def register(request: Request) -> Response:
    """Makes an account, and lets the browser in."""
    form = await sent(request)
    try:
        if not form.has("agree"):
            raise NotAgreedError
        who = await caller(request)
        account = await make_member(request, who, form.text("name", 200), form.whole("password", 4096))
    except TabooError as wrong:
        return await _form(request, "register", form, wrong)
    return await let_in(request, see_other(request, local(form.text("next"), "/lobby"), "registered"), account)


@router.get("/login")
async def login_form(request: Request) -> Response:
    """The form that lets an account in."""
    return await _form(request, "login", _EMPTY)


@router.post("/login")
async def login(request: Request) -> Response:
    """Lets an account in that shows its password."""
    form, house = await sent(request), house_of(request)
    try:
        who = await caller(request)
        name, password = form.text("name", 200), form.whole("password", 4096)
        account = await house.people.log_in(name, password, who.address)
    except TabooError as wrong:
        return await _form(request, "login", form, wrong)
    return await let_in(request, see_other(request, local(form.text("next"), "/lobby")), account)


@router.get("/guest")
async def guest_form(request: Request) -> Response:
    """The form for somebody who only wants to play now."""
    return await _form(request, "guest", _EMPTY)


@router.post("/guest")
async def guest(request: Request) -> Response:
    """Makes a guest, and lets the browser in."""
    form = await sent(request)
    try:
        account = await make_guest(request, await caller(request), form)
    except TabooError as wrong:
        return await _form(request, "guest", form, wrong)
    return await let_in(request, see_other(request, local(form.text("next"), "/lobby")), account)


@router.post("/logout")
async def logout(request: Request) -> Response:
    """Ends the browser's session."""
    await sent(request)
    await leave(request)
    response = see_other(request, "/", "logged_out")
    sign_out(response, house_of(request))
    return response


@router.get("/agreement")
async def agreement(request: Request) -> Response:
    """What everybody agrees to before their first word, and the button that does it."""
    return await show(request, "agreement.html", next=local(request.query_params.get("next"), ""))


@router.post("/agreement")
async def agree(request: Request) -> Response:
    """Notes that the account agreed."""
    form = await sent(request)
    account = (await caller(request)).person()
    await house_of(request).people.agree(account.id)
    return see_other(request, local(form.text("next"), "/lobby"), "agreed")
