"""The OpenAPI document, cut into what a page shows: topics, their routes, and an example of each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that goes into the address or the headers."""

    name: str
    place: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that a route answers with."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. `sent` and `given` are examples as JSON text, None where there is no body."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    needs_account: bool
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]
    sent: str | None
    given: str | None


@dataclass(frozen=True, slots=True)
class Topic:
    """Routes that belong together."""

    name: str
    routes: tuple[Route, ...]


def topics(document: Json) -> tuple[Topic, ...]:
    """The routes of the document by their first tag, in the order of the document."""
    found: dict[str, list[Route]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_route(document, path, method, item[method]))
    return tuple(Topic(name, tuple(routes)) for name, routes in found.items())


def _route(document: Json, path: str, method: str, operation: Json) -> Route:
    answers = operation.get("responses", {})
    good: Json = next((answers[status] for status in answers if status.startswith("2")), {})
    security = operation.get("security", [])
    return Route(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '').replace(':', '-')}",
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        needs_account=bool(security) and {} not in security,
        parameters=tuple(_parameter(document, it) for it in operation.get("parameters", ())),
        answers=tuple(Answer(status, it.get("description", "")) for status, it in answers.items()),
        sent=_body(document, operation.get("requestBody", {})),
        given=_body(document, good),
    )


def _parameter(document: Json, given: Json) -> Parameter:
    it = _found(document, given)
    kind = _kind(document, it.get("schema", {}))
    return Parameter(it["name"], it["in"], kind, bool(it.get("required")), it.get("description", ""))


def _kind(document: Json, schema: Json) -> str:
    """What a value is, in a word or a list of the words it may be."""
    schema = _found(document, schema)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    options = [_kind(document, it) for it in schema.get("anyOf", ()) if it.get("type") != "null"]
    return " | ".join(dict.fromkeys(options)) if options else str(schema.get("type", "any"))


def _body(document: Json, holder: Json) -> str | None:
    content = _found(document, holder).get("content", {}).get("application/json")
    if content is None or not content.get("schema"):
        return None
    example = content.get("example", _example(document, content["schema"], 0))
    return json.dumps(example, indent=2, ensure_ascii=False)


def _found(document: Json, schema: Json) -> Json:
    """What a reference leads to."""
    for _ in range(_DEEPEST):
        if "$ref" not in schema:
            break
        place: Any = document
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def _example(document: Json, given: Json, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    """A value that fits a schema: its own example where it has one."""
    schema = {**_found(document, given), **{key: value for key, value in given.items() if key != "$ref"}}
    for name in ("example", "default", "const"):
        if name in schema and not (name == "default" and schema[name] is None):
            return schema[name]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    for name in ("allOf", "anyOf", "oneOf"):
        if schema.get(name):
            return _example(document, schema[name][0], depth)
    return _made(document, schema, depth)


def _made(document: Json, schema: Json, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return dict(_fields(document, schema, depth)) if depth < _DEEPEST else {}
    if kind == "array":
        return [_example(document, schema.get("items", {}), depth + 1)] if depth < _DEEPEST else []
    return {"string": "text", "integer": 1, "number": 0.5, "boolean": True}.get(str(kind))


def _fields(document: Json, schema: Json, depth: int) -> Iterator[tuple[str, Any]]:
    for name, its in schema.get("properties", {}).items():
        yield name, _example(document, its, depth + 1)
