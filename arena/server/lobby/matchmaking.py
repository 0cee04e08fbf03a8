"""The queue at work: who waits is paired every second, programs are asked, and matches begin.

A pairing that comes to nothing costs only the side that did not want it: the other waits on, ahead of all others.
"""

import asyncio
from collections.abc import Callable
from random import Random, SystemRandom

import structlog

from arena.core.errors import TabooError
from arena.core.verdict import Role
from arena.server.errors import ConflictError, DrainingError
from arena.server.lobby.agents import Directory
from arena.server.lobby.making import DeclinedError, Maker, Plan, Sitter
from arena.server.lobby.opening import Opener
from arena.server.lobby.queue import Pairing, Patience, Standby, Wish, pair_up
from arena.server.lobby.waiting import WaitingRoom
from arena.server.lobby.workers import Present, Roster
from arena.server.players import Kind


class Matchmaking:
    """Pairs the wishes of a waiting room. `read_now` is in seconds, by a clock that never jumps."""

    def __init__(
        self,
        opener: Opener,
        room: WaitingRoom,
        roster: Roster,
        directory: Directory,
        maker: Maker,
        patience: Patience,
        read_now: Callable[[], float],
    ) -> None:
        self._opener, self._room, self._roster = opener, room, roster
        self._directory, self._maker, self._patience = directory, maker, patience
        self._read_now = read_now
        self._rng: Random = SystemRandom()
        self._under_way: set[asyncio.Task[None]] = set()

    async def tick(self) -> None:
        """Pair whoever can be paired now. What comes of it shows later: nobody waits here for an answer to an offer."""
        self._room.tidy()
        if self._opener.is_draining:
            self._close()
            return
        wishes = self._room.waiting()
        if not wishes:
            return
        standbys = self._directory.standbys(self._room.promised())
        found = await asyncio.to_thread(pair_up, wishes, standbys, self._read_now(), self._patience, self._rng)
        for pairing in found:
            if not self._take_in_hand(pairing):
                continue  # somebody left while the others were looked through
            task = asyncio.get_running_loop().create_task(self._arrange(pairing))
            self._under_way.add(task)
            task.add_done_callback(self._done)

    def _take_in_hand(self, pairing: Pairing) -> bool:
        """Keep the wishes of a pairing from others; False where one of them waits no more."""
        wishes = [side.id for side in pairing.seats.values() if isinstance(side, Wish)]
        return self._room.take_in_hand(wishes)

    def _close(self) -> None:
        for wish in self._room.waiting():
            self._room.drop(wish, str(DrainingError()))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None:
            structlog.get_logger("lobby").error("pairing_crashed", error=type(crash).__name__, exc_info=crash)

    async def settled(self) -> None:
        """Wait until every pairing under way has become a match, or nothing."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in list(self._under_way):
            task.cancel()
        await self.settled()

    async def _arrange(self, pairing: Pairing) -> None:
        """Make a match of a pairing, or let go of it."""
        try:
            live = await self._maker.make(self._plan(pairing), lambda: self._gone(pairing))
        except DeclinedError as declined:
            self._let_go(pairing, declined.roles, str(declined))
        except (DrainingError, ConflictError) as problem:
            self._let_go(pairing, frozenset(Role), str(problem))
        except TabooError as problem:  # the log, or the hall is full: they wait on
            structlog.get_logger("lobby").warning("pairing_failed", problem=str(problem))
            self._let_go(pairing, frozenset(), "")
        except BaseException:
            self._let_go(pairing, frozenset(), "")
            raise
        else:
            for side in pairing.seats.values():
                if isinstance(side, Wish):
                    self._room.met(side, live.id)

    def _plan(self, pairing: Pairing) -> Plan:
        """Raises DeclinedError where an agent is gone by now."""
        table = pairing.table
        sitters = {role: self._sitter(side, role) for role, side in pairing.seats.items()}
        return Plan(table.rules, table.preset, table.rated, sitters)

    def _sitter(self, side: Wish | Standby, role: Role) -> Sitter:
        if side.player.kind is not Kind.AGENT:
            return Sitter(side.player)
        present = self._present(side)
        if present is None:
            raise DeclinedError(f"{side.player.name} is gone", frozenset({role}))
        return Sitter(side.player, present)

    def _present(self, side: Wish | Standby) -> Present | None:
        """The connection that plays: the one that looked for a match, or of a standby the one with most room."""
        if isinstance(side, Standby):
            return next((it for it in self._roster.of(side.player.name) if it.worker.is_open), None)
        place = next((place for place in self._room if place.wish.id == side.id), None)
        return None if place is None or place.worker is None else self._roster.find(place.worker)

    def _gone(self, pairing: Pairing) -> frozenset[Role]:
        """The roles of those who left the queue meanwhile."""
        return frozenset(
            role for role, side in pairing.seats.items() if isinstance(side, Wish) and side.id not in self._room
        )

    def _let_go(self, pairing: Pairing, roles: frozenset[Role], problem: str) -> None:
        """The match came to nothing because of these roles; whoever sits in the others waits on."""
        for role, side in pairing.seats.items():
            if not isinstance(side, Wish):
                continue
            if role in roles:
                self._room.drop(side, problem)
                continue
            other = pairing.seats[role.other]
            refused = isinstance(other, Standby) and role.other in roles
            self._room.give_back(side.id, other.player.name if refused else None)
