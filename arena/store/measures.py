"""What was measured of finished matches: kept beside their events, found again, and written as lines of text.

Everything here works on a connection, within `StoreLog.work` and `StoreLog.look`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select

from arena.core import fields, jsonline
from arena.core.errors import TabooError
from arena.core.measures import Reading, moments, reading_from_json
from arena.store import stored
from arena.store.beside import MEASURE
from arena.store.changes import Work
from arena.store.errors import MatchNotFoundError
from arena.store.log import StoreLog
from arena.store.tables import EVENT, RESULT

SCHEMA = "taboo.measure/1"
_KEY = ("match", "seq", "measure", "fingerprint", "prompt")
_FIELDS = ("schema", "match", "seq", "measure", "model", "fingerprint", "prompt", "facts")


@dataclass(eq=False)
class UnfinishedMatchError(TabooError):
    """A match that is not over was to be measured."""

    match: str

    def __str__(self) -> str:
        return f"match {self.match!r} is not over, and its word is secret until then; measure it when it has ended"


@dataclass(eq=False)
class MeasureLineError(TabooError):
    """A line of exported measures that cannot be taken in. Nothing of the file was."""

    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"measures line {self.line}: {self.field}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Source:
    """How a number came about: the measure, the model as people know it, its fingerprint, and what it was asked."""

    measure: str
    model: str
    fingerprint: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A reading of one match, and how it came about."""

    match: str
    source: Source
    reading: Reading

    def to_row(self) -> dict[str, Any]:
        """The values of its table row."""
        source = self.source
        return {
            "match": self.match,
            "seq": self.reading.seq,
            "measure": source.measure,
            "model": source.model,
            "fingerprint": source.fingerprint,
            "prompt": source.prompt,
            "facts": jsonline.to_line(self.reading.to_json()),
        }

    def to_line(self) -> str:
        """One line of an export."""
        return jsonline.to_line({"schema": SCHEMA, **self.to_row(), "facts": self.reading.to_json()})


def from_row(row: RowMapping) -> Measured:
    """What `to_row` wrote."""
    source = Source(row["measure"], row["model"], row["fingerprint"], row["prompt"])
    return Measured(row["match"], source, reading_from_json(row["seq"], json.loads(row["facts"])))


# --- within a transaction ---------------------------------------------------------------------------------------------


def keep(connection: Connection, match: str, source: Source, readings: Iterable[Reading]) -> None:
    """Keep what was found in a match in the place of what the same source found there before."""
    connection.execute(delete(MEASURE).where(MEASURE.c.match == match, _is_of(source)))
    if rows := [Measured(match, source, reading).to_row() for reading in readings]:
        connection.execute(insert(MEASURE), rows)


def known(connection: Connection, source: Source) -> set[str]:
    """The matches of which the source's readings are kept."""
    return set(connection.execute(select(MEASURE.c.match).where(_is_of(source)).distinct()).scalars())


def found(connection: Connection, matches: Sequence[str], source: Source | None = None) -> dict[str, list[Measured]]:
    """What was measured of the named matches, from one source or from all, in the order of the events."""
    rows: defaultdict[str, list[Measured]] = defaultdict(list)
    order = (
        MEASURE.c.match,
        MEASURE.c.seq,
        MEASURE.c.measure,
        MEASURE.c.model,
        MEASURE.c.fingerprint,
        MEASURE.c.prompt,
    )
    for start in range(0, len(matches), stored.CHUNK):
        wanted = select(MEASURE).where(MEASURE.c.match.in_(matches[start : start + stored.CHUNK])).order_by(*order)
        if source is not None:
            wanted = wanted.where(_is_of(source))
        for row in connection.execute(wanted).mappings():
            rows[row["match"]].append(from_row(row))
    return dict(rows)


def finished(connection: Connection, matches: Sequence[str] | None) -> list[str]:
    """The named matches, or all finished ones, in the order in which they began.

    Raises MatchNotFoundError, and UnfinishedMatchError where one that was named is not over.
    """
    over = set(connection.execute(select(RESULT.c.match)).scalars())
    if matches is None:
        rows = select(EVENT.c.match).where(stored.IS_FIRST).order_by(EVENT.c.id)
        return [match for match in connection.execute(rows).scalars() if match in over]
    names = stored.in_order(connection, matches)
    for missing in sorted(set(matches) - set(names)):
        raise MatchNotFoundError(missing)
    for match in names:
        if match not in over:
            raise UnfinishedMatchError(match)
    return names


