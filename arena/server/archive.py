"""The finished matches: found, read, counted. What was erased or hidden is left out, whoever asks.

A private match is there for its players and for admins, and for nobody else: to all others it does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, and_, func, or_, select

from arena.analysis.rates import Rate, wilson
from arena.core.events import Acted, Event, Refused, Started
from arena.core.hits import Language
from arena.core.verdict import Reason, Role, Verdict
from arena.server.errors import ConflictError, NotFoundError
from arena.server.people import Account, Rank
from arena.server.players import Kind
from arena.store import StoreLog, stored
from arena.store.beside import HIDDEN, HOSTED, SEAT
from arena.store.tables import EVENT, RESULT
from arena.store.transcripts import to_line

T = TypeVar("T")

MAX_LIMIT = 100
NOBODY = "nobody"
"""As a winner: the match was tied, void, aborted or cut off."""


@dataclass(frozen=True)
class MatchQuery:
    """Which finished matches are looked for: all that is set must hold.

    `player` is a name as the log has it, in `role` where that is set. `account` finds the matches of whoever holds it.
    `after` is the place of the last match of the page before.
    """

    player: str | None = None
    role: Role | None = None
    account: str | None = None
    language: Language | None = None
    preset: str | None = None
    reason: Reason | None = None
    winner: str | None = None
    rated: bool | None = None
    after: int | None = None
    limit: int = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of what was found; `after` is where the next page goes on, None at the end."""

    items: list[T]
    after: int | None = None


@dataclass(frozen=True)
class SeatSummary:
    """Who sat in a role."""

    player: str
    version: str
    kind: Kind


@dataclass(frozen=True)
class MatchSummary:
    """One finished match in a line."""

    id: str
    language: Language
    preset: str
    word_list: str
    target: str
    seats: Mapping[Role, SeatSummary]
    verdict: Verdict
    turns: int
    rated: bool
    started_at: str
    is_private: bool


@dataclass(frozen=True)
class MatchRecord:
    """One finished match, whole. `events` are JSON values with the words that may still be shown.

    An event whose words are gone has `text` None and says in `gone` why: `redacted` or `hidden`.
    """

    summary: MatchSummary
    rules: Mapping[str, Any]
    pair: str | None
    events: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class RoleRecord:
    """What a player did in a role: every finished match counts once, in one of the four.

    `won` is the share of wins among the matches that had a winner or were tied, with Wilson's interval.
    """

    wins: int = 0
    losses: int = 0
    ties: int = 0
    void: int = 0

    @property
    def matches(self) -> int:
        """All of them."""
        return self.wins + self.losses + self.ties + self.void

    @property
    def won(self) -> Rate:
        """Wins among the matches that say anything."""
        return wilson(self.wins, self.wins + self.losses + self.ties)


class Archive:
    """The finished matches of a log."""

    def __init__(self, log: StoreLog) -> None:
        self._log = log

    async def matches(self, query: MatchQuery, viewer: Account | None = None) -> Page[MatchSummary]:
        """The matches that the viewer may find, newest first."""
        return await self._log.look(lambda connection: _find(connection, query, viewer))

    async def match(self, match: str, viewer: Account | None) -> MatchRecord:
        """One match. Raises NotFoundError, also for a private match of others."""
        return await self._log.look(lambda connection: _record(connection, match, viewer))

    async def record(self, player: str) -> dict[Role, RoleRecord]:
        """How a player fared in each role, in public and private matches alike."""
        return await self._log.look(lambda connection: _tally(connection, player))

    async def recent(self, player: str, limit: int = 20) -> list[MatchSummary]:
        """A player's newest public matches."""
        return (await self.matches(MatchQuery(player=player, limit=limit))).items

    async def transcript(self, match: str, viewer: Account | None) -> Iterator[str]:
        """The match as lines of `docs/transcripts.md`, without line ends.

        A transcript is whole or it is none, so one with a hidden part is for admins only. Raises NotFoundError or
        ConflictError.
        """
        return iter(await self._log.look(lambda connection: _transcript(connection, match, viewer)))


# --- finding ----------------------------------------------------------------------------------------------------------

_ATTACKER, _DEFENDER = SEAT.alias("attacker_seat"), SEAT.alias("defender_seat")


def _summaries() -> Select[Any]:
    """Every finished match with how it was hosted; a match that this server did not host has neither row."""
    seats = ((_ATTACKER, Role.ATTACKER), (_DEFENDER, Role.DEFENDER))
    joined = RESULT.join(EVENT, and_(EVENT.c.match == RESULT.c.match, EVENT.c.seq == 0))
    joined = joined.outerjoin(HOSTED, HOSTED.c.match == RESULT.c.match)
    for seat, role in seats:
        joined = joined.outerjoin(seat, and_(seat.c.match == RESULT.c.match, seat.c.role == role.value))
    return select(
        EVENT.c.id.label("place"),
        RESULT,
        HOSTED.c.preset,
        HOSTED.c.is_private,
        _ATTACKER.c.kind.label("attacker_kind"),
        _DEFENDER.c.kind.label("defender_kind"),
    ).select_from(joined)


def _find(connection: Connection, query: MatchQuery, viewer: Account | None) -> Page[MatchSummary]:
    limit = max(1, min(query.limit, MAX_LIMIT))
    rows = _visible(_filtered(_summaries(), query), viewer).order_by(EVENT.c.id.desc()).limit(limit + 1)
    found = connection.execute(rows).mappings().all()
    after = found[limit - 1]["place"] if len(found) > limit else None
    return Page([_summary(row) for row in found[:limit]], after)


