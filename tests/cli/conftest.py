"""The command line, called as a user calls it, with a log of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from arena.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and the code it exited with."""

    code: int
    out: str
    err: str


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's log, in a folder of the test's own."""
    path = tmp_path / "taboo.db"
    monkeypatch.setenv("TABOO_DB", str(path))
    monkeypatch.setenv("COLUMNS", "120")
    return path


@pytest.fixture
def taboo(db: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs `taboo` with arguments, in this process."""

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run
