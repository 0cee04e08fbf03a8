"""One live match, on a real log."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from server.hall.halls import ALICE, BOB, QUICK, Counts, Keeper, a_hall, built_in, make_agent, opening, says

from arena import registry
from arena.core.actions import Action
from arena.core.machine import Act
from arena.core.projection import Audience
from arena.core.verdict import Cause, Reason, Role
from arena.server.hall import Hall, watchers
from arena.store import open_log
from arena.words import WordMatcher

ATTACKER, DEFENDER = Role.ATTACKER, Role.DEFENDER
AGENTS = Path(__file__).parents[2] / "agents"


def test_two_seats_play_a_match_and_are_told_only_what_is_durable(tmp_path):
    path = str(tmp_path / "log.db")

    async def play():
        async with a_hall(path) as hall:
            live = await hall.open(opening())
            alice, bob = Keeper(), Keeper()
            live.attach(ATTACKER, alice)
            live.attach(DEFENDER, bob)
            live.ask_again(ATTACKER)
            ack = await says(live, ATTACKER, "something yellow")
            assert (ack.status, ack.seq) == ("accepted", 1)
            assert [row["turn"] for row in bob.of("turn.request")] == [1]
            ack = await says(live, DEFENDER, "you mean a banana")
            assert ack.status == "accepted"
            await live.ended()
            assert live.verdict.reason is Reason.INDUCED
            assert [row["seq"] for row in bob.of("match.event")] == [0, 1, 2, 3]
            assert [row["prev"] for row in bob.of("match.event")] == [-1, 0, 1, 2]
            (end,) = bob.of("match.end")
            assert end["data"]["target"] == "banana"
            assert end["data"]["attacker"] == {"player": "@alice", "version": "1", "kind": "person"}
            assert alice.left_matches == bob.left_matches == [live.id]
            return live.id

    match = asyncio.run(play())
    with open_log(path) as log:
        assert [it.match for it in log.results()] == [match]


def test_the_defender_and_the_watcher_never_read_the_word_before_the_end(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening(target="xylophone"))
            bob, frames = Keeper(), []
            live.attach(DEFENDER, bob)
            async with live.watch() as watcher:
                await says(live, ATTACKER, "an instrument")
                await says(live, DEFENDER, "a drum")
                await says(live, ATTACKER, "keys of wood")
                secret = "".join(bob.texts) + json.dumps(live.rows(Audience.SPECTATOR))
                assert "xylophone" not in secret
                assert "master" not in secret
                assert "alice" not in secret
                await says(live, DEFENDER, "", "xylophone")
                frames = [frame async for frame in watcher]
            assert [frame.seq for frame in frames] == [0, 1, 2, 3, 4, 5, None]
            assert "xylophone" not in "".join(frame.line for frame in frames[:4])
            assert frames[-1].name == "match.end"

    asyncio.run(play())


def test_an_action_sent_twice_counts_once_and_gets_the_same_acknowledgement(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening())
            first = await says(live, ATTACKER, "hello there", id_="x")
            again = await live.act(Act(ATTACKER, 1, "x", Action("other words")))
            assert (first.status, again.status, again.seq) == ("accepted", "duplicate", first.seq)
            assert [said.text for said in live.position.history] == ["hello there"]

    asyncio.run(play())


def test_a_stale_turn_and_the_others_turn_are_rejected_without_a_trace(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening())
            early = await live.act(Act(DEFENDER, 1, "d", Action("me first")))
            await says(live, ATTACKER, "hello")
            await says(live, DEFENDER, "hello you")
            late = await live.act(Act(ATTACKER, 1, "late", Action("again")))
            assert (early.status, early.reason) == ("rejected", "not_your_turn")
            assert (late.status, late.reason) == ("rejected", "stale_turn")
            assert len(live.events) == 3

    asyncio.run(play())


def test_the_second_refusal_in_a_turn_forfeits(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening())
            keeper = Keeper()
            live.attach(ATTACKER, keeper)
            first = await live.act(Act(ATTACKER, 1, "1", Action("")))
            assert (first.status, first.reason, first.attempts_left) == ("rejected", "empty", 1)
            assert keeper.of("turn.request")[-1]["data"]["refusals"] == 1
            second = await live.act(Act(ATTACKER, 1, "2", Action("")))
            assert (second.status, second.attempts_left) == ("rejected", 0)
            assert live.verdict.reason is Reason.FORFEIT

    asyncio.run(play())


def test_a_built_in_agent_answers_by_itself(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening(ALICE, built_in("honest")))
            keeper = Keeper()
            live.attach(ATTACKER, keeper)
            await says(live, ATTACKER, "what do monkeys like best")
            async with asyncio.timeout(30), live.watch(after=1) as watcher:
                await anext(watcher)
            assert live.events[2].body.role is DEFENDER

    asyncio.run(play())


def test_match_time_waits_for_a_lost_seat_as_long_as_it_has_grace_and_no_longer(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db"), grace_ms=300, credit_ms=0) as hall:
            live = await hall.open(opening(rules=replace(QUICK, turn_ms=200, bank_ms=0)))
            loop = asyncio.get_running_loop()
            began = loop.time()
            async with asyncio.timeout(20):
                await live.ended()
            assert loop.time() - began >= 0.49
            assert live.verdict.reason is Reason.ABORTED
            assert live.events[-1].at < 400

    asyncio.run(play())


def test_a_journey_is_given_back_to_the_clock(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db"), grace_ms=0, credit_ms=1000) as hall:
            live = await hall.open(opening(rules=replace(QUICK, turn_ms=1000, bank_ms=0)))
            heard = asyncio.get_running_loop().create_future()
            await asyncio.sleep(1.05)
            live.post_action(Act(ATTACKER, 1, "a", Action("from far away")), heard.set_result, 900)
            assert (await heard).status == "accepted"
            assert live.events[1].at < 1000

    asyncio.run(play())


def test_a_match_goes_on_after_the_server_was_stopped(tmp_path):
    path = str(tmp_path / "log.db")

    async def first():
        async with a_hall(path) as hall:
            live = await hall.open(opening())
            await says(live, ATTACKER, "something yellow", id_="one")
            await hall.drain()
            refused = await live.act(Act(DEFENDER, 1, "late", Action("too late")))
            assert (refused.status, refused.reason) == ("rejected", "suspended")
            return live.id, live.position.since

    async def second(match):
        async with a_hall(path) as hall:
            live = hall.get(match)
            assert live.role_of(ALICE.account) is ATTACKER
            assert live.opening.seats[DEFENDER] == BOB
            again = await live.act(Act(ATTACKER, 1, "one", Action("something yellow")))
            assert (again.status, again.seq) == ("duplicate", 1)
            keeper = Keeper()
            live.attach(DEFENDER, keeper, after=1)
            live.ask_again(DEFENDER)
            assert [row["data"]["type"] for row in keeper.of("match.event")] == ["suspended", "resumed"]
            assert keeper.of("turn.request")[0]["turn"] == 1
            await says(live, DEFENDER, "a banana")
            assert live.verdict.reason is Reason.INDUCED
            past = await hall.past(match, BOB)
            assert past.end["target"] == "banana"
            assert await hall.past(match, ALICE) is not None

    match, _ = asyncio.run(first())
    asyncio.run(second(match))


def test_a_watcher_that_does_not_read_is_dropped_and_holds_up_nobody(tmp_path):
    async def play():
        async with a_hall(str(tmp_path / "log.db")) as hall:
            live = await hall.open(opening())
            slow = live.watch()
            for _ in range(watchers.BACKLOG + 5):
                slow.give(watchers.Frame("note", "{}"))
            assert slow.is_behind
            assert (await says(live, ATTACKER, "hello")).status == "accepted"
            assert [frame async for frame in slow] == []

    asyncio.run(play())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cause"), [("bad_agents:Sleeper", Cause.TIME), ("bad_agents:Segfault", Cause.CRASH)])
def test_an_agent_of_somebody_else_plays_in_a_process_of_its_own_and_loses_only_its_match(
    tmp_path, monkeypatch, name, cause
):
    monkeypatch.setenv("PYTHONPATH", str(AGENTS))

    async def play():
        async with a_hall(str(tmp_path / "log.db"), credit_ms=0) as hall:
            other = await hall.open(opening())
            live = await hall.open(opening(ALICE, built_in(name), rules=replace(QUICK, turn_ms=3000, bank_ms=0)))
            await says(live, ATTACKER, "hello there")
            async with asyncio.timeout(60):
                await live.ended()
            assert (live.verdict.winner, live.verdict.cause) == (ATTACKER, cause)
            assert (await says(other, ATTACKER, "nothing happened here")).status == "accepted"

    asyncio.run(play())


class Fragile(WordMatcher):
    """A matcher with a bug."""

    def said(self, text, target, policy):
        if text == "boom":
            raise ZeroDivisionError
        return super().said(text, target, policy)


def test_what_the_log_will_never_take_ends_the_match_where_the_log_has_it(tmp_path):
    path = str(tmp_path / "log.db")

    async def play():
        async with a_hall(path) as hall:
            live = await hall.open(opening())
            await says(live, ATTACKER, "hello there")
            assert (await says(live, DEFENDER, "hello", id_="half \ud800")).status == "rejected"
            assert live.verdict.reason is Reason.INFRASTRUCTURE
            return live.id

    match = asyncio.run(play())
    with open_log(path) as log:
        assert [event.to_json()["type"] for event in asyncio.run(log.read(match))] == [
            "started",
            "acted",
            "faulted",
            "finished",
        ]


def test_a_bug_ends_the_match_as_the_platforms_fault_and_leaves_the_others_alone(tmp_path):
    async def play():
        with open_log(str(tmp_path / "log.db")) as log:
            hall = Hall(log, Fragile(), registry.judges_for, make_agent, Counts())
            live, other = await hall.open(opening()), await hall.open(opening())
            answer = asyncio.ensure_future(says(live, ATTACKER, "boom"))
            async with asyncio.timeout(20):
                await live.ended()
                assert (await answer).status == "rejected"
            assert live.verdict.reason is Reason.INFRASTRUCTURE
            assert (await says(other, ATTACKER, "all is well")).status == "accepted"
            await hall.close()

    asyncio.run(play())
