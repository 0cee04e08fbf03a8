"""Appending, reading, sealing and redacting."""

import asyncio
import random
from dataclasses import replace

import pytest
from store.made import PERSON, PROGRAM, play_into, played

from arena.core.actions import Action
from arena.core.errors import EventError
from arena.core.events import Event, Left, Redacted, Refused, Resumed, Suspended
from arena.core.replay import replay
from arena.core.verdict import Reason, Role
from arena.store import StoreLog, open_log
from arena.store.errors import (
    ClosedLogError,
    DuplicateEventError,
    EventGapError,
    MatchNotFoundError,
    RedactionError,
    UnfitEventError,
)


@pytest.fixture
def db(tmp_path):
    return str(tmp_path / "log.db")


@pytest.fixture
def log(db):
    with open_log(db) as opened:
        yield opened


def everything(log: StoreLog) -> dict[str, list[Event]]:
    return {events[0].match: events for events in log.iter_events()}


def test_what_was_appended_is_read_back(log):
    events = played("m")
    asyncio.run(log.append(events))
    assert asyncio.run(log.read("m")) == events


def test_a_match_that_is_not_there_reads_as_empty(log):
    assert asyncio.run(log.read("nobody")) == []


def test_appending_nothing_changes_nothing(log):
    asyncio.run(log.append([]))
    log.append_now([])
    assert log.matches() == []


def test_what_was_appended_is_there_after_reopening(db):
    events = played("m")
    with open_log(db) as log:
        log.append_now(events[:3])
    with open_log(db, create=False) as log:
        log.append_now(events[3:])
        assert everything(log) == {"m": events}


def test_the_log_is_written_ahead_and_flushed_at_every_commit(log):
    database = log._database
    assert database.pragma("journal_mode") == "wal"
    assert [database.pragma(name) for name in ("synchronous", "foreign_keys", "secure_delete")] == [2, 1, 1]


@pytest.mark.parametrize("reopened", [False, True])
def test_an_event_that_is_there_is_refused_even_when_identical(db, reopened):
    events = played("m", ends=False)
    log = open_log(db)
    log.append_now(events)
    if reopened:
        log.close()
        log = open_log(db)
    other = Event("m", events[-1].seq, 99, Suspended())
    with log:
        for again in ([events[-1]], [other], events):
            with pytest.raises(DuplicateEventError, match=f"event {again[0].seq} of match 'm' is in the log already"):
                log.append_now(again)
        assert everything(log) == {"m": events}


def test_a_gap_is_refused(log):
    events = played("m")
    with pytest.raises(EventGapError, match="event 1 of match 'm' leaves a gap; the next one is event 0"):
        log.append_now(events[1:])
    log.append_now(events[:2])
    with pytest.raises(EventGapError, match="event 3 of match 'm' leaves a gap; the next one is event 2"):
        log.append_now(events[3:])
    assert everything(log) == {"m": events[:2]}


BEGUN = played("m")
UNFIT = [
    ("another match", [BEGUN[0], played("other")[0]], "came together with events of match 'm'"),
    ("no start", [Event("m", 0, 0, Resumed())], "is not 'started'"),
    ("a redaction", [*BEGUN, Event("m", len(BEGUN), 99, Redacted(1))], "only the log itself can make"),
    ("half a character", [replace(BEGUN[0], body=replace(BEGUN[0].body, target="\ud800"))], "half a character"),
    ("half a word", [BEGUN[0], replace(BEGUN[1], body=replace(BEGUN[1].body, id="\ud800"))], "half a character"),
    ("a zero byte", [replace(BEGUN[0], body=replace(BEGUN[0].body, pair="a\0b"))], "a zero byte"),
    ("a seal", [BEGUN[0], replace(BEGUN[1], body=replace(BEGUN[1].body, seal="00"))], "is sealed already"),
]


