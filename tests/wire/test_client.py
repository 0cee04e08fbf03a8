import json

import pytest
from wire.modelled import HELLO, OPPONENT, RULES

from arena.core.actions import Action
from arena.core.ports import Resign
from arena.core.verdict import Reason, Role, Verdict
from arena.core.views import DefenderView
from arena.wire import SUBPROTOCOL, WireError
from arena.wire import messages as m
from arena.wire.client import GREETING_MS, STEADY_MS, Client, Phase
from arena.wire.closing import CLOSES, Close
from arena.wire.comeback import BASE_MS, CAP_MS, backoff_ms, meaning_of
from arena.wire.news import (
    ActionRefused,
    ActionTaken,
    ComeBack,
    Draining,
    Greeted,
    HangUp,
    Happened,
    Identified,
    MatchEnded,
    MatchLost,
    MatchStarted,
    Offered,
    Over,
    PeerBack,
    PeerGone,
    Redrawn,
    Refused,
    Send,
    TurnAsked,
    Unread,
)
from arena.wire.values import view_to_json

HEART = HELLO["heartbeat_ms"]
END = {"verdict": {"winner": "defender", "reason": "inferred"}, "target": "banana", "rated": True}
OTHER = {"player": "bob/owl", "version": "3", "kind": "agent"}


def said(type_, data=None, **head):
    """A message of the server's."""
    return json.dumps({"type": type_, "ts": 5, **head, "data": {} if data is None else data})


def sent(effects):
    """The messages among the effects."""
    return [json.loads(effect.text) for effect in effects if isinstance(effect, Send)]


def ready(client=None, *, matches=(), now=0):
    """A client that the server knows."""
    client = client or Client(m.IdentifyData(agent=m.AgentName(name="parrot"), seats=4))
    client.connected(now)
    client.receive(said("hello", HELLO), now)
    row = {"id": "identify", "player": "ann/parrot", "session": "s", "seats": 4, "matches": list(matches)}
    client.receive(said("ready", row), now)
    assert client.phase is Phase.READY
    return client


def request(turn=1, refusals=0, ms_left=9000):
    view = DefenderView(RULES, turn, (), 1, ms_left, 7, refusals)
    return said("turn.request", view_to_json(view), match="m1", turn=turn)


def playing(now=0):
    """A client with a seat, and what it was asked."""
    client = ready(now=now)
    client.receive(said("match.start", {"role": "defender", "rules": RULES.to_json(), "rated": True}, match="m1"), now)
    (asked,) = client.receive(request(), now)
    return client, asked


def event(seq, prev, **row):
    return said("match.event", {"seq": seq, **row}, match="m1", seq=seq, prev=prev)


def ack(id_="1d0", turn=1, **row):
    return said("turn.ack", {"id": id_, **row}, match="m1", turn=turn)


# --- the beginning ----------------------------------------------------------------------------------------------------


def test_the_server_speaks_first_and_the_client_says_who_it_is():
    client = Client(m.IdentifyData(agent=m.AgentName(name="parrot"), seats=4, instance="a"))
    assert client.connected(0) == ()
    greeted, identify = client.receive(said("hello", HELLO), 0)
    assert greeted == Greeted("model/1", SUBPROTOCOL, 50)
    (row,) = sent([identify])
    assert (row["type"], row["data"]["agent"]["name"], row["data"]["seats"]) == ("identify", "parrot", 4)


def test_live_seats_are_taken_up_again_once_the_server_knows_the_client():
    client = Client(m.IdentifyData(agent=m.AgentName(name="parrot")))
    client.connected(0)
    client.receive(said("hello", HELLO), 0)
    live = [{"match": "m1", "role": "defender", "seq": 4}]
    row = {"id": "identify", "player": "ann/parrot", "session": "s", "seats": 1, "matches": live}
    known, resume = client.receive(said("ready", row), 0)
    assert known == Identified("ann/parrot", "s", 1)
    assert sent([resume])[0]["data"] == {"matches": [{"match": "m1", "seq": -1}]}
    started = {"type": "started", "rules": RULES.to_json()}
    assert client.receive(event(0, -1, **started), 0) == (Happened("m1", 0, {"seq": 0, **started}),)
    resumed = said("resumed", {"id": "r1", "role": "defender", "seq": 0, "replayed": 1}, match="m1")
    assert client.receive(resumed, 0) == (MatchStarted("m1", Role.DEFENDER, RULES, is_resumed=True),)


