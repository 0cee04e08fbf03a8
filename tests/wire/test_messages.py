"""Messages come back as they were sent, and nothing that comes in can do more than be refused."""

import json
import string
from contextlib import suppress

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.verdict import Role
from arena.wire import WireError
from arena.wire import messages as m
from arena.wire.schema import client_messages, schema, server_messages

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PRINTABLE = string.ascii_letters + string.digits + string.punctuation
IDS = st.text(PRINTABLE, min_size=1, max_size=64)
MATCHES = st.text(PRINTABLE, min_size=1, max_size=64)
COUNTS = st.integers(0, 100_000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)
AGENTS = st.builds(
    m.AgentName,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True),
    version=st.text(PRINTABLE, min_size=1, max_size=40),
    summary=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    roles=st.lists(st.sampled_from(Role), max_size=2).map(tuple),
)
IDENTITIES = st.builds(
    m.IdentifyData,
    agent=st.none() | AGENTS,
    seats=st.integers(1, 1024),
    instance=st.text(PRINTABLE, max_size=40),
    is_open=st.booleans(),
    ticket=st.none() | st.text(PRINTABLE, max_size=128),
    match=st.none() | MATCHES,
)
WISHES = st.lists(st.builds(m.ResumeMatch, match=MATCHES, seq=st.integers(-1, 10_000)), max_size=5)
FROM_CLIENT = st.one_of(
    st.builds(m.Identify, id=IDS, data=IDENTITIES),
    st.builds(m.Resume, id=IDS, data=st.builds(m.ResumeData, matches=WISHES.map(tuple))),
    st.builds(m.Ping, id=IDS),
    st.builds(m.Pong, id=IDS),
    st.builds(m.QueueJoin, id=IDS, data=st.builds(m.QueueData, role=st.none() | st.sampled_from(Role))),
    st.builds(m.QueueLeave, id=IDS),
    st.builds(m.MatchAccept, id=IDS, data=st.builds(m.OfferData, offer=IDS)),
    st.builds(m.MatchDecline, id=IDS, data=st.builds(m.OfferData, offer=IDS)),
    st.builds(
        m.TurnAction,
        id=IDS,
        match=MATCHES,
        turn=st.integers(1, 100_000),
        data=st.builds(m.ActionData, text=TEXT, guess=st.none() | TEXT),
    ),
    st.builds(m.TurnResign, id=IDS, match=MATCHES),
)
ACKS = st.builds(
    m.TurnAckData,
    id=IDS,
    status=st.sampled_from(["accepted", "duplicate", "rejected"]),
    reason=st.none() | TEXT,
    attempts_left=st.none() | COUNTS,
    seq=st.none() | COUNTS,
)
ROLES = st.sampled_from(Role)
FROM_SERVER = st.one_of(
    st.builds(m.ServerPing, ts=COUNTS, data=st.builds(m.IdData, id=IDS)),
    st.builds(m.TurnAck, ts=COUNTS, match=MATCHES, turn=COUNTS, data=ACKS),
    st.builds(m.MatchEvent, ts=COUNTS, match=MATCHES, seq=COUNTS, prev=COUNTS, data=OBJECTS),
    st.builds(m.TurnRequest, ts=COUNTS, match=MATCHES, turn=COUNTS, data=OBJECTS),
    st.builds(m.PeerGone, match=MATCHES, data=st.builds(m.PeerData, role=ROLES, grace_ms=COUNTS)),
    st.builds(m.Snapshot, match=MATCHES, data=st.builds(m.SnapshotData, role=ROLES, events=st.just(()))),
    st.builds(m.Error, data=st.builds(m.ErrorData, code=TEXT, message=TEXT, id=st.none() | IDS)),
    st.builds(m.Draining, data=st.builds(m.DrainingData, seconds=st.floats(0, 1e6))),
)
FITS = jsonschema_rs.validator_for({**schema(), "anyOf": [{"$ref": "#/$defs/FromClient"}]})
KINDS = [it.model_fields["type"].default for it in (*client_messages(), *server_messages())]


@given(FROM_CLIENT)
def test_a_clients_message_comes_back_as_it_was_sent_and_fits_the_schema(message):
    line = message.model_dump_json()
    assert m.read_client(line) == message
    assert m.read_client(message.model_dump_json(exclude_none=True)) == message
    FITS.validate(json.loads(line))


@given(FROM_SERVER)
def test_a_servers_message_comes_back_as_it_was_sent(message):
    assert m.read_server(message.model_dump_json()) == message


@given(FROM_CLIENT, OBJECTS)
def test_fields_that_nobody_knows_are_ignored(message, more):
    row = json.loads(message.model_dump_json())
    strange = {f"x-{name}": value for name, value in more.items()}
    assert m.read_client(json.dumps({**strange, **row})) == message


def reads_or_refuses(read, frame):
    """A frame is read, or refused with a field and a problem; anything else is an error of ours."""
    with suppress(WireError):
        read(frame)
        return
    with pytest.raises(WireError, match=r"message: .+: .+"):
        read(frame)


@given(st.text() | st.binary())
def test_no_frame_is_more_than_refused(frame):
    reads_or_refuses(m.read_client, frame)
    reads_or_refuses(m.read_server, frame)


@given(
    st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["id", "match", "turn", "seq", "prev", "data", "ts"]), JSON)
)
def test_no_message_is_more_than_refused(kind, fields):
    frame = json.dumps({"type": kind, **fields})
    reads_or_refuses(m.read_client, frame)
    reads_or_refuses(m.read_server, frame)


@pytest.mark.parametrize("depth", [100, 10_000, 100_000])
@pytest.mark.parametrize("frame", ["{}", '{{"type":"ping","id":"a","x":{}}}'])
def test_deep_json_is_more_than_refused_at_no_depth(frame, depth):
    reads_or_refuses(m.read_client, frame.format("[" * depth + "]" * depth))


SECRET = "marmalade"


@pytest.mark.parametrize(
    "row",
    [
        {"type": "turn.action", "id": "a", "match": "m", "turn": SECRET, "data": {"text": "x"}},
        {"type": "turn.action", "id": "a", "match": "m", "turn": 1, "data": {"text": [SECRET]}},
        {"type": "turn.action", "id": "a", "match": "m", "turn": 1, "data": {"guess": {"a": SECRET}}},
        {"type": "turn.action", "id": f"{SECRET} {SECRET}", "match": "m", "turn": 1, "data": {}},
        {"type": "identify", "id": "a", "data": {"agent": {"name": f"{SECRET}/"}}},
        {"type": "identify", "id": "a", "data": {"ticket": SECRET * 30}},
    ],
)
def test_a_refusal_never_quotes_what_was_sent(row):
    with pytest.raises(WireError) as refused:
        m.read_client(json.dumps(row))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"type": "ping"}, "ping.id"),
        ({"type": "ping", "id": ""}, "ping.id"),
        ({"type": "turn.action", "id": "a", "match": "m", "turn": 0, "data": {}}, "turn.action.turn"),
        ({"type": "turn.action", "id": "a", "match": "m", "turn": 1.0, "data": {}}, "turn.action.turn"),
        ({"type": "resume", "id": "a", "data": {"matches": [{"match": "m", "seq": -2}]}}, "resume.data.matches.0.seq"),
        ({"id": "a"}, "message"),
        ([], "message"),
    ],
)
def test_a_refusal_names_the_field(row, field):
    with pytest.raises(WireError) as refused:
        m.read_client(json.dumps(row))
    assert refused.value.field == field
