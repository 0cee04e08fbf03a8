"""Who asks: nobody known, an account by its cookie, or a program by its token. `caller` finds it out once a request.

A browser sends its cookie wherever a link leads, so what changes anything must also carry a value that only our own
pages know (`check_csrf`). A token is sent on purpose, and needs none.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import Response

from arena.server.addresses import address_of, is_same_origin
from arena.server.errors import BannedError, ForbiddenError, NotAgreedError, NotSignedInError
from arena.server.house import House, house_of
from arena.server.people import Account, Rank, Scope

if TYPE_CHECKING:
    from starlette.datastructures import Headers

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_VISIT_SECONDS = 86_400
_STRANGE = "the request does not come from a page of this server; open the page again and repeat it there"


class Via(StrEnum):
    """How a caller is known."""

    NOBODY = "nobody"
    COOKIE = "cookie"
    TOKEN = "token"


@dataclass(frozen=True)
class Caller:
    """Who asks, from where, and what they may do.

    `csrf` is what a form of ours must send back. `fresh_visit` is set where a visitor has no cookie to hold on to yet:
    whoever renders a form for them sets it with `keep_visit`.
    """

    account: Account | None
    via: Via
    scopes: frozenset[Scope]
    address: str
    csrf: str
    fresh_visit: str | None = None

    def signed_in(self) -> Account:
        """The account. Raises NotSignedInError or BannedError."""
        if self.account is None:
            raise NotSignedInError
        if self.account.is_banned:
            raise BannedError
        return self.account

    def reader(self) -> Account:
        """The account, for what is its own to read. Raises ForbiddenError for a token without the scope `read`.

        An admin's account that may not act as one is a member's.
        """
        account = self.signed_in()
        self._require(Scope.READ)
        return account if account.rank is not Rank.ADMIN or self.is_admin else replace(account, rank=Rank.MEMBER)

    def player(self) -> Account:
        """The account, for whoever speaks. Raises ForbiddenError for a token without `play`, and NotAgreedError."""
        account = self.signed_in()
        self._require(Scope.PLAY)
        if not account.has_agreed:
            raise NotAgreedError
        return account

    def person(self) -> Account:
        """The account, in its owner's browser: what no program may do for them. Raises ForbiddenError for a token."""
        account = self.signed_in()
        if self.via is not Via.COOKIE:
            raise ForbiddenError("a token cannot do that; sign in with a browser, or send the session's cookie")
        return account

    def admin(self) -> Account:
        """The account, where it is an admin's. Raises ForbiddenError, which tells nobody what is there."""
        account = self.signed_in()
        if account.rank is not Rank.ADMIN:
            raise ForbiddenError("only an admin may do that")
        self._require(Scope.ADMIN)
        return account

    @property
    def viewer(self) -> Account | None:
        """Whose own things are shown: None for nobody, a banned account, and a token without the scope `read`."""
        is_known = self.account is not None and not self.account.is_banned and self._may(Scope.READ)
        return self.reader() if is_known else None

    @property
    def is_admin(self) -> bool:
        """Whether `admin` would not raise."""
        account = self.account
        return account is not None and account.rank is Rank.ADMIN and not account.is_banned and self._may(Scope.ADMIN)

    def _may(self, scope: Scope) -> bool:
        return self.via is Via.COOKIE or scope in self.scopes

    def _require(self, scope: Scope) -> None:
        if not self._may(scope):
            raise ForbiddenError(f"the token has no scope {scope.value!r}; make one that has it on your account page")


async def caller(request: HTTPConnection) -> Caller:
    """Who asks. Raises NotSignedInError for a token that is not valid: a wrong key never passes for no key."""
    known = getattr(request.state, "caller", None)
    if not isinstance(known, Caller):
        known = await _find(request)
        request.state.caller = known
    return known


async def _find(request: HTTPConnection) -> Caller:
    house = house_of(request)
    address = address_of(request, house.settings)
    if "authorization" in request.headers:
        found = await house.people.token(_bearer(request.headers))
        if found is None:
            raise NotSignedInError
        account, token = found
        return Caller(account, Via.TOKEN, token.scopes, address, "")
    session = request.cookies.get(session_cookie(house))
    if session:
        account_of_it = await house.people.session(session)
        if account_of_it is not None:
            return Caller(account_of_it, Via.COOKIE, frozenset(), address, csrf_of(house, session))
    visit = request.cookies.get(visit_cookie(house))
    if visit:
        return Caller(None, Via.NOBODY, frozenset(), address, csrf_of(house, visit))
    fresh = secrets.token_urlsafe(24)
    return Caller(None, Via.NOBODY, frozenset(), address, csrf_of(house, fresh), fresh)


def _bearer(headers: "Headers") -> str:
    kind, _, secret = headers["authorization"].partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def csrf_of(house: House, seed: str) -> str:
    """What forms must send back: made from the session's secret, or from a visitor's cookie."""
    return hmac.new(house.secret, b"csrf:" + seed.encode(errors="replace"), sha256).hexdigest()


# --- requests that change something ----------------------------------------------------------------------------------


def check_csrf(caller: Caller, request: HTTPConnection, given: str | None) -> None:
    """Raises ForbiddenError where the request was not made by a page of ours.

    `given` is the form's field `csrf`; None takes the header `X-CSRF-Token`. Visitors who are not signed in are checked
    too, so that nobody is logged in to an account that is not theirs. Tokens and safe methods pass.
    """
    if caller.via is Via.TOKEN or request.scope.get("method", "GET") in _SAFE:
        return
    check_origin(caller, request)
    value = given if given is not None else request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(value.encode(errors="replace"), caller.csrf.encode()):
        raise ForbiddenError(_STRANGE)


def check_origin(caller: Caller, request: HTTPConnection) -> None:
    """Raises ForbiddenError where another site's page sent the request. Tokens pass: no page sends one unasked."""
    if caller.via is not Via.TOKEN and not is_same_origin(request, house_of(request).settings):
        raise ForbiddenError(_STRANGE)


# --- cookies ----------------------------------------------------------------------------------------------------------


def session_cookie(house: House) -> str:
    """The name of the cookie that holds a session."""
    return _name(house, "taboo_session")


def visit_cookie(house: House) -> str:
    """The name of the cookie that a visitor's forms hold on to."""
    return _name(house, "taboo_visit")


def _name(house: House, name: str) -> str:
    return f"__Host-{name}" if house.settings.is_secure else name


def sign_in(response: Response, house: House, secret: str) -> None:
    """Give the browser the secret of a session that `people.open_session` made."""
    _set(response, house, session_cookie(house), secret, house.settings.session_days * 86_400)
    _drop(response, house, visit_cookie(house))


def sign_out(response: Response, house: House) -> None:
    """Take the session's cookie back; `people.close_session` ends the session itself."""
    _drop(response, house, session_cookie(house))


def keep_visit(response: Response, house: House, caller: Caller) -> None:
    """Give a visitor the cookie that `caller.csrf` hangs on; nothing where they have one."""
    if caller.fresh_visit is not None:
        _set(response, house, visit_cookie(house), caller.fresh_visit, _VISIT_SECONDS)


def _set(response: Response, house: House, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=house.settings.is_secure
    )


def _drop(response: Response, house: House, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=house.settings.is_secure)
