"""Examples from files: TSV, CSV or JSON lines with a text and a label."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from attacks.core.errors import AttackError
from attacks.engine import Example

TEXTS = ("text", "sentence", "content", "review")
LABELS = ("label", "class", "target")


@dataclass(eq=False)
class DataError(AttackError):
    """A file of examples that cannot be read. `line` 0 is the file as a whole."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else self.path
        return f"{where}: {self.problem}"


def read_examples(path: Path, limit: int | None = None) -> list[Example]:
    """The first examples of a file, numbered from 0 in its order; labels are whole numbers. Raises DataError."""
    if not path.is_file():
        raise DataError(str(path), 0, "there is no such file; give a .tsv, .csv or .jsonl file with text and label")
    rows = _rows(path)
    return list(islice((_example(path, place, number, row) for place, (number, row) in enumerate(rows)), limit))


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Every row with the number of its line."""
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".jsonl":
            for number, line in enumerate(lines, start=1):
                yield number, _object(path, number, line)
            return
        is_tsv = path.suffix == ".tsv"
        reader = csv.DictReader(lines, delimiter="\t" if is_tsv else ",", quoting=csv.QUOTE_NONE if is_tsv else 0)
        for row in reader:
            yield reader.line_num, row


def _object(path: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except ValueError as wrong:
        raise DataError(str(path), number, f"is not JSON: {wrong}") from None
    if not isinstance(row, dict):
        raise DataError(str(path), number, "is not a JSON object")
    return row


def _example(path: Path, place: int, number: int, row: Mapping[str, object]) -> Example:
    text = next((row[name] for name in TEXTS if name in row), None)
    label = next((row[name] for name in LABELS if name in row), None)
    if not isinstance(text, str):
        raise DataError(str(path), number, f"has no text; name its column one of {', '.join(TEXTS)}")
    try:
        return Example(place, text, int(str(label)))
    except ValueError:
        raise DataError(str(path), number, f"label {label!r} is no whole number") from None
