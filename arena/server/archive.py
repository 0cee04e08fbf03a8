"""The finished matches: found, read, counted. What was erased or hidden is left out, whoever asks.

A private match is there for its players and for admins, and for nobody else: to all others it does not exist.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select
from sqlalchemy.engine import RowMapping

from arena.core.events import Acted, Event, Noted, Refused, Started
from arena.core.hits import Language
from arena.core.verdict import Reason, Role
from arena.server.archive_values import (
    MAX_LIMIT,
    NOBODY,
    MatchQuery,
    MatchRecord,
    MatchSummary,
    Page,
    RoleRecord,
    SeatSummary,
    WordCount,
)
from arena.server.errors import ConflictError, NotFoundError
from arena.server.lobby.dealing import has_seen, note_seen
from arena.server.people import Account, Rank
from arena.server.players import Kind
from arena.store import StoreLog, measures, stored
from arena.store.beside import HIDDEN, HOSTED, SEAT
from arena.store.results import Result
from arena.store.tables import EVENT, RESULT
from arena.store.transcripts import to_line

__all__ = [
    "Archive",
    "MatchQuery",
    "MatchRecord",
    "MatchSummary",
    "Page",
    "RoleRecord",
    "SeatSummary",
    "WordCount",
]

_OWNED = re.compile(r"[^/:]+/[^/:]+$")
"""A participant's program, `alice/parrot`; a model of the host's own may have slashes after a colon."""


class Archive:
    """The finished matches of a log."""

    def __init__(self, log: StoreLog) -> None:
        self._log = log

    async def matches(self, query: MatchQuery, viewer: Account | None = None) -> Page[MatchSummary]:
        """The matches that the viewer may find, newest first."""
        return await self._log.look(lambda connection: _find(connection, query, viewer))

    async def match(self, match: str, viewer: Account | None) -> MatchRecord:
        """One match. Raises NotFoundError, also for a private match of others.

        Whoever is signed in has seen its word then, and is not dealt it to defend.
        """
        record = await self._log.look(lambda connection: _record(connection, match, viewer))
        if viewer is not None:
            await self.reveal(viewer.id, record.summary.language, record.summary.target)
        return record

    async def reveal(self, account: str, language: Language, word: str) -> None:
        """Note that an account was shown a word. Raises LogError."""
        if not await self._log.look(lambda connection: has_seen(connection, account, language, word)):
            await self._log.work(lambda connection: note_seen(connection, [account], language, word))

    async def record(self, player: str) -> dict[Role, RoleRecord]:
        """How a player fared in each role, in public and private matches alike."""
        return await self._log.look(lambda connection: _tally(connection, player))

    async def recent(self, player: str, limit: int = 20) -> list[MatchSummary]:
        """A player's newest public matches."""
        return (await self.matches(MatchQuery(player=player, limit=limit))).items

    async def words(self, word_list: str) -> dict[str, WordCount]:
        """How the words that were dealt from a list fared."""
        return await self._log.look(lambda connection: _words(connection, word_list))

    async def transcript(self, match: str, viewer: Account | None) -> Iterator[str]:
        """The match as lines of `docs/transcripts.md`, without line ends.

        A transcript is whole or it is none, so one with a hidden part is for admins only. Raises NotFoundError or
        ConflictError.
        """
        return iter(await self._log.look(lambda connection: _transcript(connection, match, viewer)))


# --- finding ----------------------------------------------------------------------------------------------------------

_COLUMNS = tuple(column.name for column in RESULT.columns)
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


def _summary(row: RowMapping) -> MatchSummary:
    result = Result.from_row({name: row[name] for name in _COLUMNS})
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
    return SeatSummary(player, version, Kind.AGENT if _OWNED.match(player) else Kind.BUILT_IN)


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
    acts = {(it.body.role, it.body.id) for it in events if it.seq in hidden and isinstance(it.body, Acted | Refused)}
    rows = [
        _shown(event, is_hidden=event.seq in hidden)
        for event in events
        if not (isinstance(event.body, Noted) and (event.body.role, event.body.id) in acts)
    ]
    measured: dict[int, list[measures.Measured]] = {}
    for it in measures.found(connection, [match]).get(match, []):
        measured.setdefault(it.reading.seq, []).append(it)
    return MatchRecord(summary, started.rules.to_json(), started.pair, rows, measured)


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


def _words(connection: Connection, word_list: str) -> dict[str, WordCount]:
    rows = select(RESULT.c.target, RESULT.c.reason, func.count()).where(RESULT.c.word_list == word_list)
    found: dict[str, dict[str, int]] = {}
    for word, reason, count in connection.execute(rows.group_by(RESULT.c.target, RESULT.c.reason)):
        counts = found.setdefault(word, {"played": 0, "induced": 0, "inferred": 0})
        counts["played"] += count
        if reason in counts:
            counts[reason] += count
    return {word: WordCount(**counts) for word, counts in found.items()}
