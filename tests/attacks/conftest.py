"""What tests of attacks share."""

import os
from collections.abc import Callable

import pytest
from attacks_folders import Outcome

from arena.cli import main


@pytest.fixture(autouse=True)
def _nltk_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """nltk's data is found in TABOO_DATA, whatever tests ran before."""
    data = os.environ.get("TABOO_DATA")
    if data is not None:
        monkeypatch.setenv("NLTK_DATA", f"{data}/nltk_data")


@pytest.fixture
def taboo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Runs `taboo` with arguments, in this process, at a wide terminal."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return run
