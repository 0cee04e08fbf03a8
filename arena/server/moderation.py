"""What may be taken back: utterances hidden or erased, reports decided, people shut out.

Hiding keeps an utterance in the log and shows it to nobody; redacting erases it (`StoreLog.redact`). A match in play
must end first, for whoever asks: a player would see history change under their feet.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from arena.clock import timestamp
from arena.core.events import Acted, Refused
from arena.core.verdict import Role
from arena.server.errors import ConflictError, NotFoundError
from arena.server.people import Account, Rank
from arena.server.players import Kind
from arena.store import StoreLog, stored
from arena.store.beside import HIDDEN, HOSTED, REPORT, SEAT
from arena.store.errors import RedactionError
from arena.store.tables import EVENT, RESULT, WORDS

MAX_REASON = 500
_PLAYED = "the match is still played; do it when it is over"


class Outcome(StrEnum):
    """What an admin makes of a report."""

    HIDE = "hide"
    REDACT = "redact"
    DISMISS = "dismiss"


@dataclass(frozen=True)
class Report:
    """An utterance that somebody found wrong; `outcome` None waits. `text` is what was said, None once it is gone."""

    id: int
    match: str
    seq: int
    reason: str
    created_at: str
    outcome: Outcome | None
    account: str | None
    role: Role | None = None
    player: str = ""
    text: str | None = None
    guess: str | None = None


@dataclass(frozen=True)
class Taken:
    """How many utterances were erased, and in how many matches that are still played nothing could be."""

    erased: int
    waiting: int


class Moderation:
    """Reports and redactions of one log."""

    def __init__(self, log: StoreLog) -> None:
        self._log = log

    # --- what anybody may do ---

    async def report(self, account: Account, match: str, seq: int, reason: str) -> Report:
        """Tell the host of an utterance. Reported again by the same account, it stays one report.

        Raises NotFoundError, also for a private match of others and for an event in which nobody spoke.
        """
        return await self._log.work(lambda connection: _report(connection, account, match, seq, reason))

    async def redact(self, account: Account, match: str, seq: int) -> None:
        """Erase one thing that the account's person said. Raises NotFoundError, ConflictError or RedactionError."""
        await self._log.look(lambda connection: _require_own(connection, account, match, seq))
        await asyncio.to_thread(self._log.redact, match, seq)

    async def redact_all(self, account: Account) -> Taken:
        """Erase everything that the account's person said in every match that is over."""
        over, played = await self._log.look(lambda connection: _matches_of(connection, account.id))
        erased = 0
        for match, role in over:
            erased += await asyncio.to_thread(self._erase_seat, match, role)
        return Taken(erased, played)

    def _erase_seat(self, match: str, role: Role) -> int:
        try:
            return self._log.redact_seat(match, role)
        except RedactionError:  # nothing is kept there any more
            return 0

    # --- what admins do ---

    async def reports(self, *, is_open: bool | None = True, after: int = 0, limit: int = 50) -> list[Report]:
        """Reports in the order in which they came: those that wait, those decided, or (None) all."""
        return await self._log.look(lambda connection: _reports(connection, is_open, after, limit))

    async def decide(self, report: int, outcome: Outcome) -> Report:
        """Carry out an outcome, for every report of the same utterance that waits.

        Raises NotFoundError, ConflictError while the match is played, or RedactionError where there is no person's text
        to erase; the report waits then.
        """
        row = await self._log.look(lambda connection: _row(connection, report))
        if outcome is not Outcome.DISMISS:
            await self._log.look(lambda connection: _require_over(connection, row.match))
        if outcome is Outcome.REDACT:
            await asyncio.to_thread(self._log.redact, row.match, row.seq)
        return await self._log.work(lambda connection: _close(connection, report, outcome))

    async def show_again(self, match: str, seq: int) -> None:
        """Take back that an utterance was hidden. Raises NotFoundError."""

        def job(connection: Connection) -> None:
            gone = connection.execute(delete(HIDDEN).where(HIDDEN.c.match == match, HIDDEN.c.seq == seq))
            if not gone.rowcount:
                raise NotFoundError("hidden utterance", f"{match}/{seq}")

        await self._log.work(job)


# --- reports ----------------------------------------------------------------------------------------------------------


def _report(connection: Connection, account: Account, match: str, seq: int, reason: str) -> Report:
    _require_visible(connection, account, match)
    _require_said(connection, match, seq)
    same = (REPORT.c.match == match, REPORT.c.seq == seq, REPORT.c.account == account.id)
    known = connection.execute(select(REPORT.c.id).where(*same, REPORT.c.outcome.is_(None))).scalar()
    if known is None:
        values = {
            "match": match,
            "seq": seq,
            "account": account.id,
            "reason": reason[:MAX_REASON],
            "created_at": timestamp(),
            "outcome": None,
        }
        known = connection.execute(insert(REPORT).values(values)).inserted_primary_key[0]  # type: ignore[index]
    return _told(connection, _row(connection, known))