@pytest.mark.parametrize(("events", "problem"), [row[1:] for row in UNFIT], ids=[row[0] for row in UNFIT])
def test_an_event_that_cannot_be_kept_leaves_nothing_behind(log, events, problem):
    with pytest.raises(UnfitEventError, match=problem):
        log.append_now(events)
    assert log.matches() == []


def test_one_bad_append_of_a_batch_fails_alone(log):
    good = [played(f"m{number}") for number in range(20)]

    async def append_all():
        bad = log.append([Event("bad", 3, 0, Resumed())])
        return await asyncio.gather(bad, *(log.append(events) for events in good), return_exceptions=True)

    outcomes = asyncio.run(append_all())
    assert [type(outcome) for outcome in outcomes] == [EventGapError] + [type(None)] * 20
    assert everything(log) == {events[0].match: events for events in good}


def test_a_batch_that_the_database_refuses_is_tried_one_by_one(db):
    ours, theirs, new = played("shared", ends=False), played("theirs"), played("new")
    with open_log(db) as log, open_log(db) as other:
        log.append_now(ours[:2])
        other.append_now(ours[2:3])  # `log` cannot know of these
        other.append_now(theirs)

        async def append_all():
            appends = (log.append(ours[2:3]), log.append(theirs), log.append(new))
            return await asyncio.gather(*appends, return_exceptions=True)

        outcomes = asyncio.run(append_all())
        assert [type(outcome) for outcome in outcomes] == [DuplicateEventError, DuplicateEventError, type(None)]
        log.append_now(ours[3:])
        assert everything(log) == {"shared": ours, "theirs": theirs, "new": new}


def test_many_matches_appending_at_once_keep_their_order(log):
    matches = [played(f"m{number}", turns=6) for number in range(40)]

    async def play(events):
        for event in events[:-2]:
            await log.append([event])
        await log.append(events[-2:])

    async def play_all():
        await asyncio.gather(*(play(events) for events in matches))

    asyncio.run(play_all())
    assert everything(log) == {events[0].match: events for events in matches}


def test_threads_with_loops_of_their_own_share_a_log(log):
    async def from_threads():
        matches = [played(f"m{number}") for number in range(4)]
        await asyncio.gather(
            *(asyncio.to_thread(lambda events=events: asyncio.run(log.append(events))) for events in matches)
        )

    asyncio.run(from_threads())
    assert sorted(log.matches()) == ["m0", "m1", "m2", "m3"]


def test_a_cancelled_append_is_kept_whole_or_not_at_all(log):
    chance = random.Random(5)
    matches = [played(f"m{number}", turns=4) for number in range(60)]

    async def append_and_cancel():
        tasks = [asyncio.create_task(log.append(events)) for events in matches]
        await asyncio.sleep(0)
        for task in chance.sample(tasks, 40):
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(append_and_cancel())
    kept = everything(log)
    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) == 40
    for events, outcome in zip(matches, outcomes, strict=True):
        assert kept.get(events[0].match, events) == events
        assert outcome is not None or events[0].match in kept


def test_an_append_whose_loop_is_gone_is_kept(log):
    async def leave():
        task = asyncio.create_task(log.append(played("m")))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    log.append_now(played("n"))
    assert log.matches() == ["m", "n"]


def test_closing_writes_what_waits(db):
    log = open_log(db)
    matches = [played(f"m{number}") for number in range(30)]

    async def append_and_close():
        tasks = [asyncio.create_task(log.append(events)) for events in matches]
        await asyncio.sleep(0)
        await asyncio.to_thread(log.close)
        await asyncio.gather(*tasks)

    asyncio.run(append_and_close())
    log.close()
    with pytest.raises(ClosedLogError, match="is closed"):
        log.append_now(played("late"))
    with open_log(db) as again:
        assert len(again.matches()) == 30


# --- reading by the thousand ----------------------------------------------------------------------------------------


