"""What a live match tells, against the models of the protocol."""

import json
from pathlib import Path

import pytest

from arena.core.actions import Said
from arena.core.events import Event
from arena.core.projection import Audience, project
from arena.core.rules import PRESETS
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView
from arena.server.hall import messages
from arena.wire.messages import TurnAckData, read_server
from arena.wire.values import view_from_json, view_to_json

GOLDEN = Path(__file__).parents[2] / "golden"
RULES = PRESETS["paper"]
SAID = (Said(Role.ATTACKER, 1, 'say "hi" \u2028\\ \u82f9\u679c', None), Said(Role.DEFENDER, 1, None, "x", True))


@pytest.mark.parametrize(
    "view", [AttackerView(RULES, 2, SAID, 1, 99, 7, 0, 'b"n'), DefenderView(RULES, 2, SAID, 1, 99, 7)]
)
def test_a_request_written_by_hand_is_the_view_that_the_wire_knows(view):
    requests = messages.Requests(RULES)
    for _ in range(2):
        row = json.loads(requests.write("m", view))
        assert row["data"] == json.loads(json.dumps(view_to_json(view)))
        assert view_from_json(row["data"]) == view
        assert read_server(json.dumps(row)).turn == 2


def test_an_acknowledgement_fits_the_model():
    ack = TurnAckData(id="1", status="rejected", reason="empty", attempts_left=1)
    assert read_server(messages.ack_message("m", 3, ack)).data == ack


def test_what_is_not_shown_apart_is_the_same_for_a_seat_as_for_a_spectator():
    counted = 0
    for path in GOLDEN.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "seq" not in row:
                continue
            event = Event.from_json(row)
            for role in Role:
                audience = messages.AUDIENCE[role]
                if not messages.is_shown_apart(event, audience):
                    assert project(event, audience) == project(event, Audience.SPECTATOR)
                    counted += 1
    assert counted > 50
