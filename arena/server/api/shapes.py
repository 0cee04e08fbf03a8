"""The matches as answers: what is told of a live one, and of one that is over."""

from typing import Any, Literal

from pydantic import Field

from arena.core.hits import Language
from arena.core.projection import Audience
from arena.core.verdict import Cause, Reason, Role
from arena.server.api.asking import Given
from arena.server.archive import MatchRecord, MatchSummary, SeatSummary
from arena.server.hall import LiveMatch
from arena.server.players import Kind

AUDIENCES = {Role.ATTACKER: Audience.ATTACKER, Role.DEFENDER: Audience.DEFENDER, None: Audience.SPECTATOR}


class VerdictShape(Given):
    """How a match ended. `winner` null: nobody won. `cause` goes with a forfeit, `judge` and `label` with a ruling."""

    winner: Role | None
    reason: Reason
    cause: Cause | None = None
    judge: str | None = None
    label: str | None = None


class SeatShape(Given):
    """Who sat in a role: `@alice` is a person, `alice/parrot` her program, `hiding` one of the host's own."""

    player: str = Field(examples=["@alice"])
    version: str = Field(examples=["1"])
    kind: Kind

    @classmethod
    def of(cls, seat: SeatSummary) -> "SeatShape":
        """The seat as it is told."""
        return cls(player=seat.player, version=seat.version, kind=seat.kind)


class LiveShape(Given):
    """A match in play. Who plays, and for which word, is told when it is over.

    `role` is the caller's own seat, null for a spectator.
    """

    status: Literal["live"] = "live"
    id: str = Field(examples=["0f3c9a5b7d2e41668c1f"])
    language: Language
    word_list: str = Field(examples=["en-easy"])
    preset: str = Field(examples=["paper"])
    turn: int = Field(examples=[3])
    max_turns: int = Field(examples=[10])
    started_at: str = Field(examples=["2026-01-31T12:00:00+00:00"])
    watchers: int
    is_private: bool
    role: Role | None = None

    @classmethod
    def of(cls, live: LiveMatch, role: Role | None) -> "LiveShape":
        """The match as it is told to a seat, or to a spectator."""
        rules = live.opening.rules
        return cls(
            id=live.id,
            language=rules.language,
            word_list=rules.word_list,
            preset=live.opening.preset,
            turn=live.position.turn,
            max_turns=rules.max_turns,
            started_at=live.started_at,
            watchers=live.watchers,
            is_private=live.opening.is_private,
            role=role,
        )


class FinishedShape(Given):
    """A match that is over."""

    status: Literal["finished"] = "finished"
    id: str = Field(examples=["0f3c9a5b7d2e41668c1f"])
    language: Language
    word_list: str = Field(examples=["en-easy"])
    preset: str = Field(examples=["paper"])
    target: str = Field(examples=["apple"])
    attacker: SeatShape
    defender: SeatShape
    verdict: VerdictShape
    turns: int = Field(examples=[4])
    rated: bool
    started_at: str = Field(examples=["2026-01-31T12:00:00+00:00"])
    is_private: bool

    @classmethod
    def of(cls, summary: MatchSummary) -> "FinishedShape":
        """The match as it is told."""
        return cls(**_finished(summary))


def _finished(summary: MatchSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "language": summary.language,
        "word_list": summary.word_list,
        "preset": summary.preset,
        "target": summary.target,
        "attacker": SeatShape.of(summary.seats[Role.ATTACKER]),
        "defender": SeatShape.of(summary.seats[Role.DEFENDER]),
        "verdict": VerdictShape(**summary.verdict.to_json()),
        "turns": summary.turns,
        "rated": summary.rated,
        "started_at": summary.started_at,
        "is_private": summary.is_private,
    }


class LiveRecord(LiveShape):
    """A match in play with its events so far, as far as the caller may see them."""

    rules: dict[str, Any]
    events: list[dict[str, Any]]

    @classmethod
    def of(cls, live: LiveMatch, role: Role | None) -> "LiveRecord":
        """The match as it is told to a seat, or to a spectator."""
        shape = LiveShape.of(live, role)
        events = live.rows(AUDIENCES[role])
        return cls(**dict(shape), rules=live.opening.rules.to_json(), events=events)


class FinishedRecord(FinishedShape):
    """A match that is over, with all that happened.

    An event whose words were taken back has `text` null, and `gone` says whether they were `redacted` or `hidden`.
    """

    pair: str | None
    rules: dict[str, Any]
    events: list[dict[str, Any]]

    @classmethod
    def of_record(cls, record: MatchRecord) -> "FinishedRecord":
        """The match as it is told."""
        head = _finished(record.summary)
        return cls(**head, pair=record.pair, rules=dict(record.rules), events=record.events)


class MatchPage(Given):
    """Some matches, newest first. `next` is the cursor of the page after, null at the end."""

    items: list[LiveShape | FinishedShape]
    next: str | None


class EventPage(Given):
    """Events of a match in order. `is_over` says that no more will come."""

    match: str
    events: list[dict[str, Any]]
    is_over: bool
