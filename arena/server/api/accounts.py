"""Accounts: registering, signing in and out, agreeing, and taking one's words back."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, SecretStr

from arena.server.api.asking import KNOWN, CallerIn, Given, HouseIn, Sent, Storable, refusals
from arena.server.callers import csrf_of, session_cookie, sign_in, sign_out
from arena.server.errors import ForbiddenError
from arena.server.house import House
from arena.server.limits import limits_of
from arena.server.moderation import Moderation
from arena.server.people import Account, Rank

router = APIRouter(tags=["accounts"])
Password = Annotated[SecretStr, Field(max_length=256)]
Name = Annotated[Storable, Field(max_length=64)]


class Registration(Sent):
    """A new account."""

    name: Name = Field(examples=["alice"])
    password: Password = Field(examples=["a long sentence is a good one"])
    agreed: bool = Field(default=False, description="Whether what is said here may be stored and used for research.")


class GuestEntry(Sent):
    """Somebody who only wants to play now."""

    nickname: Name = Field(examples=["visitor"])
    agreed: bool = Field(default=False, description="Whether what is said here may be stored and used for research.")


class Login(Sent):
    """A name and its password."""

    name: Name = Field(examples=["alice"])
    password: Password = Field(examples=["a long sentence is a good one"])


class PasswordChange(Sent):
    """The password there is, and the one that shall be."""

    old: Password = Field(examples=["a long sentence is a good one"])
    new: Password = Field(examples=["an even longer sentence is better"])


class Me(Given):
    """The account that asks. `csrf` is what a browser's changes must carry in `X-Csrf-Token`; "" for a token."""

    id: str = Field(examples=["9f2c"])
    name: str = Field(examples=["alice"])
    rank: Rank
    created_at: str = Field(examples=["2026-01-31T12:00:00+00:00"])
    has_agreed: bool
    csrf: str = Field(examples=["5d41402abc4b2a76b9719d911017c592"])


class WordsTaken(Given):
    """What became of the wish. Nothing can be erased in a match that is still played: wish again when it is over."""

    erased: int = Field(description="Utterances and guesses that were erased for good.", examples=[12])
    matches_still_played: int = Field(examples=[0])


def _me(account: Account, csrf: str) -> Me:
    return Me(
        id=account.id,
        name=account.name,
        rank=account.rank,
        created_at=account.created_at,
        has_agreed=account.has_agreed,
        csrf=csrf,
    )


async def _enter(request: Request, response: Response, house: House, account: Account) -> Me:
    """Open a session under a secret of its own; one that the browser brought along is not used again."""
    await _forget(request, house)
    secret = await house.people.open_session(account.id)
    sign_in(response, house, secret)
    return _me(account, csrf_of(house, secret))


async def _forget(request: Request, house: House) -> None:
    old = request.cookies.get(session_cookie(house))
    if old:
        await house.people.close_session(old)


@router.post("/accounts", status_code=201, summary="Register", responses=refusals(409))
async def register(request: Request, response: Response, who: CallerIn, house: HouseIn, sent: Registration) -> Me:
    """Makes an account and signs the browser in. Registering anew is limited to 20 an hour from one address."""
    if house.settings.registration != "open":
        raise ForbiddenError("registration is closed here; ask the host for an account")
    limits_of(request).take("registrations", who.address, 20, 3600)
    account = await house.people.register(sent.name, sent.password.get_secret_value(), sent.agreed)
    return await _enter(request, response, house, account)


@router.post("/guests", status_code=201, summary="Come as a guest", responses=refusals(409))
async def guest(request: Request, response: Response, who: CallerIn, house: HouseIn, sent: GuestEntry) -> Me:
    """Makes an account without a password that lasts as long as the browser remembers it."""
    if not house.settings.guests:
        raise ForbiddenError("this server takes no guests; register, or ask the host")
    limits_of(request).take("guests", who.address, 60, 3600)
    account = await house.people.guest(sent.nickname, sent.agreed)
    return await _enter(request, response, house, account)


@router.post("/sessions", status_code=201, summary="Sign in", responses=refusals(401))
async def log_in(request: Request, response: Response, who: CallerIn, house: HouseIn, sent: Login) -> Me:
    """Signs the browser in. The answer to a wrong name and to a wrong password is the same."""
    account = await house.people.log_in(sent.name, sent.password.get_secret_value(), who.address)
    return await _enter(request, response, house, account)


@router.delete("/sessions/current", status_code=204, summary="Sign out", responses=refusals(401), dependencies=KNOWN)
async def log_out(request: Request, response: Response, who: CallerIn, house: HouseIn) -> None:
    """Ends the browser's session."""
    who.person()
    await _forget(request, house)
    sign_out(response, house)


@router.delete("/sessions", status_code=204, summary="Sign out everywhere", responses=refusals(401), dependencies=KNOWN)
async def log_out_everywhere(response: Response, who: CallerIn, house: HouseIn) -> None:
    """Ends every session of the account, in this browser too. Its tokens stay valid."""
    await house.people.close_sessions(who.person().id)
    sign_out(response, house)


@router.get("/accounts/me", summary="Who am I", responses=refusals(401), dependencies=KNOWN)
async def me(who: CallerIn) -> Me:
    """The account that asks."""
    return _me(who.signed_in(), who.csrf)


@router.post("/accounts/me/agreement", summary="Agree", responses=refusals(401), dependencies=KNOWN)
async def agree(who: CallerIn, house: HouseIn) -> Me:
    """Agrees that what the account says is stored and used for research. Nobody plays before."""
    account = who.person()
    return _me(await house.people.agree(account.id), who.csrf)


@router.post("/accounts/me/password", summary="Change the password", responses=refusals(401), dependencies=KNOWN)
async def set_password(request: Request, response: Response, who: CallerIn, house: HouseIn, sent: PasswordChange) -> Me:
    """Sets another password, and signs every other browser out."""
    account = who.person()
    limits_of(request).take("password changes", account.id, 10, 900)
    await house.people.set_password(account.id, sent.old.get_secret_value(), sent.new.get_secret_value())
    return await _enter(request, response, house, account)


@router.delete("/accounts/me/words", summary="Take back all I said", responses=refusals(401), dependencies=KNOWN)
async def erase_words(request: Request, who: CallerIn, house: HouseIn) -> WordsTaken:
    """Erases everything that the person of this account said in matches that are over. It cannot be undone.

    What programs of the account said stays: it is no person's text.
    """
    account = who.person()
    limits_of(request).take("erasures", account.id, 10, 900)
    taken = await Moderation(house.log).redact_all(account)
    return WordsTaken(erased=taken.erased, matches_still_played=taken.waiting)
