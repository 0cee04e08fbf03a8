"""What opens the server to somebody: sessions of browsers, tokens of programs, tickets for sockets.

Secrets are drawn here, given out once, and kept as hashes. What is looked up is remembered for a few seconds, and
forgotten at once where this process changes it.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from arena.server.errors import BannedError
from arena.server.people import accounts, sessions, tokens
from arena.server.people.cache import Cache
from arena.server.people.tickets import Tickets
from arena.server.people.values import Account, Scope, Token
from arena.store import StoreLog
from arena.store.errors import LogError

USED_EVERY = timedelta(minutes=1)
"""How often it is written down that a token is in use."""
SWEEP_EVERY = timedelta(hours=1)
"""How often the sessions that ran out are deleted."""
_MOST_NOTED = 10_000


class Keys:
    """The part of `People` that lets in whoever is known already."""

    def __init__(self, log: StoreLog, read_now: Callable[[], datetime], session_days: int) -> None:
        self._log = log
        self._read_now = read_now
        self._session_days = session_days
        self._tickets = Tickets()
        self._sessions: Cache[Account] = Cache()
        self._tokens: Cache[tuple[Account, Token]] = Cache()
        self._noted: OrderedDict[str, datetime] = OrderedDict()
        self._swept: datetime | None = None

    def _forget(self, account: Account) -> Account:
        """Let nothing in memory tell of the account as it was."""
        self._sessions.forget(account.id)
        self._tokens.forget(account.id)
        return account

    # --- sessions ---

    async def open_session(self, account_id: str) -> str:
        """The secret of a new session, for the cookie: a fresh one each time. Raises NotFoundError or BannedError."""
        now, secret = self._read_now(), sessions.draw_secret()
        sweeps = self._swept is None or not self._swept <= now < self._swept + SWEEP_EVERY

        def add(connection: Connection) -> None:
            if accounts.needed(connection, account_id).is_banned:
                raise BannedError
            if sweeps:
                sessions.sweep(connection, now)
            sessions.add(connection, account_id, secret, now, self._session_days)

        await self._log.work(add)
        if sweeps:
            self._swept = now
        self._sessions.forget(account_id)  # the new session may have ended the oldest one
        return secret

    async def session(self, secret: str) -> Account | None:
        """Whose session it is; None where it ran out, was closed, or never was."""
        if not sessions.is_plausible(secret):
            return None
        now, hashed, generation = self._read_now(), sessions.hash_of(secret), self._sessions.generation
        account = self._sessions.get(hashed, now)
        if account is None:
            account = await self._log.look(lambda connection: sessions.owner(connection, hashed, now))
            if account is not None:
                self._sessions.put(hashed, account.id, account, now, generation)
        return account

    async def close_session(self, secret: str) -> None:
        """End a session; nothing where there is none."""
        if sessions.is_plausible(secret):
            hashed = sessions.hash_of(secret)
            account = await self._log.work(lambda connection: sessions.close(connection, hashed))
            if account is not None:
                self._sessions.forget(account)

    async def close_sessions(self, account_id: str) -> None:
        """End all sessions of an account."""
        await self._log.work(lambda connection: sessions.close_all(connection, account_id))
        self._tickets.forget(account_id)
        self._sessions.forget(account_id)

    # --- tokens ---

    async def issue_token(self, account_id: str, label: str, scopes: Collection[Scope], days: int) -> tuple[Token, str]:
        """A new token and its secret, which cannot be shown again.

        Raises InputError, NotFoundError, BannedError, ForbiddenError where the account may not have it, ConflictError
        where it has too many.
        """
        now, secret = self._read_now(), tokens.draw_secret()

        def add(connection: Connection) -> Token:
            account = accounts.needed(connection, account_id)
            if account.is_banned:
                raise BannedError
            return tokens.add(connection, account, secret, label, scopes, now, days)

        return await self._log.work(add), secret

    async def token(self, secret: str) -> tuple[Account, Token] | None:
        """Whose token it is; None where it ran out, was revoked, its owner is banned, or it never was."""
        if not tokens.is_plausible(secret):
            return None
        now, hashed, generation = self._read_now(), sessions.hash_of(secret), self._tokens.generation
        found = self._tokens.get(hashed, now)
        if found is None:
            found = await self._log.look(lambda connection: tokens.owner(connection, hashed, now))
            if found is not None:
                self._tokens.put(hashed, found[0].id, found, now, generation)
        if found is None or not found[1].is_valid(now):
            return None
        await self._note_use(found[1], now)
        return found

    async def _note_use(self, token: Token, now: datetime) -> None:
        """Write down that the token is in use, once a minute at most."""
        last = self._noted.get(token.id)
        if last is None and token.used_at is not None:
            last = datetime.fromisoformat(token.used_at)
        if last is not None and last <= now < last + USED_EVERY:
            return
        self._noted[token.id] = now
        self._noted.move_to_end(token.id)
        if len(self._noted) > _MOST_NOTED:
            self._noted.popitem(last=False)
        with suppress(LogError):  # who may only read still may when nothing can be written
            await self._log.work(lambda connection: tokens.note_use(connection, token.id, now))

    async def tokens(self, account_id: str) -> list[Token]:
        """Every token of an account, revoked ones too, the newest last."""
        return await self._log.look(lambda connection: tokens.of_account(connection, account_id))

    async def revoke_token(self, account_id: str, token_id: str) -> Token:
        """Make a token worthless at once. Raises NotFoundError, for another's token too."""
        now = self._read_now()
        token = await self._log.work(lambda connection: tokens.revoke(connection, account_id, token_id, now))
        self._tokens.forget(account_id)
        return token

    # --- tickets ---

    def issue_ticket(self, account_id: str) -> str:
        """What a browser says once, within 30 seconds, to show on a socket whose it is. Raises FullError."""
        return self._tickets.issue(account_id, self._read_now())

    def redeem_ticket(self, ticket: str) -> str | None:
        """The id of the account that the ticket was issued to; None where it is used, too old, or none of ours."""
        return self._tickets.redeem(ticket, self._read_now())
