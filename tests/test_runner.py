"""The runner performs what the machine asks for, and an agent's failure costs its own match only."""

import asyncio
from collections.abc import Sequence

import pytest
from doubles import TIMED, Bench, Player, WholeWords, says, seats, started, texts

from arena.core.actions import Action
from arena.core.errors import TabooError
from arena.core.events import Acted, Event, Finished
from arena.core.machine import Match
from arena.core.ports import Resign
from arena.core.replay import replay
from arena.core.rules import JudgeSpec, OnRuling, Rules
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.runner import Fixture, MatchClock, MemoryLog, Sitting, fresh_master, play, play_all, seat_of

MATCHER = WholeWords()
BENCHED = Rules(judges=(JudgeSpec("bench", "1", 0.5),), on_ruling=OnRuling.END, judge_ms=30)


def play_now(attacker: Player, defender: Player, rules: Rules | None = None, **more):
    """A match played to its end: what became of it, and its events."""
    log = MemoryLog()
    match = Match("m", started(rules), MATCHER)
    card = more.pop("card", None)
    sitting = seats(attacker, defender, card) if card else seats(attacker, defender)
    played = asyncio.run(play(match, sitting, more.pop("judges", {}), log, **more))
    return played, log.events["m"]


def test_a_match_is_played_to_its_verdict_logged_and_replayed():
    attacker, defender = says("what is yellow"), says("a lemon", "a banana of course")
    played, events = play_now(attacker, defender)
    assert played.verdict == Verdict(Role.ATTACKER, Reason.INDUCED)
    assert played.turns == 2
    assert texts(events) == ["what is yellow", "a lemon", "what is yellow", "a banana of course"]
    assert replay(events).verdict == played.verdict
    assert attacker.is_closed
    assert defender.is_closed


def test_every_event_is_shown_once_it_is_durable():
    log, shown = MemoryLog(), []

    def watch(event: Event) -> None:
        assert event in log.events["m"]
        shown.append(event)

    match = Match("m", started(), MATCHER)
    asyncio.run(play(match, seats(says("hello"), says("banana")), {}, log, watch))
    assert shown == log.events["m"]


def test_an_agent_that_raises_forfeits_and_its_author_learns_why():
    def fail(view):
        raise KeyError("lost")

    played, _ = play_now(says("hello"), Player(fail))
    assert played.verdict == Verdict(Role.ATTACKER, Reason.FORFEIT, Cause.CRASH)
    assert played.crashes == {Role.DEFENDER: "KeyError: 'lost'"}


def test_an_answer_that_is_no_action_is_a_crash():
    played, _ = play_now(says("hello"), Player(lambda view: "just text"))
    assert played.verdict.cause is Cause.CRASH
    assert "Action" in played.crashes[Role.DEFENDER]


def test_an_agents_own_time_out_error_is_a_crash_and_not_the_clock():
    def fail(view):
        raise TimeoutError("my server did not answer")

    played, events = play_now(says("hello"), Player(fail), card=TIMED)
    assert played.verdict.cause is Cause.CRASH
    assert events[-1].at < 1000


def test_resigning_ends_the_match():
    played, _ = play_now(says("hello"), Player(lambda view: Resign()))
    assert played.verdict == Verdict(Role.ATTACKER, Reason.RESIGNED)


def test_a_timed_agent_that_never_answers_is_out_of_time_at_its_deadline():
    async def never():
        await asyncio.Event().wait()

    rules = Rules(judges=(), turn_ms=20, bank_ms=20)
    played, events = play_now(says("hello"), Player(lambda view: never()), rules, card=TIMED)
    assert played.verdict == Verdict(Role.ATTACKER, Reason.FORFEIT, Cause.TIME)
    assert events[-1].at >= 40
    assert replay(events).verdict == played.verdict


def test_thinking_costs_a_built_in_agent_no_match_time():
    async def think():
        await asyncio.sleep(0.02)
        return Action("banana")

    _, events = play_now(says("hello"), Player(lambda view: think()))
    assert [event.at for event in events] == [0] * len(events)


def test_a_refused_agent_is_asked_again_and_told_so():
    attacker = Player(lambda view: Action("hello") if view.refusals else Action("hello", "banana"))
    played, events = play_now(attacker, says("banana"))
    assert played.verdict.reason is Reason.INDUCED
    assert [view.refusals for view in attacker.views] == [0, 1]
    assert [event.to_json()["type"] for event in events][:3] == ["started", "refused", "acted"]


@pytest.mark.parametrize(
    ("score", "reason"),
    [(0.9, Reason.RULED), (0.1, Reason.INDUCED), (float("nan"), Reason.INDUCED), (7.0, Reason.INDUCED)],
)
def test_a_judges_score_decides_from_its_threshold(score, reason):
    played, _ = play_now(says("hello"), says("banana"), BENCHED, judges={"bench": Bench(lambda case: score)})
    assert played.verdict.reason is reason


def test_a_judge_that_fails_or_is_late_is_unavailable_and_never_decides():
    def fail(case):
        raise OSError("no model")

    async def late():
        await asyncio.Event().wait()

    for judge in (Bench(fail), Bench(lambda case: late())):
        played, events = play_now(says("hello"), says("banana"), BENCHED, judges={"bench": judge})
        assert played.verdict.reason is Reason.INDUCED
        rulings = [ruling for event in events if isinstance(event.body, Acted) for ruling in event.body.rulings]
        assert [ruling.label for ruling in rulings] == ["unavailable"]


