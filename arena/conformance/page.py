"""The parts of docs/protocol.md that are made from the code: tables of messages, close codes, and the exchange."""

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from arena.wire import forms
from arena.wire.closing import CLOSES
from arena.wire.schema import Schema, client_messages, definitions, server_messages, type_of

_ELSEWHERE = frozenset({"Rules", "View", "Event"})
"""Parts with a table or a page of their own."""
_BLOCK = "<!-- begin:{name} -->\n{text}\n<!-- end:{name} -->"


def filled(page: str, blocks: Mapping[str, str]) -> str:
    """The page with each of its marked blocks replaced. Raises KeyError for a block that nobody makes."""

    def fill(found: re.Match[str]) -> str:
        return _BLOCK.format(name=found[1], text=blocks[found[1]])

    return re.sub(r"<!-- begin:(\w+) -->\n.*?<!-- end:\1 -->", fill, page, flags=re.DOTALL)


def block(page: str, name: str) -> str:
    """What stands in a marked block of the page. Raises KeyError where there is none."""
    found = re.search(rf"<!-- begin:{name} -->\n(.*?)\n<!-- end:{name} -->", page, flags=re.DOTALL)
    if found is None:
        raise KeyError(name)
    return found[1]


def tables() -> dict[str, str]:
    """Every block that the code alone determines."""
    known = definitions()
    return {
        "client": _messages(client_messages(), known),
        "server": _messages(server_messages(), known),
        "view": _view(known),
        "events": _events(known),
        "closes": _closes(),
    }


def _messages(models: Iterable[type[BaseModel]], known: Schema) -> str:
    return "\n\n".join(_message(it, known) for it in models)


def _message(model: type[BaseModel], known: Schema) -> str:
    shape = known[model.__name__]
    head = [f"`{name}`" for name in shape["properties"] if name not in ("type", "ts", "data")]
    lines = [f"#### `{type_of(model)}`", "", shape["description"].replace("\n\n", " ").replace("\n", " ")]
    if head:
        lines += ["", "Beside `type`: " + ", ".join(head) + "."]
    data = shape["properties"].get("data", {}).get("$ref", "").removeprefix("#/$defs/")
    if data:
        lines += ["", f"Data: {known[data]['description']}".replace("\n\n", " ").replace("\n", " ")]
    if known.get(data, {}).get("properties"):
        lines += ["", _rows(known[data], known)]
    return "\n".join(lines)


def _view(known: Schema) -> str:
    """The attacker's view, which has all that the defender's has."""
    shape = known[forms.AttackerView.__name__]
    either = {**shape["properties"], "role": {"$ref": "#/$defs/Role"}}
    return _rows({**shape, "properties": either}, known)


def _rows(shape: Schema, known: Schema) -> str:
    return "\n".join(["| field | | what it is |", "|---|---|---|", *_lines(shape, known, "", set())])


def _lines(shape: Schema, known: Schema, prefix: str, told: set[str]) -> Iterator[str]:
    """One line a field, and one for each field of a part that no other place of the page explains."""
    required = shape.get("required", ())
    for name, field in shape["properties"].items():
        kind = _kind(field, known) + ("" if name in required else ", optional")
        yield f"| `{prefix}{name}` | {kind} | {_sentence(field, known)} |"
        part = next((it for it in _parts(field) if it not in _ELSEWHERE | told and "properties" in known[it]), None)
        if part is not None:
            told.add(part)
            yield from _lines(
                known[part], known, f"{prefix}{name}{'[]' if field.get('type') == 'array' else ''}.", told
            )


def _parts(field: Schema) -> Iterator[str]:
    """The parts that a field refers to."""
    for it in (field, field.get("items", {}), *field.get("anyOf", ())):
        if "$ref" in it:
            yield it["$ref"].removeprefix("#/$defs/")


def _sentence(field: Schema, known: Schema) -> str:
    own = field.get("description")
    target = known.get(field.get("$ref", "").removeprefix("#/$defs/"), {})
    return (
        str(own or ("" if "enum" in target else target.get("description", "")))
        .replace("\n\n", " ")
        .replace("\n", " ")
        .replace("|", "\\|")
    )


def _kind(field: Schema, known: Schema) -> str:
    """A field's type in a word or two."""
    if "$ref" in field:
        name = field["$ref"].removeprefix("#/$defs/")
        values = known[name].get("enum")
        return " or ".join(f"`{it}`" for it in values) if values else "object"
    if "anyOf" in field:
        return " or ".join(_kind(it, known) for it in field["anyOf"])
    if "enum" in field:
        return " or ".join(f"`{it}`" for it in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        kind = _kind(field["items"], known)
        return "list of objects" if kind == "object" else f"list of {kind}"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        field.get("type", ""), str(field.get("type", ""))
    )


def _events(known: Schema) -> str:
    shared = set(forms.Event.model_fields)
    lines = ["| `type` | what it says | its own fields |", "|---|---|---|"]
    for ref in known["Event"]["oneOf"]:
        shape = known[ref["$ref"].removeprefix("#/$defs/")]
        own = [_own(name, field) for name, field in shape["properties"].items() if name not in {*shared, "type"}]
        lines.append(f"| `{shape['properties']['type']['const']}` | {shape['description']} | {'; '.join(own)} |")
    return "\n".join(lines)


def _own(name: str, field: Schema) -> str:
    sentence = field.get("description", "")
    return f"`{name}`: {sentence[0].lower()}{sentence[1:].rstrip('.')}" if sentence else f"`{name}`"


def _closes() -> str:
    lines = ["| code | reason | connect again? | what to do |", "|---|---|---|---|"]
    for code, it in CLOSES.items():
        lines.append(f"| {int(code)} | {it.reason} | {'yes' if it.comes_back else 'no'} | {it.remedy} |")
    return "\n".join(lines)