@pytest.mark.parametrize(
    ("phase", "text"), [("offline", said("hello", HELLO)), ("connected", said("ping", {"id": "1"}))], ids=str
)
def test_a_message_that_comes_too_early_is_passed_over(phase, text):
    client = Client(m.IdentifyData())
    if phase == "connected":
        client.connected(0)
    (unread,) = client.receive(text, 0)
    assert isinstance(unread, Unread)
    assert phase in unread.problem


@pytest.mark.parametrize(
    "text", ["", "[]", '{"type": "news.of.tomorrow"}', said("turn.request", {"role": "king"}, match="m1", turn=1)]
)
def test_a_message_that_cannot_be_read_is_passed_over_and_the_match_goes_on(text):
    client, asked = playing()
    (unread,) = client.receive(text, 0)
    assert isinstance(unread, Unread)
    assert sent(client.answer(asked, Action("hi")))


def test_every_message_of_a_server_has_a_row_in_the_table():
    union = m.FromServer.__origin__.__args__
    assert set(Client._TABLE) == set(union)


# --- turns ------------------------------------------------------------------------------------------------------------


def test_a_turn_is_asked_with_its_deadline_on_the_clients_own_clock():
    _, asked = playing(now=500)
    assert (asked.match, asked.role, asked.turn, asked.deadline, asked.again) == ("m1", Role.DEFENDER, 1, 9500, False)


def test_an_answer_is_sent_under_a_name_made_of_turn_seat_and_refusals():
    client, asked = playing()
    (row,) = sent(client.answer(asked, Action("hi", "banana")))
    head = {"type": "turn.action", "id": "1d0", "match": "m1", "turn": 1}
    assert row == {**head, "data": {"text": "hi", "guess": "banana"}}


def test_a_second_answer_to_the_same_turn_is_dropped():
    client, asked = playing()
    client.answer(asked, Action("hi"))
    assert client.answer(asked, Action("ho")) == ()
    client.receive(ack(status="accepted", seq=2), 0)
    assert client.answer(asked, Action("ho")) == ()


def test_an_answer_to_an_older_turn_is_dropped():
    client, asked = playing()
    client.receive(request(turn=2), 0)
    assert client.answer(asked, Action("hi")) == ()


def test_a_turn_that_is_asked_again_while_it_is_open_brings_a_new_deadline():
    client, _ = playing()
    (again,) = client.receive(request(ms_left=4000), 1000)
    assert (again.again, again.deadline) == (True, 5000)


def test_a_refused_action_is_asked_for_anew_under_another_name():
    client, asked = playing()
    client.answer(asked, Action(""))
    refusal = client.receive(ack(status="rejected", reason="empty", attempts_left=1), 0)
    assert refusal == (ActionRefused("m1", 1, "empty", 1),)
    (asked,) = client.receive(request(refusals=1), 0)
    assert sent(client.answer(asked, Action("hi")))[0]["id"] == "1d1"


def test_a_rejection_that_does_not_count_lets_the_same_turn_be_asked_again():
    client, asked = playing()
    client.answer(asked, Action("hi"))
    assert client.receive(ack(status="rejected", reason="stale_turn"), 0) == (
        ActionRefused("m1", 1, "stale_turn", None),
    )
    (asked,) = client.receive(request(), 0)
    assert isinstance(asked, TurnAsked)


def test_what_the_server_had_no_room_for_is_sent_again_a_second_later():
    client, asked = playing()
    first = sent(client.answer(asked, Action("hi")))
    assert client.receive(ack(status="rejected", reason="busy"), 100) == ()
    assert client.tick(1099) == ()
    assert sent(client.tick(1100)) == first