def _require_visible(connection: Connection, account: Account, match: str) -> None:
    is_private = connection.execute(select(HOSTED.c.is_private).where(HOSTED.c.match == match)).scalar()
    if not is_private or account.rank is Rank.ADMIN:
        return
    theirs = select(SEAT.c.match).where(SEAT.c.match == match, SEAT.c.account == account.id)
    if connection.execute(theirs).first() is None:
        raise NotFoundError("match", match)


def _require_said(connection: Connection, match: str, seq: int) -> None:
    found = stored.read(connection, [match])
    if not found:
        raise NotFoundError("match", match)
    events = found[0].sealed_events()
    if not 0 <= seq < len(events) or not isinstance(events[seq].body, Acted):
        raise NotFoundError("utterance", str(seq))


def _row(connection: Connection, report: int) -> Row[Any]:
    row = connection.execute(select(REPORT).where(REPORT.c.id == report)).first()
    if row is None:
        raise NotFoundError("report", str(report))
    return row


def _reports(connection: Connection, is_open: bool | None, after: int, limit: int) -> list[Report]:
    rows = select(REPORT).where(REPORT.c.id > after).order_by(REPORT.c.id).limit(limit)
    if is_open is not None:
        rows = rows.where(REPORT.c.outcome.is_(None) if is_open else REPORT.c.outcome.is_not(None))
    return [_told(connection, row) for row in connection.execute(rows).all()]


def _told(connection: Connection, row: Row[Any]) -> Report:
    """The report with what was said, as an admin must see it to decide."""
    outcome = None if row.outcome is None else Outcome(row.outcome)
    head = (row.id, row.match, row.seq, row.reason, row.created_at, outcome, row.account)
    found = stored.read(connection, [row.match])
    events = found[0].events() if found else []
    body = events[row.seq].body if row.seq < len(events) else None
    if not isinstance(body, Acted | Refused):
        return Report(*head)
    has_words = body.seal is None or body.action.text or body.action.guess is not None
    seat = select(SEAT.c.player).where(SEAT.c.match == row.match, SEAT.c.role == body.role.value)
    player = connection.execute(seat).scalar() or ""
    text = body.action.text if has_words else None
    return Report(*head, body.role, player, text, body.action.guess)


def _close(connection: Connection, report: int, outcome: Outcome) -> Report:
    row = _row(connection, report)
    if outcome is Outcome.HIDE:
        key = {"match": row.match, "seq": row.seq}
        known = select(HIDDEN).where(HIDDEN.c.match == row.match, HIDDEN.c.seq == row.seq)
        if connection.execute(known).first() is None:
            connection.execute(insert(HIDDEN).values(key))
    same = and_(REPORT.c.match == row.match, REPORT.c.seq == row.seq, REPORT.c.outcome.is_(None))
    connection.execute(update(REPORT).where(same).values(outcome=outcome.value))
    connection.execute(update(REPORT).where(REPORT.c.id == report).values(outcome=outcome.value))
    return _told(connection, _row(connection, report))


# --- whose words ------------------------------------------------------------------------------------------------------


def _require_own(connection: Connection, account: Account, match: str, seq: int) -> None:
    """Raises NotFoundError unless the account's person sat in the match, and ConflictError while it is played."""
    seats = select(SEAT.c.role).where(
        SEAT.c.match == match, SEAT.c.account == account.id, SEAT.c.kind == Kind.PERSON.value
    )
    roles = {Role(role) for role in connection.execute(seats).scalars()}
    if not roles:
        raise NotFoundError("match", match)
    _require_over(connection, match)
    events = stored.read(connection, [match])[0].sealed_events()
    body = events[seq].body if 0 <= seq < len(events) else None
    if not isinstance(body, Acted | Refused) or body.role not in roles:
        raise NotFoundError("utterance of yours", str(seq))


def _require_over(connection: Connection, match: str) -> None:
    if connection.execute(select(RESULT.c.match).where(RESULT.c.match == match)).first() is None:
        if connection.execute(select(EVENT.c.id).where(EVENT.c.match == match).limit(1)).first() is None:
            raise NotFoundError("match", match)
        raise ConflictError(_PLAYED)


def _matches_of(connection: Connection, account: str) -> tuple[list[tuple[str, Role]], int]:
    """The seats in which words of the account's person are kept, and how many matches of theirs are still played."""
    seats = (SEAT.c.account == account, SEAT.c.kind == Kind.PERSON.value)
    is_over = select(RESULT.c.match).where(RESULT.c.match == SEAT.c.match).exists()
    has_words = select(WORDS.c.match).where(WORDS.c.match == SEAT.c.match).exists()
    over = connection.execute(select(SEAT.c.match, SEAT.c.role).where(*seats, is_over, has_words)).all()
    played = set(connection.execute(select(SEAT.c.match).where(*seats, ~is_over)).scalars())
    return [(match, Role(role)) for match, role in over], len(played)
