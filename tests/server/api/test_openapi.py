"""The published document: whole, with examples, and true of what the server answers to anything at all."""

from collections import Counter

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server.api.places import API, Visitor, a_place, admin, finished_match, member, nobody, open_match, program
from server.asking import ORIGIN, Place

from arena.server.people import Scope
from arena.server.problems import MEDIA_TYPE

EXAMPLES = 8
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
STREAM = f"{API}/matches/{{match}}/stream"


@pytest.fixture(scope="module")
def document(place):
    return place.app.openapi()


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_says_what_it_is_for(document):
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name


def test_every_operation_of_the_api_declares_its_refusals(document):
    for name, operation in operations(document):
        if API not in name:
            continue
        for status in ("403", "422", "429", "500", "503"):
            assert MEDIA_TYPE in operation["responses"][status]["content"], (name, status)
        if {"bearer": []} in operation.get("security", ()):
            assert "401" in operation["responses"], name
        if "{" in name:
            assert "404" in operation["responses"], name


def test_what_needs_somebody_known_says_so(document):
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}
    public = (
        "/accounts",
        "/guests",
        "/sessions",
        "/agents",
        "/agents/{name}",
        "/rules",
        "/lists",
        "/said",
        "/problems",
    )
    for name, operation in operations(document):
        method, path = name.split(" ")
        if not path.startswith(API) or (path.removeprefix(API) in public):
            continue
        assert {"bearer": []} in operation["security"], name
        assert method == "GET" or {} not in operation["security"], name


def test_every_text_that_must_be_sent_has_an_example(document):
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        if "requestBody" not in operation:
            continue
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = schemas[reference.rpartition("/")[2]]
        for field in schema.get("required", ()):
            said = schema["properties"][field]
            assert "examples" in said or "$ref" in said, (name, field)


# --- anything at all --------------------------------------------------------------------------------------------------


def everybody(place: Place) -> dict[str, Visitor]:
    alice, boss = member(place, "alice"), admin(place)
    for visitor in (alice, boss):
        finished_match(visitor)
        open_match(visitor, terms={})
    return {
        "nobody": nobody(place),
        "member": program(place, alice.account, Scope.PLAY, Scope.READ),
        "admin": program(place, boss.account, *Scope),
    }


CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
UNSENDABLE = ("host", "content-length", "authorization", "cookie")


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda it: it.value)
@pytest.mark.parametrize("who", ["nobody", "member", "admin"])
def test_whatever_is_asked_the_answer_is_as_the_document_says(tmp_path, who, mode):
    with a_place(tmp_path) as place:
        visitor = everybody(place)[who]
        schema = schemathesis.openapi.from_dict(place.app.openapi())
        statuses: Counter[int] = Counter()
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path != STREAM:  # the stream of a live match has no end; test_stream.py reads it
                ask_anything(operation, mode, visitor, statuses)
        assert statuses.total() > 100
        assert statuses[200] > 0
        assert statuses[422] > 0 or mode is GenerationMode.POSITIVE


def ask_anything(operation: APIOperation, mode: GenerationMode, visitor: Visitor, statuses: Counter[int]) -> None:
    """Ask one operation a few times, and compare each answer with the document."""

    @seed(20_260_101)
    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        sent = requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
        headers = {name: value for name, value in sent.headers.items() if name.lower() not in UNSENDABLE}
        answer = visitor.ask(sent.method, sent.path_url, headers=_plain(headers), content=sent.body)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=list(CHECKS))

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong where nothing is sent
        assert mode is GenerationMode.NEGATIVE


def _plain(headers: dict[str, str | bytes]) -> dict[bytes, bytes]:
    return {_bytes(name): _bytes(value) for name, value in headers.items()}


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")
