"""The lobby: where players find each other. Everything that the API, the pages and the sockets ask of it is here."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import SystemRandom

import structlog

from arena.analysis.ratings import Rating
from arena.clock import timestamp
from arena.core.verdict import Role
from arena.server.errors import ConflictError, DrainingError, InputError, NotFoundError
from arena.server.hall import LiveMatch
from arena.server.lobby.agents import AgentRow, Directory
from arena.server.lobby.dealing import Dealer
from arena.server.lobby.making import Maker, Plan
from arena.server.lobby.matchmaking import Matchmaking
from arena.server.lobby.opening import Accounts, Opener
from arena.server.lobby.opponents import find_opponent, person
from arena.server.lobby.pairs import Leg, Pairs
from arena.server.lobby.queue import Patience, Table, Wish
from arena.server.lobby.ratings import RatingBook
from arena.server.lobby.seats import Board, OpenSeat, Posted
from arena.server.lobby.terms import Terms
from arena.server.lobby.waiting import Seeking, WaitingRoom
from arena.server.lobby.workers import Roster, Worker, fresh_id
from arena.server.people import Account
from arena.server.players import Kind, Player
from arena.server.settings import Settings
from arena.store import StoreLog

TICK_SECONDS = 1.0
_BOTH = frozenset(Role)


class Lobby:
    """Challenges, open seats, the queue, rematches, and who is here. `read_now` is a clock that never jumps."""

    def __init__(
        self,
        hall: Opener,
        people: Accounts,
        log: StoreLog,
        settings: Settings,
        *,
        read_now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises TabooError where an agent that the settings name cannot be loaded."""
        self._hall, self._people, self._log, self._read_now = hall, people, log, read_now
        self._rng = SystemRandom()
        self._roster, self._book = Roster(), RatingBook(log)
        self._directory = Directory(settings.agents, self._roster, self._book)
        self._dealer = Dealer(log, hall)
        offer_ms = round(settings.offer_seconds * 1000)
        self._maker = Maker(hall, people, self._dealer, self._roster, offer_ms)
        self._board, self._room = Board(read_now), WaitingRoom(read_now)
        patience = Patience(settings.queue_agent_after_seconds, settings.queue_built_in_after_seconds)
        self._matchmaking = Matchmaking(
            hall, self._room, self._roster, self._directory, self._maker, patience, read_now
        )
        self._pairs = Pairs(log, hall)
        hall.on_end.append(self._dealer.ended)
        hall.on_end.append(self._book.ended)

    # --- the lobby's own life ---

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pair whoever waits, every second, inside. Raises LogError."""
        await self._book.catch_up(list(self._hall.live))
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._matchmaking.stop()

    async def _run(self) -> None:
        while True:
            try:
                await self.tick()
            except Exception as crash:  # noqa: BLE001 - one bad second must not close the queue
                structlog.get_logger("lobby").error("tick_crashed", error=type(crash).__name__, exc_info=crash)
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> None:
        """Pair whoever can be paired now."""
        await self._matchmaking.tick()

    async def settled(self) -> None:
        """Wait until every pairing under way has become a match, or nothing."""
        await self._matchmaking.settled()

    @property
    def waiting(self) -> int:
        """How many wishes wait in the queue."""
        return len(self._room)

    def _check_open(self) -> None:
        if self._hall.is_draining:
            raise DrainingError

    # --- programs ---

    def arrive(self, worker: Worker) -> None:
        """A program is here, and may be challenged where it is open for that."""
        self._roster.arrive(worker)

    def depart(self, worker: Worker) -> None:
        """A program is gone; nothing where it was not here."""
        self._roster.depart(worker)
        self._room.leave_worker(worker)

    def agents(self) -> list[AgentRow]:
        """The agents that may be challenged: the host's own, and those that are online."""
        return self._directory.rows()

    async def rating(self, player: str) -> dict[Role, Rating]:
        """How strong a player is, role by role. Raises LogError."""
        return await self._book.of(player)

    # --- challenges ---

    async def challenge(
        self, account: Account, opponent: str, role: Role | None, terms: Terms, *, is_private: bool = False
    ) -> LiveMatch | OpenSeat:
        """A match with one of the host's own agents or with one that is online; a seat kept free for a person `@NAME`.

        `role` is what the account plays, None for either. Against one's own agent a match is never rated.
        Raises UnknownNameError, NotFoundError, InputError, RulesError, ConflictError, DrainingError or FullError.
        """
        self._check_open()
        rules = terms.rules()
        if opponent.startswith("@"):
            return await self.post(account, role, terms, is_private=is_private, reserved_for=opponent)
        found = find_opponent(self._directory, self._roster, account, opponent, rules.language)
        seats = found.seats(account, role, self._rng)
        return await self._maker.make(Plan(rules, terms.name, terms.is_rated, seats, is_private))

    # --- open seats ---

    async def post(
        self,
        account: Account,
        role: Role | None,
        terms: Terms,
        *,
        is_private: bool,
        reserved_for: str | None = None,
    ) -> OpenSeat:
        """Open a seat opposite of the account, for anybody, for who has the link, or for the person `@NAME`.

        Raises NotFoundError, InputError, RulesError, UnknownNameError, ConflictError, DrainingError or FullError.
        """
        self._check_open()
        terms.rules()
        reserved = None if reserved_for is None else await self._person(account, reserved_for)
        return self._board.post(account, role, terms, is_private=is_private, reserved=reserved).seen_by(account)

    async def _person(self, account: Account, name: str) -> Account:
        found = await self._people.find(name.removeprefix("@"))
        if found is None or found.is_banned:
            raise NotFoundError("person", name)
        if found.id == account.id:
            raise InputError("opponent", "nobody plays against themselves; name somebody else")
        return found

    def seats(self, account: Account | None) -> list[OpenSeat]:
        """The seats that are open to an account, and its own; the longest open first."""
        return self._board.listed(account)

    def seat(self, account: Account | None, code: str) -> OpenSeat:
        """A seat by its code. Whoever posted it finds it for a while after it was taken too. Raises NotFoundError."""
        return self._board.find(account, code).seen_by(account)

    def withdraw(self, account: Account, code: str) -> None:
        """Close one's own seat. Raises NotFoundError."""
        self._board.withdraw(account, code)

    async def take(self, account: Account, code: str) -> LiveMatch:
        """Sit down in an open seat. Raises NotFoundError, ConflictError, DrainingError, FullError or LogError."""
        self._check_open()
        posted = self._board.lift(account, code)
        try:
            live = await self._maker.make(self._plan_of(posted, account))
        except BaseException:
            self._board.put_back(posted)
            raise
        self._board.taken(posted, live.id)
        return live

    def _plan_of(self, posted: Posted, guest: Account) -> Plan:
        seat, terms = posted.seat, posted.seat.terms
        role = seat.role or Role(self._rng.choice(list(Role)))
        seats = {role: person(posted.owner), role.other: person(guest)}
        return Plan(terms.rules(), terms.name, terms.is_rated, seats, seat.is_private, posted.pair, posted.level)

    # --- the queue ---

    async def seek(
        self, account: Account, role: Role | None, terms: Terms, *, with_agents: bool, with_people: bool
    ) -> Seeking:
        """Wait for a match, in place of what the account sought before.

        Raises InputError, RulesError, UnknownNameError, DrainingError, FullError or LogError.
        """
        self._check_open()
        player = Player.person(account.id, account.name)
        roles = _BOTH if role is None else frozenset({role})
        wish = await self._wish(player, roles, terms, with_agents, with_people)
        seeking = Seeking(timestamp(), role, terms)
        self._room.seek(account.id, wish, seeking)
        return seeking

    def seeking(self, account: Account) -> Seeking | None:
        """What became of an account's wish, None where it has none. Who does not ask any more, does not wait."""
        return self._room.seeking(account.id, lambda match: self._hall.get(match) is not None)

    def leave(self, account: Account) -> None:
        """Wait no more."""
        self._room.leave(account.id)

    async def seek_worker(
        self, worker: Worker, said_id: str, role: Role | None, terms: Terms, with_agents: bool, with_people: bool
    ) -> None:
        """Let a program wait; `said_id` is its own name for the wish. Raises as `seek`, or ConflictError."""
        self._check_open()
        present = self._roster.find(worker)
        if present is None:
            raise ConflictError("this connection is not in the lobby; identify first")
        roles = worker.roles if role is None else worker.roles & {role}
        if not roles:
            raise InputError("role", f"{present.player.name} declared that it does not play {role}")
        if terms.language not in worker.languages:
            raise InputError("language", f"{present.player.name} declared no {terms.language.value!r}")
        wish = await self._wish(present.player, roles, terms, with_agents, with_people)
        if self._roster.find(worker) is present:
            self._room.seek_worker(worker, said_id, wish)

    def leave_worker(self, worker: Worker) -> None:
        """Let a program wait no more."""
        self._room.leave_worker(worker)

    async def _wish(
        self, player: Player, roles: frozenset[Role], terms: Terms, with_agents: bool, with_people: bool
    ) -> Wish:
        if not with_agents and not with_people:
            raise InputError("with_people", "allow people, agents or both")
        table = Table(terms.rules(), terms.name, terms.is_rated)
        is_program = player.kind is Kind.AGENT
        ratings = self._book.of_program(player.name) if is_program else await self._book.of(player.name)
        return Wish(fresh_id(), player, roles, table, self._read_now(), with_agents, with_people, ratings)

    # --- pairs ---

    async def rematch(self, account: Account, match_id: str) -> LiveMatch | OpenSeat:
        """The same two once more with roles swapped, on another word of the same level; it completes a pair.

        Against a person this is a seat kept for them, or the match, where they wanted it first. One of the host's own
        agents that plays one role only is stood in for by another one, and then there is no pair.
        Raises NotFoundError, ConflictError, UnknownNameError, DrainingError, FullError or LogError.
        """
        self._check_open()
        leg = await self._pairs.leg(account.id, match_id)
        if leg.opponent.kind is Kind.PERSON:
            return await self._rematch_of_people(account, leg)
        swapped = leg.role.other
        found = find_opponent(self._directory, self._roster, account, leg.opponent.name, leg.rules.language)
        if leg.opponent.kind is Kind.BUILT_IN and leg.role not in found.roles:
            stand_in = self._directory.stand_in(leg.role, leg.rules.language, self._rng) or found.name
            found = find_opponent(self._directory, self._roster, account, stand_in, leg.rules.language)
        seats = found.seats(account, swapped, self._rng)
        with self._pairs.completing(leg, found.name) as pair:
            plan = Plan(leg.rules, leg.preset, leg.rated, seats, leg.is_private, pair, leg.level)
            return await self._maker.make(plan)

    async def _rematch_of_people(self, account: Account, leg: Leg) -> LiveMatch | OpenSeat:
        for posted in self._board.rematch_of(leg.match):
            if posted.owner.id == account.id:
                return posted.seen_by(account)
            if posted.is_for(account):
                return await self.take(account, posted.seat.code)
        other = await self._people.account(leg.opponent.account or "")
        if other is None or other.is_banned:
            raise NotFoundError("person", leg.opponent.name)
        terms = Terms.of(leg.rules, leg.preset, leg.rated)
        with self._pairs.completing(leg, leg.opponent.name) as pair:
            posted = self._board.post(
                account,
                leg.role.other,
                terms,
                is_private=leg.is_private,
                reserved=other,
                pair=pair,
                level=leg.level,
                rematch_of=leg.match,
            )
        return posted.seen_by(account)