def test_an_error_that_names_a_time_to_wait_is_obeyed():
    client, asked = playing()
    first = sent(client.answer(asked, Action("hi")))
    error = {"code": "throttled", "message": "slowly", "id": "1d0", "retry_ms": 300}
    assert client.receive(said("error", error, match="m1"), 0) == (Refused("throttled", "slowly", "m1", 300),)
    assert sent(client.tick(300)) == first


def test_an_error_without_one_drops_the_action():
    client, asked = playing()
    client.answer(asked, Action("hi"))
    error = {"code": "no_seat", "message": "not yours", "id": "1d0"}
    assert client.receive(said("error", error, match="m1"), 0) == (Refused("no_seat", "not yours", "m1", None),)
    assert client.receive(ack(status="accepted", seq=2), 0) == ()


@pytest.mark.parametrize("text", ["\ud800", "x" * 100_001, "x" * 70_000])
def test_what_no_message_can_hold_is_not_sent(text):
    client, asked = playing()
    with pytest.raises(WireError, match="text"):
        client.answer(asked, Action(text))
    assert sent(client.answer(asked, Action("hi")))


def test_nothing_is_answered_after_a_resignation():
    client, asked = playing()
    assert sent(client.answer(asked, Resign())) == [{"type": "turn.resign", "id": "resign", "match": "m1"}]
    assert client.answer(asked, Action("hi")) == client.resign("m1") == client.resign("m2") == ()


# --- events -----------------------------------------------------------------------------------------------------------


