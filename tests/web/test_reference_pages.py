"""The pages that are made of the program itself: rules and API."""

import json

import pytest
from browsing import Browser

from arena.core.hits import Form, Language
from arena.core.referee import TABLE
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Reason, Role, Verdict
from web.openapi import topics
from web.render import coded
from web.ruleboard import examples, fields, read, verdict_rows

DECIDED = {
    "paper": ["aborted", "forfeit", "leaked", "ruled", "inferred", None, "induced", "ruled", "tie", "infrastructure"],
    "spag": ["aborted", "forfeit", "void", None, "inferred", "misguessed", "induced", None, "tie", "infrastructure"],
}


@pytest.mark.parametrize("preset", PRESETS)
def test_each_row_of_the_table_is_put_to_the_referee(preset):
    outcomes = [row.outcomes[preset] for row in verdict_rows()]
    assert [None if it is None else it.reason.value for it in outcomes] == DECIDED[preset]
    assert len(outcomes) == len(TABLE)


def test_a_row_tells_who_wins():
    found = {row.key: row.outcomes["spag"] for row in verdict_rows()}
    assert found["rules.row_guessed_wrong_where_that_loses"] == Verdict(Role.ATTACKER, Reason.MISGUESSED)
    assert found["rules.row_guessed_right"] == Verdict(Role.DEFENDER, Reason.INFERRED)


def test_every_field_of_the_rules_is_shown_with_every_preset(visitor):
    page = visitor.get("/rules")
    codes = [it.text for it in page.all("code", class_="hint")]
    assert codes == [field.name for field in fields()] == list(Rules().to_json())


def test_the_examples_say_what_the_matcher_says():
    said = {(it.word, it.form, "".join(part.text for part in it.parts)): it.is_said for it in examples()}
    assert said[("coal", Form.INFLECTION, "They sketch with charcoal.")] is False
    assert said[("mouse", Form.INFLECTION, "Three blind mice ran off.")] is True
    assert said[("quick", Form.FAMILY, "Come quickly!")] is True
    assert said[("quick", Form.INFLECTION, "Come quickly!")] is False
    assert sum(said.values()) in range(5, len(said) - 3)


def test_an_evasion_is_marked_and_does_not_count():
    found = read("b-a-n-a-n-a", "banana", Language.ENGLISH)
    assert not found.is_said
    assert [part.text for part in found.parts if part.rule] == ["b-a-n-a-n-a"]


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("word=mouse&text=Three+mice", "That says the word."),
        ("word=coal&text=charcoal", "That does not say the word."),
        ("word=banana&text=b-a-n-a-n-a", "That hides the word."),
        ("word=quick&text=quickly&form=family", "That says the word."),
        ("word=%E8%8B%B9%E6%9E%9C&text=%E8%8B%B9%E6%9E%9C%E6%B1%81&language=zh", "That says the word."),
    ],
)
def test_the_referee_can_be_tried(visitor, query, verdict):
    assert verdict in visitor.get(f"/rules?{query}").one("div", role="status").text


def test_a_word_that_nobody_could_say_is_refused(visitor):
    page = visitor.get("/rules?word=%21%21&text=anything")
    assert page.status == 422
    assert "Nobody could be told" in page.one("p", id="word-wrong").text


# --- the API ----------------------------------------------------------------------------------------------------------


def test_every_route_of_the_document_is_on_the_page(place):
    page, document = Browser(place).get("/api"), place.app.openapi()
    routes = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    shown = {f"{route.method} {route.path}" for topic in topics(document) for route in topic.routes}
    assert shown == routes
    paths = [it.text for it in page.all("code", class_="route-path")]
    assert sorted(paths) == sorted(route.partition(" ")[2] for route in routes)
    assert len(page.all("details", class_="route")) == len(routes)


def test_pages_are_not_in_the_document(place):
    paths = place.app.openapi()["paths"]
    assert not [path for path in paths if path in ("/", "/lobby", "/login", "/matches", "/preferences")]


def test_an_example_is_json_that_the_route_takes(place):
    document = place.app.openapi()
    routes = {(route.method, route.path): route for topic in topics(document) for route in topic.routes}
    sent = json.loads(routes["POST", "/api/v1/guests"].sent)
    answer = place.ask("POST", "/api/v1/guests", json={**sent, "agreed": True})
    assert answer.status_code == 201
    assert routes["GET", "/api/v1/accounts/me"].needs_account
    assert not routes["GET", "/api/v1/rules"].needs_account


def test_a_document_of_any_shape_is_shown():
    leaf = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    tree = {"type": "object", "properties": {"leaves": leaf, "kind": {"enum": ["oak"]}, "age": {"type": "integer"}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    parameter = {"name": "how", "in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    operation = {
        "summary": "Grow",
        "requestBody": body,
        "responses": {"204": {"description": "done"}},
        "parameters": [parameter],
    }
    document = {"paths": {"/trees/{id}": {"post": operation}}, "components": {"schemas": {"Tree": tree}}}
    (topic,) = topics(document)
    (route,) = topic.routes
    assert (topic.name, route.id, route.given) == ("other", "post-trees-id", None)
    assert json.loads(route.sent)["kind"] == "oak"
    assert route.parameters[0].kind == "string"


def test_what_stands_between_backticks_is_code_and_nothing_is_markup():
    assert coded("see `next` & <b>") == "see <code>next</code> &amp; &lt;b&gt;"
    assert coded("`<i>`") == "<code>&lt;i&gt;</code>"


def test_the_pages_of_frameworks_are_off(visitor):
    for path in ("/docs", "/redoc"):
        assert visitor.get(path).status == 404
    assert visitor.ask("GET", "/openapi.json").status_code == 200
    assert visitor.ask("GET", "/asyncapi.json").json()["asyncapi"] == "3.0.0"
