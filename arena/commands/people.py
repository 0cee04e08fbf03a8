"""`taboo people`: a host's hands on the accounts, at the terminal, whether the server runs or not."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from arena.commands.options import Db, Json, open_user_log
from arena.core.jsonline import to_line

if TYPE_CHECKING:
    from arena.server.people import Account, People, Scope

_PAGE = 100

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="The accounts of a server: who they are, and what they may do. A running server follows within seconds.\n\n"
    "Example: [bold]taboo people promote alice admin[/bold]",
)

Name = Annotated[str, typer.Argument(help="The account's name.", show_default=False)]


class NewRank(StrEnum):
    """What somebody can be made."""

    ADMIN = "admin"
    MEMBER = "member"


@app.command("list")
def list_people(
    like: Annotated[str, typer.Option("--like", help="Only names that hold this.", show_default=False)] = "",
    as_json: Json = False,
    db: Db = None,
) -> None:
    """Everybody who has an account.

    Example: [bold]taboo people list --like ali[/bold]
    """
    with _people(db) as people:
        found = list(_all(people, like))
    if as_json:
        sys.stdout.write(to_line([asdict(account) for account in found]) + "\n")
        return
    table = Table("name", "rank", "since", "agreed", "banned", box=None, header_style="bold")
    for account in found:
        days = [_day(moment) for moment in (account.created_at, account.agreed_at, account.banned_at)]
        table.add_row(Text(account.name, "bold"), account.rank.value, *days)
    Console(highlight=False).print(table)


@app.command()
def add(
    name: Name,
    is_admin: Annotated[bool, typer.Option("--admin", help="Make them an admin at once.")] = False,
    db: Db = None,
) -> None:
    """Make an account; asks for the password, or reads it from standard input.

    They agree to storage and research when they first log in.

    Example: [bold]taboo people add alice --admin[/bold]
    """
    from arena.server.people import Rank
    from arena.server.people.names import check_name

    check_name(name)  # before somebody thinks of a password for it
    password = _ask_password(f"Password of {name}")
    with _people(db, create=True) as people:
        account = asyncio.run(people.register(name, password, agreed=False))
        if is_admin:
            asyncio.run(people.promote(account.id, Rank.ADMIN))
    _say(f"{account.name} has an account now" + (", and is an admin" if is_admin else ""))


@app.command()
def promote(
    name: Name,
    rank: Annotated[NewRank, typer.Argument(help="What they shall be.")] = NewRank.ADMIN,
    db: Db = None,
) -> None:
    """Make somebody an admin, or a member again.

    Example: [bold]taboo people promote alice admin[/bold]
    """
    from arena.server.people import Rank

    with _people(db) as people:
        account = asyncio.run(people.promote(_find(people, name).id, Rank(rank.value)))
    _say(f"{account.name} is {'an admin' if account.rank is Rank.ADMIN else 'a member'} now")


@app.command()
def ban(name: Name, db: Db = None) -> None:
    """Shut somebody out: their sessions end, and their tokens are void for good.

    Example: [bold]taboo people ban mallory[/bold]
    """
    with _people(db) as people:
        account = asyncio.run(people.ban(_find(people, name).id, banned=True))
    _say(f"{account.name} is banned; sessions are closed and tokens void")


@app.command()
def unban(name: Name, db: Db = None) -> None:
    """Let somebody in again. They log in, and make new tokens.

    Example: [bold]taboo people unban mallory[/bold]
    """
    with _people(db) as people:
        account = asyncio.run(people.ban(_find(people, name).id, banned=False))
    _say(f"{account.name} may log in again")


@app.command()
def password(name: Name, db: Db = None) -> None:
    """Set a new password: sessions end, and tokens are void. Asks for it, or reads it from standard input.

    Example: [bold]taboo people password alice[/bold]
    """
    with _people(db) as people:
        account = _find(people, name)
        asyncio.run(people.reset_password(account.id, _ask_password(f"New password of {account.name}")))
    _say(f"{account.name} has a new password; sessions are closed and tokens void")


@app.command()
def token(
    name: Name,
    scopes: Annotated[str, typer.Option("--scopes", help="What it allows: play, read, admin.")] = "play,read",
    days: Annotated[int, typer.Option("--days", help="How long it is good.")] = 90,
    label: Annotated[str, typer.Option("--label", help="What its owner knows it by.")] = "made by the host",
    db: Db = None,
) -> None:
    """Make an API token and print it; it cannot be shown again.

    Example: [bold]taboo people token alice --scopes play --days 30[/bold]
    """
    wanted = _scopes(scopes)
    with _people(db) as people:
        made, secret = asyncio.run(people.issue_token(_find(people, name).id, label, wanted, days))
    sys.stdout.write(secret + "\n")
    sys.stderr.write(f"good until {made.expires_at}; keep it now, it is not shown again\n")


# --- what they share --------------------------------------------------------------------------------------------------


@contextmanager
def _people(db: str | None, *, create: bool = False) -> "Iterator[People]":
    from arena.server.people import People

    with open_user_log(db, create=create) as log:
        yield People(log)


def _find(people: "People", name: str) -> "Account":
    from arena.server.errors import NotFoundError

    found = asyncio.run(people.find(name))
    if found is None:
        raise NotFoundError("account", name)
    return found


def _all(people: "People", like: str) -> "Iterator[Account]":
    page = asyncio.run(people.accounts(like=like, limit=_PAGE))
    while page:
        yield from page
        page = asyncio.run(people.accounts(like=like, after=page[-1].name, limit=_PAGE))


def _scopes(text: str) -> "frozenset[Scope]":
    from arena.server.errors import InputError
    from arena.server.people import Scope

    words = [word.strip() for word in text.split(",") if word.strip()]
    known = [scope.value for scope in Scope]
    for word in words:
        if word not in known:
            raise InputError("scopes", f"there is no scope {word!r}; known: {', '.join(known)}")
    return frozenset(map(Scope, words))


def _ask_password(prompt: str) -> str:
    """What is typed unseen, twice; or the first line of standard input where nobody sits there."""
    if sys.stdin.isatty():
        answer: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=True)
        return answer
    return sys.stdin.readline().rstrip("\r\n")


def _day(moment: str | None) -> str:
    return "" if moment is None else moment[:10]


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
