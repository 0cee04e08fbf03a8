"""Whoever is no attacker searches a live match on every road there is, and finds neither the word nor who plays."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from server.enemies.cast import Visitor, browser_of
from server.enemies.lines import line
from server.enemies.needles import Needle, found
from server.enemies.routes import ENDS, GIVES_UP, Ask, Route, asks_of, files, routes_of, the_app
from server.enemies.stage import ANSWERED, HEARD, Stage, staged
from websockets.exceptions import ConnectionClosed

from arena.wire import PATH
from arena.wire.schema import client_messages, type_of

pytestmark = pytest.mark.slow
UNANSWERED = {
    *("/account/password", "/account/tokens/{token}/revoke", "/login"),
    *("/api/v1/accounts/me/password", "/api/v1/sessions", "/api/v1/tokens/{id}", PATH),
    *("/api/v1/lobby/seats/{code}", "/api/v1/lobby/seats/{code}/take", "/seat/{code}"),
    *("/seat/{code}/take", "/seat/{code}/withdraw"),
    *("/api/v1/matches/{match}/redactions", "/matches/{match}/redactions", "/api/v1/matches/{match}/transcript"),
    *("/api/v1/matches/{match}/rematch", "/play/{match}/rematch"),
    *("/api/v1/matches/{match}/resignation", "/play/{match}/resign"),
}
"""Routes that refuse every outsider: there is nothing of theirs that they could name."""


@pytest.fixture(scope="module")
def routes(tmp_path_factory) -> list[Route]:
    return routes_of(the_app(tmp_path_factory.mktemp("never")))


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as it:
        yield it


# --- the searching itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "so it is caf\u00e9-anchor, is it",
        "CAF\u00c9-ANCHOR",
        json.dumps("caf\u00e9-anchor"),
        "caf%C3%A9-anchor",
        "&#x63;&#x61;&#x66;&#xE9;&#x2d;&#x61;&#x6e;&#x63;&#x68;&#x6f;&#x72;",
        "Y2Fmw6ktYW5jaG9y",
        "eGNhZsOpLWFuY2hvcg==",
        "eHhjYWbDqS1hbmNob3I=",
        "636166c3a92d616e63686f72",
    ],
)
def test_a_secret_is_found_however_it_is_written(written):
    needle = Needle("word", "caf\u00e9-anchor")
    assert found([needle], written.encode()) == ["word"]
    assert found([needle], written.encode(), given=f"/agents/{needle.text}") == []


def test_who_may_know_the_word_is_told_it_on_these_roads(stage: Stage):
    needles = stage.hidden_from("nobody")
    view = stage.cast.quill.client.get(f"/play/{stage.matches['public']}")
    assert "public target" in found(needles, view.content)
    record = stage.cast.quill.client.get(f"/api/v1/matches/{stage.matches['private']}")
    assert "private target" in found(needles, record.content)
    spoken = "".join(stage.attacking.raw).encode()
    assert {"programs target", "programs attacker's seed"} <= set(found(needles, spoken))
    assert "programs defender's seed" in found(needles, "".join(stage.defending.raw).encode())


# --- every route ------------------------------------------------------------------------------------------------------


def ids_of(stage: Stage) -> dict[str, list[str]]:
    """What goes into paths: everything that anybody knows."""
    accounts = [it.id for it in stage.cast.accounts.values()]
    matches = [*stage.matches.values(), "0" * 20]
    names = [f"@{it.name}" for it in stage.cast.accounts.values()]
    agents = ["direct", "Quillonfeather/brigantinebot", "Doublewarden/marlinspikebot", *names]
    return {
        "match": matches,
        "name": agents,
        "id": [*accounts, "1"],
        "id_": accounts,
        "token": accounts,
        "report": ["1"],
        "seq": ["1"],
        "code": ["abcdef", stage.matches["private"]],
        "file": files(),
    }


def walk_of(routes: list[Route], stage: Stage, who: Visitor) -> Iterator[Ask]:
    """Every request that this visitor makes; what ends their session comes last."""
    ids, is_player = ids_of(stage), who.name.startswith("defender")
    last = [it for it in routes if (it.method, it.path) in ENDS]
    last.sort(key=lambda it: it.path == "/api/v1/sessions")  # it ends what the others are asked with
    for route in (*(it for it in routes if it not in last), *last):
        if route in last:
            who.refresh()
        fresh = f"newcomer{stage.cast.all.index(who)}x{last.index(route) if route in last else ''}"
        for ask in asks_of(route, ids, fresh):
            gives_up = is_player and (route.method, route.path) in GIVES_UP and _is_live(stage, ask)
            # Whoever challenges somebody by name sees that name in their own open seat from then on.
            names_them = route.path.endswith("/challenge") and "/@" in ask.path
            if not gives_up and not names_them:
                yield ask


def _is_live(stage: Stage, ask: Ask) -> bool:
    return any(match in ask.path for match in stage.matches.values())


def answer_to(who: Visitor, ask: Ask) -> tuple[int, bytes]:
    """The status, and everything that comes back, headers first. A stream is read until it has told what there is."""
    if ask.is_form and ask.body is not None:
        fields = {name: str(value) for name, value in ask.body.items()}
        options: dict[str, Any] = {"data": {**fields, "csrf": who.csrf}}
    else:
        options = {"json": ask.body} if ask.body is not None else {}
    with who.client.stream(ask.route.method, ask.path, headers=ask.headers, **options) as answer:
        body = b"".join(_read(answer))
    assert answer.status_code < 500, (who.name, ask.path, body[:500])
    head = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
    return answer.status_code, head + b"\n\n" + body


def _read(answer: httpx.Response) -> Iterator[bytes]:
    is_endless = answer.headers.get("content-type", "").startswith("text/event-stream")
    newest = -1
    for chunk in answer.iter_bytes():
        yield chunk
        if is_endless:
            newest = max([newest, *(int(row[4:]) for row in chunk.decode().split("\n") if row.startswith("id: "))])
            if newest >= 2:  # the last that each match has by now
                return


@dataclass
class Walked:
    """Who visited which route and with what success, and what was found where."""

    visitors: dict[Route, set[str]] = field(default_factory=lambda: defaultdict(set))
    statuses: dict[Route, set[int]] = field(default_factory=lambda: defaultdict(set))
    spilt: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def walked(stage: Stage, routes: list[Route]) -> Walked:
    done = Walked()
    for who in stage.cast.all:
        needles = stage.hidden_from(who.name)
        for ask in walk_of(routes, stage, who):
            status, told = answer_to(who, ask)
            if leaked := found(needles, told, ask.given):
                done.spilt[f"{who.name}: {ask.route.method} {ask.path}"] = leaked
            done.visitors[ask.route].add(who.name)
            done.statuses[ask.route].add(status)
    return done


def test_no_route_tells_an_outsider_or_the_defender_what_is_secret(walked: Walked):
    assert walked.spilt == {}


def test_every_route_was_visited_by_everybody(stage: Stage, routes, walked: Walked):
    everybody = {it.name for it in stage.cast.all}
    assert {route: everybody - walked.visitors[route] for route in routes if walked.visitors[route] != everybody} == {}
    assert Route("GET", PATH) in walked.visitors


def test_the_walk_was_answered_wherever_outsiders_may_go(routes, walked: Walked):
    """So that it did not stand before closed doors for want of a form's field."""
    closed = {it.path for it in routes if min(walked.statuses[it]) >= 400 and "/admin" not in it.path}
    assert closed - UNANSWERED == set()