def test_a_judge_that_answers_no_ruling_is_unavailable():
    class Chatty(Bench):
        async def rule(self, case):
            return "looks fine to me"

    _, events = play_now(says("hello"), says("banana"), BENCHED, judges={"bench": Chatty(lambda case: 0.0)})
    assert events[1].body.rulings[0].score is None


def test_a_judge_that_sits_but_is_not_there_is_unavailable():
    _, events = play_now(says("hello"), says("banana"), BENCHED, judges={})
    assert events[1].body.rulings[0].score is None


class FullLog(MemoryLog):
    """A log that takes so many appends and then fails."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    async def append(self, events: Sequence[Event]) -> None:
        if not self._room:
            raise TabooError("full")
        self._room -= 1
        await super().append(events)


def test_when_the_log_fails_the_match_stops_with_what_was_acknowledged():
    log, attacker = FullLog(2), says("hello")
    with pytest.raises(TabooError, match="full"):
        asyncio.run(play(Match("m", started(), MATCHER), seats(attacker, says("banana")), {}, log))
    assert len(log.events["m"]) == 2
    assert attacker.is_closed


def test_a_cancelled_match_goes_on_from_its_log_to_the_verdict_it_would_have_had():
    async def scenario():
        log, asked = MemoryLog(), asyncio.Event()

        async def hang():
            asked.set()
            await asyncio.Event().wait()

        stuck = Player(lambda view: Action("a lemon") if view.turn == 1 else hang())
        match = Match("m", started(), MATCHER)
        task = asyncio.create_task(play(match, seats(says("what is yellow"), stuck), {}, log))
        await asyncio.wait_for(asked.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stuck.is_closed
        again = Match.resumed(await log.read("m"), MATCHER)
        played = await play(again, seats(says("what is yellow"), says("", "banana")), {}, log)
        return played, log.events["m"]

    played, events = asyncio.run(scenario())
    assert played.verdict.reason is Reason.INDUCED
    assert [event.seq for event in events] == list(range(len(events)))
    assert replay(events).verdict == played.verdict


def test_a_match_that_had_ended_is_reported_and_not_played_again():
    _, events = play_now(says("hello"), says("banana"))
    silent = Player(lambda view: pytest.fail("was asked again"))
    log = MemoryLog()
    played = asyncio.run(play(Match.resumed(events, MATCHER), seats(silent, silent), {}, log))
    assert played.verdict.reason is Reason.INDUCED
    assert log.events == {}


def fixtures(count: int, running: list[int], peak: list[int]):
    """Matches whose attackers count how many of them run at a time."""

    async def speak(view):
        running[0] += 1
        peak[0] = max(peak[0], running[0])
        await asyncio.sleep(0)
        running[0] -= 1
        return Action("hello")

    for number in range(count):
        yield Fixture(
            f"m{number}",
            started(),
            lambda: Sitting(Player(speak), TIMED),
            lambda: Sitting(says("banana"), TIMED),
        )


def test_many_matches_run_at_most_so_many_at_a_time_and_each_is_reported_once():
    log, reported, peak = MemoryLog(), [], [0]
    asyncio.run(play_all(fixtures(25, [0], peak), log, MATCHER, lambda rules: {}, 4, reported.append))
    assert sorted(played.match for played in reported) == sorted(f"m{number}" for number in range(25))
    assert 1 < peak[0] <= 4
    assert all(isinstance(events[-1].body, Finished) for events in log.events.values())


def test_one_bad_agent_among_many_loses_only_its_own_match():
    def fail(view):
        raise RuntimeError("bad")

    def one(number: int) -> Fixture:
        answer = Player(fail) if number == 3 else says("banana")
        return Fixture(f"m{number}", started(), lambda: Sitting(says("hi"), TIMED), lambda: Sitting(answer, TIMED))

    reported = []
    asyncio.run(play_all([one(n) for n in range(8)], MemoryLog(), MATCHER, lambda rules: {}, 3, reported.append))
    reasons = {played.match: played.verdict.reason for played in reported}
    assert reasons.pop("m3") is Reason.FORFEIT
    assert set(reasons.values()) == {Reason.INDUCED}


def test_a_failing_log_stops_the_whole_run_with_its_own_error():
    with pytest.raises(TabooError, match="full"):
        asyncio.run(play_all(fixtures(5, [0], [0]), FullLog(3), MATCHER, lambda rules: {}, 2))


def test_match_time_stands_still_while_the_clock_is_stopped():
    time_ns = iter([0, 5_000_000, 5_000_000, 9_000_000, 11_000_000])
    clock = MatchClock(100, lambda: next(time_ns))
    assert clock.now() == 100
    clock.start()
    assert clock.now() == 105
    clock.stop()
    assert clock.now() == 105
    clock.start()
    assert clock.now() == 107


def test_a_fresh_master_cannot_be_searched_for():
    assert len({fresh_master() for _ in range(100)}) == 100
    assert len(fresh_master()) == 32


def test_a_seat_names_the_agent_its_version_and_whether_a_person_sits_there():
    seat = seat_of("hiding", TIMED)
    assert (seat.agent, seat.version, seat.is_human) == ("hiding", "1", False)
