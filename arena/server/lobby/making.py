"""Making a match of two who want it: programs are asked, a word is dealt, the match is opened, everyone sits down.

Either all of that happens, or nothing of it can be noticed by anybody but the one who was asked.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.errors import ConflictError, DrainingError
from arena.server.hall import LiveMatch
from arena.server.lobby.dealing import Dealer
from arena.server.lobby.opening import Accounts, Opener
from arena.server.lobby.workers import Offer, Present, Roster, fresh_id
from arena.server.players import Kind, Opening, Player
from arena.words.lists import Level

LIVE_PER_PERSON = 16
"""Live matches in which one person may sit."""


@dataclass(eq=False)
class DeclinedError(ConflictError):
    """Somebody who was to sit in these roles did not want to, or was gone."""

    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who shall sit down: a player, and the connection of a program."""

    player: Player
    present: Present | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A match to be made. `pair` and `level` are set for the second match of a pair."""

    rules: Rules
    preset: str
    rated: bool
    seats: Mapping[Role, Sitter]
    is_private: bool = False
    pair: str | None = None
    level: Level | None = None

    @property
    def players(self) -> dict[Role, Player]:
        """Who plays."""
        return {role: sitter.player for role, sitter in self.seats.items()}

    @property
    def is_rated(self) -> bool:
        """Whether the result may be rated: never where one account has both seats."""
        accounts = [player.account for player in self.players.values() if player.account is not None]
        return self.rated and len(set(accounts)) == len(accounts)


class Maker:
    """Makes matches. `offer_ms` is how long a program may think about a seat."""

    def __init__(self, opener: Opener, accounts: Accounts, dealer: Dealer, roster: Roster, offer_ms: int) -> None:
        self._opener, self._accounts, self._dealer, self._roster = opener, accounts, dealer, roster
        self._offer_ms = offer_ms
        self._making: Counter[str] = Counter()

    async def make(self, plan: Plan, gone: Callable[[], frozenset[Role]] = frozenset) -> LiveMatch:
        """The match of a plan. `gone` is asked last who does not want to play any more.

        Raises DeclinedError, DrainingError, FullError, ConflictError or LogError: there is no match then.
        """
        if self._opener.is_draining:
            raise DrainingError
        with self._room_for(plan):
            await self._check_people(plan)
            offers = await self._invite(plan)
            try:
                if left := gone() | self._departed(plan):
                    raise DeclinedError("one of the two does not want to play any more", left)
                live = await self._open(plan)
            except BaseException:
                self._release(plan, offers)
                raise
        for role, sitter in plan.seats.items():
            if sitter.present is not None:
                sitter.present.worker.seat(live, role, offers.get(role))
        return live

    @contextmanager
    def _room_for(self, plan: Plan) -> Iterator[None]:
        """Count the matches that are being made, so that nobody has more than a person may have."""
        people = [it.account for it in plan.players.values() if it.kind is Kind.PERSON and it.account is not None]
        for account in people:
            seats = self._opener.seats_of(account)
            sits = sum(live.opening.seats[role].kind is Kind.PERSON for live, role in seats)
            if sits + self._making[account] >= LIVE_PER_PERSON:
                raise ConflictError(f"a person sits in {LIVE_PER_PERSON} live matches at most; end one of them first")
        self._making.update(people)
        try:
            yield
        finally:
            self._making -= Counter(people)

    async def _check_people(self, plan: Plan) -> None:
        """Raises DeclinedError where a person may not play here any more."""
        for role, player in plan.players.items():
            if player.kind is Kind.PERSON and player.account is not None:
                account = await self._accounts.account(player.account)
                if account is None or account.is_banned:
                    raise DeclinedError("one of the two does not play here any more", frozenset({role}))

    async def _invite(self, plan: Plan) -> dict[Role, str]:
        """Offer their seats to the programs: the offers, all of which were accepted. Raises DeclinedError."""
        asked = {role: sitter.present for role, sitter in plan.seats.items() if sitter.present is not None}
        offers = {role: Offer(fresh_id(), role, plan.rules, plan.is_rated, self._offer_ms) for role in asked}
        tasks = {role: asyncio.ensure_future(present.worker.offer(offers[role])) for role, present in asked.items()}
        accepted: dict[Role, str] = {}
        try:
            for role, task in tasks.items():
                if await task:
                    accepted[role] = offers[role].id
        finally:
            if len(accepted) < len(tasks):
                await _cancel(list(tasks.values()))
                took = {
                    role: offers[role].id for role, task in tasks.items() if not task.cancelled() and _said_yes(task)
                }
                self._release(plan, took)
        if declined := frozenset(tasks) - frozenset(accepted):
            names = " and ".join(sorted(asked[role].player.name for role in declined))
            raise DeclinedError(f"{names} did not take the seat; try again, or play with somebody else", declined)
        return accepted

    def _departed(self, plan: Plan) -> frozenset[Role]:
        """The roles of programs that accepted, and have gone since."""
        present = {role: sitter.present for role, sitter in plan.seats.items() if sitter.present is not None}
        return frozenset(role for role, it in present.items() if self._roster.find(it.worker) is not it)

    def _release(self, plan: Plan, offers: Mapping[Role, str]) -> None:
        for role, offer in offers.items():
            present = plan.seats[role].present
            if present is not None:
                present.worker.release(offer)

    async def _open(self, plan: Plan) -> LiveMatch:
        master = secrets.token_hex(16)
        dealt = await self._dealer.deal(plan.rules, plan.players, master, plan.level)
        opening = Opening(
            plan.rules,
            dealt.word,
            plan.players,
            plan.preset,
            plan.pair or secrets.token_hex(10),
            plan.is_rated and dealt.is_fresh,
            plan.is_private,
            master,
        )
        try:
            return await self._opener.open(opening)
        except BaseException:
            self._dealer.forget(master)
            raise


async def _cancel(tasks: Sequence[asyncio.Future[bool]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _said_yes(task: asyncio.Future[bool]) -> bool:
    return task.exception() is None and task.result()
