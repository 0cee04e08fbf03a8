"""What is measured of a match that is over: the moments at which the defender was to act, and what was found at them.

A measure stands beside the events and never among them: no verdict depends on it, and another model may give another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arena.core import fields
from arena.core.actions import Fact
from arena.core.events import Acted, Event, Noted, Started, Suspended
from arena.core.position import Position
from arena.core.seeds import MatchSeeds
from arena.core.verdict import Role
from arena.core.views import DefenderView


@dataclass(frozen=True, slots=True)
class Moment:
    """An action of the defender, the event `seq`, and the view that it was shown before it acted."""

    seq: int
    view: DefenderView

    @property
    def is_whole(self) -> bool:
        """Whether all that the defender was shown is still there: of what was redacted since, nobody knows it."""
        return all(said.text is not None for said in self.view.history)


def moments(events: Sequence[Event]) -> tuple[Moment, ...]:
    """Every moment of a match, in order: one for each action of the defender that was accepted."""
    if not events or not isinstance(events[0].body, Started):
        return ()
    position, shown_at = Position.opening(events[0].body), events[0].at
    seed = MatchSeeds.of(events[0].body.master).defender
    found = []
    for event in events[1:]:
        body = event.body
        if isinstance(body, Acted) and body.role is Role.DEFENDER:
            ms_left = position.deadline - shown_at
            shared = (position.rules, position.turn, position.history, position.guesses_left, ms_left)
            found.append(Moment(event.seq, DefenderView(*shared, seed, position.refusals)))
        position = position.after(body, event.at)
        if not isinstance(body, Noted | Suspended):  # after these two nobody is shown anything
            shown_at = event.at
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure found at the event `seq`: named values of JSON, no two of one name, the most telling first.

    A fact `NAME_of` says out of how many the fact `NAME` is.
    """

    seq: int
    facts: tuple[tuple[str, Fact], ...]

    def fact(self, name: str) -> Fact:
        """The named fact, or None."""
        return dict(self.facts).get(name)

    def to_json(self) -> dict[str, Fact]:
        """The facts as JSON values, in their order."""
        return dict(self.facts)


def reading_from_json(seq: int, row: Mapping[str, Any]) -> Reading:
    """What `to_json` wrote. Raises FieldError."""
    return Reading(seq, tuple((name, fields.scalar(row, name)) for name in row))
