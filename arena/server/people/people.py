"""`People`: everything about accounts that the rest of the server asks for; `Keys` holds what lets them in again.

What is written goes through the log's one writing thread, so that looking first and writing then is safe.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from arena.core.errors import TabooError
from arena.server.addresses import group_of
from arena.server.errors import BannedError, ConflictError, InputError, NameTakenError, WrongLoginError
from arena.server.people import accounts, sessions, tokens
from arena.server.people.keys import Keys
from arena.server.people.names import check_name, key_of
from arena.server.people.passwords import Hasher, Passwords, check_password
from arena.server.people.throttle import Gate, Throttle
from arena.server.people.values import Account, Rank, read_clock, stamp
from arena.store import StoreLog

MOST_LISTED = 100
_WRONG = "is not the present password"


class People(Keys):
    """Who is who on one server. All its methods belong to one event loop."""

    def __init__(
        self,
        log: StoreLog,
        *,
        read_now: Callable[[], datetime] = read_clock,
        hasher: Hasher | None = None,
        session_days: int = 30,
        password_min: int = 10,
        login_attempts: int = 10,
    ) -> None:
        super().__init__(log, read_now, session_days)
        self._password_min = password_min
        self._passwords = Passwords(hasher)
        self._gate = Gate(login_attempts)
        self._changes = Throttle(f"{login_attempts} wrong passwords in 15 minutes", login_attempts)

    # --- coming in ---

    async def register(self, name: str, password: str, agreed: bool) -> Account:
        """Make an account with a password. Raises InputError or NameTakenError."""
        name = check_name(name)
        check_password(password, name, shortest=self._password_min)
        if await self._log.look(lambda connection: accounts.is_taken(connection, name)):
            raise NameTakenError(name)
        hashed = await self._passwords.hash(password)
        new = self._newcomer(name, Rank.MEMBER, hashed, agreed)
        return await self._log.work(lambda connection: accounts.add(connection, new))

    async def guest(self, nickname: str, agreed: bool) -> Account:
        """Make an account without a password; a taken nickname gets a number. Raises InputError or NameTakenError."""
        nickname = check_name(nickname)

        def add(connection: Connection) -> Account:
            name = accounts.free_name(connection, nickname, accounts.draw_suffixes())
            return accounts.add(connection, self._newcomer(name, Rank.GUEST, None, agreed))

        return await self._log.work(add)

    def _newcomer(self, name: str, rank: Rank, hashed: str | None, agreed: bool) -> accounts.Newcomer:
        now = stamp(self._read_now())
        return accounts.Newcomer(name, rank, hashed, now, now if agreed else None)

    async def log_in(self, name: str, password: str, address: str) -> Account:
        """The account that name and password fit; open a session for it then.

        Raises WrongLoginError, in words and after work that do not tell whether the name exists, ThrottledError, or
        BannedError, which only the right password brings to light.
        """
        key, place = key_of(name), group_of(address)
        attempt = self._gate.enter(key, place, self._read_now())
        try:
            found = await self._log.look(lambda connection: accounts.by_name(connection, name))
            account, stored = found if found is not None else (None, None)
            fits, renewed = await self._passwords.check(password, stored)
        except TabooError:  # of the server's own making
            attempt.refund(self._read_now())
            raise
        if account is None or not fits:
            raise WrongLoginError
        attempt.refund(self._read_now())
        if account.is_banned:
            raise BannedError
        self._gate.remember(key, place)
        if renewed is not None:
            await self._log.work(lambda it: accounts.replace_password(it, account.id, str(stored), renewed))
        return account

    # --- accounts ---

    async def account(self, id: str) -> Account | None:
        """The account with this id, or None."""
        return await self._log.look(lambda connection: accounts.by_id(connection, id))

    async def find(self, name: str) -> Account | None:
        """The account with this name, in whatever case, or None."""
        found = await self._log.look(lambda connection: accounts.by_name(connection, name))
        return None if found is None else found[0]

    async def accounts(self, *, like: str = "", after: str = "", limit: int = 50) -> list[Account]:
        """Accounts whose names hold `like`, sorted; `after` is the last name of the page before."""
        most = max(1, min(limit, MOST_LISTED))
        return await self._log.look(lambda connection: accounts.page(connection, like, after, most))

    async def agree(self, id: str) -> Account:
        """Note that they agreed to storage and research, once. Raises NotFoundError."""
        now = stamp(self._read_now())

        def note(connection: Connection) -> Account:
            account = accounts.needed(connection, id)
            return account if account.has_agreed else accounts.change(connection, id, agreed_at=now)

        return self._forget(await self._log.work(note))

    async def promote(self, id: str, rank: Rank) -> Account:
        """Make somebody an admin or a member. Raises NotFoundError, or ConflictError where a guest is involved."""

        def promote(connection: Connection) -> Account:
            if Rank.GUEST in (rank, accounts.needed(connection, id).rank):
                raise ConflictError("a guest has no password and stays a guest; let them register")
            return accounts.change(connection, id, rank=rank.value)

        return self._forget(await self._log.work(promote))

    async def ban(self, id: str, banned: bool) -> Account:
        """Shut somebody out: their sessions end and their tokens are void for good. Or let them in again.

        Raises NotFoundError.
        """
        now = self._read_now()

        def ban(connection: Connection) -> Account:
            account = accounts.needed(connection, id)
            if account.is_banned == banned:
                return account
            if banned:
                sessions.close_all(connection, id)
                tokens.revoke_all(connection, id, now)
            return accounts.change(connection, id, banned_at=stamp(now) if banned else None)

        account = await self._log.work(ban)
        self._tickets.forget(id)
        return self._forget(account)

    async def set_password(self, id: str, old: str, new: str, *, keep: str = "") -> None:
        """Change the password and end all sessions, but the one with the secret `keep`; tokens stay.

        Raises InputError, NotFoundError, ConflictError for a guest, or ThrottledError after too many wrong ones.
        """
        account, stored = await self._log.look(lambda it: (accounts.needed(it, id), accounts.password_of(it, id)))
        if stored is None:
            raise ConflictError("a guest has no password; register instead")
        check_password(new, account.name, shortest=self._password_min, field="new")
        self._changes.check(id, self._read_now())
        self._changes.charge(id, self._read_now())
        fits, _ = await self._passwords.check(old, stored)
        if not fits:
            raise InputError("old", _WRONG)
        self._changes.refund(id, self._read_now())
        hashed = await self._passwords.hash(new)

        def change(connection: Connection) -> None:
            if not accounts.replace_password(connection, id, stored, hashed):
                raise InputError("old", _WRONG)
            sessions.close_all(connection, id, but=sessions.hash_of(keep))

        await self._log.work(change)
        self._shut(account)

    async def reset_password(self, id: str, new: str) -> Account:
        """Set a password without knowing the old one, for a host: sessions end, and tokens are void.

        Raises InputError, NotFoundError, or ConflictError for a guest.
        """
        now = self._read_now()
        account = await self._log.look(lambda connection: accounts.needed(connection, id))
        if account.rank is Rank.GUEST:
            raise ConflictError("a guest has no password; let them register")
        check_password(new, account.name, shortest=self._password_min)
        hashed = await self._passwords.hash(new)

        def reset(connection: Connection) -> Account:
            sessions.close_all(connection, id)
            tokens.revoke_all(connection, id, now)
            return accounts.change(connection, id, password=hashed)

        return self._shut(await self._log.work(reset))

    def _shut(self, account: Account) -> Account:
        """The same, where whoever knew the old password must not come back."""
        self._tickets.forget(account.id)
        self._gate.forget(key_of(account.name))
        return self._forget(account)
