"""What a live match tells its seats and its watchers, written as JSON text.

The shapes are those of `arena.wire.messages`; they are written here by hand, because thousands are sent in a second.
"""

import time
from typing import Any

from pydantic_core import to_json

from arena.core.events import Acted, Event, Finished, Refused, Started
from arena.core.ports import AnyView
from arena.core.projection import Audience, project
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict
from arena.core.views import AttackerView
from arena.server.players import Opening
from arena.wire.messages import TurnAckData
from arena.wire.values import said_to_json

AUDIENCE = {Role.ATTACKER: Audience.ATTACKER, Role.DEFENDER: Audience.DEFENDER}


def dumps(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Compact JSON text."""
    return to_json(value).decode()


def now_ms() -> int:
    """The server's clock for display: milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def message(type_: str, data: dict[str, Any], match: str | None = None, **head: Any) -> str:  # noqa: ANN401
    """One message of the server."""
    row: dict[str, Any] = {"type": type_}
    if match is not None:
        row["match"] = match
    return dumps({**row, **head, "ts": now_ms(), "data": data})


def wrap(type_: str, line: str, match: str) -> str:
    """One message around data that is written already."""
    return f'{{"type":"{type_}","match":"{match}","ts":{now_ms()},"data":{line}}}'


def event_line(event: Event, audience: Audience) -> str:
    """An event as an audience may see it, as JSON text."""
    return dumps(project(event, audience))


def is_shown_apart(event: Event, audience: Audience) -> bool:
    """Whether a seat may see more of the event than a spectator: its own deeds, and the attacker the word."""
    body = event.body
    if isinstance(body, Started):
        return audience is Audience.ATTACKER
    return isinstance(body, Acted | Refused) and body.role.value == audience.value


def event_message(match: str, seq: int, line: str) -> str:
    """A `match.event` around an event that is written already. Every audience sees some form of every event."""
    return f'{{"type":"match.event","match":"{match}","seq":{seq},"prev":{seq - 1},"ts":{now_ms()},"data":{line}}}'


class Requests:
    """Writes the turn requests of one match. What was said before is written once, however often it is sent again."""

    def __init__(self, rules: Rules) -> None:
        self._rules = dumps(rules.to_json())
        self._said: list[str] = []

    def write(self, match: str, view: AnyView) -> str:
        """A `turn.request`: the view as `arena.wire.values` has it."""
        self._said += [dumps(said_to_json(said)) for said in view.history[len(self._said) :]]
        target = f',"target":{dumps(view.target)}' if isinstance(view, AttackerView) else ""
        return (
            f'{{"type":"turn.request","match":"{match}","turn":{view.turn},"ts":{now_ms()},"data":'
            f'{{"role":"{view.role}","turn":{view.turn},"ms_left":{view.ms_left},"guesses_left":{view.guesses_left},'
            f'"refusals":{view.refusals},"seed":{view.seed},"history":[{",".join(self._said)}],'
            f'"rules":{self._rules}{target}}}}}'
        )


def ack_message(match: str, turn: int, ack: TurnAckData) -> str:
    """A `turn.ack`."""
    data = ack.model_dump_json()
    return f'{{"type":"turn.ack","match":"{match}","turn":{turn},"ts":{now_ms()},"data":{data}}}'


def end_data(opening: Opening, started: Started, verdict: Verdict) -> dict[str, Any]:
    """All that was secret until the end."""
    seats = {
        role.value: {"player": player.name, "version": player.version, "kind": player.kind.value}
        for role, player in opening.seats.items()
    }
    return {
        "verdict": verdict.to_json(),
        "target": started.target,
        **seats,
        "rated": started.rated and verdict.is_rated,
    }


def verdict_of(events: list[Event]) -> Verdict | None:
    """How the match of these events ended, or None while it goes on."""
    return next((event.body.verdict for event in reversed(events) if isinstance(event.body, Finished)), None)
