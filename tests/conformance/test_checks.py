"""Our server keeps every promise that the conformance client knows, and one that keeps none is found out."""

import asyncio
import json
import socket
import threading

import pytest
from conformance.clients import PlainClient
from websockets.asyncio.server import serve

from arena.cli import main
from arena.conformance import Status, has_failed
from arena.conformance.checks import CHECKS, checks_named, try_server
from arena.conformance.checks.line import look_at
from arena.conformance.checks.probe import Probe
from arena.conformance.checks.secrets import leaks
from arena.conformance.finding import DeviationError
from arena.core.errors import UnknownNameError


def test_our_server_keeps_every_promise(served, alice):
    findings = asyncio.run(try_server(served.url, alice))
    assert [it.name for it in findings] == [it.name for it in CHECKS]
    assert [(it.name, it.problems) for it in findings if it.status is not Status.PASSED] == []


def test_a_second_account_may_sit_opposite_instead_of_a_guest(served, alice, bob):
    chosen = checks_named(["challenge", "others", "defender"])
    findings = asyncio.run(try_server(served.url, alice, bob, chosen))
    assert [it.status for it in findings] == [Status.PASSED] * 3, [it.problems for it in findings]


# --- servers that keep no promise -------------------------------------------------------------------------------------

HELLO = {
    "protocol": "taboo.v1+json",
    "server": "rude/1",
    "heartbeat_ms": 100,
    "identify_ms": 100,
    "max_message": 1000,
    "rate": 1,
}
READY = {"id": "?", "player": "nobody", "session": "", "seats": 5000, "matches": []}


async def rude(socket):
    """Greets, lets anybody in, answers everything with a `pong` for somebody else, and soon hangs up."""
    await socket.send(json.dumps({"type": "hello", "ts": 0, "data": HELLO}))
    count = 0
    async for frame in socket:
        try:
            id_ = json.loads(frame)["id"]
        except (ValueError, KeyError, TypeError):
            id_ = "?"
        type_, data = ("ready", {**READY, "id": id_}) if b"identify" in _bytes(frame) else ("pong", {"id": "other"})
        await socket.send(json.dumps({"type": type_, "ts": 0, "data": data}))
        count += 1
        if count > 1:
            await socket.close(1000)


async def garbling(socket):
    """Sends what is no message of the protocol."""
    await socket.send(json.dumps({"type": "hello", "data": {"protocol": 5}}))
    await socket.wait_closed()


def _bytes(frame):
    return frame if isinstance(frame, bytes) else frame.encode()


def tried(handler, names):
    """What checks find at a server of this handler."""

    async def run():
        lax = {"max_size": None, "close_timeout": 0.2, "select_subprotocol": lambda *_: "taboo.v1+json"}
        async with serve(handler, "127.0.0.1", 0, **lax) as it:
            port = it.sockets[0].getsockname()[1]
            return await try_server(f"http://127.0.0.1:{port}", "taboo_any", "taboo_other", checks_named(names))

    return asyncio.run(run())


def test_a_rude_server_breaks_its_promises_and_the_checks_survive_it():
    names = ["subprotocol", "origin", "ready", "flood", "binary", "too-big", "not-json", "wrong-types", "many-faults"]
    findings = tried(rude, names)
    assert {it.name: it.status for it in findings} == dict.fromkeys([it.name for it in findings], Status.FAILED)
    assert len(findings) == len(names)
    assert all(it.problems and it.remedy for it in findings)


def test_every_check_fails_at_a_server_that_sends_garbage():
    findings = tried(garbling, [])
    kept = [it.name for it in findings if it.status is Status.PASSED]
    assert kept == []
    assert has_failed(findings)


def test_nobody_listening_is_a_failure_and_no_crash():
    (finding,) = asyncio.run(try_server("http://127.0.0.1:9", "taboo_any", None, checks_named(["ping"])))
    assert finding.status is Status.FAILED
    assert "could not be connected to" in finding.problems[0]


