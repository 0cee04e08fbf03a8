"""What of finished matches is found, by whom, and with which words."""

import json

import pytest
from server.archived import ALICE, BOB, OWN, PERSON, PROGRAM, ROOT, host, run
from sqlalchemy import insert
from store.made import play_into, played

from arena.core.hits import Language
from arena.core.verdict import Reason, Role
from arena.server.archive import Archive, MatchQuery
from arena.server.errors import ConflictError, NotFoundError
from arena.server.players import Kind
from arena.store import open_log
from arena.store.beside import HIDDEN


@pytest.fixture
def log(tmp_path):
    with open_log(str(tmp_path / "taboo.db")) as log:
        yield log


@pytest.fixture
def archive(log):
    return Archive(log)


def ids(archive, query=None, viewer=None):
    return [it.id for it in run(lambda: archive.matches(query or MatchQuery(), viewer)).items]


def hide(log, match, seq):
    run(lambda: log.work(lambda connection: connection.execute(insert(HIDDEN), {"match": match, "seq": seq}) and None))


def test_matches_come_newest_first_and_page_by_page(log, archive):
    for number in range(5):
        host(log, f"m{number}", PERSON, OWN)
    first = run(lambda: archive.matches(MatchQuery(limit=2)))
    second = run(lambda: archive.matches(MatchQuery(limit=2, after=first.after)))
    third = run(lambda: archive.matches(MatchQuery(limit=2, after=second.after)))
    assert [it.id for page in (first, second, third) for it in page.items] == ["m4", "m3", "m2", "m1", "m0"]
    assert third.after is None


def test_a_full_last_page_has_no_page_after_it(log, archive):
    for number in range(2):
        host(log, f"m{number}", PERSON, OWN)
    assert run(lambda: archive.matches(MatchQuery(limit=2))).after is None


def test_a_match_that_is_played_is_not_found(log, archive):
    host(log, "m1", PERSON, OWN, ends=False)
    assert ids(archive, viewer=ROOT) == []
    with pytest.raises(NotFoundError):
        run(lambda: archive.match("m1", ALICE))


def test_a_private_match_is_there_for_its_players_and_admins_alone(log, archive):
    host(log, "m1", PERSON, OWN, is_private=True)
    assert [ids(archive, viewer=it) for it in (None, BOB, ALICE, ROOT)] == [[], [], ["m1"], ["m1"]]
    for stranger in (None, BOB):
        with pytest.raises(NotFoundError) as private:
            run(lambda it=stranger: archive.match("m1", it))
        with pytest.raises(NotFoundError) as unknown:
            run(lambda it=stranger: archive.match("m2", it))
        assert str(private.value).replace("m1", "") == str(unknown.value).replace("m2", "")
        with pytest.raises(NotFoundError):
            run(lambda it=stranger: archive.transcript("m1", it))
    assert run(lambda: archive.match("m1", ALICE)).summary.is_private


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (MatchQuery(player="@alice"), ["person", "both"]),
        (MatchQuery(player="@alice", role=Role.DEFENDER), ["both"]),
        (MatchQuery(player="@alice", role=Role.ATTACKER), ["person"]),
        (MatchQuery(player="alice"), []),
        (MatchQuery(account=BOB.id), ["both"]),
        (MatchQuery(account=BOB.id, role=Role.DEFENDER), []),
        (MatchQuery(preset="paper"), ["person", "both"]),
        (MatchQuery(preset="spag"), []),
        (MatchQuery(language=Language.ENGLISH), ["person", "both"]),
        (MatchQuery(language=Language.CHINESE), []),
        (MatchQuery(reason=Reason.INFERRED), ["person", "both"]),
        (MatchQuery(reason=Reason.TIE), []),
        (MatchQuery(winner="defender"), ["person", "both"]),
        (MatchQuery(winner="attacker"), []),
        (MatchQuery(winner="nobody"), []),
        (MatchQuery(rated=True), ["person", "both"]),
        (MatchQuery(rated=False), []),
    ],
)
def test_a_filter_leaves_what_fits(log, archive, query, found):
    host(log, "both", PROGRAM, PERSON)
    host(log, "person", PERSON, OWN)
    assert ids(archive, query) == found


