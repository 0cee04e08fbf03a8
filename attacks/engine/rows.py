"""What became of one example, as a value and as one line of JSON. Every figure of a report is counted from these."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from attacks.core.errors import AttackError
from attacks.core.text import Span

Label: TypeAlias = int | str
"""The right answer: the number of a class, or of a victim that writes the text that its reply holds."""

HOLDS_ALREADY = "the goal holds already"
"""The problem of a skipped row whose original the victim has right, and which is nevertheless what was wanted."""
HALF = re.compile("[\ud800-\udfff]")
"""Half of a pair of UTF-16 that stands alone: no character, and nothing that UTF-8 can write."""


class Status(StrEnum):
    """How an example ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    """There was nothing to attack: the victim was wrong about the original, or the goal held already."""
    ERROR = "error"
    """Something broke; it says nothing about the victim's robustness."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example after its attack.

    `changes` are (span of the original, what stands there now). `asked` counts every text that the search asked for,
    `queries` the distinct ones, the original not included. `before` and `after` are the victim's probabilities,
    rounded to six places, or its replies; `after` only of a success. `problem` says why it failed or broke, where
    there is a reason; of a skipped row it is `HOLDS_ALREADY`, or empty where the victim was wrong.
    """

    number: int
    label: Label
    status: Status
    text: str
    perturbed: str | None
    changes: tuple[tuple[Span, str], ...]
    words: int
    asked: int
    queries: int
    before: tuple[float, ...] | str | None
    after: tuple[float, ...] | str | None
    problem: str = ""

    def to_line(self) -> str:
        """The row as one line of JSON, which UTF-8 can write whatever the texts hold."""
        line = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", line)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Row":
        """The row that `to_line` wrote. Raises KeyError, TypeError or ValueError."""
        changes = tuple(((span[0], span[1]), text) for span, text in row["changes"])
        shares = {name: tuple(said) if isinstance(said := row[name], list) else said for name in ("before", "after")}
        return cls(**{**row, **shares, "changes": changes, "status": Status(row["status"])})


@dataclass(eq=False)
class RowsError(AttackError):
    """A file of rows that cannot be read."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.problem}; remove the line, or choose another folder with --out"


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file. A last line without its end was cut off by a kill and is passed over. Raises RowsError."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith("\n"):
                return
            try:
                yield Row.from_json(json.loads(line))
            except (ValueError, KeyError, TypeError) as wrong:
                raise RowsError(str(path), number, f"is no row of an attack ({wrong})") from None