def test_matches_come_in_the_order_in_which_they_began(log):
    names = ["z", "a", "m", "b"]
    play_into(log, *(played(name) for name in names))
    assert log.matches() == names
    assert [events[0].match for events in log.iter_events()] == names
    assert [events[0].match for events in log.iter_events(["b", "a", "z", "a"])] == ["z", "a", "b"]
    assert [result.match for result in log.results()] == names


def test_more_matches_than_one_query_reads_are_streamed(log):
    names = [f"m{number}" for number in range(1203)]

    async def append_all():
        await asyncio.gather(*(log.append(played(name, turns=1)) for name in names))

    asyncio.run(append_all())
    assert [events[0].match for events in log.iter_events()] == names
    assert [events[0].match for events in log.iter_events(reversed(names))] == names
    assert [result.match for result in log.results()] == names
    assert log.rebuild_results() == 1203


def test_naming_a_match_that_is_not_there_is_an_error(log):
    log.append_now(played("m"))
    with pytest.raises(MatchNotFoundError, match="holds no match 'nobody'"):
        list(log.iter_events(["m", "nobody"]))


def test_stored_text_that_was_damaged_is_named(log):
    play_into(log, played("good"), played("bad"))
    with log._database.writing() as connection:
        connection.exec_driver_sql(
            """UPDATE event SET line = replace(line, '"turn":1', '"turn":-1') WHERE match = 'bad'"""
        )
    with pytest.raises(EventError, match="event 1 of match bad: turn: must be a whole number, 0 or more"):
        list(log.iter_events())
    assert asyncio.run(log.read("good")) == played("good")


def test_finished_and_unfinished_matches_are_told_apart(log):
    play_into(log, played("done"), played("open", ends=False))
    assert (log.matches(finished=True), log.matches(finished=False)) == (["done"], ["open"])


def test_a_result_says_how_a_match_ended(log):
    log.append_now(played("m", turns=3))
    (result,) = log.results()
    assert (result.attacker, result.defender, result.target, result.turns) == ("scripted", "scripted", "banana", 3)
    assert (result.verdict.winner, result.verdict.reason) == (Role.DEFENDER, Reason.INFERRED)
    assert result.rated
    assert result.rules.judges == ()


def test_results_can_be_derived_again(log):
    play_into(log, played("a"), played("b", ends=False), played("c", turns=1))
    before = list(log.results())
    with log._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM result WHERE match = 'a'")
    assert [result.match for result in log.results()] == ["c"]
    assert log.rebuild_results() == 2
    assert list(log.results()) == before


# --- a person's words -----------------------------------------------------------------------------------------------

SECRET = "Se\u00f1or Caf\u00e9 \u9999\u8549 whispers"


def files_with(folder, text: str) -> list[str]:
    return [file.name for file in folder.iterdir() if text.encode() in file.read_bytes()]


@pytest.fixture
def personal(log):
    events = played("m", defender=PERSON, text=SECRET, refused=True)
    log.append_now(events[:2])
    for event in events[2:-2]:
        log.append_now([event])
    log.append_now(events[-2:])
    return events


def test_a_persons_words_stand_apart_and_are_read_back(log, personal):
    (stored,) = log.iter_stored()
    assert list(stored.kept()) == [2, 3, 5]
    assert all("I see" not in line for line in stored.lines)
    assert [replace(event.body, seal=None) for event in asyncio.run(log.read("m")) if event.seq in (2, 3, 5)] == [
        event.body for event in personal if event.seq in (2, 3, 5)
    ]


def test_the_same_words_are_sealed_differently_each_time(log):
    for name in ("a", "b"):
        log.append_now(played(name, defender=PERSON))
    first, second = (events[2].body.seal for events in log.iter_events())
    assert first != second


def test_both_seats_may_be_people(log):
    log.append_now(played("m", defender=PERSON, attacker=PERSON))
    (stored,) = log.iter_stored()
    assert list(stored.kept()) == [1, 2, 3, 4]


