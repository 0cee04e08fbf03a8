"""Matches as lines of text: out of a log, and into one, byte for byte. `docs/transcripts.md` describes the form.

A line that comes in is distrusted: nothing of its match is written before all of it was read, replayed and compared.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn, TextIO

from arena.core import jsonline
from arena.core.errors import EventError
from arena.core.events import Acted, Event, Redacted, Refused, Words, unseal
from arena.core.fields import FieldError
from arena.core.replay import replay
from arena.store import words as words_form
from arena.store.changes import Standing, Transfer, standing_of
from arena.store.errors import TranscriptError, UnfitEventError
from arena.store.log import StoreLog
from arena.store.stored import StoredMatch

SCHEMA = "taboo.transcript/1"
_FIELDS = ("schema", "match", "sha256", "events", "words")
_TOGETHER = 200
"""Matches that are checked before they are written together."""

Progress = Callable[[int], None]
"""Is told how many lines are done."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of the lines: matches that were new, and those that the log already held, byte for byte."""

    new: int
    known: int


def export_transcripts(log: StoreLog, out: TextIO, matches: Iterable[str] | None = None) -> int:
    """Write every match, or the named ones, one a line in the order in which they began; how many there were.

    `out` must write UTF-8 and leave line ends as they are. Raises LogError.
    """
    count = 0
    for count, stored in enumerate(log.iter_stored(matches), start=1):  # noqa: B007 - the last count is returned
        out.write(to_line(stored) + "\n")
    return count


def import_transcripts(log: StoreLog, lines: Iterable[bytes], progress: Progress | None = None) -> ImportSummary:
    """Take exported matches into the log; those that it holds already, identical, are left as they are.

    Raises TranscriptError at the first line that is not whole and unchanged. The matches of the lines before it are in
    the log by then, and importing the mended file again passes over them.
    """
    taken = _Taken(log)
    try:
        for number, raw in enumerate(lines, start=1):
            taken.add(number, from_line(number, raw))
            if progress is not None:
                progress(number)
    except TranscriptError:
        taken.write()
        raise
    taken.write()
    return ImportSummary(taken.new, taken.known)


class _Taken:
    """Matches that were checked: compared with the log and written by the hundred."""

    def __init__(self, log: StoreLog) -> None:
        self.new = self.known = 0
        self._log = log
        self._waiting: dict[str, tuple[int, Transfer]] = {}

    def add(self, number: int, transfer: Transfer) -> None:
        if transfer.match in self._waiting or len(self._waiting) == _TOGETHER:
            self.write()
        self._waiting[transfer.match] = (number, transfer)

    def write(self) -> None:
        waiting, self._waiting = self._waiting, {}
        there = self._log.find_stored(list(waiting))
        different = next((number for number, it in waiting.values() if there.get(it.match, it.stored) != it.stored), 0)
        new = [it for number, it in waiting.values() if it.match not in there and (not different or number < different)]
        self._log.write_all_now(new)
        self.new += len(new)
        self.known += len(there)
        if different:
            _refuse(different, "match", "the log holds a match of this name with other events, and keeps it as it is")


# --- one line -------------------------------------------------------------------------------------------------------


def to_line(stored: StoredMatch) -> str:
    """The match as one line of JSON, the stored lines embedded unchanged; without the line end."""
    events = _array(stored.lines)
    head = f'{{"schema":"{SCHEMA}","match":{jsonline.to_line(stored.match)},"sha256":"{_digest(events)}"'
    return f'{head},"events":{events},"words":{_array(stored.words)}}}'


def from_line(number: int, raw: bytes) -> Transfer:
    """The match of line `number`, read, replayed and compared with the bytes. Raises TranscriptError."""
    row = _parse(number, raw)
    if row.get("schema") != SCHEMA:
        problem = "is missing" if "schema" not in row else f"this program reads {SCHEMA!r}, not {row['schema']!r}"
        _refuse(number, "schema", problem)
    for name, kind in zip(_FIELDS, (str, str, str, list, list), strict=True):
        if name not in row:
            _refuse(number, name, "is missing")
        if not isinstance(row[name], kind):
            _refuse(number, name, f"must be {'text' if kind is str else 'a list'}")
    for name in row.keys() - set(_FIELDS):
        _refuse(number, name, "is not a field of a transcript")
    events, lines = _read_events(number, row["match"], row["events"])
    words = _read_words(number, events, row["words"])
    standing = _replay(number, events, words)
    stored = StoredMatch(
        row["match"], tuple(lines), tuple(words_form.to_line(seq, said) for seq, said in words.items())
    )
    _compare(number, stored, row["sha256"], raw)
    return Transfer(stored, standing)


