"""Reading: a match as it is stored, one at a time or by the thousand in the order in which the matches began."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from arena.core.events import Event, Words, unseal
from arena.store import words as words_form
from arena.store.errors import CorruptLogError
from arena.store.tables import EVENT, WORDS

CHUNK = 500
"""Matches read by one query: some megabytes."""

IS_FIRST = text("seq = 0")
"""A literal, so that the database knows its index of first events to fit."""


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """One match byte for byte: the lines of its events in order, and those of the words that were kept apart."""

    match: str
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()

    def kept(self) -> dict[int, Words]:
        """The words kept apart, by the number of their event."""
        return dict(words_form.from_line(line) for line in self.words)

    def sealed_events(self) -> list[Event]:
        """The events without any person's words. Raises EventError where the stored text is damaged."""
        return [Event.from_line(line) for line in self.lines]

    def events(self) -> list[Event]:
        """The events with the words that still exist. Raises EventError where the stored text is damaged."""
        events, kept = self.sealed_events(), self.kept()
        return [unseal(event, kept[event.seq]) if event.seq in kept else event for event in events]


def read(connection: Connection, matches: Sequence[str]) -> list[StoredMatch]:
    """The named matches, in the order named; those that are not in the log are left out. Raises CorruptLogError."""
    lines: dict[str, list[str]] = {match: [] for match in matches}
    words: dict[str, list[str]] = {match: [] for match in matches}
    for table, found in ((EVENT, lines), (WORDS, words)):
        rows = select(table.c.match, table.c.line).where(table.c.match.in_(found)).order_by(table.c.match, table.c.seq)
        for match, line in connection.execute(rows):
            if match not in found:
                where = connection.engine.url.render_as_string(hide_password=True)
                raise CorruptLogError(where, f"an index and its table disagree about match {match!r}")
            found[match].append(line)
    return [StoredMatch(match, tuple(lines[match]), tuple(words[match])) for match in lines if lines[match]]


def first_events(connection: Connection, after: int = -1) -> list[tuple[int, str]]:
    """The next matches in order, each with the place of its first event, from beyond the place `after`."""
    rows = select(EVENT.c.id, EVENT.c.match).where(IS_FIRST, EVENT.c.id > after).order_by(EVENT.c.id).limit(CHUNK)
    return [(place, match) for place, match in connection.execute(rows)]


def beheaded(connection: Connection) -> list[str]:
    """The matches whose first event is gone: no sound log has any."""
    rows = select(EVENT.c.match).group_by(EVENT.c.match).having(func.min(EVENT.c.seq) > 0)
    return sorted(connection.execute(rows).scalars())


def in_order(connection: Connection, matches: Sequence[str]) -> list[str]:
    """The named matches that exist, each once, in the order in which they began."""
    found: dict[str, int] = {}
    for start in range(0, len(matches), CHUNK):
        some = matches[start : start + CHUNK]
        rows = select(EVENT.c.match, EVENT.c.id).where(IS_FIRST, EVENT.c.match.in_(some))
        found.update((match, place) for match, place in connection.execute(rows))
    return sorted(found, key=found.__getitem__)


def everything(connection: Connection) -> Iterator[StoredMatch]:
    """Every match in order, within one transaction."""
    after = -1
    while chunk := first_events(connection, after):
        yield from read(connection, [match for _, match in chunk])
        after = chunk[-1][0]
