"""The published documents are what the code says, and what is really sent fits them."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from doubles import WholeWords, started

from arena.core.actions import Action
from arena.core.errors import RulesError
from arena.core.events import Departure, Event, Redacted
from arena.core.machine import Act, Begin, Leave, Match, Record, Resume, Suspend, Tell
from arena.core.projection import Audience, project
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Role
from arena.wire.asyncapi import ANSWERS, asyncapi
from arena.wire.closing import CLOSES
from arena.wire.schema import client_messages, schema, server_messages, type_of, written
from arena.wire.values import view_to_json

PUBLISHED = Path(__file__).parents[2] / "docs" / "protocol"


def part(name):
    """A validator of one part of the schema, made by another implementation than the models."""
    return jsonschema_rs.validator_for({**schema(), "anyOf": [{"$ref": f"#/$defs/{name}"}]})


@pytest.mark.parametrize(("name", "document"), [("schema.json", schema), ("asyncapi.json", asyncapi)])
def test_the_published_document_is_what_the_code_says(name, document):
    assert (PUBLISHED / name).read_text(encoding="utf-8") == written(document())


def test_the_schema_is_one_of_its_draft():
    assert jsonschema_rs.meta.is_valid(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.fixture(scope="module")
def effects():
    """Everything that a match can bring about: a leak, a refusal, a suspension, a redaction, an end."""
    match = Match("m", started(Rules(judges=(), max_turns=2)), WholeWords())
    deeds = (
        Begin(),
        Act(Role.ATTACKER, 1, "a", Action("")),
        Act(Role.ATTACKER, 1, "b", Action("what fruit?")),
        Act(Role.DEFENDER, 1, "c", Action("I know", "apple")),
        Suspend(),
        Resume(),
        Act(Role.ATTACKER, 2, "d", Action("another one")),
        Leave(Role.DEFENDER, Departure.RESIGNED),
    )
    found = [effect for deed in deeds for effect in match.receive(deed, 0)]
    return [*found, Record(Event("m", match.seq, 0, Redacted(2)))]


@pytest.mark.parametrize("audience", [Audience.ATTACKER, Audience.DEFENDER, Audience.SPECTATOR])
def test_every_event_fits_as_each_audience_sees_it(effects, audience):
    events, valid = [it.event for it in effects if isinstance(it, Record)], part("Event")
    rows = [project(event, audience) for event in events]
    assert {row["type"] for row in rows} >= {"started", "acted", "refused", "left", "suspended", "resumed", "finished"}
    for row in rows:
        valid.validate(json.loads(json.dumps(row)))


def test_a_leak_of_the_attackers_own_fits():
    match = Match("m", started(Rules(judges=())), WholeWords())
    match.receive(Begin(), 0)
    leak = match.receive(Act(Role.ATTACKER, 1, "a", Action("a banana")), 0)[0]
    row = project(leak.event, Audience.ATTACKER)
    assert row["hits"]
    part("Event").validate(json.loads(json.dumps(row)))


def test_every_field_of_an_event_is_described(effects):
    described = {
        shape["properties"]["type"]["const"]: set(shape["properties"])
        for name, shape in schema()["$defs"].items()
        if name.endswith("Event") and "at" in shape.get("properties", {})
    }
    for effect in effects:
        if isinstance(effect, Record):
            row = project(effect.event, Audience.ATTACKER)
            assert set(row) <= described[row["type"]], row["type"]


def test_every_view_fits_and_a_defenders_has_no_field_for_the_target(effects):
    valid = part("View")
    views = [view_to_json(it.view) for it in effects if isinstance(it, Tell)]
    assert {row["role"] for row in views} == set(Role)
    for row in views:
        valid.validate(json.loads(json.dumps(row)))
    assert "target" not in schema()["$defs"]["DefenderView"]["properties"]


def test_a_view_without_its_history_does_not_fit(effects):
    row = next(view_to_json(it.view) for it in effects if isinstance(it, Tell))
    assert not part("View").is_valid({name: value for name, value in row.items() if name != "history"})


@pytest.mark.parametrize("name", PRESETS)
def test_the_rules_of_every_preset_fit(name):
    row = json.loads(json.dumps(PRESETS[name].to_json()))
    part("Rules").validate(row)
    assert set(row) == set(schema()["$defs"]["Rules"]["required"])


@pytest.mark.parametrize(
    ("field", "inside", "outside"),
    [
        ("max_turns", 1000, 1001),
        ("max_turns", 1, 0),
        ("guess_limit", 0, -1),
        ("max_chars", 100_000, 100_001),
        ("turn_ms", 86_400_000, 86_400_001),
        ("bank_ms", 0, -1),
        ("judge_ms", 600_000, 600_001),
        ("evasion", "strict", "harsh"),
    ],
)
def test_the_bounds_of_rules_are_those_of_the_game(field, inside, outside):
    row, valid = json.loads(json.dumps(Rules().to_json())), part("Rules")
    assert valid.is_valid({**row, field: inside})
    assert Rules.from_json({**row, field: inside}).to_json()[field] == inside
    assert not valid.is_valid({**row, field: outside})
    with pytest.raises(RulesError):
        Rules.from_json({**row, field: outside})


def test_a_message_must_say_what_it_is():
    assert part("FromClient").is_valid({"type": "ping", "id": "a"})
    assert not part("FromClient").is_valid({"id": "a"})
    assert not part("FromClient").is_valid({"type": "ping", "id": "two words"})


# --- AsyncAPI ---------------------------------------------------------------------------------------------------------


def references(value):
    """Every reference of a document."""
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else ())
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    document = asyncapi()
    found = set(references(document))
    assert len(found) > 100
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_channel_lists_every_message_of_both_sides_and_every_close_code():
    document = asyncapi()
    names = [message["name"] for message in document["components"]["messages"].values()]
    assert sorted(names) == sorted(type_of(it) for it in (*client_messages(), *server_messages()))
    assert [row["code"] for row in document["channels"]["socket"]["x-close-codes"]] == [int(code) for code in CLOSES]


def test_what_answers_what_is_told_for_every_message_of_a_client():
    assert set(ANSWERS) == set(client_messages())
    operations = asyncapi()["operations"]
    assert len(operations) == len(client_messages()) + len(server_messages())
    assert operations["receiveTurnAction"]["reply"]["messages"][0] == {
        "$ref": "#/channels/socket/messages/serverTurnAck"
    }