def test_a_match_that_no_server_hosted_is_found_too(log, archive):
    play_into(log, played("m1"))
    (found,) = run(lambda: archive.matches(MatchQuery())).items
    assert (found.preset, found.is_private) == ("custom", False)
    assert found.seats[Role.ATTACKER].kind is Kind.BUILT_IN


def test_a_record_has_the_words_and_who_sat_there(log, archive):
    host(log, "m1", PERSON, PROGRAM)
    record = run(lambda: archive.match("m1", None))
    said = [row["text"] for row in record.events if row["type"] == "acted"]
    assert said == ["it is yellow 1", "I see, it is yellow", "it is yellow 2", "I see, it is yellow"]
    seats = record.summary.seats
    assert (seats[Role.ATTACKER].player, seats[Role.ATTACKER].kind) == ("@alice", Kind.PERSON)
    assert (seats[Role.DEFENDER].player, seats[Role.DEFENDER].version) == ("bob/parrot", "2")
    assert record.summary.target == "banana"


def test_redacted_words_are_gone_and_said_to_be(log, archive):
    events = host(log, "m1", PERSON, PROGRAM, refused=True)
    log.redact("m1", 1)
    record = run(lambda: archive.match("m1", ROOT))
    assert (record.events[1]["text"], record.events[1]["gone"]) == (None, "redacted")
    assert all("gone" not in row for row in record.events[2:])
    assert record.events[len(events)]["type"] == "redacted"


def test_hidden_words_are_shown_to_nobody(log, archive):
    host(log, "m1", PERSON, PROGRAM)
    hide(log, "m1", 2)
    for viewer in (None, BOB, ROOT):
        row = run(lambda it=viewer: archive.match("m1", it)).events[2]
        assert (row["text"], row["guess"], row["gone"]) == (None, None, "hidden")
        assert "I see" not in json.dumps(row)


def test_a_transcript_is_what_the_log_exports(log, archive):
    from io import StringIO

    from arena.store.transcripts import export_transcripts

    host(log, "m1", PERSON, PROGRAM)
    out = StringIO()
    export_transcripts(log, out)
    assert [line + "\n" for line in run(lambda: archive.transcript("m1", None))] == [out.getvalue()]


def test_a_transcript_with_a_hidden_part_is_for_admins(log, archive):
    host(log, "m1", PERSON, PROGRAM)
    hide(log, "m1", 2)
    with pytest.raises(ConflictError, match="hidden"):
        run(lambda: archive.transcript("m1", ALICE))
    assert len(list(run(lambda: archive.transcript("m1", ROOT)))) == 1


def test_a_record_counts_each_match_once_in_its_role(log, archive):
    host(log, "m1", PERSON, OWN)
    host(log, "m2", OWN, PERSON)
    host(log, "m3", OWN, PERSON, is_private=True)
    record = run(lambda: archive.record("@alice"))
    assert (record[Role.ATTACKER].losses, record[Role.ATTACKER].matches) == (1, 1)
    assert (record[Role.DEFENDER].wins, record[Role.DEFENDER].matches) == (2, 2)
    assert record[Role.DEFENDER].won.value == 1.0
    assert record[Role.DEFENDER].won.interval.low < 1.0
    assert ids(archive, MatchQuery(player="@alice")) == ["m2", "m1"]
    assert [it.id for it in run(lambda: archive.recent("@alice"))] == ["m2", "m1"]


def test_words_are_counted_by_how_they_fared(log, archive):
    host(log, "m1", PERSON, OWN)
    host(log, "m2", PERSON, OWN)
    host(log, "m3", PERSON, OWN, ends=False)
    (count,) = run(lambda: archive.words("en-easy")).values()
    assert (count.played, count.inferred, count.induced) == (2, 2, 0)
    assert run(lambda: archive.words("zh-easy")) == {}
