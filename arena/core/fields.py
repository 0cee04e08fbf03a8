"""Reading the fields of JSON rows that somebody else may have written or damaged: each reader names the field."""

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

_Member = TypeVar("_Member", bound=StrEnum)


class FieldError(Exception):
    """A field of a row is missing or holds what it cannot. Whoever knows which row it was says so in its place."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def is_storable(text: str) -> bool:
    """Whether a text is whole characters: half of one (a lone surrogate) nobody could store or show."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def value(row: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    """Whatever the field holds. Raises FieldError where it is missing, as all readers here do."""
    if name not in row:
        raise FieldError(name, "is missing")
    return row[name]


def text(row: Mapping[str, Any], name: str) -> str:
    """A text of whole characters."""
    found = value(row, name)
    if not isinstance(found, str) or not is_storable(found):
        raise FieldError(name, "must be text")
    return found


def text_or_none(row: Mapping[str, Any], name: str) -> str | None:
    """A text, or None for null."""
    return None if value(row, name) is None else text(row, name)


def flag(row: Mapping[str, Any], name: str) -> bool:
    """True or false."""
    found = value(row, name)
    if not isinstance(found, bool):
        raise FieldError(name, "must be true or false")
    return found


def flag_or_none(row: Mapping[str, Any], name: str) -> bool | None:
    """True, false, or None for null."""
    return None if value(row, name) is None else flag(row, name)


def count(row: Mapping[str, Any], name: str) -> int:
    """A whole number, 0 or more."""
    found = value(row, name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise FieldError(name, "must be a whole number, 0 or more")
    return found


def share_or_none(row: Mapping[str, Any], name: str) -> float | None:
    """A number in [0, 1], or None for null."""
    found = value(row, name)
    if found is None:
        return None
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= 1:
        raise FieldError(name, "must be a number from 0 to 1, or null")
    return float(found)


def scalar(row: Mapping[str, Any], name: str) -> str | int | float | bool | None:
    """A text of whole characters, a finite number, true, false or null."""
    found = value(row, name)
    if isinstance(found, str):
        return text(row, name)
    if isinstance(found, float) and not isfinite(found):
        raise FieldError(name, "must be a finite number")
    if found is not None and not isinstance(found, bool | int | float):
        raise FieldError(name, "must be text, a number, true, false or null")
    return found


def member(row: Mapping[str, Any], name: str, kind: type[_Member]) -> _Member:
    """One of the members of an enumeration, by its value."""
    found = value(row, name)
    try:
        return kind(found)
    except ValueError:
        raise FieldError(name, f"{found!r} is none of " + ", ".join(kind)) from None


def mapping(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A row inside the row."""
    found = value(row, name)
    if not isinstance(found, dict):
        raise FieldError(name, "must be an object")
    return found


def mappings(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of rows."""
    found = value(row, name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise FieldError(name, "must be a list of objects")
    return found