def test_the_walk_left_the_matches_alone(stage: Stage, walked):
    for match in stage.matches.values():
        record = stage.cast.quill.client.get(f"/api/v1/matches/{match}").json()
        assert record["status"] == "live"
        assert len(record["events"]) == (3 if match == stage.matches["programs"] else 4)


# --- every message ----------------------------------------------------------------------------------------------------

JUNK = (None, True, -1, 0, 1.5, 2**63, "", "x" * 300, "\ud800", "\x00", [], {}, ["x"], {"target": 1})


def valid(type_: str, match: str) -> dict[str, Any]:
    """A message of the type that fits the schema."""
    return {
        "identify": {"type": type_, "id": "v", "data": {"agent": {"name": "twice"}}},
        "resume": {"type": type_, "id": "v", "data": {"matches": [{"match": match, "seq": -1}]}},
        "queue.join": {"type": type_, "id": "v", "data": {"role": "defender", "preset": "spag", "with_people": False}},
        "match.accept": {"type": type_, "id": "v", "data": {"offer": "x"}},
        "match.decline": {"type": type_, "id": "v", "data": {"offer": "x"}},
        "turn.action": {"type": type_, "id": "v", "match": match, "turn": 99, "data": {"text": "x", "guess": "y"}},
        "turn.resign": {"type": type_, "id": "v", "match": match},
    }.get(type_, {"type": type_, "id": "v", "data": {}})


