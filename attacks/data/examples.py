"""Examples out of tables: which columns are the text, its pair and its label, and what of a text may not change."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from attacks.core.text import PAIR, Span
from attacks.engine import Example, Label
from attacks.evaluation.tables import FORMATS, Cells, DataError, is_file, rows_of

__all__ = ["FORMATS", "Data", "DataError", "Reading", "read_data", "read_examples"]

TEXTS = ("text", "sentence", "content", "review")
LABELS = ("label", "class", "target")
_LONG = 40
"""Characters beyond which a column's name is none."""
SIDES = ("second", "first", "both")


@dataclass(frozen=True)
class Reading:
    """How a row becomes an example.

    `text`, `pair` and `label` name columns; numbers from 1 say that the file has no header. A pair is one text with
    PAIR between its halves, of which the `attacked` one (first, second, both) may change. `labels` are the classes'
    names in the order of their numbers. What `protect` finds in a text may not change. `answers` says that labels are
    texts which a writing victim should reply.
    """

    text: str | None = None
    pair: str | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    attacked: str = "second"
    protect: str | None = None
    form: str | None = None
    answers: bool = False

    def __post_init__(self) -> None:
        """Raises DataError where the options contradict each other."""
        if len(set(self.labels)) < len(self.labels):
            raise DataError("--labels", 0, f"{','.join(self.labels)!r} names a class twice")
        if len({column.isdecimal() for column in (self.text, self.pair, self.label) if column}) > 1:
            raise DataError("columns", 0, "are named by numbers (no header) and by names (a header); use one of both")
        for option, given, known in (("--attacked", self.attacked, SIDES), ("--format", self.form, FORMATS)):
            if given is not None and given not in known:
                raise DataError(option, 0, f"{given!r} is none of {', '.join(known)}")
        try:
            re.compile(self.protect or "")
        except re.error as wrong:
            raise DataError("--protect", 0, f"{self.protect!r} is no regular expression: {wrong}") from None

    @property
    def has_header(self) -> bool:
        """Whether the first row names the columns."""
        return not any(column.isdecimal() for column in (self.text, self.label) if column)

    @property
    def protects(self) -> bool:
        """Whether an example may hold spans that no attack may change."""
        return self.protect is not None or (self.pair is not None and self.attacked != "both")

    def to_json(self) -> dict[str, Any]:
        """What differs from the usual, for a file of settings."""
        usual = asdict(Reading())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Reading":
        """What `to_json` wrote. Raises TypeError or DataError."""
        return cls(**{**row, "labels": tuple(row.get("labels", ()))})

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.labels)}

    def example(self, source: str, place: int, line: int, row: Cells) -> Example:
        """The example of a row. Raises DataError."""
        first = self._text(source, line, row, self.text, "--text-column")
        written, protected = first, []
        if self.pair is not None:
            second = self._text(source, line, row, self.pair, "--pair-column")
            written = f"{first}{PAIR}{second}"
            sides = {"second": [(0, len(first) + 1)], "first": [(len(first), len(written))], "both": []}
            protected = sides[self.attacked]
        if self.protect is not None:
            protected += (match.span() for match in re.finditer(self.protect, written))
        return Example(place, written, self._label(source, line, row), _union(protected))

    def _text(self, source: str, line: int, row: Cells, column: str | None, option: str) -> str:
        named = (column,) if column else TEXTS if self.has_header else ("1",)
        value = next((row[name] for name in named if name in row), None)
        if isinstance(value, str):
            return value
        remedy = f"name its column with {option}: {_columns(row)}"
        raise DataError(source, line, f"has no text; {remedy}" if column is None else f"has no {column!r}; {remedy}")

    def _label(self, source: str, line: int, row: Cells) -> Label:
        named = (self.label,) if self.label else LABELS if self.has_header else ("2",)
        value = next((row[name] for name in named if name in row), None)
        if value is None:
            raise DataError(source, line, f"has no label; name its column with --label-column: {_columns(row)}")
        told = str(value).strip()
        if self.answers:
            return self.labels[int(told)] if told.isdecimal() and int(told) < len(self.labels) else told
        if self.labels and told in self._numbers:
            return self._numbers[told]
        try:
            return int(told)
        except ValueError:
            known = f"none of {', '.join(self.labels)}" if self.labels else "no whole number"
            remedy = "name the classes in the order of their numbers with --labels NAME,NAME"
            raise DataError(source, line, f"label {told!r} is {known}; {remedy}") from None


def _columns(row: Cells) -> str:
    """The columns that are there, for the one who must choose; what is long is no name, but a row without a header."""
    names = [str(name) for name in row if name]
    is_row = any(len(name) > _LONG for name in names)
    told = ", ".join(name if len(name) <= _LONG else f"{name[:_LONG]}..." for name in names) or "there are none"
    return f"{told} (where these are no names, the file has no header: give numbers from 1)" if is_row else told


def _union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans without empty ones, those that overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


@dataclass(frozen=True)
class Data:
    """Examples with where they are from: a name for people, and 16 hex digits over what was read."""

    name: str
    digest: str
    examples: list[Example] = field(repr=False)


def read_data(
    source: str, reading: Reading, *, limit: int | None = None, offset: int = 0, shuffle: int | None = None
) -> Data:
    """Examples of a source; their numbers are their places in it, from 0, whatever is chosen. Raises DataError.

    `offset` passes over as many and `limit` is the most that are taken, in the order of the source or, with `shuffle`,
    in one drawn by that seed: a sample of a file that stands in order. They come back in the order of the source.
    """
    wanted = _chosen(_examples(source, reading), limit, offset, shuffle)
    if not wanted:
        raise DataError(source, 0, f"has no example after the first {offset}" if offset else "holds no example")
    if is_file(source):
        return Data(Path(source).name, sha256(Path(source).read_bytes()).hexdigest()[:16], wanted)
    name = source if source.startswith(("hf:", "nltk:")) else Path(source).name
    return Data(name, _digest(wanted), wanted)


def _chosen(found: Iterator[Example], limit: int | None, offset: int, shuffle: int | None) -> list[Example]:
    end = None if limit is None else offset + limit
    if shuffle is None:
        return list(islice(found, offset, end))
    every = list(found)
    Random(shuffle).shuffle(every)
    return sorted(every[offset:end], key=lambda it: it.number)


def _examples(source: str, reading: Reading) -> Iterator[Example]:
    rows = rows_of(source, form=reading.form, has_header=reading.has_header)
    return (reading.example(source, place, line, row) for place, (line, row) in enumerate(rows))


def _digest(examples: Sequence[Example]) -> str:
    digest = sha256()
    for it in examples:
        digest.update(f"{it.number}\0{it.label}\0{it.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def read_examples(source: Path | str, limit: int | None = None, reading: Reading | None = None) -> list[Example]:
    """The first examples of a source, numbered from 0 in its order. Raises DataError."""
    return _chosen(_examples(str(source), reading or Reading()), limit, 0, None)
