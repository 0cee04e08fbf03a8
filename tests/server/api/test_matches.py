"""Matches over HTTP: played by requests alone, read while they are live and when they are over."""

import json

import pytest
from server.api.places import (
    SHORT,
    admin,
    finished_match,
    guest,
    member,
    nobody,
    open_match,
    played_match,
    program,
    wait_for_turn,
)

from arena.server.people import Scope


@pytest.fixture(scope="module")
def alice(place):
    return member(place, "alice")


@pytest.fixture(scope="module")
def bob(place):
    return member(place, "bob")


def act(visitor, match, key, turn, **said):
    return visitor.post(f"/matches/{match}/actions", {"turn": turn, **said}, headers={"Idempotency-Key": key}).json()


def test_a_whole_match_is_played_by_requests_alone(place, alice):
    match = open_match(alice, "honest", "attacker", terms={"preset": "spag"})
    turn = wait_for_turn(alice, match)
    assert (turn["role"], turn["is_to_move"], turn["view"]["turn"]) == ("attacker", True, 1)
    said = act(alice, match, "k1", 1, text=f"It is {turn['view']['target']}.")
    assert (said["status"], said["seq"]) == ("accepted", 1)
    record = alice.get(f"/matches/{match}").json()
    assert (record["status"], record["verdict"]["reason"]) == ("finished", "void")
    assert record["attacker"] == {"player": "@alice", "version": "1", "kind": "person"}
    assert record["events"][1]["text"] == f"It is {turn['view']['target']}."


def test_the_same_action_again_is_acknowledged_again_and_changes_nothing(alice):
    match = open_match(alice, terms={})
    wait_for_turn(alice, match)
    first = act(alice, match, "same", 1, text="What is it?")
    again = act(alice, match, "same", 1, text="Something else.")
    assert (first["status"], again["status"], again["seq"]) == ("accepted", "duplicate", first["seq"])
    said = [row["text"] for row in alice.get(f"/matches/{match}").json()["events"] if row.get("role") == "defender"]
    assert said == ["What is it?"]


def test_an_early_action_and_one_that_breaks_the_rules_are_rejected(alice):
    match = open_match(alice, terms={})
    wait_for_turn(alice, match)
    assert act(alice, match, "early", 9, text="hello")["reason"] == "not_your_turn"
    empty = act(alice, match, "empty", 1)
    assert (empty["status"], empty["reason"], empty["attempts_left"]) == ("rejected", "empty", 1)


