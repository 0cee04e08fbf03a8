"""Rows of an attack as tables for other programs: CSV, TSV or JSON lines, with the columns that are wanted."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import Any

from arena.core.errors import UnknownNameError
from arena.core.jsonline import to_line
from attacks.engine import Row
from attacks.evaluation.measuring import TOLD, Measured
from attacks.metrics import distance, share, words_changed


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    TSV = "tsv"
    """One line a row: backslash, tab and line breaks inside are written as \\\\, \\t, \\n and \\r."""
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it says of a row, None where the row has nothing to say."""

    told: str
    of: Callable[[Row], Any]


def _said(said: Sequence[float] | str | None) -> int | str | None:
    """The likeliest class of probabilities, or a reply as it is."""
    if said is None or isinstance(said, str):
        return said
    return max(range(len(said)), key=said.__getitem__, default=None)


def _whole(said: Sequence[float] | str | None) -> list[float] | str | None:
    return said if isinstance(said, str) or said is None else list(said)


def _pair(measure: Callable[[str, str], float]) -> Callable[[Row], float | None]:
    return lambda row: None if row.perturbed is None else measure(row.text, row.perturbed)


COLUMNS: Mapping[str, Column] = {
    "number": Column("the example, in the order of the file", lambda row: row.number),
    "status": Column("succeeded, failed, skipped or error", lambda row: row.status.value),
    "label": Column("the right label", lambda row: row.label),
    "text": Column("the original", lambda row: row.text),
    "perturbed": Column("the text that the attack settled on", lambda row: row.perturbed),
    "predicted": Column("the victim's label of the original, or its reply", lambda row: _said(row.before)),
    "fooled": Column("the same of the perturbed text of a success", lambda row: _said(row.after)),
    "before": Column("probabilities of the original, or the reply", lambda row: _whole(row.before)),
    "after": Column("the same of the perturbed text of a success", lambda row: _whole(row.after)),
    "queries": Column("distinct texts that the search asked for", lambda row: row.queries),
    "asked": Column("texts that it asked for, repeats included", lambda row: row.asked),
    "words": Column("words of the original, as the attack counts them", lambda row: row.words),
    "words_changed": Column("words changed, by alignment", _pair(words_changed)),
    "edits": Column("edit distance in characters", _pair(distance)),
    "edits_share": Column("edit distance as a share of the longer text", _pair(share)),
    "changes": Column(
        "[[start, end], new] of every change", lambda row: [[list(span), new] for span, new in row.changes]
    ),
    "problem": Column("why it failed or broke", lambda row: row.problem),
}
KNOWN = (*COLUMNS, *TOLD)
"""Every column: those of a row alone, and the measures, which are empty where none was taken."""
USUAL = ("number", "status", "label", "text", "perturbed", "queries", "words_changed")


def columns_named(names: str) -> tuple[str, ...]:
    """The columns of a list with commas, spaces around them dropped. Raises UnknownNameError."""
    wanted = tuple(name.strip() for name in names.split(","))
    for name in wanted:
        if name not in KNOWN:
            raise UnknownNameError("column", name, known=KNOWN)
    return wanted


def exported(
    rows: Iterable[Row], columns: Sequence[str], form: Format, measures: Mapping[str, Measured] | None = None
) -> Iterator[str]:
    """The lines of the table, each with its line end; CSV and TSV begin with the names of the columns.

    A value that is no text, number or nothing stands as JSON in CSV and TSV.
    """
    if form is not Format.JSONL:
        yield _line(columns, form)
    for row in rows:
        values = [_value(row, name, measures or {}) for name in columns]
        if form is Format.JSONL:
            yield to_line(dict(zip(columns, values, strict=True))) + "\n"
        else:
            yield _line([_cell(value) for value in values], form)


def _value(row: Row, name: str, measures: Mapping[str, Measured]) -> object:
    if name in COLUMNS:
        return COLUMNS[name].of(row)
    return measures[name].values.get(row.number) if name in measures else None


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(cells: Sequence[str], form: Format) -> str:
    if form is Format.TSV:
        return "\t".join(map(_escaped, cells)) + "\n"
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def _escaped(cell: str) -> str:
    for sign, letter in (("\\", "\\"), ("\t", "t"), ("\n", "n"), ("\r", "r")):
        cell = cell.replace(sign, f"\\{letter}")
    return cell
