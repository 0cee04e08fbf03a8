"""API tokens in their table: shown once, kept as a hash, with scopes and an end."""

import secrets
import string
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from arena.server.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from arena.server.people.sessions import hash_of
from arena.server.people.values import Account, Rank, Scope, Token, stamp
from arena.store.beside import ACCOUNT, TOKEN

PREFIX = "taboo_"
"""What every token begins with, so that a person or a scanner sees what it is."""
LONGEST_LABEL = 60
MOST_DAYS = 366
MOST_VALID = 50
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTH = 43
"""Letters after the prefix: 256 bits."""


def draw_secret() -> str:
    """A new token."""
    return PREFIX + "".join(_LETTERS[secrets.randbelow(len(_LETTERS))] for _ in range(_LENGTH))


def is_plausible(secret: str) -> bool:
    """Whether it is worth a look into the table."""
    return secret.startswith(PREFIX) and len(secret) == len(PREFIX) + _LENGTH and secret.isascii()


def add(
    connection: Connection,
    account: Account,
    secret: str,
    label: str,
    scopes: Collection[Scope],
    now: datetime,
    days: int,
) -> Token:
    """Keep a new token. Raises InputError, ForbiddenError or ConflictError."""
    label = _check(account, label, scopes, days)
    valid = select(func.count()).where(
        TOKEN.c.account == account.id, TOKEN.c.revoked_at.is_(None), TOKEN.c.expires_at > stamp(now)
    )
    if connection.execute(valid).scalar_one() >= MOST_VALID:
        raise ConflictError(f"the account has {MOST_VALID} valid tokens already; revoke one first")
    row = {
        "id": secrets.token_hex(8),
        "account": account.id,
        "hash": hash_of(secret),
        "label": label,
        "scopes": " ".join(sorted(scopes)),
        "created_at": stamp(now),
        "expires_at": stamp(now + timedelta(days=days)),
        "revoked_at": None,
        "used_at": None,
    }
    connection.execute(insert(TOKEN), row)
    return Token.from_row(row)


def _check(account: Account, label: str, scopes: Collection[Scope], days: int) -> str:
    label = label.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise InputError("label", f"must be 1 to {LONGEST_LABEL} characters that can be seen")
    if not scopes:
        raise InputError("scopes", "a token without a scope opens nothing; choose play, read or both")
    if not 1 <= days <= MOST_DAYS:
        raise InputError("days", f"must be from 1 to {MOST_DAYS}, not {days}")
    if account.rank is Rank.GUEST:
        raise ForbiddenError("guests have no tokens; register first")
    if Scope.ADMIN in scopes and account.rank is not Rank.ADMIN:
        raise ForbiddenError("only an admin's token may have the scope 'admin'")
    return label


def owner(connection: Connection, hashed: str, now: datetime) -> tuple[Account, Token] | None:
    """Whose token it is; None where it ran out, was revoked, or its owner is banned."""
    row = connection.execute(select(TOKEN).where(TOKEN.c.hash == hashed)).mappings().first()
    if row is None:
        return None
    token = Token.from_row(row)
    of = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == row["account"])).mappings().first()
    if of is None or of["banned_at"] is not None or not token.is_valid(now):
        return None
    return Account.from_row(of), token


def of_account(connection: Connection, account: str) -> list[Token]:
    """Every token of an account, the newest last."""
    rows = select(TOKEN).where(TOKEN.c.account == account).order_by(TOKEN.c.created_at, TOKEN.c.id)
    return [Token.from_row(row) for row in connection.execute(rows).mappings()]


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Write down that the token was used."""
    connection.execute(update(TOKEN).where(TOKEN.c.id == token).values(used_at=stamp(now)))


def revoke(connection: Connection, account: str, token: str, now: datetime) -> Token:
    """Make a token worthless; one that is already stays as it is. Raises NotFoundError."""
    mine = (TOKEN.c.id == token, TOKEN.c.account == account)
    connection.execute(update(TOKEN).where(*mine, TOKEN.c.revoked_at.is_(None)).values(revoked_at=stamp(now)))
    row = connection.execute(select(TOKEN).where(*mine)).mappings().first()
    if row is None:
        raise NotFoundError("token", token)
    return Token.from_row(row)


def revoke_all(connection: Connection, account: str, now: datetime) -> None:
    """Make every token of an account worthless."""
    its = (TOKEN.c.account == account, TOKEN.c.revoked_at.is_(None))
    connection.execute(update(TOKEN).where(*its).values(revoked_at=stamp(now)))
