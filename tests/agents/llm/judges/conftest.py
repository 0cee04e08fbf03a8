"""Calibrations and engines for judges, without a real model."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.llm.engines.scripted import ScriptedEngine
from agents.llm.judges.calibration import Calibration
from agents.llm.judges.curve import Curve, LengthCurve
from arena.core.generation import Prompt, Scored


def per_character(prompt: Prompt, text: str) -> Scored:
    """A language that likes the letter e: every character is a token, `e` at 1 nat and any other at 3."""
    return Scored(tuple(text), tuple(-1.0 if char == "e" else -3.0 for char in text), (1,) * len(text))


def calibration(**changes: object) -> Calibration:
    """A calibration of the perplexity judge whose middle is 2 nats."""
    facts: dict[str, object] = {
        "judge": "perplexity",
        "version": "1",
        "model": "scripted:replies.txt",
        "fingerprint": "0123456789abcdef",
        "curve": Curve(2.0, 0.25, LengthCurve()),
        "made_at": "2026-01-01T00:00:00+00:00",
        "sentences": {"file": "good.txt", "sha256": "0" * 64, "count": 300},
        "rate": {"asked": 0.01, "achieved": 0.01, "interval": [0.0, 0.03]},
        "libraries": {"taboo-arena": "0.1.0"},
    }
    return Calibration(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Writes a calibration with changes and gives its path."""

    def write(name: str = "my.json", **changes: object) -> Path:
        path = tmp_path / name
        calibration(**changes).save(path)
        return path

    return write


@pytest.fixture
def engine() -> ScriptedEngine:
    """An engine that scores by `per_character`."""
    return ScriptedEngine([], score=per_character, name="per-character", context=64)


@pytest.fixture
def broken_weights() -> ScriptedEngine:
    """An engine whose every score is not a number."""
    return ScriptedEngine([], score=lambda _, text: Scored((text,), (math.nan,), (1,)), name="broken")


@pytest.fixture
def jsonl(tmp_path: Path) -> Callable[[list[object]], Path]:
    """Writes rows as JSON Lines and gives the path."""

    def write(rows: list[object]) -> Path:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write
