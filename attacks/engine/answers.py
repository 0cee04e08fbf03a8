"""Answers of victims on disk, for runs to come: a file of SQLite, keyed by the victim's fingerprint and the text."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from attacks.core.errors import AttackError
from attacks.core.goals import Floats

_AT_A_TIME = 500
"""How many texts one statement looks up."""
_TABLE = "CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, shares BLOB, reply TEXT) WITHOUT ROWID"


@dataclass(eq=False)
class AnswersError(AttackError):
    """A file of answers that cannot be used."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} cannot be used to remember answers: {self.problem}; choose another --cache"


class AnswersFile:
    """What one victim answered, in a file that many runs and victims may share. Never holds a failure.

    A text is kept as its digest only, so the file does not say what was asked. Raises AnswersError.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint
        with self._open() as opened:
            opened.execute(_TABLE)

    def known(self, texts: Sequence[str]) -> dict[str, Floats | str]:
        """The answers that are there. Raises AnswersError."""
        keys = {self._key(text): text for text in texts}
        found: dict[str, Floats | str] = {}
        wanted = list(keys)
        with self._open() as opened:
            for start in range(0, len(wanted), _AT_A_TIME):
                some = wanted[start : start + _AT_A_TIME]
                marks = ",".join("?" * len(some))
                rows = opened.execute(f"SELECT key, shares, reply FROM answers WHERE key IN ({marks})", some)
                for key, shares, reply in rows:
                    found[keys[key]] = reply if shares is None else np.frombuffer(shares, dtype="<f8").copy()
        return found

    def keep(self, answers: Mapping[str, Floats | str]) -> None:
        """Remember these. Raises AnswersError."""
        rows = (
            (self._key(text), None, it) if isinstance(it, str) else (self._key(text), it.astype("<f8").tobytes(), None)
            for text, it in answers.items()
        )
        with self._open() as opened:
            opened.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", rows)

    def _key(self, text: str) -> bytes:
        return sha256(f"{self._fingerprint}\n{text}".encode("utf-8", "surrogatepass")).digest()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as opened, opened:
                yield opened
        except sqlite3.Error as problem:
            raise AnswersError(str(self._path), str(problem)) from None
