"""What holds of every match, however strangely its seats, judges, clocks and host behave."""

import json
from itertools import pairwise

from core.playing import Deaf, Hearing, lines, recorded, seen_by
from core.strategies import LONGEST, QUICK, harmless_steps, short_rules, telling_steps
from doubles import started
from hypothesis import given
from hypothesis import strategies as st

from arena.core.events import Acted, Departure, Event, Finished, Refused
from arena.core.machine import Begin, Effect, Finish, Leave, Match, Message, Refuse, Resume
from arena.core.projection import Audience, project
from arena.core.replay import replay
from arena.core.rules import Evasion, Rules
from arena.core.verdict import Role

Told = list[tuple[Message | None, int]]


def run(match: Match, told: Told) -> list[Effect]:
    """Everything that a machine does about what it is told, ticks included."""
    effects: list[Effect] = []
    for message, now in told:
        effects += match.tick(now) if message is None else match.receive(message, now)
    return effects


def play(rules: Rules, steps, target="banana", matcher=None) -> tuple[Told, list[Effect], Match]:
    """A match in which the steps happened: what the machine was told, what it did, and the machine."""
    match = Match("m", started(rules, target), matcher or Hearing())
    told: Told = [(Begin(), 0)]
    effects = list(match.receive(Begin(), 0))
    for step in steps:
        entry = (step.message(match), step.now(match))
        told.append(entry)
        effects += run(match, [entry])
    return told, effects, match


def to_the_end(match: Match) -> Told:
    """What a host tells a match that nobody plays any more: let it go on, and wait."""
    deadline = match.position.deadline
    return [(Resume(), match.last), (None, max(match.last, deadline))]


@QUICK
@given(short_rules, telling_steps)
def test_replay_is_identity(rules, steps):
    _, effects, match = play(rules, steps)
    events = recorded(effects)
    again = replay([Event.from_line(line) for line in lines(events)])
    assert (again.position, again.verdict, again.events) == (match.position, match.verdict, len(events))
    assert lines(events) == [Event.from_line(line).to_line() for line in lines(events)]


@QUICK
@given(short_rules, telling_steps)
def test_the_machine_is_deterministic(rules, steps):
    told, effects, match = play(rules, steps)
    again = Match("m", started(rules), Hearing())
    assert run(again, told) == effects
    assert again.position == match.position


@QUICK
@given(short_rules, telling_steps, st.data())
def test_a_match_resumed_at_any_event_goes_on_to_the_same_bytes(rules, steps, data):
    told, effects, _ = play(rules, steps)
    events = recorded(effects)
    cut = data.draw(st.integers(1, len(events)), label="events that were written before the kill")
    twin, sent = Match("m", started(rules), Hearing()), 0
    while twin.seq < cut:
        run(twin, [told[sent]])
        sent += 1
    resumed = Match.resumed(events[:cut], Hearing())
    rest = run(resumed, [(None, resumed.last), *((message, now) for message, now in told[sent:])])
    assert lines([*events[:cut], *recorded(rest)]) == lines(events)


@QUICK
@given(short_rules, telling_steps)
def test_every_match_ends_with_exactly_one_verdict(rules, steps):
    told, effects, match = play(rules, steps)
    effects += run(match, to_the_end(match))
    events = recorded(effects)
    assert match.verdict is not None
    assert [effect.verdict for effect in effects if isinstance(effect, Finish)] == [match.verdict]
    assert [event.body for event in events if isinstance(event.body, Finished)] == [Finished(match.verdict)]
    assert isinstance(events[-1].body, Finished)
    silence = run(match, [(message, match.last) for message, _ in told])
    assert all(isinstance(effect, Refuse) for effect in silence)


@QUICK
@given(short_rules, telling_steps)
def test_events_are_numbered_without_gaps_in_the_order_of_match_time(rules, steps):
    events = recorded(play(rules, steps)[1])
    assert [event.seq for event in events] == list(range(len(events)))
    assert all(one.at <= other.at for one, other in pairwise(events))


@QUICK
@given(short_rules, telling_steps)
def test_a_refused_action_leaves_the_position_unchanged_but_for_its_count(rules, steps):
    match = Match("m", started(rules), Hearing())
    match.receive(Begin(), 0)
    for step in steps:
        before, seq = match.position, match.seq
        effects = run(match, [(step.message(match), step.now(match))])
        refused = [effect.why for effect in effects if isinstance(effect, Refuse)]
        if not refused or match.verdict is not None:
            continue
        counting = sum(why.counts for why in refused)
        after = match.position
        assert after.refusals == before.refusals + counting
        assert match.seq == seq + counting
        assert type(after)(**{**fields_of(after), "refusals": before.refusals}) == before


def fields_of(position) -> dict[str, object]:
    """The fields of a position by name."""
    return {name: getattr(position, name) for name in position.__slots__}


WATCHERS = ((Role.DEFENDER, Audience.DEFENDER), (Role.DEFENDER, Audience.SPECTATOR))


@QUICK
@given(short_rules, harmless_steps)
def test_two_matches_that_differ_in_the_target_look_the_same_to_defender_and_spectator(rules, steps):
    told, effects, _ = play(rules, steps, "banana")
    others = run(Match("m", started(rules, "cherry"), Hearing()), told)
    for role, audience in WATCHERS:
        assert seen_by(effects, role, audience) == seen_by(others, role, audience)
        assert "banana" not in repr(seen_by(effects, role, audience))
    assert seen_by(effects, Role.ATTACKER, Audience.ATTACKER) != seen_by(others, Role.ATTACKER, Audience.ATTACKER)


@QUICK
@given(short_rules, telling_steps)
def test_a_hit_that_does_not_count_shows_in_nothing_that_defender_and_spectator_see(rules, steps):
    """Spelled out under `watch`, the target is recorded; whether it was must not be told."""
    rules = Rules(**{**{name: getattr(rules, name) for name in rules.__slots__}, "evasion": Evasion.WATCH})
    spelled = [step for step in steps if "banana" not in (*step.text.split(), step.guess)]
    told, effects, _ = play(rules, spelled)
    deaf = run(Match("m", started(rules), Deaf()), told)
    for role, audience in WATCHERS:
        assert seen_by(effects, role, audience) == seen_by(deaf, role, audience)


@QUICK
@given(short_rules, telling_steps)
def test_only_the_players_own_words_bring_the_target_to_the_defender(rules, steps):
    """The target is in a projection for the defender only where the text or the guess of an action holds it."""
    for event in recorded(play(rules, steps)[1]):
        for audience in (Audience.DEFENDER, Audience.SPECTATOR):
            row = project(event, audience)
            if isinstance(event.body, Acted):
                del row["text"], row["guess"]
            assert "banana" not in json.dumps(row)


@QUICK
@given(short_rules, telling_steps)
def test_whoever_gives_up_ends_the_match(rules, steps):
    _, _, match = play(rules, steps)
    match.receive(Leave(Role.DEFENDER, Departure.RESIGNED), match.last)
    assert match.verdict is not None


@QUICK
@given(short_rules, telling_steps)
def test_refusals_in_the_log_are_the_seats_own_fault(rules, steps):
    refused = [event.body for event in recorded(play(rules, steps)[1]) if isinstance(event.body, Refused)]
    assert all(body.why.counts for body in refused)
    assert all(len(body.action.text) <= LONGEST + 1 for body in refused)
