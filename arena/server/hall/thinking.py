"""Asking one of the host's own agents for its action."""

import asyncio
from dataclasses import dataclass
from random import Random

import structlog

from arena.core.actions import Action, Note
from arena.core.events import Departure
from arena.core.ports import AnyView, Resign
from arena.runner import parted
from arena.server.hall.office import Office
from arena.server.hall.seats import SeatPlace

SECONDS = 60.0
"""What an untimed agent may take: it costs no match time, but somebody waits."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What an agent came to, and what it noted about it."""

    action: Action
    notes: tuple[Note, ...]


async def think(place: SeatPlace, view: AnyView, office: Office, *, is_seen: bool) -> Thought | Departure | None:
    """The agent's action, or how it left; None where it is out of time, which the clock will find.

    `is_seen` is whether a person reads it, who is given time to follow.
    """
    if place.agent is None:
        return Departure.CRASH
    if is_seen and office.pace_ms:
        beat = Random(f"{view.seed}:{view.turn}").uniform(0.6, 1.4)
        await asyncio.sleep(office.pace_ms * beat / 1000)
    seconds = view.ms_left / 1000 if place.is_timed else SECONDS
    agent = place.agent
    try:
        answer, notes = parted(await office.studio.perform(lambda: agent.act(view), seconds))
    except Exception as crash:  # noqa: BLE001 - an agent may raise anything, and loses only its own match by it
        if place.is_timed and isinstance(crash, TimeoutError):
            return None
        structlog.get_logger("hall").warning("agent_crashed", player=place.player.name, error=type(crash).__name__)
        return Departure.CRASH
    if isinstance(answer, Resign):
        return Departure.RESIGNED
    return Thought(answer, notes) if isinstance(answer, Action) else Departure.CRASH
