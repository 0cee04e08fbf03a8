"""What may be taken back, by whom and when."""

import pytest
from server.archived import ALICE, BOB, OWN, PERSON, PROGRAM, ROOT, host, run

from arena.core.events import Acted, Redacted
from arena.server.archive import Archive
from arena.server.errors import ConflictError, NotFoundError
from arena.server.moderation import Moderation, Outcome
from arena.store import open_log
from arena.store.errors import RedactionError


@pytest.fixture
def log(tmp_path):
    with open_log(str(tmp_path / "taboo.db")) as log:
        yield log


@pytest.fixture
def desk(log):
    return Moderation(log)


def said(log, match):
    return [it.body.action.text for it in run(lambda: log.read(match)) if isinstance(it.body, Acted)]


def test_a_person_takes_back_one_thing_they_said(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    run(lambda: desk.redact(ALICE, "m1", 1))
    assert said(log, "m1")[0] == ""
    assert said(log, "m1")[2] == "it is yellow 2"
    assert run(lambda: log.read("m1"))[-1].body == Redacted(1)


@pytest.mark.parametrize(
    ("account", "match", "seq"),
    [
        (BOB, "m1", 1),  # another's words
        (ALICE, "m1", 2),  # the other seat's words
        (ALICE, "m1", 0),  # nobody's words
        (ALICE, "m1", 99),
        (ALICE, "m2", 1),
        (ROOT, "m1", 1),  # an admin decides reports, and is no player
    ],
)
def test_nobody_takes_back_what_they_did_not_say(log, desk, account, match, seq):
    host(log, "m1", PERSON, PROGRAM)
    before = said(log, "m1")
    with pytest.raises(NotFoundError):
        run(lambda: desk.redact(account, match, seq))
    assert said(log, "m1") == before


def test_the_words_of_a_program_stay(log, desk):
    host(log, "m1", PROGRAM, OWN)
    with pytest.raises(NotFoundError):
        run(lambda: desk.redact(BOB, "m1", 1))


def test_a_match_in_play_must_end_first(log, desk):
    host(log, "m1", PERSON, PROGRAM, ends=False)
    with pytest.raises(ConflictError, match="still played"):
        run(lambda: desk.redact(ALICE, "m1", 1))
    run(lambda: desk.report(BOB, "m1", 1, "rude"))
    for outcome in (Outcome.HIDE, Outcome.REDACT):
        with pytest.raises(ConflictError, match="still played"):
            run(lambda it=outcome: desk.decide(1, it))
    assert run(lambda: desk.reports())[0].outcome is None


def test_all_words_of_a_person_go_from_all_matches_that_are_over(log, desk):
    host(log, "m1", PERSON, PROGRAM, refused=True)
    host(log, "m2", OWN, PERSON, refused=True)
    host(log, "m3", PERSON, OWN, ends=False)
    taken = run(lambda: desk.redact_all(ALICE))
    assert (taken.erased, taken.waiting) == (5, 1)
    assert said(log, "m1")[::2] == ["", ""]
    assert said(log, "m1")[1::2] == ["I see, it is yellow"] * 2
    assert said(log, "m2")[1::2] == ["", ""]
    assert said(log, "m3")[0] == "it is yellow 1"
    again = run(lambda: desk.redact_all(ALICE))
    assert (again.erased, again.waiting) == (0, 1)


def test_a_person_without_words_takes_nothing_back(desk):
    taken = run(lambda: desk.redact_all(ALICE))
    assert (taken.erased, taken.waiting) == (0, 0)


def test_a_report_waits_with_what_was_said(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    run(lambda: desk.report(BOB, "m1", 1, "rude"))
    (report,) = run(lambda: desk.reports())
    assert (report.player, report.text, report.reason, report.account) == ("@alice", "it is yellow 1", "rude", BOB.id)


def test_the_same_report_twice_is_one_report(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    first = run(lambda: desk.report(BOB, "m1", 1, "rude"))
    assert run(lambda: desk.report(BOB, "m1", 1, "still rude")).id == first.id
    assert run(lambda: desk.report(ALICE, "m1", 1, "sorry")).id != first.id
    assert len(run(lambda: desk.reports())) == 2


@pytest.mark.parametrize(("match", "seq"), [("m1", 0), ("m1", 99), ("m1", -1), ("nope", 1)])
def test_only_what_was_said_is_reported(log, desk, match, seq):
    host(log, "m1", PERSON, PROGRAM)
    with pytest.raises(NotFoundError):
        run(lambda: desk.report(BOB, match, seq, "rude"))


def test_a_private_match_of_others_cannot_be_reported(log, desk):
    host(log, "m1", PERSON, OWN, is_private=True)
    with pytest.raises(NotFoundError, match="no match 'm1'"):
        run(lambda: desk.report(BOB, "m1", 1, "rude"))
    assert run(lambda: desk.report(ALICE, "m1", 1, "rude")).match == "m1"


def test_hiding_keeps_the_words_and_shows_them_to_nobody(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    first = run(lambda: desk.report(BOB, "m1", 2, "rude"))
    run(lambda: desk.report(ALICE, "m1", 2, "very rude"))
    assert run(lambda: desk.decide(first.id, Outcome.HIDE)).outcome is Outcome.HIDE
    assert run(lambda: desk.reports()) == []
    assert {it.outcome for it in run(lambda: desk.reports(is_open=False))} == {Outcome.HIDE}
    assert said(log, "m1")[1] == "I see, it is yellow"
    assert run(lambda: Archive(log).match("m1", None)).events[2]["gone"] == "hidden"
    run(lambda: desk.show_again("m1", 2))
    assert run(lambda: Archive(log).match("m1", None)).events[2]["text"] == "I see, it is yellow"
    with pytest.raises(NotFoundError):
        run(lambda: desk.show_again("m1", 2))


def test_redacting_erases_the_words(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    report = run(lambda: desk.report(BOB, "m1", 1, "rude"))
    assert run(lambda: desk.decide(report.id, Outcome.REDACT)).text is None
    assert said(log, "m1")[0] == ""


def test_what_a_program_said_cannot_be_erased_and_the_report_waits(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    report = run(lambda: desk.report(ALICE, "m1", 2, "rude"))
    with pytest.raises(RedactionError, match="said by a program"):
        run(lambda: desk.decide(report.id, Outcome.REDACT))
    assert run(lambda: desk.reports())[0].outcome is None


def test_a_dismissed_report_changes_nothing(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    report = run(lambda: desk.report(BOB, "m1", 1, "rude"))
    run(lambda: desk.decide(report.id, Outcome.DISMISS))
    assert said(log, "m1")[0] == "it is yellow 1"
    assert run(lambda: desk.reports()) == []
    assert len(run(lambda: desk.reports(is_open=None))) == 1


def test_a_report_that_is_not_there_cannot_be_decided(desk):
    with pytest.raises(NotFoundError):
        run(lambda: desk.decide(7, Outcome.HIDE))


def test_hiding_twice_is_hiding(log, desk):
    host(log, "m1", PERSON, PROGRAM)
    report = run(lambda: desk.report(BOB, "m1", 1, "rude"))
    run(lambda: desk.decide(report.id, Outcome.HIDE))
    assert run(lambda: desk.decide(report.id, Outcome.HIDE)).outcome is Outcome.HIDE
