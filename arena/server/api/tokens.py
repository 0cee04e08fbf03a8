"""API tokens, and the one-use tickets by which a browser opens a socket."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from arena.server.api.asking import KNOWN, CallerIn, Given, HouseIn, Opaque, Sent, Storable, refusals
from arena.server.people import Scope, Token

router = APIRouter(tags=["tokens"])
MAX_DAYS = 366
TICKET_SECONDS = 30


class TokenWish(Sent):
    """What a new token may do, and for how long."""

    label: Annotated[Storable, Field(min_length=1, max_length=60)] = Field(examples=["my parrot"])
    scopes: frozenset[Scope] = Field(
        default=frozenset({Scope.PLAY}),
        min_length=1,
        description="`play`: sit in seats. `read`: see what is the account's own. `admin`: what admins may do.",
    )
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 90


class TokenCard(Given):
    """What is known of a token; never the token itself."""

    id: str = Field(examples=["4b1d"])
    label: str = Field(examples=["my parrot"])
    scopes: list[Scope]
    created_at: str
    expires_at: str
    revoked_at: str | None
    used_at: str | None


class FreshToken(Given):
    """A new token. `secret` is shown this once: only its hash is kept."""

    token: TokenCard
    secret: str = Field(examples=["taboo_5Hq2..."])


class TicketCard(Given):
    """Sent in `identify` by a browser, which cannot set headers on a socket. Good once, for `expires_in` seconds."""

    ticket: str
    expires_in: int = Field(examples=[TICKET_SECONDS])


def _card(token: Token) -> TokenCard:
    return TokenCard(
        id=token.id,
        label=token.label,
        scopes=sorted(token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        used_at=token.used_at,
    )


@router.get("/tokens", summary="My tokens", responses=refusals(401), dependencies=KNOWN)
async def tokens(who: CallerIn, house: HouseIn) -> list[TokenCard]:
    """Every token of the account, newest last."""
    account = who.reader()
    return [_card(token) for token in await house.people.tokens(account.id)]


@router.post("/tokens", status_code=201, summary="Make a token", responses=refusals(401, 409), dependencies=KNOWN)
async def issue(who: CallerIn, house: HouseIn, sent: TokenWish) -> FreshToken:
    """Makes a token. Only a signed-in browser can: a token makes no tokens, and guests have none."""
    account = who.person()
    token, secret = await house.people.issue_token(account.id, sent.label, sent.scopes, sent.days)
    return FreshToken(token=_card(token), secret=secret)


@router.delete("/tokens/{id}", summary="Revoke a token", responses=refusals(401, 404), dependencies=KNOWN)
async def revoke(who: CallerIn, house: HouseIn, id_: Annotated[Opaque, Path(alias="id")]) -> TokenCard:
    """Makes a token worthless at once."""
    account = who.person()
    revoked = await house.people.revoke_token(account.id, id_)
    house.switchboard.cut_off_token(revoked.id)
    return _card(revoked)


@router.post("/tickets", status_code=201, summary="Get a socket ticket", responses=refusals(401), dependencies=KNOWN)
async def ticket(who: CallerIn, house: HouseIn) -> TicketCard:
    """Makes a ticket for the account that is signed in."""
    who.person()
    account = who.player()
    return TicketCard(ticket=house.people.issue_ticket(account.id), expires_in=TICKET_SECONDS)
