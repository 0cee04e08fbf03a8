"""A folder of one attack: its settings, and its rows as they come, so that a kill loses nothing.

attack.json   what was asked for; a folder is only gone on with by the same
rows.jsonl    a row for every example that is done; in the order of the examples once all are
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacks.core.errors import AttackError
from attacks.engine import Example, Row, read_rows

SETTINGS, ROWS = "attack.json", "rows.jsonl"


@dataclass(eq=False)
class FolderError(AttackError):
    """A folder that cannot be written to, or that holds another attack."""

    folder: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.folder}: {self.problem}; {self.remedy}"


class Folder:
    """Where an attack is kept. Raises FolderError where another one is there, or this one and nobody resumes it."""

    def __init__(self, path: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self._done: dict[int, Row] = {}
        written = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
        file = path / SETTINGS
        if file.exists():
            if file.read_text(encoding="utf-8") != written:
                raise FolderError(str(path), "holds another attack", "choose another --out, or remove the folder")
            if not resume:
                raise FolderError(
                    str(path), "holds this attack already", "go on with --resume, or choose another --out"
                )
            self._done = {row.number: row for row in read_rows(path / ROWS)} if (path / ROWS).exists() else {}
        try:
            path.mkdir(parents=True, exist_ok=True)
            file.write_text(written, encoding="utf-8")
            self._rewrite()  # what a kill cut off is gone
        except OSError as problem:
            raise FolderError(str(path), str(problem.strerror), "choose another --out") from None

    @property
    def done(self) -> Mapping[int, Row]:
        """The rows that are there, by the numbers of their examples."""
        return self._done

    def missing(self, examples: Iterable[Example]) -> list[Example]:
        """The examples without a row."""
        return [example for example in examples if example.number not in self._done]

    def keep(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Write rows down as they come, and hand them on; at the end all stand in the order of their examples."""
        with (self.path / ROWS).open("a", encoding="utf-8") as file:
            for row in rows:
                file.write(row.to_line() + "\n")
                file.flush()
                self._done[row.number] = row
                yield row
        self._rewrite()

    def _rewrite(self) -> None:
        """Put every row in its place, in one step: a reader sees the old file or the new one."""
        new = self.path / f"{ROWS}.new"
        lines = (self._done[number].to_line() + "\n" for number in sorted(self._done))
        new.write_text("".join(lines), encoding="utf-8")
        os.replace(new, self.path / ROWS)  # noqa: PTH105 - the one call that promises to be atomic
