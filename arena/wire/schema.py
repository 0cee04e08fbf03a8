"""The protocol as JSON Schema (draft 2020-12), made from the models.

`docs/protocol/schema.json` is what `schema` returns, and a test compares them. `arena.wire.asyncapi` builds on it.
"""

import ast
import inspect
import json
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from arena.wire import SUBPROTOCOL, forms, messages

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FORMS: dict[tuple[str, str], Schema] = {
    ("TurnRequest", "data"): {"$ref": "#/$defs/View"},
    ("MatchEvent", "data"): {"$ref": "#/$defs/Event"},
    ("SnapshotData", "events"): {"type": "array", "items": {"$ref": "#/$defs/Event"}},
    ("MatchOfferData", "rules"): {"$ref": "#/$defs/Rules"},
    ("MatchStartData", "rules"): {"$ref": "#/$defs/Rules"},
    ("MatchEndData", "verdict"): {"$ref": "#/$defs/Verdict"},
}
"""What stands in a field that the models pass on as it is."""


def client_messages() -> tuple[type[messages.ClientMessage], ...]:
    """Every message that a client may send."""
    return _members(messages.FromClient)


def server_messages() -> tuple[type[messages.ServerMessage], ...]:
    """Every message that a server may send."""
    return _members(messages.FromServer)


def type_of(model: type[BaseModel]) -> str:
    """The `type` that messages of this model have."""
    return str(model.model_fields["type"].default)


def schema() -> Schema:
    """The schema of every message. A message that fits it is one; whether it may come now is another matter."""
    return {
        "$schema": DRAFT,
        "$id": f"urn:taboo-arena:{SUBPROTOCOL}",
        "title": SUBPROTOCOL,
        "description": (
            "Every message between an arena server and a client. A client's messages fit `#/$defs/FromClient`, a "
            "server's `#/$defs/FromServer`. Fields that are not named here are ignored."
        ),
        "anyOf": [_ref("FromClient"), _ref("FromServer")],
        "$defs": definitions(),
    }


def definitions() -> dict[str, Schema]:
    """The schema of every part by name, `FromClient`, `FromServer`, `View`, `Event` and `Action` among them."""
    sent, told = client_messages(), server_messages()
    views, events = _members(forms.AnyView), _members(forms.AnyEvent)
    found = _described((*sent, *told, *views, *events, forms.Rules, forms.Verdict))
    for (model, field), form in _FORMS.items():
        found[model]["properties"][field] = _like(found[model]["properties"][field], form)
    for message in (*sent, *told):
        required = found[message.__name__].setdefault("required", [])
        required.insert(0, "type")
    unions = {
        "FromClient": ("A message of a client.", sent),
        "FromServer": ("A message of a server.", told),
        "View": ("What a seat is shown when it is to move.", views),
        "Event": ("One event of the log, as far as a seat or a spectator may see it.", events),
    }
    for name, (description, models) in unions.items():
        found[name] = {"description": description, "oneOf": [_ref(it.__name__) for it in models]}
    return dict(sorted(found.items()))


def written(document: Schema) -> str:
    """A document as the file in `docs/protocol` has it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


# --- from the models --------------------------------------------------------------------------------------------------


def _members(union: Any) -> tuple[type[Any], ...]:  # noqa: ANN401 - an annotated union of models
    return tuple(get_args(get_args(union)[0]))


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _described(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """The schema of these models and of all that they hold, with the docstrings of their fields."""
    _, document = models_json_schema([(it, "validation") for it in models], ref_template="#/$defs/{model}")
    found: dict[str, Schema] = document["$defs"]
    told = {**dict(_docstrings(messages)), **dict(_docstrings(forms))}
    for name, row in found.items():
        row.pop("title", None)
        if "description" in row:
            row["description"] = inspect.cleandoc(row["description"])
        for field, shape in row.get("properties", {}).items():
            shape.pop("title", None)
            sentence = next((told[at] for at in _places(name, field) if at in told), None)
            if sentence is not None:
                shape["description"] = sentence
    return found


def _places(model: str, field: str) -> Iterator[tuple[str, str]]:
    """Where a field may be explained: at the model, or at one that it is made from."""
    kind = getattr(messages, model, None) or getattr(forms, model, None)
    for base in inspect.getmro(kind) if inspect.isclass(kind) else ():
        yield base.__name__, field


def _docstrings(module: ModuleType) -> Iterator[tuple[tuple[str, str], str]]:
    """The sentence below each field of each class of a module."""
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for line, below in zip(node.body, node.body[1:], strict=False):
            if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(line.target, ast.Name):
                yield (node.name, line.target.id), inspect.cleandoc(ast.literal_eval(below.value))


def _like(shape: Schema, form: Schema) -> Schema:
    """The form in place of a plain object, explained as that was."""
    return {**form, **({"description": shape["description"]} if "description" in shape else {})}