# --- the parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"data": {"text": "I like plums"}}, None),
        ({"data": {"text": "I like a Plum, thanks"}}, "holds the target in data.text"),
        ({"data": [{"a": ["x", "the plum"]}]}, "holds the target in data.0.a.1"),
        ({"data": {"target": None}}, "has the field data.target"),
        ({"type": "plum", "data": {"rules": {"word_list": "plum"}}}, None),
    ],
)
def test_a_target_is_found_wherever_it_stands(message, found):
    assert leaks(json.dumps(message), "plum") == found


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"type": "weather"}, "does not fit the schema"),
        ({"type": "match.event", "match": "m", "seq": 0, "prev": -1, "data": {"type": "left"}}, "`match.event`"),
        ({"type": "turn.request", "match": "m", "turn": 1, "data": {"role": "defender"}}, "`turn.request`"),
    ],
)
def test_a_message_of_another_form_is_a_deviation(row, problem):
    with pytest.raises(DeviationError, match=problem):
        look_at(json.dumps(row))


@pytest.mark.parametrize(
    ("given", "http", "socket"),
    [
        ("http://localhost:8000", "http://localhost:8000", "ws://localhost:8000/api/v1/socket"),
        ("https://arena.example/", "https://arena.example", "wss://arena.example/api/v1/socket"),
        ("ws://[::1]:8000", "http://[::1]:8000", "ws://[::1]:8000/api/v1/socket"),
        ("localhost:8000", "http://localhost:8000", "ws://localhost:8000/api/v1/socket"),
    ],
)
def test_a_server_may_be_named_in_any_usual_way(given, http, socket):
    probe = Probe(given, "taboo_any")
    assert (probe.http, probe.socket) == (http, socket)
    asyncio.run(probe.aclose())


def test_checks_are_found_by_name():
    assert [it.name for it in checks_named(["stale", "ping"])] == ["ping", "stale"]
    with pytest.raises(UnknownNameError, match="no check is called 'pong'"):
        checks_named(["pong"])
    assert len({it.name for it in CHECKS}) == len(CHECKS)


# --- the commands -----------------------------------------------------------------------------------------------------


def test_the_command_prints_a_table_and_exits_by_it(served, alice, monkeypatch, capsys):
    monkeypatch.setenv("TABOO_TOKEN", alice)
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["protocol", "check", served.url, "--only", "ping", "--only", "hello"]) == 0
    out = capsys.readouterr().out
    assert "ping" in out
    assert "hello" in out
    assert out.count("passed") == 2


def test_the_command_prints_json_for_programs(monkeypatch, capsys):
    monkeypatch.setenv("TABOO_TOKEN", "taboo_any")
    assert main(["protocol", "check", "http://127.0.0.1:9", "--only", "ping", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert (row["name"], row["status"]) == ("ping", "failed")
    assert row["remedy"]


def test_a_check_without_a_token_says_where_to_get_one(monkeypatch, capsys):
    monkeypatch.delenv("TABOO_TOKEN", raising=False)
    assert main(["protocol", "check", "http://127.0.0.1:9"]) == 2
    assert "$TABOO_TOKEN" in capsys.readouterr().err


def test_the_command_leads_a_client_through_scenarios(capsys):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = threading.Thread(target=lambda: asyncio.run(PlainClient(f"ws://127.0.0.1:{port}", "new ids").run()))
    client.start()
    names = ["--scenario", "waits", "--scenario", "dropped"]
    assert main(["protocol", "serve", "--port", str(port), "--json", *names]) == 1
    client.join(30)
    said = capsys.readouterr()
    rows = {row["name"]: row for row in map(json.loads, said.out.splitlines())}
    assert rows["dropped"]["status"] == "passed"
    assert "keeps its id" in rows["waits"]["problems"][0]
    assert f"waiting for a client at ws://127.0.0.1:{port}/api/v1/socket" in said.err
    assert not client.is_alive()
