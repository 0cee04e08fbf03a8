"""Calibrations: which score of a judge with this model is bad, and how anyone can tell where that comes from.

A calibration is a small JSON file that `taboo judge calibrate` writes. Whoever loads one checks that judge, version
and model are those that it was made for.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.llm.judges.curve import Curve
from agents.llm.judges.errors import CalibrationError, CalibrationMismatchError

FORMAT = "taboo-calibration/1"
_COMMA = ".json,"
"""What is in the name of a file only where somebody wrote several judges for one."""
_TEXTS = ("judge", "version", "model", "fingerprint", "made_at")


@dataclass(frozen=True)
class Calibration:
    """The curve of one judge with one model, and its provenance.

    `model` is as it was asked for, `fingerprint` is the model's. `sentences` says what it was fitted on (file, sha256,
    count), `rate` what was asked and achieved, `libraries` which versions were at work.
    """

    judge: str
    version: str
    model: str
    fingerprint: str
    curve: Curve
    made_at: str
    sentences: Mapping[str, Any]
    rate: Mapping[str, Any]
    libraries: Mapping[str, Any]

    @cached_property
    def text(self) -> str:
        """The file's text, the same for equal calibrations."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"

    def to_json(self) -> dict[str, Any]:
        """The calibration as JSON values."""
        row = {"format": FORMAT, **{name: getattr(self, name) for name in _TEXTS}, "curve": self.curve.to_json()}
        return row | {"sentences": dict(self.sentences), "rate": dict(self.rate), "libraries": dict(self.libraries)}

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all. Raises CalibrationError."""
        draft = path.with_name(path.name + ".part")
        try:
            draft.write_text(self.text, encoding="utf-8")
            draft.replace(path)
        except OSError as wrong:
            draft.unlink(missing_ok=True)
            problem = f"cannot be written: {wrong.strerror}"
            raise CalibrationError(str(path), problem, "choose another --out") from None

    def require_judge(self, path: str, judge: str, version: str) -> None:
        """Raise CalibrationMismatchError unless it was made for this judge in this version."""
        made_for, used_with = f"{self.judge} {self.version}", f"{judge} {version}"
        if made_for != used_with:
            raise CalibrationMismatchError(path, "judge", made_for, used_with)

    def require_model(self, path: str, model: str, fingerprint: str) -> None:
        """Raise CalibrationMismatchError unless it was made for the model of this fingerprint."""
        if fingerprint != self.fingerprint:
            made_for, used_with = f"{self.model} ({self.fingerprint})", f"{model} ({fingerprint})"
            raise CalibrationMismatchError(path, "model", made_for, used_with)


def load(path: str) -> Calibration:
    """The calibration in a file. Raises CalibrationError naming the file and what is wrong with it."""
    try:
        row = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if _COMMA in path:
            problem = "there is no such file, and a judge is named with one file only"
            raise CalibrationError(path, problem, "name one judge: `taboo judge try` takes one at a time") from None
        raise CalibrationError(path, "there is no such file", "make it with `taboo judge calibrate`") from None
    except OSError as wrong:
        raise CalibrationError(path, f"cannot be read: {wrong.strerror}") from None
    except ValueError as wrong:
        raise CalibrationError(path, f"is not JSON: {wrong}") from None
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise CalibrationError(path, f"is no calibration: its format is not {FORMAT!r}")
    for name in _TEXTS:
        if not isinstance(row.get(name), str):
            raise CalibrationError(path, f"{name} is {row.get(name)!r}, not text")
    try:
        curve = Curve.from_json(row.get("curve"))
    except ValueError as wrong:
        raise CalibrationError(path, str(wrong)) from None
    texts = {name: row[name] for name in _TEXTS}
    sentences, rate, libraries = (_table(path, row, name) for name in ("sentences", "rate", "libraries"))
    return Calibration(**texts, curve=curve, sentences=sentences, rate=rate, libraries=libraries)


def _table(path: str, row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = row.get(name)
    if not isinstance(found, dict):
        raise CalibrationError(path, f"{name} is {found!r}, not an object")
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """What the argument of a judge names: a calibration, where it lies, and the model as it was asked for."""

    path: str
    calibration: Calibration
    model: str


def named(argument: str) -> Named | None:
    """What `FILE` or `MODEL?calibration=FILE` names; None for a model without a calibration.

    A model named beside its calibration is used in place of the one written there: the same model in another place.
    Raises CalibrationError.
    """
    model, mark, query = argument.rpartition("?")
    options = query.split("&") if mark else []
    paths = [option.partition("=")[2] for option in options if option.startswith("calibration=")]
    if paths:
        rest = [option for option in options if not option.startswith("calibration=")]
        return Named(paths[0], load(paths[0]), f"{model}?{'&'.join(rest)}" if rest else model)
    if Path(argument).is_file() or argument.endswith(".json") or _COMMA in argument:
        calibration = load(argument)
        return Named(argument, calibration, calibration.model)
    return None
