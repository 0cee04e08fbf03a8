"""The events of a match and their one JSON form, which row, wire and export embed unchanged.

A match is its events: append-only, `seq` dense from 0. Whoever reads one checks it here, so everything past this module
may trust what it holds. What each audience may see of an event is `arena.core.projection`'s to say.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

from arena.core import jsonline
from arena.core.actions import Action, Ruling
from arena.core.errors import EventError, RulesError
from arena.core.hits import Hit, HitRule
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict

VERSION = 1
"""The version of the JSON form. A reader refuses what it does not know."""


class Refusal(StrEnum):
    """Why an action was refused. The counting ones stand in the log, and the second in a turn forfeits."""

    ATTACKER_GUESS = "attacker_guess"
    GUESS_LIMIT = "guess_limit"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    """Holds half a character (a lone surrogate), which nobody could store or show."""
    NOT_YOUR_TURN = "not_your_turn"
    STALE_TURN = "stale_turn"
    DUPLICATE = "duplicate"
    SUSPENDED = "suspended"
    ENDED = "ended"

    @property
    def counts(self) -> bool:
        """Whether the refusal is the seat's own fault and part of the match."""
        return self not in _PROTOCOL


_PROTOCOL = frozenset({Refusal.NOT_YOUR_TURN, Refusal.STALE_TURN, Refusal.DUPLICATE, Refusal.SUSPENDED, Refusal.ENDED})


class Departure(StrEnum):
    """How a seat was lost."""

    TIME = "time"
    CRASH = "crash"
    RESIGNED = "resigned"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits in a role: the agent as it was asked for, its version, and whether a person sits there."""

    agent: str
    version: str
    is_human: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """The match began.

    `master` is the seed that all others derive from; `pair` joins two role-swapped matches; a match on a word that a
    seat may have met before is not `rated`.
    """

    rules: Rules
    target: str
    master: str
    attacker: Seat
    defender: Seat
    started_at: str
    pair: str | None = None
    rated: bool = True


@dataclass(frozen=True, slots=True)
class Acted:
    """A seat's action was accepted. `right` is None unless it guessed; `seal` is set where the words are kept apart."""

    role: Role
    turn: int
    id: str
    action: Action
    right: bool | None
    hits: tuple[Hit, ...]
    rulings: tuple[Ruling, ...]
    matcher: str
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A seat's action was refused and left the position as it was."""

    role: Role
    turn: int
    id: str
    action: Action
    why: Refusal
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A seat ran out of time, crashed or gave up."""

    role: Role
    how: Departure


@dataclass(frozen=True, slots=True)
class Suspended:
    """Match time stands still from here."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The match goes on, after a suspension or after the program that ran it was killed."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The platform itself could not go on with the match."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The match is over."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Redacted:
    """The words of the event numbered `of` were erased at a person's wish; its hits and rulings still hold."""

    of: int