def test_an_action_needs_a_key(alice):
    match = open_match(alice, terms={})
    answer = alice.post(f"/matches/{match}/actions", {"turn": 1, "text": "hello"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_a_defender_and_a_stranger_find_the_word_nowhere_while_the_match_is_live(place, alice, bob):
    match = open_match(alice, terms={})
    live = place.house.hall.get(match)
    wait_for_turn(alice, match)
    act(alice, match, "k1", 1, text="What could it be?")
    wait_for_turn(alice, match)
    parrot = program(place, alice.account, Scope.PLAY, Scope.READ)
    paths = [f"/matches/{match}{tail}" for tail in ("", "/events", "/turn", "/transcript")]
    for visitor in (alice, parrot, bob, nobody(place)):
        for path in (*paths, "/matches?status=live&limit=100"):
            answer = visitor.get(path)
            told = f"{answer.headers}{answer.text}"
            for secret in (live.opening.master, '"direct"', f'"{live.opening.target}"', "fingerprint"):
                assert secret not in told, path
        assert f'"target":"{live.opening.target}"' not in visitor.get("/lobby").text
    events = bob.get(f"/matches/{match}/events").json()["events"]
    assert all("hits" not in row and "master" not in row and "target" not in row for row in events)
    assert "player" not in json.dumps(bob.get("/matches?status=live").json())


def test_the_attacker_sees_the_word_and_the_seat_of_the_other_stays_unknown(place, alice):
    match = open_match(alice, "honest", "attacker", terms={})
    record = alice.get(f"/matches/{match}").json()
    assert record["role"] == "attacker"
    assert record["events"][0]["target"] == place.house.hall.get(match).opening.target
    assert "honest" not in json.dumps(record)


def test_a_live_list_tells_nothing_of_players_and_refuses_to_be_asked(bob):
    for query in ("player=@alice", "reason=tie", "winner=attacker", "rated=true", "role=attacker"):
        answer = bob.get(f"/matches?status=live&{query}")
        assert (answer.status_code, answer.json()["field"]) == (422, query.split("=")[0])


def test_events_are_told_from_where_the_reader_stands(alice):
    match = open_match(alice, terms={})
    wait_for_turn(alice, match)
    page = alice.get(f"/matches/{match}/events?after=0").json()
    assert [row["seq"] for row in page["events"]] == [1]
    assert page["is_over"] is False
    assert alice.get(f"/matches/{match}/events?after=-2").status_code == 422


# --- over -------------------------------------------------------------------------------------------------------------


def test_a_finished_match_has_a_strong_tag_that_saves_sending_it_again(alice, bob):
    match = finished_match(alice)
    for path in ("", "/events", "/transcript"):
        first = bob.get(f"/matches/{match}{path}")
        assert first.headers["etag"].startswith('"')
        assert first.headers["cache-control"] == "no-cache"
        again = bob.get(f"/matches/{match}{path}", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert bob.get(f"/matches/{match}{path}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_live_match_is_not_kept(alice):
    answer = alice.get(f"/matches/{open_match(alice, terms={})}")
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_words_taken_back_are_gone_everywhere_and_the_tag_changes(place, alice, bob):
    match = played_match(alice, "a very secret sentence")
    before = bob.get(f"/matches/{match}")
    seq = next(row["seq"] for row in before.json()["events"] if row.get("text") == "a very secret sentence")
    assert bob.post(f"/matches/{match}/redactions", {"seq": seq}).status_code == 404
    assert alice.post(f"/matches/{match}/redactions", {"seq": seq}).status_code == 201
    after = bob.get(f"/matches/{match}", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    for path in ("", "/events", "/transcript", "/stream"):
        assert "a very secret sentence" not in bob.get(f"/matches/{match}{path}").text
    assert after.json()["events"][seq]["gone"] == "redacted"
    assert alice.post(f"/matches/{match}/redactions", {"seq": seq}).json()["title"] == "cannot be redacted"


def test_words_of_a_match_in_play_must_wait(alice):
    match = open_match(alice, terms={})
    wait_for_turn(alice, match)
    act(alice, match, "k", 1, text="too early")
    answer = alice.post(f"/matches/{match}/redactions", {"seq": 2})
    assert (answer.status_code, answer.json()["title"]) == (409, "conflict")
    told = alice.delete("/accounts/me/words").json()
    assert told["matches_still_played"] >= 1


def test_matches_are_listed_page_by_page_without_holes(place):
    carol = member(place, "carol")
    made = [finished_match(carol) for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = carol.get(f"/matches?mine=true&limit=2{cursor and '&cursor=' + cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == made[::-1]


def test_live_matches_are_listed_page_by_page_too(place):
    dora = member(place, "dora")
    made = [open_match(dora, terms={}) for _ in range(3)]
    first = dora.get("/matches?mine=true&status=live&limit=2").json()
    second = dora.get(f"/matches?mine=true&status=live&limit=2&cursor={first['next']}").json()
    assert [it["id"] for it in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert {it["role"] for it in first["items"]} == {"defender"}


@pytest.mark.parametrize("cursor", ["x", "!!", "WzEsMl0", "WyJsaXZlIiwgMV0", "e30", "WyJmaW5pc2hlZCIsIC0xXQ", "%00"])
def test_a_cursor_of_another_making_is_refused(alice, cursor):
    answer = alice.get(f"/matches?cursor={cursor}")
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


def test_a_match_is_found_by_who_played_and_how_it_ended(alice, bob):
    match = finished_match(alice)
    for query in ("player=@alice", "player=direct&role=attacker", "reason=resigned", "winner=attacker", "language=en"):
        ids = [it["id"] for it in bob.get(f"/matches?{query}&limit=100").json()["items"]]
        assert match in ids, query
    for query in ("player=@bob", "player=direct&role=defender", "reason=tie", "winner=defender", "language=zh"):
        ids = [it["id"] for it in bob.get(f"/matches?{query}&limit=100").json()["items"]]
        assert match not in ids, query


def test_a_player_is_told_with_its_record(place, alice, bob):
    finished_match(alice)
    told = bob.get("/agents/@alice").json()
    assert told["records"]["defender"]["losses"] >= 1
    assert 0 <= told["records"]["defender"]["low"] <= told["records"]["defender"]["high"] <= 1
    assert told["recent"][0]["defender"]["player"] == "@alice"
    direct = bob.get("/agents/direct").json()
    assert (direct["agent"]["kind"], direct["agent"]["roles"]) == ("built_in", ["attacker"])
    assert bob.get("/agents/nobody/here").status_code == 404


# --- the lobby --------------------------------------------------------------------------------------------------------


def test_a_seat_is_opened_seen_taken_and_becomes_a_match(alice, bob):
    seat = alice.post("/lobby/seats", {"role": "attacker", "terms": SHORT}).json()
    assert seat["is_own"] is True
    (listed,) = [it for it in bob.get("/lobby").json()["seats"] if it["code"] == seat["code"]]
    assert (listed["by"], listed["is_own"], listed["terms"]["rated"]) == (None, False, False)
    taken = bob.post(f"/lobby/seats/{seat['code']}/take").json()
    assert taken["role"] == "defender"
    assert alice.get(f"/lobby/seats/{seat['code']}").json()["match"] == taken["match"]
    assert bob.post(f"/lobby/seats/{seat['code']}/take").status_code == 404
    assert alice.post(f"/matches/{taken['match']}/resignation").json()["is_over"] is True


def test_a_person_is_challenged_by_a_seat_that_waits_for_them(place, alice, bob):
    answer = alice.post("/lobby/challenges", {"opponent": "@bob", "terms": SHORT}).json()
    assert answer["kind"] == "seat"
    code = answer["seat"]["code"]
    assert code not in nobody(place).get("/lobby").text
    assert code in bob.get("/lobby").text
    assert alice.delete(f"/lobby/seats/{code}").status_code == 204


def test_the_queue_holds_one_place_for_each(alice):
    assert alice.get("/lobby/queue").json() is None
    assert alice.post("/lobby/queue", {"role": "defender"}).json()["match"] is None
    assert alice.get("/lobby").json()["queue"]["role"] == "defender"
    assert alice.delete("/lobby/queue").status_code == 204
    assert alice.get("/lobby/queue").json() is None


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"preset": "nope"}, "set_of_rules"),
        ({"word_list": "/etc/passwd"}, "word_list"),
        ({"word_list": "zh-easy"}, "word_list"),
        ({"changes": {"max_turns": 51}}, "terms.changes.max_turns"),
        ({"changes": {"judge_ms": 1}}, "terms.changes.judge_ms"),
        ({"changes": {"judges": [{"name": "nope", "version": "1", "threshold": 0.5}]}}, "judge"),
        ({"changes": {"judges": [{"name": "form", "version": "0", "threshold": 0.5}]}}, "judges"),
    ],
)
def test_terms_that_cannot_be_played_are_refused(alice, terms, field):
    answer = alice.post("/lobby/challenges", {"opponent": "direct", "role": "defender", "terms": terms})
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


# --- what the host does -----------------------------------------------------------------------------------------------


def test_a_report_is_decided_and_what_is_hidden_is_shown_to_nobody(place, alice, bob):
    boss = admin(place)
    match = played_match(alice, "something rude")
    seq = next(it["seq"] for it in bob.get(f"/matches/{match}").json()["events"] if it.get("text") == "something rude")
    made = bob.post(f"/matches/{match}/reports", {"seq": seq, "reason": "rude"}).json()
    (card,) = [it for it in boss.get("/admin/reports").json()["items"] if it["id"] == made["id"]]
    assert (card["text"], card["player"], card["reason"]) == ("something rude", "@alice", "rude")
    decided = boss.post(f"/admin/reports/{made['id']}/outcome", {"outcome": "hide"})
    assert decided.json()["outcome"] == "hide"
    for path in ("", "/events", "/stream"):
        assert "something rude" not in bob.get(f"/matches/{match}{path}").text
    assert bob.get(f"/matches/{match}/transcript").status_code == 409
    assert boss.get(f"/matches/{match}/transcript").status_code == 200


def test_what_was_hidden_can_be_shown_again(place, alice, bob):
    boss = admin(place, "shower")
    match = played_match(alice, "something harmless")
    events = bob.get(f"/matches/{match}").json()["events"]
    seq = next(at for at, it in enumerate(events) if it.get("text") == "something harmless")
    hidden = f"/admin/matches/{match}/hidden/{seq}"
    assert boss.delete(hidden).status_code == 404
    made = bob.post(f"/matches/{match}/reports", {"seq": seq, "reason": "rude"}).json()
    assert boss.post(f"/admin/reports/{made['id']}/outcome", {"outcome": "hide"}).status_code == 200
    assert bob.delete(hidden).status_code == 403
    assert "something harmless" not in bob.get(f"/matches/{match}").text
    assert boss.delete(hidden).status_code == 204
    assert bob.get(f"/matches/{match}").json()["events"][seq]["text"] == "something harmless"
    assert boss.delete(hidden).status_code == 404


def test_an_admin_ends_a_match_without_a_winner(place, alice):
    boss = admin(place, "ender")
    match = open_match(alice, terms={})
    assert boss.post(f"/admin/matches/{match}/abort").json() == {"match": match, "status": "finished"}
    assert alice.get(f"/matches/{match}").json()["verdict"] == {
        "winner": None,
        "reason": "infrastructure",
        "cause": None,
        "judge": None,
        "label": None,
    }


def test_a_ban_ends_every_session_and_can_be_taken_back(place):
    boss, rude = admin(place, "banner"), member(place, "ruffian")
    assert boss.post(f"/admin/accounts/{boss.account.id}/ban").status_code == 409
    assert boss.post(f"/admin/accounts/{rude.account.id}/ban").json()["banned_at"] is not None
    assert rude.get("/accounts/me").status_code in (401, 403)
    assert boss.delete(f"/admin/accounts/{rude.account.id}/ban").json()["banned_at"] is None
    assert boss.post("/admin/accounts/nope/ban").status_code == 404
    names = [it["name"] for it in boss.get("/admin/accounts?like=ruff").json()["items"]]
    assert names == ["ruffian"]


def test_an_admin_makes_admins_of_members_and_members_of_admins(place):
    boss, clerk, passer = admin(place, "chief"), member(place, "clerk"), guest(place, "passer")
    rank = f"/admin/accounts/{clerk.account.id}/rank"
    assert clerk.post(rank, {"rank": "admin"}).status_code == 403
    assert boss.post(rank, {"rank": "admin"}).json()["rank"] == "admin"
    assert clerk.get("/admin/accounts").status_code == 200
    assert clerk.post(rank, {"rank": "member"}).json()["title"] == "conflict"
    assert boss.post(rank, {"rank": "member"}).json()["rank"] == "member"
    assert clerk.get("/admin/accounts").status_code == 403
    assert boss.post(rank, {"rank": "guest"}).json()["field"] == "rank"
    assert boss.post(f"/admin/accounts/{passer.account.id}/rank", {"rank": "member"}).status_code == 409
    assert boss.post("/admin/accounts/nope/rank", {"rank": "admin"}).status_code == 404


def test_the_words_are_counted(place, alice):
    boss = admin(place, "counter")
    match = finished_match(alice)
    target = alice.get(f"/matches/{match}").json()["target"]
    found, cursor = {}, ""
    while cursor is not None:
        page = boss.get(f"/admin/words?list=en-easy{cursor and '&cursor=' + cursor}").json()
        found |= {row["word"]: row for row in page["items"]}
        cursor = page["next"]
    assert len(found) == page["words"]
    assert found[target]["played"] >= 1


# --- operations -------------------------------------------------------------------------------------------------------


def test_measurements_are_for_this_machine(place, alice):
    assert nobody(place).get("/metrics").status_code == 404
    here = place.ask("GET", "/metrics", peer="127.0.0.1")
    assert f"taboo_live_matches {float(len(place.house.hall.live))}" in here.text
    assert 'taboo_errors_total{code="not_found"}' in here.text
    assert place.ask("GET", "/metrics", peer="127.0.0.1", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 404


def test_rules_lists_and_refusals_are_told_to_everybody(place):
    rules = nobody(place).get("/rules").json()
    assert [it["name"] for it in rules] == ["paper", "spag"]
    lists = nobody(place).get("/lists").json()
    assert {it["name"] for it in lists} >= {"en-easy", "zh-hard"}
    assert {it["status"] for it in nobody(place).get("/problems").json()} >= {401, 403, 404, 409, 422, 429, 500, 503}
