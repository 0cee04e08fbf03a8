"""The conversation of a match as the pages show it: rows of events become lines.

A row is an event as some audience may see it (`arena.core.projection`), or, once a match is over, as the record has it.
What a row does not hold cannot be shown here. `web/static/talk.js` makes the same lines of the events that come later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]

_HARMLESS = frozenset({"fine", "unavailable"})
_NOTES = frozenset({"refused", "left", "suspended", "resumed"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an utterance. `rule` is by which rule it says the word, None where it does not."""

    text: str
    rule: str | None = None
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Thought:
    """What a program noted about an action: a short `kind`, a text, and named values as they are read."""

    kind: str
    text: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: an utterance, or a note (`kind` is then the type of the event).

    `parts` is None where the words were erased; `rulings` holds (judge, label) of those that said something; `evasions`
    the rules of hits that were noted and do not count; `thoughts` what a program noted, once the match is over.
    """

    seq: int
    kind: str
    role: str | None = None
    turn: int = 0
    parts: tuple[Part, ...] | None = ()
    guess: str | None = None
    is_right: bool | None = None
    rulings: tuple[tuple[str, str], ...] = ()
    evasions: tuple[str, ...] = ()
    why: str | None = None
    thoughts: tuple[Thought, ...] = ()

    @property
    def is_said(self) -> bool:
        """Whether somebody spoke."""
        return self.kind == "acted"

    @property
    def decisive(self) -> Part | None:
        """The stretch that counts as saying the word."""
        return next((part for part in self.parts or () if part.counts), None)


def lines(rows: Iterable[Row]) -> tuple[Line, ...]:
    """The lines of these rows, in their order; events that nobody needs to read have none."""
    made: list[Line] = []
    thoughts: list[Thought] = []
    for row in rows:
        if row["type"] == "noted":
            thoughts += _thought(row)
        elif (line := _line(row)) is not None:
            made.append(replace(line, thoughts=tuple(thoughts)) if thoughts else line)
            thoughts.clear()
    return tuple(made)


def cut(text: str, hits: Sequence[Row]) -> tuple[Part, ...]:
    """The text cut at the hits (offsets in code points); one that overlaps an earlier one is passed over."""
    parts: list[Part] = []
    at = 0
    for hit in sorted(hits, key=lambda it: (it["start"], not it.get("counts", False))):
        start, end = hit["start"], min(hit["end"], len(text))
        if start < at or end <= start:
            continue
        if start > at:
            parts.append(Part(text[at:start]))
        parts.append(Part(text[start:end], hit["rule"], bool(hit.get("counts", False))))
        at = end
    if at < len(text):
        parts.append(Part(text[at:]))
    return tuple(parts)


def _line(row: Row) -> Line | None:
    kind = row["type"]
    if kind == "acted":
        return _said(row)
    if kind in _NOTES:
        return Line(row["seq"], kind, row.get("role"), row.get("turn", 0), why=row.get("why", row.get("how")))
    return None


def _thought(row: Row) -> tuple[Thought, ...]:
    """The note of a recorded match; while it is live a row says only that there is one."""
    if "kind" not in row:
        return ()
    facts = tuple((name, _spelled(value)) for name, value in row["facts"].items() if value is not None)
    return (Thought(row["kind"], row["text"], facts),)


def _spelled(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _said(row: Row) -> Line:
    hits, text = row.get("hits", ()), row.get("text")
    return Line(
        row["seq"],
        "acted",
        row["role"],
        row["turn"],
        None if text is None else cut(text, hits),
        row.get("guess"),
        row.get("right"),
        tuple((it["judge"], it["label"]) for it in row.get("rulings", ()) if it["label"] not in _HARMLESS),
        tuple(dict.fromkeys(hit["rule"] for hit in hits if not hit.get("counts", False))),
    )
