"""The conformance server passes a client that does right, and finds each mistake of one that does not."""

import asyncio
from contextlib import suppress

import pytest
from conformance.clients import PlainClient

from arena.conformance import Status, has_failed
from arena.conformance.scenarios import SCENARIOS
from arena.conformance.stage import StageError, open_stage, scenarios_named
from arena.core.errors import UnknownNameError

PATIENCE, STAY_AWAY, GRACE = 2.0, 0.5, 2.0


async def trial(play, names=()):
    """The findings of scenarios on a client, which `play(address)` runs."""
    async with open_stage(patience=PATIENCE, stay_away=STAY_AWAY, grace=GRACE) as stage:
        client = asyncio.create_task(play(stage.address))
        try:
            return await stage.trial(scenarios_named(names))
        finally:
            client.cancel()
            with suppress(asyncio.CancelledError, AssertionError):
                await client


def test_a_client_written_from_the_page_alone_passes():
    findings = asyncio.run(trial(lambda address: PlainClient(address).run()))
    assert [it.name for it in findings] == [it.name for it in SCENARIOS]
    assert [(it.name, it.problems) for it in findings if it.status is not Status.PASSED] == []


def test_the_sdk_passes():
    from agents.sdk import serve

    class Talker:
        async def act(self, view):
            return f"turn {view.turn}"

    def play(address):
        return serve(Talker, server=address.replace("ws:", "http:"), token="taboo_any", name="talker", seats=4)

    async def run():
        async with open_stage(patience=5.0, stay_away=STAY_AWAY) as stage:
            client = asyncio.create_task(play(stage.address))
            findings = await stage.trial()
            with pytest.raises(Exception, match="another run of the same agent took over"):
                await client
            return findings

    findings = asyncio.run(run())
    assert [(it.name, it.problems) for it in findings if it.status is not Status.PASSED] == []


@pytest.mark.parametrize(
    ("scenario", "mistake", "problem"),
    [
        ("greeting", "no subprotocol", "did not ask for the subprotocol"),
        ("greeting", "token in url", "put a query into the URL"),
        ("greeting", "no token", "sent neither a header"),
        ("greeting", "no agent", "named no agent"),
        ("greeting", "not identified", "sent nothing for 2 s"),
        ("greeting", "binary", "sent a binary frame"),
        ("heartbeat", "deaf", "did not answer a `ping`"),
        ("heartbeat", "wrong pong", "which no `ping` had"),
        ("defends", "declines", "declined an offer"),
        ("defends", "wrong offer", "accepted the offer 'another'"),
        ("defends", "wrong turn", "with an action for turn 2"),
        ("defends", "one id", "used the id 'same' of turn 1 again in turn 2"),
        ("attacks", "guesses as attacker", "attacker_guess"),
        ("unknown", "breaks on the unknown", "closed the connection"),
        ("twice", "answers twice", "acted twice in turn 1"),
        ("gap", "overlooks gaps", "where `resume` was due"),
        ("gap", "resumes from 0", "resumed from event 0"),
        ("refused", "repeats refused ids", "under the id of the refused one"),
        ("stale", "repeats stale actions", "with an action for turn 1"),
        ("waits", "impatient", "`retry_ms` was 600"),
        ("waits", "new ids", "the same action keeps its id"),
        ("dropped", "resumes from 0", "resumed from event 0"),
        ("lost_action", "new ids", "the same turn keeps its id"),
        ("lost_action", "forgets", "sent nothing for 2 s"),
        ("ahead", "remembers", "sent nothing for 2 s"),
        ("draining", "gives up", "did not connect"),
        ("evicted", "comes back", "connected again after the close code 4009"),
    ],
)
def test_a_mistake_is_found(scenario, mistake, problem):
    (finding,) = asyncio.run(trial(lambda address: PlainClient(address, mistake).run(), [scenario]))
    assert finding.status is Status.FAILED
    assert any(problem in it for it in finding.problems), finding.problems
    assert finding.remedy
    assert has_failed([finding])


def test_a_client_that_fails_one_scenario_goes_on_with_the_next():
    findings = asyncio.run(trial(lambda address: PlainClient(address, "new ids").run(), ["waits", "defends"]))
    assert [(it.name, it.status.value) for it in findings] == [("defends", "passed"), ("waits", "failed")]


def test_scenarios_are_found_by_name_and_keep_their_order():
    assert [it.name for it in scenarios_named(["gap", "greeting"])] == ["greeting", "gap"]
    with pytest.raises(UnknownNameError, match="no scenario is called 'nap'"):
        scenarios_named(["nap"])


def test_a_port_that_is_taken_says_so():
    async def run():
        async with open_stage() as stage:
            port = int(stage.address.rpartition(":")[2])
            with pytest.raises(StageError, match=f"cannot listen on 127.0.0.1:{port}"):
                async with open_stage(port=port):
                    pass

    asyncio.run(run())
