"""A folder of one attack: its settings, and its rows as they come, so that a kill loses nothing.

attack.json   what was asked for; a folder is only gone on with by the same
rows.jsonl    a row for every example that is done; in the order of the examples once all are
timing.json   how long it took, added up over resumes; apart from the rows, which are the same whenever they are made
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from attacks.core.errors import AttackError
from attacks.engine import Example, Row, read_rows

SETTINGS, ROWS, TIMING = "attack.json", "rows.jsonl", "timing.json"
_SECONDS_APART = 1.0
"""How often the time is written down: a kill loses no more of it."""


@dataclass(eq=False)
class FolderError(AttackError):
    """A folder that cannot be written to, or that holds another attack."""

    folder: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.folder}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that an attack took, by the clock and of the processor (all threads), in so many sittings."""

    wall: float = 0.0
    cpu: float = 0.0
    sittings: int = 0

    @classmethod
    def read(cls, folder: Path) -> "Timing | None":
        """The timing of a folder, None where it has none that can be read."""
        try:
            row = json.loads((folder / TIMING).read_text(encoding="utf-8"))
            return cls(float(row["wall"]), float(row["cpu"]), int(row["sittings"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


class Folder:
    """Where an attack is kept. Raises FolderError where there is anything else, or this one and nobody resumes it."""

    def __init__(self, path: Path, settings: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self._done: dict[int, Row] = {}
        self._before = Timing()
        written = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
        file = path / SETTINGS
        if file.exists():
            _check_same(path, file.read_text(encoding="utf-8"), written)
            if not resume:
                raise FolderError(
                    str(path), "holds this attack already", "go on with --resume, or choose another --out"
                )
            self._done = {row.number: row for row in read_rows(path / ROWS)} if (path / ROWS).exists() else {}
            self._before = Timing.read(path) or self._before
        else:
            check_free(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            _replace(file, written)
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
        began, worked = time.perf_counter(), time.process_time()
        told = began

        def note() -> None:
            wall, cpu = time.perf_counter() - began, time.process_time() - worked
            before = self._before
            timing = Timing(round(before.wall + wall, 3), round(before.cpu + cpu, 3), before.sittings + 1)
            _replace(self.path / TIMING, json.dumps(asdict(timing)) + "\n")

        with (self.path / ROWS).open("a", encoding="utf-8") as file:
            for row in rows:
                file.write(row.to_line() + "\n")
                file.flush()
                self._done[row.number] = row
                if time.perf_counter() - told > _SECONDS_APART:
                    told = time.perf_counter()
                    note()
                yield row
        note()
        self._rewrite()

    def _rewrite(self) -> None:
        """Put every row in its place."""
        _replace(self.path / ROWS, "".join(self._done[number].to_line() + "\n" for number in sorted(self._done)))


def check_free(path: Path) -> None:
    """Raise FolderError where a folder cannot be made or holds anything. Nothing is made."""
    try:
        if path.is_dir():
            if next(path.iterdir(), None) is not None:
                raise FolderError(str(path), "holds other files", "choose another --out, or an empty folder")
            at = path
        else:
            at = next(it for it in (path, *path.absolute().parents) if it.exists())
            if not at.is_dir():
                raise FolderError(str(path), f"{at} is no folder", "choose another --out")
    except OSError as problem:
        raise FolderError(str(path), str(problem.strerror), "choose another --out") from None
    if not os.access(at, os.W_OK | os.X_OK):
        raise FolderError(str(path), "cannot be written to", "choose another --out")


def _replace(file: Path, written: str) -> None:
    """Write a file in one step: a reader, and a kill, sees the old one or the new one."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(written, encoding="utf-8")
    os.replace(new, file)  # noqa: PTH105 - the one call that promises to be atomic


def _check_same(path: Path, there: str, asked: str) -> None:
    """Raise FolderError where the settings differ, naming what does."""
    if there == asked:
        return
    try:
        old, new = json.loads(there), json.loads(asked)
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    except (ValueError, TypeError, AttributeError):
        names = []
    which = f" ({', '.join(names)} differ{'s' if len(names) == 1 else ''})" if names else ""
    raise FolderError(str(path), f"holds another attack{which}", "choose another --out, or remove the folder")
