"""What each audience may see of an event while the match is live.

Nothing here that reaches a defender or a spectator carries or determines the target: the target, the master seed and
every hit are left out, a ruling keeps its judge and label but no score, a refused action shows only that it was
refused, and a note only that there is one.
"""

from enum import StrEnum
from typing import Any

from arena.core.events import VERSION, Acted, Event, Noted, Refused, Started
from arena.core.verdict import Role


class Audience(StrEnum):
    """Who is looking. `RECORD` is the log itself, and anyone once a match is over."""

    ATTACKER = "attacker"
    DEFENDER = "defender"
    SPECTATOR = "spectator"
    RECORD = "record"


def project(event: Event, audience: Audience) -> dict[str, Any]:
    """The event as JSON values for an audience."""
    if audience is Audience.RECORD:
        return event.to_json()
    body = event.body
    head: dict[str, Any] = {"v": VERSION, "match": event.match, "seq": event.seq, "at": event.at}
    if isinstance(body, Started):
        return {**head, **_public_start(body, audience)}
    if isinstance(body, Acted):
        return {**head, **_public_action(body, audience)}
    if isinstance(body, Refused):
        row = {"type": "refused", "role": body.role, "turn": body.turn}
        return {**head, **row, **({"why": body.why} if audience.value == body.role.value else {})}
    if isinstance(body, Noted):
        return {**head, "type": "noted", "role": body.role, "turn": body.turn}
    return event.to_json()


def _public_start(body: Started, audience: Audience) -> dict[str, Any]:
    row: dict[str, Any] = {"type": "started", "started_at": body.started_at, "rules": body.rules.to_json()}
    return {**row, "target": body.target} if audience is Audience.ATTACKER else row


def _public_action(body: Acted, audience: Audience) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": "acted",
        "role": body.role,
        "turn": body.turn,
        "text": body.action.text if body.has_words else None,
        "guess": body.action.guess,
        "right": body.right,
        "rulings": [{"judge": it.judge, "label": it.label} for it in body.rulings],
    }
    if audience is Audience.ATTACKER and body.role is Role.ATTACKER:
        row["hits"] = [{"start": hit.start, "end": hit.end, "rule": hit.rule} for hit in body.hits]
    return row
