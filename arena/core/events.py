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

from arena.core import fields, jsonline
from arena.core.actions import Action, Note, Ruling
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


_NO_WORDS = Action()
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

    @property
    def has_words(self) -> bool:
        """Whether the words are here: a person's may be kept apart, or erased."""
        return self.seal is None or self.action != _NO_WORDS


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
class Noted:
    """What a seat kept about its action of the name `id`, written just before it. Private until the match is over."""

    role: Role
    turn: int
    id: str
    note: Note


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


Body: TypeAlias = Started | Noted | Acted | Refused | Left | Suspended | Resumed | Faulted | Finished | Redacted


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
        try:
            event = cls(*_read_head(row), _READERS[row["type"]](row))
        except fields.FieldError as wrong:
            raise EventError(*_place(row), wrong.field, wrong.problem) from None
        except RulesError as wrong:
            raise EventError(*_place(row), "rules", str(wrong)) from None
        written = event.to_json()
        for name in row:
            if name not in written:
                raise EventError(*_place(row), name, "is not a field of this event")
            if row[name] != written[name]:
                raise EventError(*_place(row), name, "holds more than this program reads")
        return event

    @classmethod
    def from_line(cls, line: str) -> "Event":
        """The event that `to_line` wrote. Raises EventError."""
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as wrong:
            raise EventError("", -1, "event", f"is not JSON: {wrong}") from None
        return cls.from_json(row)


def _read_head(row: Mapping[str, Any]) -> tuple[str, int, int]:
    if (match := fields.text(row, "match")) == "":
        raise fields.FieldError("match", "must be a name")
    seq = fields.count(row, "seq")
    if fields.count(row, "v") != VERSION:
        raise fields.FieldError("v", f"this program reads version {VERSION}, not {row['v']}")
    at, kind = fields.count(row, "at"), fields.text(row, "type")
    if kind not in _READERS:
        raise fields.FieldError("type", f"{kind!r} is not a kind of event")
    return match, seq, at


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    """Which match and which event a damaged row seems to be of: "" and -1 where it does not say."""
    match, seq = row.get("match"), row.get("seq")
    return match if isinstance(match, str) else "", seq if isinstance(seq, int) else -1


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
    return replace(event, body=replace(body, action=_NO_WORDS, seal=words.seal())), words


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
        rules=Rules.from_json(fields.value(row, "rules")),
        target=fields.text(row, "target"),
        master=fields.text(row, "master"),
        attacker=_seat_from_json(fields.mapping(row, "attacker")),
        defender=_seat_from_json(fields.mapping(row, "defender")),
        started_at=fields.text(row, "started_at"),
        pair=fields.text_or_none(row, "pair"),
        rated=fields.flag(row, "rated"),
    )


def _seat_to_json(seat: Seat) -> dict[str, Any]:
    return {"agent": seat.agent, "version": seat.version, "is_human": seat.is_human}


def _seat_from_json(row: Mapping[str, Any]) -> Seat:
    return Seat(fields.text(row, "agent"), fields.text(row, "version"), fields.flag(row, "is_human"))


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
    role, turn, id_, action, sealed = _read_attempt(row)
    return Acted(
        role,
        turn,
        id_,
        action,
        fields.flag_or_none(row, "right"),
        tuple(_read_hit(hit) for hit in fields.mappings(row, "hits")),
        tuple(_read_ruling(ruling) for ruling in fields.mappings(row, "rulings")),
        fields.text(row, "matcher"),
        sealed,
    )


def _read_hit(row: Mapping[str, Any]) -> Hit:
    return Hit(
        fields.count(row, "start"),
        fields.count(row, "end"),
        fields.text(row, "found"),
        fields.member(row, "rule", HitRule),
        fields.flag(row, "counts"),
    )


def _read_ruling(row: Mapping[str, Any]) -> Ruling:
    return Ruling(
        fields.text(row, "judge"),
        fields.text(row, "version"),
        fields.text(row, "label"),
        fields.share_or_none(row, "score"),
        fields.text(row, "fingerprint"),
    )


def _write_refused(body: Refused) -> dict[str, Any]:
    return {**_write_attempt(body), "why": body.why}


def _read_refused(row: Mapping[str, Any]) -> Refused:
    role, turn, id_, action, sealed = _read_attempt(row)
    return Refused(role, turn, id_, action, fields.member(row, "why", Refusal), sealed)


def _write_attempt(body: Acted | Refused) -> dict[str, Any]:
    row: dict[str, Any] = {"role": body.role, "turn": body.turn, "id": body.id}
    if body.seal is not None:
        return {**row, "seal": body.seal}
    return {**row, "text": body.action.text, "guess": body.action.guess}


def _read_attempt(row: Mapping[str, Any]) -> tuple[Role, int, str, Action, str | None]:
    sealed, action = None, _NO_WORDS
    if "seal" in row:
        sealed = fields.text(row, "seal")
    else:
        action = Action(fields.text(row, "text"), fields.text_or_none(row, "guess"))
    return fields.member(row, "role", Role), fields.count(row, "turn"), fields.text(row, "id"), action, sealed


def _write_noted(body: Noted) -> dict[str, Any]:
    note = body.note
    head = {"role": body.role, "turn": body.turn, "id": body.id}
    return {**head, "kind": note.kind, "text": note.text, "facts": dict(note.facts)}


def _read_noted(row: Mapping[str, Any]) -> Noted:
    facts = fields.mapping(row, "facts")
    note = Note(
        fields.text(row, "kind"), fields.text(row, "text"), tuple((name, fields.scalar(facts, name)) for name in facts)
    )
    return Noted(fields.member(row, "role", Role), fields.count(row, "turn"), fields.text(row, "id"), note)


def _read_left(row: Mapping[str, Any]) -> Left:
    return Left(fields.member(row, "role", Role), fields.member(row, "how", Departure))


def _read_finished(row: Mapping[str, Any]) -> Finished:
    verdict = fields.mapping(row, "verdict")
    try:
        return Finished(Verdict.from_json(verdict))
    except KeyError as missing:
        raise fields.FieldError("verdict", f"{missing.args[0]} is missing") from None
    except ValueError as wrong:
        raise fields.FieldError("verdict", str(wrong)) from None


_Writer: TypeAlias = Callable[[Any], dict[str, Any]]
_Reader: TypeAlias = Callable[[Mapping[str, Any]], Body]

_KINDS: tuple[tuple[str, type[Any], _Writer, _Reader], ...] = (
    ("started", Started, _write_started, _read_started),
    ("noted", Noted, _write_noted, _read_noted),
    ("acted", Acted, _write_acted, _read_acted),
    ("refused", Refused, _write_refused, _read_refused),
    ("left", Left, lambda b: {"role": b.role, "how": b.how}, _read_left),
    ("suspended", Suspended, lambda _: {}, lambda _: Suspended()),
    ("resumed", Resumed, lambda _: {}, lambda _: Resumed()),
    ("faulted", Faulted, lambda _: {}, lambda _: Faulted()),
    ("finished", Finished, lambda b: {"verdict": b.verdict.to_json()}, _read_finished),
    ("redacted", Redacted, lambda b: {"of": b.of}, lambda r: Redacted(fields.count(r, "of"))),
)
_NAMES = {kind: name for name, kind, _, _ in _KINDS}
_WRITERS = {name: writer for name, _, writer, _ in _KINDS}
_READERS = {name: reader for name, _, _, reader in _KINDS}