Body: TypeAlias = Started | Acted | Refused | Left | Suspended | Resumed | Faulted | Finished | Redacted


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of a match: which match, its number there, the match time in milliseconds, and what happened."""

    match: str
    seq: int
    at: int
    body: Body

    def to_json(self) -> dict[str, Any]:
        """The event as JSON values, in the order in which they are written."""
        body = self.body
        name = _NAMES[type(body)]
        head: dict[str, Any] = {"v": VERSION, "match": self.match, "seq": self.seq, "at": self.at, "type": name}
        head.update(_WRITERS[name](body))
        return head

    def to_line(self) -> str:
        """The one serialisation: compact JSON, no line break inside."""
        return jsonline.to_line(self.to_json())

    @classmethod
    def from_json(cls, row: object) -> "Event":
        """The event that `to_json` wrote. Raises EventError naming the field that is missing or wrong."""
        if not isinstance(row, dict):
            raise EventError("", -1, "event", "is not a JSON object")
        match, seq = row.get("match"), row.get("seq")
        where = (match if isinstance(match, str) else "", seq if isinstance(seq, int) and _is_count(seq) else -1)
        _require(where, isinstance(match, str) and match != "", "match", "must be a name")
        _require(where, _is_count(seq), "seq", "must be a whole number, 0 or more")
        _require(where, row.get("v") == VERSION, "v", f"this program reads version {VERSION}, not {row.get('v')!r}")
        _require(where, _is_count(row.get("at")), "at", "must be milliseconds, 0 or more")
        reader = _READERS.get(row.get("type", ""))
        if reader is None:
            raise EventError(*where, "type", f"{row.get('type')!r} is not a kind of event")
        try:
            event = cls(where[0], where[1], row["at"], reader(row))
        except KeyError as missing:
            raise EventError(*where, str(missing.args[0]), "is missing") from None
        except RulesError as wrong:
            raise EventError(*where, "rules", str(wrong)) from None
        except (TypeError, ValueError, AttributeError) as wrong:
            raise EventError(*where, str(row["type"]), f"cannot be read: {wrong}") from None
        for name in row.keys() - event.to_json().keys():
            raise EventError(*where, name, "is not a field of this event")
        return event

    @classmethod
    def from_line(cls, line: str) -> "Event":
        """The event that `to_line` wrote. Raises EventError."""
        try:
            row = json.loads(line)
        except ValueError as wrong:
            raise EventError("", -1, "event", f"is not JSON: {wrong}") from None
        return cls.from_json(row)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _require(where: tuple[str, int], holds: bool, field: str, problem: str) -> None:
    if not holds:
        raise EventError(*where, field, problem)


# --- a person's words, kept apart ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, with the salt (hex) of its hash; erasing both leaves the event and its verdict standing."""

    text: str
    guess: str | None
    salt: str

    def seal(self) -> str:
        """The salted hash that the event holds in place of the words."""
        return sha256(json.dumps([self.salt, self.text, self.guess]).encode()).hexdigest()


def seal(event: Event, salt: str) -> tuple[Event, Words]:
    """The event without its words, and the words to be kept apart. Raises TypeError where there are none."""
    body = event.body
    if not isinstance(body, Acted | Refused):
        raise TypeError(f"{type(body).__name__} holds no words")
    words = Words(body.action.text, body.action.guess, salt)
    return replace(event, body=replace(body, action=Action(), seal=words.seal())), words


def unseal(event: Event, words: Words) -> Event:
    """The event with its words again. Raises EventError where the words are not the ones that were sealed."""
    body = event.body
    if not isinstance(body, Acted | Refused) or body.seal != words.seal():
        raise EventError(event.match, event.seq, "seal", "the words kept apart are not the ones that were said")
    return replace(event, body=replace(body, action=Action(words.text, words.guess)))


# --- one writer and one reader for each kind ------------------------------------------------------------------------


def _write_started(body: Started) -> dict[str, Any]:
    return {
        "started_at": body.started_at,
        "rules": body.rules.to_json(),
        "target": body.target,
        "master": body.master,
        "attacker": _seat_to_json(body.attacker),
        "defender": _seat_to_json(body.defender),
        "pair": body.pair,
        "rated": body.rated,
    }


def _read_started(row: Mapping[str, Any]) -> Started:
    return Started(
        rules=Rules.from_json(row["rules"]),
        target=_text(row, "target"),
        master=_text(row, "master"),
        attacker=_seat_from_json(row["attacker"]),
        defender=_seat_from_json(row["defender"]),
        started_at=_text(row, "started_at"),
        pair=_text(row, "pair") if row["pair"] is not None else None,
        rated=_flag(row, "rated"),
    )


def _seat_to_json(seat: Seat) -> dict[str, Any]:
    return {"agent": seat.agent, "version": seat.version, "is_human": seat.is_human}


def _seat_from_json(row: Mapping[str, Any]) -> Seat:
    return Seat(_text(row, "agent"), _text(row, "version"), _flag(row, "is_human"))