def _filtered(rows: Select[Any], query: MatchQuery) -> Select[Any]:
    if query.player is not None:
        columns = {Role.ATTACKER: RESULT.c.attacker, Role.DEFENDER: RESULT.c.defender}
        roles = tuple(Role) if query.role is None else (query.role,)
        rows = rows.where(or_(*(columns[role] == query.player for role in roles)))
    if query.account is not None:
        theirs = select(SEAT.c.match).where(SEAT.c.account == query.account)
        if query.role is not None:
            theirs = theirs.where(SEAT.c.role == query.role.value)
        rows = rows.where(RESULT.c.match.in_(theirs))
    if query.language is not None:
        rows = rows.where(RESULT.c.rules.contains(f'"language":"{query.language.value}"', autoescape=True))
    if query.preset is not None:
        rows = rows.where(HOSTED.c.preset == query.preset)
    if query.reason is not None:
        rows = rows.where(RESULT.c.reason == query.reason.value)
    if query.winner is not None:
        winner = None if query.winner == NOBODY else query.winner
        rows = rows.where(RESULT.c.winner.is_(None) if winner is None else RESULT.c.winner == winner)
    if query.rated is not None:
        rows = rows.where(RESULT.c.rated.is_(query.rated))
    return rows if query.after is None else rows.where(EVENT.c.id < query.after)


def _visible(rows: Select[Any], viewer: Account | None) -> Select[Any]:
    if viewer is not None and viewer.rank is Rank.ADMIN:
        return rows
    is_open = func.coalesce(HOSTED.c.is_private, False).is_(False)
    if viewer is None:
        return rows.where(is_open)
    theirs = select(SEAT.c.match).where(SEAT.c.account == viewer.id)
    return rows.where(or_(is_open, RESULT.c.match.in_(theirs)))


def _summary(row: Mapping[str, Any]) -> MatchSummary:
    from arena.store.results import Result

    result = Result.from_row({column.name: row[column.name] for column in RESULT.c})
    return MatchSummary(
        id=result.match,
        language=result.rules.language,
        preset=row["preset"] or "custom",
        word_list=result.word_list,
        target=result.target,
        seats={
            Role.ATTACKER: _seat(result.attacker, result.attacker_version, row["attacker_kind"]),
            Role.DEFENDER: _seat(result.defender, result.defender_version, row["defender_kind"]),
        },
        verdict=result.verdict,
        turns=result.turns,
        rated=result.rated,
        started_at=result.started_at,
        is_private=bool(row["is_private"]),
    )


def _seat(player: str, version: str, kind: str | None) -> SeatSummary:
    if kind is not None:
        return SeatSummary(player, version, Kind(kind))
    if player.startswith("@") or player.partition(":")[0] == "human":
        return SeatSummary(player, version, Kind.PERSON)
    return SeatSummary(player, version, Kind.AGENT if "/" in player else Kind.BUILT_IN)


# --- one match --------------------------------------------------------------------------------------------------------


def _one(connection: Connection, match: str, viewer: Account | None) -> MatchSummary:
    row = connection.execute(_visible(_summaries().where(RESULT.c.match == match), viewer)).mappings().first()
    if row is None:
        raise NotFoundError("match", match)
    return _summary(row)


def _record(connection: Connection, match: str, viewer: Account | None) -> MatchRecord:
    summary = _one(connection, match, viewer)
    events = stored.read(connection, [match])[0].events()
    started = events[0].body
    if not isinstance(started, Started):
        raise NotFoundError("match", match)
    hidden = _hidden(connection, match)
    rows = [_shown(event, is_hidden=event.seq in hidden) for event in events]
    return MatchRecord(summary, started.rules.to_json(), started.pair, rows)


def _hidden(connection: Connection, match: str) -> set[int]:
    return set(connection.execute(select(HIDDEN.c.seq).where(HIDDEN.c.match == match)).scalars())


def _shown(event: Event, *, is_hidden: bool) -> dict[str, Any]:
    """The event with the words of its sentence, where they still exist and may be shown."""
    row, body = event.to_json(), event.body
    if not isinstance(body, Acted | Refused):
        return row
    is_gone = body.seal is not None and body.action.text == "" and body.action.guess is None
    if is_hidden or is_gone:
        if isinstance(body, Acted) and is_hidden:
            row["hits"] = [{**hit, "found": None} for hit in row["hits"]]
        return {**row, "text": None, "guess": None, "gone": "hidden" if is_hidden else "redacted"}
    return {**row, "text": body.action.text, "guess": body.action.guess}


def _transcript(connection: Connection, match: str, viewer: Account | None) -> list[str]:
    _one(connection, match, viewer)
    is_admin = viewer is not None and viewer.rank is Rank.ADMIN
    if not is_admin and _hidden(connection, match):
        raise ConflictError("a part of this match is hidden by the host, so its transcript is not given out")
    return [to_line(it) for it in stored.read(connection, [match])]


# --- counting ---------------------------------------------------------------------------------------------------------


def _tally(connection: Connection, player: str) -> dict[Role, RoleRecord]:
    records = {}
    for role, column in ((Role.ATTACKER, RESULT.c.attacker), (Role.DEFENDER, RESULT.c.defender)):
        rows = select(RESULT.c.winner, RESULT.c.reason, func.count()).where(column == player)
        counts = dict.fromkeys(("wins", "losses", "ties", "void"), 0)
        for winner, reason, count in connection.execute(rows.group_by(RESULT.c.winner, RESULT.c.reason)):
            counts[_outcome(role, winner, reason)] += count
        records[role] = RoleRecord(**counts)
    return records


def _outcome(role: Role, winner: str | None, reason: str) -> str:
    if winner is not None:
        return "wins" if winner == role.value else "losses"
    return "ties" if reason == Reason.TIE.value else "void"
