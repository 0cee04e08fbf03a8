"""What each audience sees of each event of a live match."""

import pytest
from core.playing import PLAIN
from doubles import started

from arena.core.actions import Action, Ruling
from arena.core.events import Acted, Departure, Event, Finished, Left, Refusal, Refused, Started, Suspended, seal
from arena.core.hits import Hit, HitRule
from arena.core.projection import Audience, project
from arena.core.verdict import Reason, Role, Verdict

WATCHED = Hit(2, 8, "banana", HitRule.SPELLED, counts=False)
RULING = Ruling("form", "1", "dull", 0.9, "f")
HEAD = {"v": 1, "match": "m", "seq": 1, "at": 5}
ATTACKER, DEFENDER, SPECTATOR = Audience.ATTACKER, Audience.DEFENDER, Audience.SPECTATOR


def seen(body, audience: Audience) -> dict:
    """What an audience sees of an event past what heads every row."""
    row = project(Event("m", 1, 5, body), audience)
    assert {name: row.pop(name) for name in HEAD} == HEAD
    return row


def acted(role: Role) -> Acted:
    return Acted(role, 1, "1", Action("b-a-n-a-n-a"), None, (WATCHED,), (RULING,), "f")


START = {"type": "started", "started_at": "2026-01-01T00:00:00+00:00", "rules": PLAIN.to_json()}


@pytest.mark.parametrize(
    ("audience", "row"), [(ATTACKER, {**START, "target": "banana"}), (DEFENDER, START), (SPECTATOR, START)]
)
def test_only_the_attacker_sees_the_target_at_the_start(audience, row):
    assert seen(started(PLAIN), audience) == row


HITS = [{"start": 2, "end": 8, "rule": "spelled"}]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("audience", [ATTACKER, DEFENDER, SPECTATOR])
def test_a_live_action_shows_no_score_and_its_hits_to_the_attacker_who_spoke_alone(role, audience):
    row = {
        "type": "acted",
        "role": role,
        "turn": 1,
        "text": "b-a-n-a-n-a",
        "guess": None,
        "right": None,
        "rulings": [{"judge": "form", "label": "dull"}],
    }
    is_own = role is Role.ATTACKER and audience is ATTACKER
    assert seen(acted(role), audience) == ({**row, "hits": HITS} if is_own else row)


def test_words_that_were_erased_are_null():
    apart, _ = seal(Event("m", 1, 5, acted(Role.DEFENDER)), "00")
    assert seen(apart.body, SPECTATOR)["text"] is None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("audience", [ATTACKER, DEFENDER, SPECTATOR])
def test_why_an_action_was_refused_is_for_its_own_seat(role, audience):
    row = {"type": "refused", "role": role, "turn": 1}
    is_own = audience.value == role.value
    body = Refused(role, 1, "1", Action("banana banana"), Refusal.TOO_LONG)
    assert seen(body, audience) == ({**row, "why": "too_long"} if is_own else row)


@pytest.mark.parametrize(
    "body", [Left(Role.ATTACKER, Departure.TIME), Suspended(), Finished(Verdict(None, Reason.TIE))]
)
@pytest.mark.parametrize("audience", Audience)
def test_what_holds_no_secret_is_for_everyone(body, audience):
    event = Event("m", 1, 5, body)
    assert project(event, audience) == event.to_json()


@pytest.mark.parametrize("body", [started(PLAIN), acted(Role.ATTACKER)])
def test_the_record_is_the_event_itself(body):
    assert isinstance(body, Started | Acted)
    assert project(Event("m", 1, 5, body), Audience.RECORD) == Event("m", 1, 5, body).to_json()