def spoilt(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The message with each of its parts replaced by each kind of junk, and without it."""
    for place in _places(row):
        for junk in JUNK:
            yield _changed(row, place, junk)


def _places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*before, name)
        yield from _places(part, (*before, name))


def _changed(row: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = deepcopy(row)
    inner = made
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return made


def converse(
    port: int, token: str | None, rows: list[dict[str, Any]], hello: dict[str, Any]
) -> tuple[str, Counter[str]]:
    """Send each message, on a new connection where the last was closed; all that came back."""
    heard: list[str] = []
    sent: Counter[str] = Counter()
    waiting = list(rows)
    while waiting:
        with line(port, token) as it:
            try:
                it.send("identify", hello)
                it.until("ready")
                while waiting:
                    row = waiting.pop(0)
                    it.socket.send(json.dumps(row))
                    sent[str(row["type"])] += 1
                    it.settle()
            except ConnectionClosed as end:
                heard.append(str(end))
                assert waiting or sent, "it never let us in"
            heard += it.raw
    return "\n".join(heard), sent


def dialogue(stage: Stage, *, may_end: bool) -> list[dict[str, Any]]:
    """Every type, well made and spoilt, for every live match. The defender of a match does not give it up."""
    rows = []
    for type_ in map(type_of, client_messages()):
        for match in stage.matches.values():
            if not may_end and type_ == "turn.resign" and match == stage.matches["programs"]:
                continue
            rows += [valid(type_, match), *spoilt(valid(type_, match))]
            if "match" not in json.dumps(valid(type_, match)):
                break
    return rows


@pytest.mark.parametrize("outsider", ["member's token", "member as the defender's agent"])
def test_no_message_tells_another_program_what_is_secret(stage: Stage, outsider):
    token = next(it.token for it in stage.cast.outsiders if it.name == "member's token")
    name = "spybot" if outsider == "member's token" else "marlinspikebot"
    heard, sent = converse(stage.served.port, token, dialogue(stage, may_end=True), {"agent": {"name": name}})
    needles = stage.hidden_from("nobody")
    assert found(needles, heard.encode(), given=name) == []
    assert {type_of(it) for it in client_messages()} <= set(sent)


def test_no_message_tells_the_defenders_other_worker_what_is_secret(stage: Stage):
    hello = {"agent": {"name": "marlinspikebot"}, "instance": "second", "is_open": False}
    heard, _ = converse(stage.served.port, stage.cast.dora_token.token, dialogue(stage, may_end=False), hello)
    assert found(stage.hidden_from("defender"), heard.encode()) == []


def test_no_message_tells_the_defender_what_is_secret(stage: Stage):
    """On the very connection that holds the seat. Too many bad messages would end it, so a few of each kind."""
    it = stage.defending
    match = stage.matches["programs"]
    for type_ in map(type_of, client_messages()):
        if type_ not in ("identify", "turn.resign"):
            it.socket.send(json.dumps(valid(type_, match)))
            it.settle()
    for seq in (-1, 0, 1, 2, 3, 4000):
        it.send("resume", {"matches": [{"match": one, "seq": seq} for one in stage.matches.values()]})
        it.settle()
    it.send("turn.action", {"text": "\u662f\u4e0d\u662f\u5b83"}, match=match, turn=2)
    assert it.until("turn.ack", turn=2)["data"]["reason"] == "not_your_turn"
    heard = "\n".join(it.raw).encode()
    assert found(stage.hidden_from("defender"), heard) == []
    assert "programs defender's seed" in found(stage.of_defender, heard)


@pytest.mark.parametrize("match", ["public", "private"])
def test_no_ticket_of_the_defender_opens_what_is_secret(stage: Stage, match):
    dora = browser_of(stage.served, stage.cast.accounts["defender"].id)
    with closing(dora.client), line(stage.served.port) as it:
        it.send("identify", {"ticket": dora.post("/tickets")["ticket"], "match": stage.matches[match]})
        it.until("ready")
        it.send("resume", {"matches": [{"match": one, "seq": -1} for one in stage.matches.values()]})
        assert it.until("resumed")["match"] == stage.matches[match]
        it.settle()
        assert found(stage.hidden_from("defender"), "\n".join(it.raw).encode()) == []


def test_nobody_says_a_word_on_a_socket_without_a_key(stage: Stage):
    for who in stage.cast.outsiders:
        if who.token and who.name not in ("member's token", "scopeless"):
            with line(stage.served.port, who.token) as it:
                it.send("identify", {"agent": {"name": "x"}})
                with pytest.raises(ConnectionClosed):
                    it.until("ready")
                assert found(stage.hidden_from("nobody"), "\n".join(it.raw).encode()) == []


# --- what the server says of itself -----------------------------------------------------------------------------------


def test_diagnostics_hold_no_secret_and_nothing_that_was_said(stage: Stage, walked):
    said = [Needle("utterance", HEARD), Needle("answer", ANSWERED)]
    printed = "\n".join(stage.served.lines).encode()
    names = [it for it in stage.hidden_from("nobody") if not it.name.endswith(("'s name", "'s id", "'s agent"))]
    assert printed
    assert found([*names, *said], printed) == []


def test_measurements_hold_no_secret(stage: Stage, walked):
    shown = stage.cast.quill.client.get("/metrics")
    assert shown.status_code == 200
    said = [Needle("utterance", HEARD), Needle("answer", ANSWERED)]
    assert found([*stage.hidden_from("nobody"), *said], shown.content) == []


# --- the end ----------------------------------------------------------------------------------------------------------


def test_when_it_is_over_all_may_know_and_no_seed_or_key_is_told(stage: Stage, walked):
    """The same search finds the word then: it could have found it before."""
    match = stage.matches["public"]
    stage.cast.quill.post(f"/matches/{match}/resignation")
    nobody = next(it for it in stage.cast.outsiders if it.name == "nobody")
    told = found(stage.hidden_from("nobody"), nobody.client.get(f"/api/v1/matches/{match}").content)
    assert {"public target", "attacker's name", "defender's name"} <= set(told)
    assert [it for it in told if "hash" in it or "token" in it or "session" in it or it.startswith("private")] == []
