"""Letting a browser in: as a guest, or as an account that has just shown its password."""

from starlette.requests import Request
from starlette.responses import Response

from arena.server.callers import Caller, session_cookie, sign_in
from arena.server.errors import ForbiddenError, NotAgreedError
from arena.server.house import house_of
from arena.server.limits import limits_of
from arena.server.people import Account
from web.render import Sent

GUESTS_AN_HOUR, REGISTRATIONS_AN_HOUR = 60, 20
_HOUR = 3600


async def let_in(request: Request, response: Response, account: Account) -> Response:
    """Open a session under a secret of its own; one that the browser brought along is not used again."""
    house = house_of(request)
    await leave(request)
    sign_in(response, house, await house.people.open_session(account.id))
    return response


async def leave(request: Request) -> None:
    """End the browser's session, where it has one."""
    house = house_of(request)
    old = request.cookies.get(session_cookie(house))
    if old:
        await house.people.close_session(old)


async def make_guest(request: Request, who: Caller, form: Sent) -> Account:
    """A guest with the form's `nickname`, who ticked `agree`. Raises what refuses them."""
    house = house_of(request)
    if not house.settings.guests:
        raise ForbiddenError("this server takes no guests; register, or ask the host")
    if not form.has("agree"):
        raise NotAgreedError
    limits_of(request).take("guests", who.address, GUESTS_AN_HOUR, _HOUR)
    return await house.people.guest(form.text("nickname", 64), agreed=True)


async def who_plays(request: Request, who: Caller, form: Sent) -> tuple[Account, bool]:
    """Who plays, and whether they are new here. Raises what keeps them from playing."""
    if who.account is None:
        return await make_guest(request, who, form), True
    account = who.person()
    if account.has_agreed:
        return account, False
    if not form.has("agree"):
        raise NotAgreedError
    return await house_of(request).people.agree(account.id), False


async def make_member(request: Request, who: Caller, name: str, password: str) -> Account:
    """A new account of somebody who agreed. Raises what refuses them."""
    house = house_of(request)
    if house.settings.registration != "open":
        raise ForbiddenError("registration is closed here; ask the host for an account")
    limits_of(request).take("registrations", who.address, REGISTRATIONS_AN_HOUR, _HOUR)
    return await house.people.register(name, password, agreed=True)
