"""Who takes part: two players with a secret between them, and every kind of outsider who would like to know it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from serving import PLAYS, Served
from sqlalchemy import select

from arena.core.hits import Language
from arena.server.lobby.dealing import note_seen
from arena.server.people import Account, People, Scope
from arena.server.people.values import read_clock
from arena.store import StoreLog, open_log
from arena.store.beside import ACCOUNT, LOGIN, TOKEN
from arena.words.lists import load_list

ATTACKER, DEFENDER = "Quillonfeather", "Doublewarden"
ATTACKERS_AGENT, DEFENDERS_AGENT = "brigantinebot", "marlinspikebot"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Visitor:
    """Somebody who asks over HTTP, with a browser's cookies or with a token."""

    name: str
    url: str
    cookie: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if not self.token:
            headers["Origin"] = self.url
        self.client = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        if self.cookie:
            self.client.cookies.set("taboo_session", self.cookie)
        self.csrf = ""

    def refresh(self) -> None:
        """Learn what a page of ours would send back."""
        shown = _CSRF.search(self.client.get("/register").text) if not self.token else None
        self.csrf = "" if shown is None else shown[1]
        if not self.token:
            self.client.headers["X-Csrf-Token"] = self.csrf

    def post(self, path: str, **sent: Any) -> Any:
        """Something that must succeed, by the API."""
        answer = self.client.post(f"/api/v1{path}", json=sent)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@dataclass
class Cast:
    """Everybody. `outsiders` should learn nothing; `dora` defends, in a browser and by a token."""

    quill: Visitor
    quill_token: Visitor
    dora: Visitor
    dora_token: Visitor
    outsiders: list[Visitor]
    accounts: dict[str, Account]

    @property
    def everybody(self) -> list[Visitor]:
        """All visitors, the attacker too."""
        return [self.quill, self.quill_token, *self.all]

    @property
    def all(self) -> list[Visitor]:
        """Everybody who should not know the word."""
        return [self.dora, self.dora_token, *self.outsiders]


def assemble(served: Served, words: dict[Language, Sequence[str]]) -> Cast:
    """Make all accounts. `words` are the only ones that may be dealt to the two players."""
    with open_log(served.database) as log:
        return asyncio.run(_assemble(served, log, words))


async def _assemble(served: Served, log: StoreLog, words: dict[Language, Sequence[str]]) -> Cast:
    people, past = People(log), People(log, read_now=lambda: read_clock() - timedelta(days=9))
    quill = await people.register(ATTACKER, "a long sentence of the attacker", True)
    dora = await people.register(DEFENDER, "a long sentence of the defender", True)
    mallory, ruth, trent = [
        await people.register(name, "correct horse battery", True) for name in ("mallory", "ruth", "trent")
    ]
    guest = await people.guest("passerby", True)
    new = await people.register("novice", "correct horse battery", False)

    def browser(name: str, secret: str) -> Visitor:
        return Visitor(name, served.url, cookie=secret)

    async def program(name: str, account: Account, scopes: frozenset[Scope], by: People = people) -> Visitor:
        return Visitor(name, served.url, token=(await by.issue_token(account.id, "test", scopes, 7))[1])

    revoked = await program("revoked token", mallory, PLAYS)
    await people.revoke_token(mallory.id, (await people.tokens(mallory.id))[-1].id)
    banned = browser("banned", await people.open_session(trent.id))
    banned_token = await program("banned token", trent, PLAYS)
    await people.ban(trent.id, True)
    await log.work(lambda it: _keep_from(it, (quill.id, dora.id), words))
    reads = frozenset({Scope.READ})
    cast = Cast(
        browser("attacker", await people.open_session(quill.id)),
        await program("attacker's token", quill, PLAYS),
        browser("defender", await people.open_session(dora.id)),
        await program("defender's token", dora, PLAYS),
        [
            browser("nobody", ""),
            browser("forged cookie", "x" * 43),
            browser("guest", await people.open_session(guest.id)),
            browser("not agreed", await people.open_session(new.id)),
            browser("member", await people.open_session(mallory.id)),
            browser("other account", await people.open_session(ruth.id)),
            await program("member's token", ruth, PLAYS),
            await program("reader", mallory, reads),
            await program("scopeless", mallory, frozenset({Scope.PLAY})),
            await program("expired token", mallory, PLAYS, past),
            revoked,
            banned,
            banned_token,
        ],
        {"attacker": quill, "defender": dora},
    )
    for visitor in cast.everybody:
        visitor.refresh()
    return cast


def browser_of(served: Served, account: str) -> Visitor:
    """One more browser that is signed in to an account."""

    async def enter() -> str:
        with open_log(served.database) as log:
            return await People(log).open_session(account)

    visitor = Visitor("one more", served.url, cookie=asyncio.run(enter()))
    visitor.refresh()
    return visitor


def _keep_from(connection: Any, accounts: tuple[str, ...], words: dict[Language, Sequence[str]]) -> None:
    """Let the accounts have met every word but those."""
    for language, wanted in words.items():
        for word in load_list(f"{language}-easy").words:
            if word not in wanted:
                note_seen(connection, accounts, language, word)


def kept_secrets(database: str) -> dict[str, str]:
    """Every hash, key and secret that the server keeps."""
    kept = {"the server's secret": Path(f"{database}.secret").read_text(encoding="ascii").strip()}
    with open_log(database) as log:
        for what, column in (("password", ACCOUNT.c.password), ("session", LOGIN.c.id), ("token", TOKEN.c.hash)):
            values = log.look_now(lambda it, column=column: list(it.execute(select(column)).scalars()))
            kept |= {f"hash of {what} {number}": value for number, value in enumerate(values) if value}
    return kept
