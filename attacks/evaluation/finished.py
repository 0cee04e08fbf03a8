"""An attack that has been made: its folder read again, with the figures of its rows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks.core.errors import AttackError
from attacks.data.examples import Reading
from attacks.engine import Row, read_rows
from attacks.evaluation.measuring import Measured, read_measures
from attacks.evaluation.reporting import Summary, summarise
from attacks.evaluation.saving import ROWS, SETTINGS, FolderError, Timing

_MAKE = "name a folder that taboo attack --out wrote"


@dataclass(frozen=True)
class Finished:
    """What was asked for and what came of it. `examples` is how many there were to attack, None where none noted it."""

    path: Path
    recipe: str
    victim: str
    fingerprint: str
    file: str
    digest: str
    limit: int | None
    budget: int | None
    examples: int | None
    rows: tuple[Row, ...]
    summary: Summary
    goal: str = "untargeted"
    language: str = "en"
    constraints: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    offset: int = 0
    shuffle: int | None = None
    seed: int = 0
    timing: Timing | None = None
    measures: Mapping[str, Measured] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The recipe, with whatever it was given that is not the usual: goal, constraints, budget."""
        goal = () if self.goal == "untargeted" else (self.goal,)
        budget = () if self.budget is None else (f"budget {self.budget:,}",)
        # Of a path only its last part is read.
        constraints = (re.sub(r"(?<=:)\S*/(?=[^/])", "", it) for it in self.constraints)
        return ", ".join((self.recipe, *goal, *constraints, *budget))

    def class_name(self, label: int | str) -> str:
        """A label as people read it: its number, with the name of its class where one was given."""
        names = self.reading.labels
        return f"{label} ({names[label]})" if isinstance(label, int) and 0 <= label < len(names) else str(label)

    @property
    def target(self) -> str:
        """The victim, of a path its last part."""
        kind, colon, which = self.victim.partition(":")
        is_path = which.count("/") != 1 or which.startswith(("/", "."))
        return f"{kind}{colon}{which.rstrip('/').rpartition('/')[2]}" if is_path else self.victim

    @property
    def is_whole(self) -> bool:
        """Whether every example has its row, as far as anybody noted how many there were."""
        return self.examples is None or len(self.rows) >= self.examples

    @classmethod
    def read(cls, path: Path) -> "Finished":
        """The attack in a folder. Raises FolderError or RowsError."""
        settings = _settings(path)
        if not (path / ROWS).is_file():
            raise FolderError(str(path), f"has no {ROWS}", "make the attack again")
        try:
            rows = tuple(read_rows(path / ROWS))
        except UnicodeDecodeError:
            raise FolderError(str(path), f"{ROWS} is not UTF-8", "make the attack again") from None
        return cls(
            path=path,
            recipe=_word(path, settings, "recipe"),
            victim=_word(path, settings, "victim"),
            fingerprint=_word(path, settings, "fingerprint"),
            file=_word(path, settings, "data"),
            digest=_word(path, settings, "digest"),
            limit=_count(path, settings, "limit"),
            budget=_count(path, settings, "budget"),
            examples=_count(path, settings, "examples"),
            rows=rows,
            summary=summarise(rows),
            goal=_word(path, settings, "goal", "untargeted"),
            language=_word(path, settings, "language", "en"),
            constraints=_words(path, settings, "constraints"),
            reading=_reading(path, settings),
            offset=_count(path, settings, "offset") or 0,
            shuffle=_count(path, settings, "shuffle"),
            seed=_count(path, settings, "seed") or 0,
            timing=Timing.read(path),
            measures=read_measures(path, rows),
        )


def _settings(path: Path) -> Mapping[str, Any]:
    file = path / SETTINGS
    if not file.is_file():
        raise FolderError(str(path), f"has no {SETTINGS}", _MAKE)
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise FolderError(str(path), f"{SETTINGS} is not JSON ({wrong})", _MAKE) from None
    if not isinstance(settings, dict):
        raise FolderError(str(path), f"{SETTINGS} is not a JSON object", _MAKE)
    return settings


def _words(path: Path, settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = settings.get(name, [])
    if not isinstance(value, list) or not all(isinstance(it, str) for it in value):
        raise FolderError(str(path), f"{SETTINGS}: {name} {value!r} is no list of texts", _MAKE)
    return tuple(value)


def _reading(path: Path, settings: Mapping[str, Any]) -> Reading:
    try:
        return Reading.from_json(settings.get("reading", {}))
    except (TypeError, ValueError, AttributeError, AttackError) as wrong:
        raise FolderError(str(path), f"{SETTINGS}: reading cannot be understood ({wrong})", _MAKE) from None


def _word(path: Path, settings: Mapping[str, Any], name: str, usual: str | None = None) -> str:
    value = settings.get(name, usual)
    if not isinstance(value, str):
        raise FolderError(str(path), f"{SETTINGS} has no {name}", _MAKE)
    return value


def _count(path: Path, settings: Mapping[str, Any], name: str) -> int | None:
    value = settings.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise FolderError(str(path), f"{SETTINGS}: {name} {value!r} is no count", _MAKE)
    return value