def test_redacted_words_are_in_no_file_any_more(log, personal, tmp_path):
    assert files_with(tmp_path, "I see, Se\u00f1or")
    salts = [words.salt for words in next(log.iter_stored()).kept().values()]
    assert log.redact_seat("m", Role.DEFENDER) == 3
    assert files_with(tmp_path, "I see, Se\u00f1or") == []
    assert [name for salt in salts for name in files_with(tmp_path, salt)] == []


def test_words_that_a_reader_kept_in_the_journal_are_gone_after_closing(db, tmp_path):
    log = open_log(db, lock_seconds=0.05)
    with open_log(db) as other:
        log.append_now(played("m", defender=PERSON, text="hidden"))
        with other._database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM event")
            log.redact_seat("m", Role.DEFENDER)
            assert files_with(tmp_path, "I see, hidden")
        log.close()
        assert files_with(tmp_path, "I see, hidden") == []


def test_replay_holds_after_a_redaction(log, personal):
    before = replay(personal).verdict
    log.redact("m", 3)
    (events,) = log.iter_events()
    assert events[3].body.action == Action()
    assert events[-1] == Event("m", len(personal), personal[-1].at, Redacted(3))
    assert replay(events).verdict == before
    log.redact_seat("m", Role.DEFENDER)
    (events,) = log.iter_events()
    assert [event.body.of for event in events if isinstance(event.body, Redacted)] == [3, 2, 5]
    assert replay(events).verdict == before
    assert log.rebuild_results() == 1


def test_what_a_refused_person_wrote_can_be_redacted(log, personal):
    assert isinstance(personal[2].body, Refused)
    log.redact("m", 2)
    assert 2 not in next(log.iter_stored()).kept()


NOT_REDACTED = [
    (0, "nobody said anything in it"),
    (1, "said by a program, not a person"),
    (99, "the match has events 0 to 6"),
    (-1, "the match has events 0 to 6"),
    (Role.ATTACKER, "cannot redact the attacker's words of match 'm': no person's words are kept there"),
]


@pytest.mark.parametrize(("of", "problem"), NOT_REDACTED)
def test_what_no_person_said_cannot_be_redacted(log, personal, of, problem):
    with pytest.raises(RedactionError, match=problem):
        log.redact_seat("m", of) if isinstance(of, Role) else log.redact("m", of)
    assert everything(log).keys() == {"m"}


def test_words_are_redacted_once(log, personal):
    log.redact("m", 3)
    with pytest.raises(RedactionError, match="cannot redact event 3 of match 'm': its words were erased before"):
        log.redact("m", 3)


def test_a_match_that_is_not_there_cannot_be_redacted(log):
    with pytest.raises(MatchNotFoundError, match="'nobody'"):
        log.redact("nobody", 1)


def test_a_match_is_redacted_when_it_is_no_longer_played(db):
    events = played("m", defender=PERSON, ends=False)
    with open_log(db) as log:
        log.append_now(events)
        with pytest.raises(RedactionError, match="it is being played; redact it when it is over"):
            log.redact("m", 2)
    with open_log(db) as log:  # left by the program that played it, and never resumed
        log.redact("m", 2)
        log.append_now([Event("m", len(events) + 1, 99, Left(Role.ATTACKER, "crash"))])
        with pytest.raises(RedactionError, match="being played"):
            log.redact_seat("m", Role.DEFENDER)


def test_a_match_that_ends_in_the_same_batch_can_be_redacted(log):
    events = played("m", defender=PERSON)

    async def finish_and_redact():
        tasks = [asyncio.create_task(log.append(events)), asyncio.create_task(asyncio.to_thread(log.redact, "m", 2))]
        await tasks[0]
        await tasks[1]

    log.append_now(played("before", attacker=PROGRAM))
    asyncio.run(finish_and_redact())
    assert 2 not in log.find_stored(["m"])["m"].kept()
