"""Coming to play without an account: a nickname and the agreement, in the same form that starts the match."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from arena.server.callers import caller
from arena.server.errors import NotAgreedError
from arena.server.house import house_of
from arena.server.people import Account
from web.render import Sent
from web.sessions import let_in, make_guest


@dataclass(frozen=True)
class Arrival:
    """Who plays, once the form is read; `is_new` for a guest who has no session yet."""

    account: Account
    is_new: bool = False

    async def settle(self, request: Request, response: Response) -> Response:
        """The response, with a session's cookie where there was none."""
        return await let_in(request, response, self.account) if self.is_new else response


async def arrive(request: Request, form: Sent) -> Arrival:
    """Whoever plays: the account, with its agreement noted where the form has it, or a new guest.

    Raises BannedError, NotAgreedError, and what refuses a guest.
    """
    who = await caller(request)
    if who.account is None:
        return Arrival(await make_guest(request, who, form), is_new=True)
    account = who.signed_in()
    if not account.has_agreed and form.has("agree"):
        account = await house_of(request).people.agree(account.id)
    if not account.has_agreed:
        raise NotAgreedError
    return Arrival(account)
