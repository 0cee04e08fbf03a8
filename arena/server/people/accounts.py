"""The accounts in their table: each function does one thing on a connection, within the caller's transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from arena.server.errors import NameTakenError, NotFoundError
from arena.server.people.names import LONGEST, key_of, keys_of
from arena.server.people.values import Account, Rank
from arena.store.beside import ACCOUNT

_SUFFIXES = 32
"""How many suffixes a guest's nickname is tried with."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An account to be made. A guest has no password."""

    name: str
    rank: Rank
    password: str | None
    created_at: str
    agreed_at: str | None


def add(connection: Connection, new: Newcomer) -> Account:
    """Make the account. Raises NameTakenError."""
    if is_taken(connection, new.name):
        raise NameTakenError(new.name)
    account = Account(secrets.token_hex(8), new.name, new.rank, new.created_at, new.agreed_at)
    row = {
        "id": account.id,
        "name": new.name,
        "key": key_of(new.name),
        "rank": new.rank.value,
        "password": new.password,
        "created_at": new.created_at,
        "agreed_at": new.agreed_at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(ACCOUNT), row)
    except IntegrityError:  # another process of the server was faster
        raise NameTakenError(new.name) from None
    return account


def is_taken(connection: Connection, name: str) -> bool:
    """Whether somebody has the name, or one that looks like it."""
    rows = select(ACCOUNT.c.id).where(ACCOUNT.c.key.in_(keys_of(name))).limit(1)
    return connection.execute(rows).first() is not None


def free_name(connection: Connection, nickname: str, suffixes: Iterable[int]) -> str:
    """The nickname where it is free, else with a number after it. Raises NameTakenError where no number helps."""
    if not is_taken(connection, nickname):
        return nickname
    for number in suffixes:
        suffix = f"-{number}"
        name = nickname[: LONGEST - len(suffix)].rstrip("._-") + suffix
        if not is_taken(connection, name):
            return name
    raise NameTakenError(nickname)


def draw_suffixes() -> list[int]:
    """Numbers for `free_name` to try."""
    return [1000 + secrets.randbelow(9000) for _ in range(_SUFFIXES)]


def by_id(connection: Connection, account: str) -> Account | None:
    """The account, or None where there is none."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == account)).mappings().first()
    return None if row is None else Account.from_row(row)


def needed(connection: Connection, account: str) -> Account:
    """The account. Raises NotFoundError."""
    found = by_id(connection, account)
    if found is None:
        raise NotFoundError("account", account)
    return found


def by_name(connection: Connection, name: str) -> tuple[Account, str | None] | None:
    """The account of a name, however it is written, and its password's hash; None where nobody is called so."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.key == key_of(name))).mappings().first()
    return None if row is None else (Account.from_row(row), row["password"])


def password_of(connection: Connection, account: str) -> str | None:
    """The hash of the account's password; None where it has none, or there is no such account."""
    found: str | None = connection.execute(select(ACCOUNT.c.password).where(ACCOUNT.c.id == account)).scalar()
    return found


def change(connection: Connection, account: str, **values: str | None) -> Account:
    """Set some columns; the account as it is then. Raises NotFoundError."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account).values(**values))
    return needed(connection, account)


def replace_password(connection: Connection, account: str, old: str, new: str) -> bool:
    """Put one hash in the place of another; False where another one stands there by now."""
    is_old = (ACCOUNT.c.id == account, ACCOUNT.c.password == old)
    return connection.execute(update(ACCOUNT).where(*is_old).values(password=new)).rowcount == 1


def page(connection: Connection, like: str, after: str, limit: int) -> list[Account]:
    """Accounts whose names hold `like`, in the order of their keys, from behind the name `after` on."""
    rows = select(ACCOUNT).order_by(ACCOUNT.c.key).limit(limit)
    if after:
        rows = rows.where(ACCOUNT.c.key > key_of(after))
    if like:
        rows = rows.where(ACCOUNT.c.key.contains(key_of(like), autoescape=True))
    return [Account.from_row(row) for row in connection.execute(rows).mappings()]
