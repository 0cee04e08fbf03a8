"""What was measured stands beside the log, in SQLite, and changes nothing in it."""

import asyncio
import io
import json
import sqlite3
from contextlib import closing
from functools import partial

import pytest
from store.made import PERSON, play_into, played

from arena.core.measures import Reading
from arena.core.verdict import Role
from arena.store import measures, open_log
from arena.store.errors import BrokenLogError, MatchNotFoundError
from arena.store.measures import MeasureLineError, Source, UnfinishedMatchError, export_measures, import_measures
from arena.store.transcripts import export_transcripts

LEAK = Source("leak", "small", "f" * 16, "0" * 16)
FACTS = (("log_p", -5.25), ("rank", 34), ("rank_of", 2048), ("said", " \u9999\u8549\u2028"), ("among", None))
READINGS = (Reading(2, FACTS), Reading(4, (("log_p", None),)))


@pytest.fixture
def log(tmp_path):
    with open_log(str(tmp_path / "log.db")) as opened:
        play_into(opened, played("b"), played("a", defender=PERSON), played("open", ends=False))
        yield opened


def keep(log, match="b", source=LEAK, readings=READINGS):
    asyncio.run(log.work(partial(measures.keep, match=match, source=source, readings=readings)))


def found(log, match="b", source=None):
    return log.look_now(lambda connection: measures.found(connection, [match], source)).get(match, [])


def exported(log, matches=None) -> str:
    out = io.StringIO()
    export_measures(log, out, matches)
    return out.getvalue()


def transcripts(log) -> str:
    out = io.StringIO()
    export_transcripts(log, out)
    return out.getvalue()


def test_readings_are_found_as_they_were_kept(log):
    before = transcripts(log)
    keep(log)
    assert [it.reading for it in found(log)] == list(READINGS)
    assert {it.source for it in found(log)} == {LEAK}
    assert transcripts(log) == before


def test_readings_outlive_the_program_and_a_redaction(tmp_path, log):
    keep(log, "a")
    log.redact_seat("a", Role.DEFENDER)
    log.close()
    with open_log(str(tmp_path / "log.db"), create=False) as opened:
        assert [it.reading for it in found(opened, "a")] == list(READINGS)


def test_another_prompt_or_model_stands_beside_and_the_same_is_replaced(log):
    other = Source("leak", "small", "f" * 16, "1" * 16)
    renamed = Source("leak", "renamed", "f" * 16, "0" * 16)
    keep(log)
    keep(log, source=other, readings=READINGS[:1])
    keep(log, source=renamed, readings=READINGS[1:])
    assert [(it.reading.seq, it.source) for it in found(log)] == [(2, other), (4, renamed)]
    assert [it.reading.seq for it in found(log, source=LEAK)] == [4]


def test_the_measured_matches_of_a_source_are_known(log):
    assert log.look_now(lambda connection: measures.known(connection, LEAK)) == set()
    keep(log)
    keep(log, "a", Source("leak", "small", "e" * 16, "0" * 16))
    assert log.look_now(lambda connection: measures.known(connection, LEAK)) == {"b"}


def test_an_event_that_is_not_there_is_not_measured(log):
    with pytest.raises(BrokenLogError):
        keep(log, readings=(Reading(99, FACTS),))
    assert found(log) == []


@pytest.mark.parametrize(
    ("asked", "names"), [(None, ["b", "a"]), (["a", "b"], ["b", "a"]), (["a"], ["a"])], ids=["all", "both", "one"]
)
def test_finished_matches_come_in_the_order_in_which_they_began(log, asked, names):
    assert log.look_now(lambda connection: measures.finished(connection, asked)) == names


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [(["b", "none"], MatchNotFoundError, "'none'"), (["open"], UnfinishedMatchError, "'open' is not over")],
)
def test_a_match_that_is_missing_or_not_over_is_refused(log, asked, error, said):
    with pytest.raises(error, match=said):
        log.look_now(lambda connection: measures.finished(connection, asked))


def test_exported_readings_come_back_the_same(tmp_path, log):
    keep(log)
    keep(log, "a")
    text = exported(log)
    assert [json.loads(line)["match"] for line in text.splitlines()] == ["b", "b", "a", "a"]
    assert exported(log, ["a"]) == "".join(text.splitlines(keepends=True)[2:])
    with open_log(str(tmp_path / "copy.db")) as copy:
        copy.append_now(played("b"))
        copy.append_now(played("a", defender=PERSON))
        for _ in range(2):
            assert import_measures(copy, [line.encode() for line in text.splitlines(keepends=True)]) == 4
        assert exported(copy) == text


LINE = measures.Measured("b", LEAK, READINGS[0]).to_line()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ("{", "line: is not JSON"),
        ("[1]", "line: is not a JSON object"),
        (LINE.replace("measure/1", "measure/2"), "schema"),
        (LINE.replace('"seq":2', '"seq":1'), "seq: event 1 is no action of the defender"),
        (LINE.replace('"seq":2', '"seq":99'), "seq: event 99"),
        (LINE.replace('"seq":2', '"seq":true'), "seq"),
        (LINE.replace('"match":"b"', '"match":"open"'), "match: match 'open' is not over"),
        (LINE.replace('"match":"b"', '"match":"none"'), "match: the log holds no match 'none'"),
        (LINE.replace('"model":"small"', '"model":"\\u0000"'), "model: holds a zero byte"),
        (LINE.replace("-5.25", "NaN"), "log_p"),
        (LINE.replace('"prompt"', '"promt"'), "promt"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nothing_of_the_file_is_kept(log, changed, field):
    with pytest.raises(MeasureLineError) as refused:
        import_measures(log, [LINE.encode(), changed.encode()])
    assert str(refused.value).startswith(f"measures line 2: {field}")
    assert found(log) == []


def test_a_log_of_the_form_before_gets_the_table_and_keeps_its_matches(tmp_path, log):
    before = transcripts(log)
    log.close()
    with closing(sqlite3.connect(tmp_path / "log.db")) as raw:
        raw.execute("DROP TABLE measure")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
        raw.commit()
    with open_log(str(tmp_path / "log.db"), create=False) as opened:
        assert transcripts(opened) == before
        keep(opened)
        assert [it.reading for it in found(opened)] == list(READINGS)
