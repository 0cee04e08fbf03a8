"""What clients were told while a server was killed and started again, to be held against its log."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from arena.core.actions import Said
from arena.core.events import Acted, Event, Finished, Resumed
from arena.core.projection import Audience, project
from arena.core.replay import replay
from arena.core.verdict import Role

Seat = tuple[str, Role]
AUDIENCE = {Role.ATTACKER: Audience.ATTACKER, Role.DEFENDER: Audience.DEFENDER}


def line_of(role: Role, turn: int) -> str:
    """What a seat says in a turn: no two utterances of a match are alike, and none says a word of the lists."""
    if role is Role.ATTACKER:
        return f"so what would you say about all of that, now that we are at number {turn}"
    return f"I would not say anything about this before number {turn} is done"


@dataclass
class Ledger:
    """Everything that clients saw. `acts` counts the actions that they know to be taken."""

    acts: int = 0
    acknowledged: dict[Seat, dict[str, tuple[int, str]]] = field(default_factory=lambda: defaultdict(dict))
    shown: dict[Seat, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    heard: dict[Seat, tuple[Said, ...]] = field(default_factory=dict)
    seated: set[Seat] = field(default_factory=set)
    ended: dict[Seat, str] = field(default_factory=dict)
    connections: int = 0
    duplicates: int = 0
    _round: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def sit(self, seat: Seat) -> None:
        """Somebody sits in a seat."""
        async with self._changed:
            self.seated.add(seat)
            self._changed.notify_all()

    async def all_seated(self, count: int) -> None:
        """Wait until so many seats are taken."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.seated) >= count)

    async def taken(self) -> None:
        """One more action is known to be taken."""
        async with self._changed:
            self.acts += 1
            self._changed.notify_all()

    async def end(self, seat: Seat, reason: str) -> None:
        """A seat was told how its match ended."""
        async with self._changed:
            self.ended[seat] = reason
            self._changed.notify_all()

    async def open_round(self, number: int) -> None:
        """Let seats play the turns up to this one."""
        async with self._changed:
            self._round = number
            self._changed.notify_all()

    async def may_play(self, turn: int) -> None:
        """Wait until a turn may be played."""
        async with self._changed:
            await self._changed.wait_for(lambda: turn <= self._round)

    async def reached(self, acts: int) -> None:
        """Wait until so many actions are known to be taken."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.acts >= acts)

    def show(self, seat: Seat, seq: int, row: dict[str, Any]) -> None:
        """A seat was shown an event: each comes once, and in order."""
        shown = self.shown[seat]
        assert seq == len(shown), f"event {seq} came after {len(shown)} events"
        shown[seq] = row


def check_match(events: list[Event], ledger: Ledger) -> None:
    """Hold one match of the log against what its seats were told of it."""
    match = events[0].match
    assert [event.seq for event in events] == list(range(len(events)))
    replayed = replay(events)
    assert isinstance(events[-1].body, Finished)
    assert replayed.verdict is not None
    acted = [event for event in events if isinstance(event.body, Acted)]
    moves = [(event.body.turn, event.body.role) for event in acted]
    order = {Role.ATTACKER: 0, Role.DEFENDER: 1}
    assert len(set(moves)) == len(moves)
    assert moves == sorted(moves, key=lambda move: (move[0], order[move[1]]))
    for before, event in pairwise(events):
        if isinstance(event.body, Resumed):
            assert event.at == before.at, "match time passed while no server was there"
    for role in Role:
        _check_seat(events, acted, (match, role), ledger)


def _check_seat(events: list[Event], acted: list[Event], seat: Seat, ledger: Ledger) -> None:
    role = seat[1]
    for id_, (seq, text) in ledger.acknowledged.get(seat, {}).items():
        body = events[seq].body
        assert isinstance(body, Acted)
        assert (body.id, body.role, body.action.text) == (id_, role, text)
    for seq, row in ledger.shown.get(seat, {}).items():
        assert row == project(events[seq], AUDIENCE[role])
    said = tuple((it.body.role, it.body.turn, it.body.action.text) for it in acted)
    heard = tuple((it.role, it.turn, it.text) for it in ledger.heard.get(seat, ()))
    assert said[: len(heard)] == heard