def test_a_gap_is_asked_for_once_and_later_events_wait_for_it():
    client, _ = playing()
    client.receive(event(0, -1), 0)
    (row,) = sent(client.receive(event(3, 2), 0))
    assert (row["type"], row["data"]) == ("resume", {"matches": [{"match": "m1", "seq": 0}]})
    assert client.receive(event(4, 3), 0) == ()
    assert [client.receive(event(seq, seq - 1), 0)[0].seq for seq in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_an_event_that_was_seen_is_not_told_twice():
    client, _ = playing()
    assert client.receive(event(0, -1), 0) == (Happened("m1", 0, {"seq": 0}),)
    assert client.receive(event(0, -1), 0) == ()


def test_an_own_action_seen_in_the_log_needs_no_acknowledgement():
    client, asked = playing()
    client.answer(asked, Action("hi"))
    taken, happened = client.receive(event(0, -1, type="acted", role="defender", turn=1), 0)
    assert (taken, happened.seq) == (ActionTaken("m1", 1, 0), 0)
    assert client.receive(ack(status="accepted", seq=0), 0) == ()


def test_a_snapshot_replaces_what_was_known():
    client, _ = playing()
    client.receive(event(0, -1), 0)
    assert client.receive(said("resume_failed", {"id": "r", "reason": "ahead"}, match="m1"), 0) == ()
    rows = [{"seq": 0}, {"seq": 1}]
    snapshot = said("snapshot", {"role": "defender", "events": rows}, match="m1")
    assert client.receive(snapshot, 0) == (Redrawn("m1", Role.DEFENDER, tuple(rows)),)
    assert client.receive(event(1, 0), 0) == ()
    assert len(client.receive(event(2, 1), 0)) == 1


@pytest.mark.parametrize("reason", ["unknown", "ended"])
def test_a_seat_that_cannot_be_resumed_is_lost(reason):
    client, _ = playing()
    failed = said("resume_failed", {"id": "r", "reason": reason}, match="m1")
    assert client.receive(failed, 0) == (MatchLost("m1", Role.DEFENDER, reason),)
    assert client.live == ()


def test_the_end_says_who_sat_opposite_and_comes_once():
    client, _ = playing()
    end = said("match.end", {**END, "attacker": OTHER, "defender": OPPONENT}, match="m1")
    (ended,) = client.receive(end, 0)
    verdict = Verdict(Role.DEFENDER, Reason.INFERRED)
    assert ended == MatchEnded("m1", Role.DEFENDER, verdict, "banana", m.Opponent(**OTHER), True)
    assert client.receive(end, 0) == client.receive(event(9, 8), 0) == client.receive(ack(status="accepted"), 0) == ()


def test_a_second_seat_in_one_match_is_not_taken_over_the_same_connection():
    client, asked = playing()
    row = {"role": "attacker", "rules": RULES.to_json(), "rated": False}
    (unread,) = client.receive(said("match.start", row, match="m1"), 0)
    assert isinstance(unread, Unread)
    assert sent(client.answer(asked, Action("hi")))


def test_a_resumption_asks_for_no_more_matches_than_a_message_may_name():
    live = [{"match": f"m{number}", "role": "defender", "seq": 0} for number in range(1500)]
    client = Client(m.IdentifyData(agent=m.AgentName(name="parrot")))
    client.connected(0)
    client.receive(said("hello", HELLO), 0)
    row = {"id": "identify", "player": "ann/parrot", "session": "s", "seats": 1024, "matches": live}
    asked = [it["data"]["matches"] for it in sent(client.receive(said("ready", row), 0))]
    assert [len(part) for part in asked] == [1024, 476]


def test_a_verdict_of_tomorrow_loses_the_seat_and_not_the_program():
    client, _ = playing()
    row = {**END, "verdict": {"winner": None, "reason": "moon"}, "attacker": OTHER, "defender": OPPONENT}
    (lost,) = client.receive(said("match.end", row, match="m1"), 0)
    assert isinstance(lost, MatchLost)
    assert client.live == ()


def test_the_other_side_going_and_coming_is_told():
    client, _ = playing()
    gone = said("peer.gone", {"role": "attacker", "grace_ms": 45_000}, match="m1")
    back = said("peer.back", {"role": "attacker"}, match="m1")
    assert (client.receive(gone, 0), client.receive(back, 0)) == ((PeerGone("m1", 45_000),), (PeerBack("m1"),))


# --- offers and wishes ------------------------------------------------------------------------------------------------

OFFER = {"offer": "o1", "role": "attacker", "rules": RULES.to_json(), "rated": True, "expires_ms": 5000}


def test_an_offer_is_accepted_or_declined_by_its_name():
    client = ready()
    (offered,) = client.receive(said("match.offer", OFFER), 100)
    assert offered == Offered("o1", Role.ATTACKER, RULES, True, 5100)
    assert [sent(client.accept(offered))[0][key] for key in ("type", "data")] == ["match.accept", {"offer": "o1"}]
    assert client.accepted == 1
    assert sent(client.decline(offered))[0]["type"] == "match.decline"


def test_an_accepted_offer_ends_with_its_match_or_with_time():
    client = ready()
    (offered,) = client.receive(said("match.offer", OFFER), 0)
    client.accept(offered)
    row = {"role": "attacker", "rules": RULES.to_json(), "rated": True, "offer": "o1"}
    client.receive(said("match.start", row, match="m1"), 0)
    assert client.accepted == 0
    client.accept(offered)
    client.tick(5000 + GREETING_MS)
    assert client.accepted == 0


def test_a_wish_ends_with_its_match_an_error_or_a_goodbye():
    client = ready()
    names = [sent(client.seek(m.QueueData()))[0]["id"] for _ in range(3)]
    assert client.wishes == 3
    row = {"role": "attacker", "rules": RULES.to_json(), "rated": True, "offer": names[0]}
    client.receive(said("match.start", row, match="m1"), 0)
    assert client.wishes == 2
    client.receive(said("error", {"code": "refused", "message": "no such list", "id": names[1]}), 0)
    assert client.wishes == 1
    assert sent(client.leave())[0]["type"] == "queue.leave"
    assert client.wishes == 0
    assert client.leave() == ()


def test_nothing_is_sent_without_a_connection():
    client, asked = playing()
    (offered,) = client.receive(said("match.offer", OFFER), 0)
    client.lost(None, 0, 0.5)
    assert client.accept(offered) == client.decline(offered) == client.seek(m.QueueData()) == client.leave() == ()
    assert client.answer(asked, Action("hi")) == client.tick(10**6) == ()


# --- the connection ---------------------------------------------------------------------------------------------------


def test_a_ping_is_answered_with_its_own_id():
    assert sent(ready().receive(said("ping", {"id": "77"}), 0)) == [{"type": "pong", "id": "77"}]


def test_a_quiet_server_is_asked_for_a_sign_of_life_and_then_given_up():
    client = ready()
    assert client.next_tick() == HEART
    assert client.tick(HEART - 1) == ()
    assert sent(client.tick(HEART))[0]["type"] == "ping"
    assert client.tick(2 * HEART - 1) == ()
    assert isinstance(client.tick(2 * HEART)[0], HangUp)


def test_any_message_is_a_sign_of_life():
    client = ready()
    client.tick(HEART)
    client.receive(said("pong", {"id": "p1"}), HEART + 5)
    assert client.next_tick() == 2 * HEART + 5


def test_a_server_that_does_not_greet_is_given_up():
    client = Client(m.IdentifyData())
    client.connected(50)
    assert client.next_tick() == 50 + GREETING_MS
    assert client.tick(49 + GREETING_MS) == ()
    assert isinstance(client.tick(50 + GREETING_MS)[0], HangUp)


def test_draining_is_told():
    assert ready().receive(said("draining", {"seconds": 10}), 0) == (Draining(10.0),)


@pytest.mark.parametrize("code", list(Close))
def test_after_each_close_code_the_client_comes_back_exactly_where_the_table_says_so(code):
    client = ready()
    (effect,) = client.lost(int(code), 0, 0.5)
    assert isinstance(effect, ComeBack) == CLOSES[code].comes_back
    assert effect.why == CLOSES[code]
    assert client.phase is (Phase.OFFLINE if CLOSES[code].comes_back else Phase.OVER)
    assert client.next_tick() is None


@pytest.mark.parametrize(
    ("code", "comes_back"), [(None, True), (1006, True), (1011, True), (1002, False), (4999, False)]
)
def test_codes_that_are_not_in_the_table(code, comes_back):
    assert meaning_of(code).comes_back is comes_back
    (effect,) = ready().lost(code, 0, 0.5)
    assert isinstance(effect, ComeBack if comes_back else Over)


@pytest.mark.parametrize(
    ("attempt", "chance", "ms"),
    [(0, 0.0, 0), (0, 0.999, BASE_MS - 1), (1, 0.5, BASE_MS), (3, 0.5, 4 * BASE_MS), (9, 0.5, CAP_MS // 2), (99, 0, 0)],
)
def test_waiting_has_full_jitter_in_a_window_that_doubles_up_to_a_cap(attempt, chance, ms):
    assert backoff_ms(attempt, chance) == ms


def test_the_window_grows_with_each_failure_and_shrinks_after_a_steady_connection():
    client = ready()
    waits = [client.lost(None, 0, 0.5)[0].at for _ in range(3)]
    assert waits == [BASE_MS // 2, BASE_MS, 2 * BASE_MS]
    ready(client)
    assert client.lost(None, STEADY_MS, 0.5)[0].at == STEADY_MS + BASE_MS // 2


def test_an_action_given_while_the_connection_is_gone_is_sent_when_the_seat_is_back():
    client, asked = playing()
    client.lost(None, 0, 0.5)
    assert client.answer(asked, Action("hi")) == ()
    ready(client)
    resumed = said("resumed", {"id": "r1", "role": "defender", "seq": -1, "replayed": 0}, match="m1")
    assert [row["id"] for row in sent(client.receive(resumed, 0))] == ["1d0"]
    assert client.receive(request(), 0) == ()


def test_an_action_that_met_a_suspended_match_is_sent_when_it_goes_on():
    client, asked = playing()
    first = sent(client.answer(asked, Action("hi")))
    assert client.receive(ack(status="rejected", reason="suspended"), 0) == ()
    assert sent(client.receive(request(), 0)) == first
