"""How views and actions travel: JSON values, checked where they come in.

Server, SDK, worker process and page speak these shapes. A reader ignores fields it does not know and refuses, with the
field's name, what it cannot trust. Which message may follow which is not decided here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arena.core.actions import Action, Fact, Note, Said
from arena.core.errors import RulesError, TabooError
from arena.core.ports import Answer, AnyView, Given, Resign
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView

MAX_MESSAGE = 1 << 20
"""The most bytes that one message may have."""

TURN_REQUEST, TURN_ACTION, TURN_RESIGN = "turn.request", "turn.action", "turn.resign"


@dataclass(eq=False)
class WireError(TabooError):
    """A message that cannot be read. Nothing of it was acted upon."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"message: {self.field}: {self.problem}"


# --- lines ------------------------------------------------------------------------------------------------------------


def to_line(message: Mapping[str, Any]) -> bytes:
    """One message as one line of ASCII JSON. Raises WireError where it is longer than a message may be."""
    line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > MAX_MESSAGE:
        raise WireError("message", f"has {len(line)} bytes; {MAX_MESSAGE} are allowed")
    return line


def from_line(line: bytes) -> dict[str, Any]:
    """The message that `to_line` wrote. Raises WireError."""
    if len(line) > MAX_MESSAGE:
        raise WireError("message", f"has {len(line)} bytes; {MAX_MESSAGE} are allowed")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise WireError("message", f"is not JSON: {wrong}") from None
    if not isinstance(message, dict):
        raise WireError("message", "is not a JSON object")
    return message


# --- messages ---------------------------------------------------------------------------------------------------------


def request(view: AnyView, match: str | None = None) -> dict[str, Any]:
    """The message that asks a seat for its action. `match` is left out where the channel serves one match only."""
    head: dict[str, Any] = {"type": TURN_REQUEST}
    if match is not None:
        head["match"] = match
    return {**head, "turn": view.turn, "data": view_to_json(view)}


def read_request(message: Mapping[str, Any]) -> AnyView:
    """The view that a request carries. Raises WireError."""
    _require(message.get("type") == TURN_REQUEST, "type", f"expected {TURN_REQUEST!r}, not {message.get('type')!r}")
    return view_from_json(message.get("data"))


def answer(given: Given, turn: int, id_: str) -> dict[str, Any]:
    """The message that answers a request. `id_` is the sender's own name for it."""
    does, notes = (given.given, given.notes) if isinstance(given, Answer) else (given, ())
    if isinstance(does, Resign):
        return {"type": TURN_RESIGN, "id": id_, "turn": turn}
    return {"type": TURN_ACTION, "id": id_, "turn": turn, "data": action_to_json(does, notes)}


def read_answer(message: Mapping[str, Any], turn: int) -> Given:
    """What a seat answered to the request for a turn. Raises WireError."""
    kind = message.get("type")
    _require(kind in (TURN_ACTION, TURN_RESIGN), "type", f"expected {TURN_ACTION!r}, not {kind!r}")
    _require(_whole(message, "turn") == turn, "turn", f"turn {turn} was asked for, not {message.get('turn')!r}")
    return Resign() if kind == TURN_RESIGN else answer_from_json(message.get("data"))


# --- values -----------------------------------------------------------------------------------------------------------


def action_to_json(action: Action, notes: Sequence[Note] = ()) -> dict[str, Any]:
    """An action as JSON values, with what its seat notes about it."""
    row: dict[str, Any] = {"text": action.text, "guess": action.guess}
    return {**row, "notes": [note_to_json(note) for note in notes]} if notes else row


def note_to_json(note: Note) -> dict[str, Any]:
    """A note as JSON values."""
    return {"kind": note.kind, "text": note.text, "facts": dict(note.facts)}


def action_from_json(row: object) -> Action:
    """The action that `action_to_json` wrote; both fields may be left out. Raises WireError."""
    fields = _mapping(row, "data")
    return Action(_text(fields, "text", default=""), _text_or_none(fields, "guess"))


def answer_from_json(row: object) -> Action | Answer:
    """An action, and the notes about it where there are any. Raises WireError."""
    action, notes = action_from_json(row), _mapping(row, "data").get("notes", [])
    if not isinstance(notes, list):
        raise WireError("notes", f"must be a list, not {_kind(notes)}")
    return Answer(action, tuple(_note_from_json(note) for note in notes)) if notes else action


