"""All live matches of a server: opened, found, suspended before the server goes, and taken up again when it is back."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, insert, select

from arena.clock import timestamp
from arena.core.errors import TabooError
from arena.core.events import Event, Started
from arena.core.hits import Language
from arena.core.machine import Match
from arena.core.ports import Agent, Judge, Matcher
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.server.errors import DrainingError, FullError
from arena.server.hall import messages
from arena.server.hall.match import LiveMatch
from arena.server.hall.office import Ended, Gauges, Office
from arena.server.hall.seats import SeatPlace
from arena.server.players import Kind, Opening, Player
from arena.store import StoreLog
from arena.store.beside import HOSTED, SEAT
from arena.store.tables import EVENT, RESULT

MakeAgent = Callable[[Player], tuple[Agent, bool]]
"""A fresh agent for one of the host's own players, and whether its thinking costs match time."""


@dataclass(frozen=True, slots=True)
class Past:
    """A match that is over, for one who sat in it: its events, the role, and what `match.end` says."""

    events: list[Event]
    role: Role
    end: dict[str, Any]


class Hall:
    """The live matches. `on_end` holds what is awaited, in order, after each end is durable."""

    def __init__(
        self,
        log: StoreLog,
        matcher: Matcher,
        judges_for: Callable[[Rules], Mapping[str, Judge]],
        make_agent: MakeAgent,
        gauges: Gauges,
        *,
        max_live: int = 5000,
        credit_ms: int = 500,
        grace_ms: int = 45_000,
        pace_ms: int = 900,
    ) -> None:
        self.on_end: list[Ended] = []
        self.is_draining = False
        self._log, self._matcher, self._make_agent, self._max_live = log, matcher, make_agent, max_live
        self._office = Office(log, matcher, judges_for, gauges, credit_ms=credit_ms, grace_ms=grace_ms, pace_ms=pace_ms)
        self._office.call_at_end(self._take_out)
        self._live: dict[str, LiveMatch] = {}
        self._languages: set[Language] = set()
        self._by_account: dict[str, dict[str, LiveMatch]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def live(self) -> Mapping[str, LiveMatch]:
        """The live matches by id, in the order in which they began."""
        return MappingProxyType(self._live)

    @property
    def failing(self) -> str | None:
        """What is wrong with the log, while it cannot be written; None while all is well."""
        return self._office.failing

    def get(self, match: str) -> LiveMatch | None:
        """The live match of this id."""
        return self._live.get(match)

    def seats_of(self, account: str) -> list[tuple[LiveMatch, Role]]:
        """Every seat of an account in a live match."""
        lives = self._by_account.get(account, {}).values()
        return [(live, role) for live in lives for role in live.roles_of(account)]

    async def open(self, opening: Opening) -> LiveMatch:
        """Begin a match, durably. Raises DrainingError, FullError, LogError, or what making an agent raises."""
        if self.is_draining:
            raise DrainingError
        if len(self._live) >= self._max_live:
            raise FullError("live matches", self._max_live)
        attacker, defender = opening.seats[Role.ATTACKER], opening.seats[Role.DEFENDER]
        started = Started(
            opening.rules,
            opening.target,
            opening.master or secrets.token_hex(16),
            attacker.seat(),
            defender.seat(),
            timestamp(),
            opening.pair,
            opening.rated,
        )
        await self._warm_up(opening)
        live = self._make(Match(secrets.token_hex(10), started, self._matcher), opening)
        self._take_in(live)
        try:
            await live.begin(lambda connection: _note(connection, live.id, opening, started.started_at))
        except BaseException:
            self._remove(live)
            await live.close()
            raise
        return live

    async def _warm_up(self, opening: Opening) -> None:
        """Let matcher and judges load what they need where it holds up nobody: a second or more, once."""
        rules = opening.rules
        await asyncio.to_thread(self._office.judges_for, rules)
        if rules.language not in self._languages:
            await asyncio.to_thread(self._matcher.said, opening.target, opening.target, rules.defender_policy)
            self._languages.add(rules.language)

    def _make(self, machine: Match, opening: Opening) -> LiveMatch:
        places = {role: self._place(role, player) for role, player in opening.seats.items()}
        return LiveMatch(machine, opening, places, self._office)

    def _place(self, role: Role, player: Player) -> SeatPlace:
        if player.kind is not Kind.BUILT_IN:
            return SeatPlace(role, player, self._office.grace_ms)
        agent, is_timed = self._make_agent(player)
        return SeatPlace(role, player, 0, agent, is_timed)

    def _take_in(self, live: LiveMatch) -> None:
        self._live[live.id] = live
        for player in live.opening.seats.values():
            if player.account is not None:
                self._by_account.setdefault(player.account, {})[live.id] = live

    def _remove(self, live: LiveMatch) -> None:
        self._live.pop(live.id, None)
        for player in live.opening.seats.values():
            if player.account is not None and (theirs := self._by_account.get(player.account)) is not None:
                theirs.pop(live.id, None)
                if not theirs:
                    del self._by_account[player.account]

    def _take_out(self, live: LiveMatch) -> None:
        self._remove(live)
        task = asyncio.get_running_loop().create_task(self._tell_of_end(live))
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _tell_of_end(self, live: LiveMatch) -> None:
        for ended in self.on_end:
            try:
                await ended(live)
            except TabooError as problem:
                structlog.get_logger("hall").error("after_the_end", match=live.id, problem=str(problem))

    async def past(self, match: str, player: Player) -> Past | None:
        """A match that is over, as the player who sat in it may see it; None for any other. Raises LogError."""
        found = await self._log.look(lambda connection: _hosted(connection, HOSTED.c.match == match))
        if match in self._live or match not in found:
            return None
        preset, is_private, seats = found[match]
        role = next(
            (role for role, it in seats.items() if (it.account, it.name) == (player.account, player.name)), None
        )
        events = await self._log.read(match)
        verdict = messages.verdict_of(events)
        if role is None or verdict is None or not isinstance(events[0].body, Started):
            return None
        opening = _opening_of(events[0].body, preset, is_private, seats)
        return Past(events, role, messages.end_data(opening, events[0].body, verdict))

    # --- another life of the server ---

    async def resume(self) -> int:
        """Take up every match that this server hosted and that is not over. How many those are. Raises LogError."""
        is_over = select(RESULT.c.match).where(RESULT.c.match == HOSTED.c.match).exists()
        found = await self._log.look(lambda connection: _hosted(connection, ~is_over))
        lives = []
        for match, (preset, is_private, seats) in found.items():
            events = await self._log.read(match)
            try:
                machine = Match.resumed(events, self._matcher)
                await asyncio.to_thread(self._office.judges_for, machine.started.rules)
                lives.append((self._revive(machine, preset, is_private, seats), events))
            except TabooError as problem:
                structlog.get_logger("hall").error("cannot_resume", match=match, problem=str(problem))
        await asyncio.gather(*(live.go_on(events) for live, events in lives))
        return len(lives)

    def _revive(self, machine: Match, preset: str, is_private: bool, seats: dict[Role, Player]) -> LiveMatch:
        live = self._make(machine, _opening_of(machine.started, preset, is_private, seats))
        self._take_in(live)
        return live

    @asynccontextmanager
    async def beating(self, seconds: float) -> AsyncIterator[None]:
        """Give everyone who looks on a sign of life now and then."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(seconds)
                for live in list(self._live.values()):
                    live.beat()

        task = asyncio.get_running_loop().create_task(beat())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def drain(self) -> int:
        """Open no more matches, and stop all live ones durably. How many those were."""
        self.is_draining = True
        lives = list(self._live.values())
        await asyncio.gather(*(live.suspend() for live in lives))
        return len(lives)

    async def close(self) -> None:
        """Let go of everything; what is durable goes on in another life."""
        self.is_draining = True
        await asyncio.gather(*(live.close() for live in list(self._live.values())))
        await asyncio.gather(*self._endings, return_exceptions=True)
        await asyncio.to_thread(self._office.studio.close)


def _note(connection: Connection, match: str, opening: Opening, opened_at: str) -> None:
    """Write down how the match came about and who sits where, with its first event."""
    connection.execute(
        insert(HOSTED),
        {
            "match": match,
            "preset": opening.preset,
            "language": opening.rules.language.value,
            "is_private": opening.is_private,
            "opened_at": opened_at,
        },
    )
    connection.execute(
        insert(SEAT),
        [
            {"match": match, "role": role.value, "account": it.account, "player": it.name, "kind": it.kind.value}
            for role, it in opening.seats.items()
        ],
    )


def _opening_of(started: Started, preset: str, is_private: bool, seats: dict[Role, Player]) -> Opening:
    """What a match was opened with, from its first event and the rows beside the log."""
    versions = {Role.ATTACKER: started.attacker.version, Role.DEFENDER: started.defender.version}
    known = {role: replace(player, version=versions[role]) for role, player in seats.items()}
    return Opening(
        started.rules, started.target, known, preset, started.pair, started.rated, is_private, started.master
    )


_Found = dict[str, tuple[str, bool, dict[Role, Player]]]


def _hosted(connection: Connection, which: ColumnElement[bool]) -> _Found:
    """The hosted matches that fit, in the order in which they began: preset, whether private, and who sits there."""
    order = select(EVENT.c.id).where(EVENT.c.match == HOSTED.c.match, EVENT.c.seq == 0).scalar_subquery()
    rows = select(HOSTED.c.match, HOSTED.c.preset, HOSTED.c.is_private).where(which).order_by(order)
    found: _Found = {match: (preset, is_private, {}) for match, preset, is_private in connection.execute(rows)}
    seats = select(SEAT).join(HOSTED, HOSTED.c.match == SEAT.c.match).where(which)
    for row in connection.execute(seats).mappings():
        player = Player(Kind(row["kind"]), row["player"], "1", row["account"])
        found[row["match"]][2][Role(row["role"])] = player
    return found