def _is_of(source: Source) -> ColumnElement[bool]:
    # Not the model's name: a folder may be renamed, and the fingerprint knows it again.
    key = (MEASURE.c.measure, MEASURE.c.fingerprint, MEASURE.c.prompt)
    return and_(*(column == getattr(source, column.name) for column in key))


# --- files ------------------------------------------------------------------------------------------------------------


def export_measures(log: StoreLog, out: TextIO, matches: Iterable[str] | None = None) -> int:
    """Write what was measured of every finished match, or of the named ones, one reading a line; how many there were.

    Raises LogError and UnfinishedMatchError.
    """
    wanted = None if matches is None else list(matches)
    names = log.look_now(lambda connection: finished(connection, wanted))
    count = 0
    for start in range(0, len(names), stored.CHUNK):
        chunk = names[start : start + stored.CHUNK]
        by_match = log.look_now(lambda connection, chunk=chunk: found(connection, chunk))  # type: ignore[misc]
        for match in chunk:
            for measured in by_match.get(match, []):
                out.write(measured.to_line() + "\n")
                count += 1
    return count


def from_line(number: int, raw: bytes) -> Measured:
    """What `to_line` wrote. Raises MeasureLineError."""
    try:
        row = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as wrong:
        raise MeasureLineError(number, "line", f"is not JSON: {wrong}") from None
    try:
        return _read(row)
    except fields.FieldError as wrong:
        raise MeasureLineError(number, wrong.field, wrong.problem) from None


def _read(row: object) -> Measured:
    if not isinstance(row, Mapping):
        raise fields.FieldError("line", "is not a JSON object")
    if fields.text(row, "schema") != SCHEMA:
        raise fields.FieldError("schema", f"must be {SCHEMA!r}")
    for name in row.keys() - set(_FIELDS):
        raise fields.FieldError(name, "is not a field of a measure")
    for name in ("match", "measure", "model", "fingerprint", "prompt"):
        if "\0" in fields.text(row, name):
            raise fields.FieldError(name, "holds a zero byte")
    source = Source(*(fields.text(row, name) for name in ("measure", "model", "fingerprint", "prompt")))
    reading = reading_from_json(fields.count(row, "seq"), fields.mapping(row, "facts"))
    return Measured(fields.text(row, "match"), source, reading)


def import_measures(log: StoreLog, lines: Iterable[bytes]) -> int:
    """Take exported readings into the log that holds their matches, all or none; how many there were.

    What the same source found before is replaced. Raises MeasureLineError, LogError.
    """
    numbered = [(number, from_line(number, raw)) for number, raw in enumerate(lines, start=1)]
    log.write_now(Work(lambda connection: _take(connection, numbered)))
    return len(numbered)


def _take(connection: Connection, numbered: Sequence[tuple[int, Measured]]) -> None:
    places: dict[str, set[int]] = {}
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for number, measured in numbered:
        if measured.match not in places:
            places[measured.match] = _places(connection, number, measured.match)
        if measured.reading.seq not in places[measured.match]:
            raise MeasureLineError(number, "seq", f"event {measured.reading.seq} is no action of the defender")
        row = measured.to_row()
        rows[tuple(row[name] for name in _KEY)] = row
    for key in rows:
        same = and_(*(MEASURE.c[name] == value for name, value in zip(_KEY, key, strict=True)))
        connection.execute(delete(MEASURE).where(same))
    if rows:
        connection.execute(insert(MEASURE), list(rows.values()))


def _places(connection: Connection, number: int, match: str) -> set[int]:
    """The events of a finished match that a reading may belong to."""
    try:
        finished(connection, [match])
    except (MatchNotFoundError, UnfinishedMatchError) as wrong:
        raise MeasureLineError(number, "match", str(wrong)) from None
    return {moment.seq for moment in moments(stored.read(connection, [match])[0].sealed_events())}