def _note_from_json(row: object) -> Note:
    fields = _mapping(row, "notes")
    facts = _mapping(fields.get("facts", {}), "facts")
    return Note(
        _text(fields, "kind"), _text(fields, "text", default=""), tuple((name, _fact(facts, name)) for name in facts)
    )


def _fact(facts: Mapping[str, Any], name: str) -> Fact:
    fact = facts[name]
    if fact is not None and not isinstance(fact, str | bool | int | float):
        raise WireError("facts", f"must hold text, numbers, true, false or nothing, not {_kind(fact)}")
    return fact


def view_to_json(view: AnyView) -> dict[str, Any]:
    """A view as JSON values. Only an attacker's has a target."""
    row: dict[str, Any] = {
        "role": view.role.value,
        "turn": view.turn,
        "ms_left": view.ms_left,
        "guesses_left": view.guesses_left,
        "refusals": view.refusals,
        "seed": view.seed,
        "history": [said_to_json(said) for said in view.history],
        "rules": view.rules.to_json(),
    }
    return {**row, "target": view.target} if isinstance(view, AttackerView) else row


def view_from_json(row: object) -> AnyView:
    """The view that `view_to_json` wrote. Raises WireError naming the field that is missing or wrong."""
    fields = _mapping(row, "data")
    role = _role(fields)
    history = fields.get("history")
    if not isinstance(history, list):
        raise WireError("history", "must be a list")
    shared = (
        _rules(fields),
        _whole(fields, "turn"),
        tuple(_said_from_json(said) for said in history),
        _whole(fields, "guesses_left"),
        _whole(fields, "ms_left"),
        _whole(fields, "seed"),
        _whole(fields, "refusals"),
    )
    return AttackerView(*shared, _text(fields, "target")) if role is Role.ATTACKER else DefenderView(*shared)


def said_to_json(said: Said) -> dict[str, Any]:
    """Something that was said, as JSON values."""
    row = {"role": said.role.value, "turn": said.turn, "text": said.text, "guess": said.guess}
    return {**row, "warned": said.warned}


def _said_from_json(row: object) -> Said:
    fields = _mapping(row, "history")
    warned = fields.get("warned", False)
    _require(isinstance(warned, bool), "warned", "must be true or false")
    text, guess = _text_or_none(fields, "text"), _text_or_none(fields, "guess")
    return Said(_role(fields), _whole(fields, "turn"), text, guess, bool(warned))


_RULES = frozenset(Rules().to_json())


def _rules(fields: Mapping[str, Any]) -> Rules:
    try:
        given = _mapping(fields.get("rules"), "rules")
        return Rules.from_json({name: value for name, value in given.items() if name in _RULES})
    except RulesError as wrong:
        raise WireError("rules", str(wrong)) from None
    except (TypeError, AttributeError) as wrong:
        raise WireError("rules", f"cannot be read: {wrong}") from None


def _role(fields: Mapping[str, Any]) -> Role:
    role = fields.get("role")
    _require(role in list(Role), "role", f"must be {' or '.join(Role)}, not {role!r}")
    return Role(str(role))


def _mapping(value: object, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise WireError(field, f"must be an object, not {_kind(value)}")
    return value


def _whole(fields: Mapping[str, Any], field: str) -> int:
    value = fields.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise WireError(field, f"must be a whole number, 0 or more, not {_kind(value)}")
    return value


def _text(fields: Mapping[str, Any], field: str, default: str | None = None) -> str:
    value = fields.get(field, default)
    if not isinstance(value, str):
        raise WireError(field, f"must be text, not {_kind(value)}")
    return value


def _text_or_none(fields: Mapping[str, Any], field: str) -> str | None:
    return None if fields.get(field) is None else _text(fields, field)


_KINDS: tuple[tuple[type, str | Callable[[Any], str]], ...] = (
    (type(None), "nothing"),
    (bool, "true or false"),
    (int, str),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
)


def _kind(value: object) -> str:
    """What kind of value it is, in words; never the value itself where it could hold a target."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words if isinstance(words, str) else words(value)
    return "an object"


def _require(holds: bool, field: str, problem: str) -> None:
    if not holds:
        raise WireError(field, problem)
