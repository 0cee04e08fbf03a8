"""Files of candidates: found by path or by a variable, or named as missing; a broken line is named by its number."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attacks.core.errors import AttackError
from attacks.transformations.errors import DataMissingError


@dataclass(eq=False)
class BrokenFileError(AttackError):
    """A file of candidates that is there and cannot be read. `line` 0 is the file as a whole."""

    path: str
    line: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else self.path
        return f"{where}: {self.problem}; {self.remedy}"


def found(path: Path | str | None, variable: str, what: str, remedy: str) -> Path:
    """The file at a path, or the one that a variable of the environment names. Raises DataMissingError."""
    named = str(path or os.environ.get(variable, ""))
    if not named or not Path(named).is_file():
        raise DataMissingError(what, named or variable, remedy)
    return Path(named)


def numbered(content: bytes, path: str, remedy: str) -> Iterator[tuple[int, str]]:
    """The lines of a file that hold something, numbered from 1, without spaces around. Raises BrokenFileError."""
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.decode("utf-8").strip(" \r")
        except UnicodeDecodeError as wrong:
            raise BrokenFileError(path, number, f"it is no UTF-8 ({wrong.reason})", remedy) from None
        if line.strip():
            yield number, line