def _write_acted(body: Acted) -> dict[str, Any]:
    hits = [
        {"start": hit.start, "end": hit.end, "found": hit.found, "rule": hit.rule, "counts": hit.counts}
        for hit in body.hits
    ]
    rulings = [
        {"judge": it.judge, "version": it.version, "label": it.label, "score": it.score, "fingerprint": it.fingerprint}
        for it in body.rulings
    ]
    tail = {"right": body.right, "hits": hits, "rulings": rulings, "matcher": body.matcher}
    return {**_write_attempt(body), **tail}


def _read_acted(row: Mapping[str, Any]) -> Acted:
    hits = tuple(
        Hit(_count(hit, "start"), _count(hit, "end"), _text(hit, "found"), HitRule(hit["rule"]), _flag(hit, "counts"))
        for hit in row["hits"]
    )
    rulings = tuple(
        Ruling(
            _text(it, "judge"), _text(it, "version"), _text(it, "label"), _score(it["score"]), _text(it, "fingerprint")
        )
        for it in row["rulings"]
    )
    role, turn, id_, action, sealed = _read_attempt(row)
    right = _flag(row, "right") if row["right"] is not None else None
    return Acted(role, turn, id_, action, right, hits, rulings, _text(row, "matcher"), sealed)


def _write_refused(body: Refused) -> dict[str, Any]:
    return {**_write_attempt(body), "why": body.why}


def _read_refused(row: Mapping[str, Any]) -> Refused:
    role, turn, id_, action, sealed = _read_attempt(row)
    return Refused(role, turn, id_, action, Refusal(row["why"]), sealed)


def _write_attempt(body: Acted | Refused) -> dict[str, Any]:
    row: dict[str, Any] = {"role": body.role, "turn": body.turn, "id": body.id}
    if body.seal is not None:
        return {**row, "seal": body.seal}
    return {**row, "text": body.action.text, "guess": body.action.guess}


def _read_attempt(row: Mapping[str, Any]) -> tuple[Role, int, str, Action, str | None]:
    sealed = _text(row, "seal") if "seal" in row else None
    action = Action()
    if sealed is None:
        action = Action(_text(row, "text"), _text(row, "guess") if row["guess"] is not None else None)
    return Role(row["role"]), _count(row, "turn"), _text(row, "id"), action, sealed


def _text(row: Mapping[str, Any], name: str) -> str:
    if not isinstance(row[name], str):
        raise TypeError(f"{name} must be text")
    return str(row[name])


def _flag(row: Mapping[str, Any], name: str) -> bool:
    if not isinstance(row[name], bool):
        raise TypeError(f"{name} must be true or false")
    return bool(row[name])


def _count(row: Mapping[str, Any], name: str) -> int:
    if not _is_count(row[name]):
        raise TypeError(f"{name} must be a whole number, 0 or more")
    return int(row[name])


def _score(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("score must be a number")
    return float(value)


_Writer: TypeAlias = Callable[[Any], dict[str, Any]]
_Reader: TypeAlias = Callable[[Mapping[str, Any]], Body]

_KINDS: tuple[tuple[str, type[Any], _Writer, _Reader], ...] = (
    ("started", Started, _write_started, _read_started),
    ("acted", Acted, _write_acted, _read_acted),
    ("refused", Refused, _write_refused, _read_refused),
    ("left", Left, lambda b: {"role": b.role, "how": b.how}, lambda r: Left(Role(r["role"]), Departure(r["how"]))),
    ("suspended", Suspended, lambda _: {}, lambda _: Suspended()),
    ("resumed", Resumed, lambda _: {}, lambda _: Resumed()),
    ("faulted", Faulted, lambda _: {}, lambda _: Faulted()),
    (
        "finished",
        Finished,
        lambda b: {"verdict": b.verdict.to_json()},
        lambda r: Finished(Verdict.from_json(r["verdict"])),
    ),
    ("redacted", Redacted, lambda b: {"of": b.of}, lambda r: Redacted(_count(r, "of"))),
)
_NAMES = {kind: name for name, kind, _, _ in _KINDS}
_WRITERS = {name: writer for name, _, writer, _ in _KINDS}
_READERS = {name: reader for name, _, _, reader in _KINDS}