def _refuse(number: int, field: str, problem: str) -> NoReturn:
    raise TranscriptError(number, field, problem)


def _parse(number: int, raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError as wrong:
        _refuse(number, "text", f"byte {wrong.start + 1} is not UTF-8; export it again, or save the file as UTF-8")
    except RecursionError:
        _refuse(number, "line", "is nested too deep for a transcript")
    except json.JSONDecodeError as wrong:
        cut = "" if raw.endswith(b"\n") else "; the file seems to be cut off here"
        _refuse(number, "line", f"is not JSON from character {wrong.pos + 1} on ({wrong.msg}){cut}")
    except ValueError as wrong:
        _refuse(number, "line", f"is not JSON: {wrong}")
    if not isinstance(row, dict):
        _refuse(number, "line", "is not a JSON object")
    return row


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _read_events(number: int, match: str, rows: Sequence[object]) -> tuple[list[Event], list[str]]:
    events, lines = [], []
    for index, row in enumerate(rows):
        try:
            event = Event.from_json(row)
        except EventError as wrong:
            _refuse(number, f"events[{index}].{wrong.field}", wrong.problem)
        if event.match != match:
            _refuse(number, f"events[{index}].match", f"is {event.match!r}, but the line is of match {match!r}")
        if event.seq != index:
            _refuse(number, f"events[{index}].seq", f"is {event.seq}, but the events before it lead to {index}")
        events.append(event)
        lines.append(event.to_line())
    return events, lines


def _read_words(number: int, events: Sequence[Event], rows: Sequence[object]) -> dict[int, Words]:
    """A person's words, by event: each must fit its seal, and be absent exactly where a redaction says so."""
    words: dict[int, Words] = {}
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            _refuse(number, f"words[{index}]", "is not a JSON object")
        try:
            seq, said = words_form.from_json(row)
        except FieldError as wrong:
            _refuse(number, f"words[{index}].{wrong.field}", wrong.problem)
        if seq >= len(events) or seq <= max(words, default=-1):
            _refuse(number, f"words[{index}].seq", f"{seq} is not the next event that a person's words belong to")
        try:
            unseal(events[seq], said)
        except EventError as wrong:
            _refuse(number, f"words[{index}]", wrong.problem)
        words[seq] = said
    redacted = {event.body.of for event in events if isinstance(event.body, Redacted)}
    sealed = {it.seq for it in events if isinstance(it.body, Acted | Refused) and it.body.seal is not None}
    for seq in sorted(sealed - redacted - words.keys()):
        _refuse(number, "words", f"those of event {seq} are missing, and no event redacts them")
    for seq in sorted(redacted & words.keys()):
        _refuse(number, "words", f"those of event {seq} are given, although they were redacted")
    for seq in sorted(redacted - sealed):
        _refuse(number, "events", f"event {seq} is redacted, but holds no person's words")
    return words


def _replay(number: int, events: Sequence[Event], words: dict[int, Words]) -> Standing:
    try:
        if (standing := standing_of(events)) is None:
            _refuse(number, "events", "there are none")
        replay([unseal(event, words[event.seq]) if event.seq in words else event for event in events])
    except UnfitEventError as wrong:
        _refuse(number, f"events[{wrong.seq}]", wrong.problem)
    except EventError as wrong:
        _refuse(number, f"events[{wrong.seq}].{wrong.field}" if wrong.field != "events" else "events", wrong.problem)
    return standing


def _compare(number: int, stored: StoredMatch, digest: str, raw: bytes) -> None:
    """The line must be, byte for byte, what this program would write: whatever differs was put there by hand."""
    if _digest(_array(stored.lines)) != digest:
        _refuse(number, "sha256", "does not fit the events: at least one of them was changed after the export")
    expected = to_line(stored).encode()
    found = raw.removesuffix(b"\n")
    if found != expected:
        place = next((at for at, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), len(expected))
        _refuse(number, _field_at(stored, place), f"byte {place + 1} of the line is not as this program writes it")


def _field_at(stored: StoredMatch, place: int) -> str:
    """The event that holds a byte of the line, or the line as a whole."""
    end = to_line(stored).encode().index(b'"events":[') + len(b'"events":[')
    if place >= end:
        for index, line in enumerate(stored.lines):
            end += len(line.encode()) + 1
            if place < end:
                return f"events[{index}]"
    return "line"


def _array(lines: Iterable[str]) -> str:
    return f"[{','.join(lines)}]"


def _digest(events: str) -> str:
    return sha256(events.encode()).hexdigest()
