"""All matches of a served agent: takes the news of the protocol's machine, and says what is to be sent.

Knows nothing of sockets: it performs what the machine asks for by a `post` that it is given.
"""

import logging
from collections.abc import Callable
from typing import Any

from agents.sdk_seat import Seat
from agents.sdk_status import Score, State, Status, Stop, outcome
from arena.core.ports import Given
from arena.terminal import plain
from arena.wire.client import Client, Phase
from arena.wire.messages import QueueData
from arena.wire.news import (
    ActionRefused,
    Draining,
    Effect,
    Identified,
    MatchEnded,
    MatchLost,
    MatchStarted,
    Offered,
    Refused,
    TurnAsked,
    Unread,
)

log = logging.getLogger("agents.sdk")


class Table:
    """Seats the user's agents. `matches` is how many to look for in the queue, None to take what is offered."""

    def __init__(
        self,
        kind: Callable[..., Any],
        client: Client,
        post: Callable[[tuple[Effect, ...]], None],
        stop: Stop,
        *,
        seats: int,
        matches: int | None,
        wish: QueueData,
    ) -> None:
        self._kind, self._client, self._post, self._stop = kind, client, post, stop
        self._wanted, self._matches, self._wish = seats, matches, wish
        self._capacity = seats
        self._seats: dict[str, Seat] = {}
        self._leaving: set[Seat] = set()
        self._begun = 0
        self.player = ""
        self.score = Score()
        self.refusal: tuple[str, str] | None = None

    # --- what it comes to ---

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to play: all matches that were wanted are over, or it was asked to finish."""
        return self._is_full and not self._seats and not self._client.accepted

    @property
    def _is_full(self) -> bool:
        """Whether no more matches shall begin."""
        enough = self._matches is not None and self._begun >= self._matches
        return enough or self._stop.is_finishing

    def status(self, state: State) -> Status:
        """How it stands."""
        return Status(state, self.player, self._capacity, len(self._seats), self._client.wishes, self.score)

    # --- news ---

    def hear(self, effect: Effect) -> None:
        """One piece of news."""
        act = self._HEAR.get(type(effect))
        if act is not None:
            act(self, effect)

    def seek(self) -> None:
        """Look for as many matches as are still wanted and have room; look for none where enough have begun."""
        if self._client.phase is not Phase.READY:
            return
        if self._is_full:
            self._post(self._client.leave())
        elif self._matches is not None:
            open_ = self._client.wishes + self._client.accepted
            room = self._capacity - len(self._seats) - open_
            for _ in range(min(self._matches - self._begun - open_, room)):
                self._post(self._client.seek(self._wish))

    def hold(self) -> None:
        """The connection is gone."""
        for seat in self._seats.values():
            seat.hold()

    async def leave(self) -> None:
        """Wait until every agent whose match is over has been let go."""
        for seat in list(self._leaving):
            await seat.left()
            self._leaving.discard(seat)

    def drop(self) -> None:
        """Stop every agent at once."""
        for seat in (*self._seats.values(), *self._leaving):
            seat.drop()

    def _identified(self, known: Identified) -> None:
        self.player, self._capacity = known.player, known.seats
        if known.seats < self._wanted:
            log.warning("the server gives this connection %d seats, not %d", known.seats, self._wanted)

    def _offered(self, offered: Offered) -> None:
        wanted = self._matches is None or self._begun + self._client.accepted < self._matches
        has_room = len(self._seats) + self._client.accepted < self._capacity
        takes = wanted and has_room and not self._stop.is_finishing
        self._post(self._client.accept(offered) if takes else self._client.decline(offered))

    def _started(self, started: MatchStarted) -> None:
        match = started.match
        log.info("match %s: you are the %s%s", match, started.role.value, " (resumed)" if started.is_resumed else "")
        self._begun += not started.is_resumed
        self._seats[match] = Seat(self._kind, started, self._answer, lambda: self._post(self._client.resign(match)))

    def _answer(self, asked: TurnAsked, given: Given) -> None:
        self._post(self._client.answer(asked, given))

    def _asked(self, asked: TurnAsked) -> None:
        if (seat := self._seats.get(asked.match)) is not None:
            seat.ask(asked)

    def _refused_action(self, refused: ActionRefused) -> None:
        chance = {None: "", 0: "; the match is lost by it"}.get(refused.attempts_left, "; act is asked once more")
        log.warning("match %s, turn %d: refused (%s)%s", refused.match, refused.turn, refused.reason, chance)

    def _ended(self, ended: MatchEnded) -> None:
        other = plain(ended.opponent.player)
        log.info("match %s: %s (%s) against %s", ended.match, outcome(ended), ended.verdict.reason.value, other)
        self._leave_seat(ended.match, ended)

    def _lost(self, lost: MatchLost) -> None:
        log.warning("match %s: the server says that it is over for us (%s)", lost.match, lost.reason)
        self._leave_seat(lost.match, None)

    def _leave_seat(self, match: str, ended: MatchEnded | None) -> None:
        seat = self._seats.pop(match, None)
        if seat is not None:
            self.score = self.score.after(ended, seat.crashes, seat.late)
            seat.end(ended)
            self._leaving = {it for it in self._leaving if not it.has_left} | {seat}

    def _draining(self, draining: Draining) -> None:
        log.info("the server restarts within %g s; matches go on when it is back", draining.seconds)

    def _refused(self, refused: Refused) -> None:
        if not self.player:  # not known yet: the connection will be closed, and this says why
            self.refusal = (refused.code, plain(refused.problem))
            return
        log.warning("the server refused a message (%s): %s", plain(refused.code), plain(refused.problem))

    def _unread(self, unread: Unread) -> None:
        log.warning("passed over a message of the server's (%s)", plain(unread.problem))

    _HEAR: dict[type, Callable[[Any, Any], None]] = {  # noqa: RUF012 - a table, never changed
        Identified: _identified,
        Offered: _offered,
        MatchStarted: _started,
        TurnAsked: _asked,
        ActionRefused: _refused_action,
        MatchEnded: _ended,
        MatchLost: _lost,
        Draining: _draining,
        Refused: _refused,
        Unread: _unread,
    }
