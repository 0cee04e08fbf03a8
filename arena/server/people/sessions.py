"""Browsers that are logged in, in their table. Only the hash of a cookie is kept: whoever reads it cannot log in."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from arena.server.people.values import Account, stamp
from arena.store.beside import ACCOUNT, LOGIN

MOST_OF_ONE = 20
"""Sessions of one account; a further one ends the oldest."""
_LONGEST_SECRET = 100


def draw_secret() -> str:
    """What a new session's cookie holds: never anything that a browser brought along."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so no slow hash is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_plausible(secret: str) -> bool:
    """Whether it is worth a look into the table."""
    return 0 < len(secret) <= _LONGEST_SECRET


def add(connection: Connection, account: str, secret: str, now: datetime, days: int) -> None:
    """Keep a new session, and let the account's old ones go."""
    its = select(LOGIN.c.id).where(LOGIN.c.account == account)
    oldest = its.order_by(LOGIN.c.created_at.desc(), LOGIN.c.id).offset(MOST_OF_ONE - 1)
    gone = connection.execute(oldest).scalars().all()
    connection.execute(delete(LOGIN).where(LOGIN.c.id.in_(gone)))
    row = {
        "id": hash_of(secret),
        "account": account,
        "created_at": stamp(now),
        "expires_at": stamp(now + timedelta(days=days)),
    }
    connection.execute(insert(LOGIN), row)


def sweep(connection: Connection, now: datetime) -> None:
    """Forget the sessions that ran out."""
    connection.execute(delete(LOGIN).where(LOGIN.c.expires_at <= stamp(now)))


def owner(connection: Connection, hashed: str, now: datetime) -> Account | None:
    """Whose session it is; None where it ran out, was closed, or its owner is banned."""
    rows = (
        select(ACCOUNT)
        .join(LOGIN, LOGIN.c.account == ACCOUNT.c.id)
        .where(LOGIN.c.id == hashed, LOGIN.c.expires_at > stamp(now), ACCOUNT.c.banned_at.is_(None))
    )
    row = connection.execute(rows).mappings().first()
    return None if row is None else Account.from_row(row)


def close(connection: Connection, hashed: str) -> str | None:
    """End a session; whose it was, or None where there was none."""
    account: str | None = connection.execute(select(LOGIN.c.account).where(LOGIN.c.id == hashed)).scalar()
    connection.execute(delete(LOGIN).where(LOGIN.c.id == hashed))
    return account


def close_all(connection: Connection, account: str, *, but: str = "") -> None:
    """End the sessions of an account: all, or all but one, by its hash."""
    connection.execute(delete(LOGIN).where(LOGIN.c.account == account, LOGIN.c.id != but))
