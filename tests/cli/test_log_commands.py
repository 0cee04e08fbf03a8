"""`replay`, `export`, `import`, `tournament`: the log as a user meets it."""

import json
import sqlite3

import pytest

AGENTS = "direct,hiding,honest,detector"


@pytest.fixture
def played(taboo):
    """A log with a small tournament in it."""
    done = taboo("tournament", "--agents", AGENTS, "--words", "3", "--seed", "7", "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_tournament_plays_every_pairing_on_every_word(played):
    assert len(played["matches"]) == 12
    assert {(row["attacker"], row["defender"]) for row in played["pairings"]} == {
        (attacker, defender) for attacker in ("direct", "hiding") for defender in ("honest", "detector")
    }
    assert len({row["target"] for row in played["matches"]}) == 3


def test_a_tournament_shows_a_table_with_intervals(taboo):
    shown = taboo("tournament", "--agents", AGENTS, "--words", "3", "--seed", "7")
    assert shown.code == 0
    assert "attacker wins" in shown.out
    assert "[" in shown.out
    assert "clustered by word" in shown.out
    assert "12 matches in" in shown.out


def test_a_tournament_that_is_already_there_asks_for_resume(taboo, played):
    again = taboo("tournament", "--agents", AGENTS, "--words", "3", "--seed", "7")
    assert again.code == 2
    assert "12 matches of this tournament already in" in again.err
    resumed = taboo("tournament", "--agents", AGENTS, "--words", "3", "--seed", "7", "--resume", "--json")
    assert json.loads(resumed.out) == played


def test_resume_needs_the_seed(taboo):
    refused = taboo("tournament", "--agents", AGENTS, "--resume")
    assert refused.code == 2
    assert "name the seed" in refused.err


def test_replay_says_match_by_match_that_verdicts_stand(taboo, played):
    shown = taboo("replay", "--recheck")
    assert shown.code == 0, shown.out
    assert shown.out.count("ok ") == 12
    assert "12 matches replayed, every verdict stands" in shown.out


def test_replay_of_one_match_shows_it(taboo, played):
    match = played["matches"][0]
    shown = taboo("replay", match["match"], "--show")
    assert match["target"] in shown.out
    assert "turn 1" in shown.out
    rows = [json.loads(line) for line in taboo("replay", match["match"], "--json").out.splitlines()]
    assert rows == [
        {
            "match": match["match"],
            "stands": True,
            "verdict": match["verdict"],
            "problem": None,
            "differences": [],
        }
    ]


def test_an_unknown_match_is_named(taboo, played):
    for words in (("replay", "nope"), ("export", "nope")):
        refused = taboo(*words)
        assert refused.code == 2
        assert "the log holds no match 'nope'" in refused.err


def test_a_changed_verdict_is_found_by_replay(taboo, played, db):
    match = next(row["match"] for row in played["matches"] if row["verdict"]["winner"] is not None)
    with sqlite3.connect(db) as raw:
        (table,) = raw.execute("select name from sqlite_master where sql like '%line%' and type='table'").fetchone()
        raw.execute(
            f'update {table} set line = replace(line, \'"winner":"\', \'"winner":"x\') '
            "where match = ? and line like '%finished%'",
            (match,),
        )
        raw.execute(
            f"update {table} set line = replace(replace(line, 'xattacker', 'defender'), 'xdefender', 'attacker') "
            "where match = ?",
            (match,),
        )
    raw.close()
    shown = taboo("replay")
    assert shown.code == 1
    assert "BROKEN" in shown.out
    assert match in shown.out


def test_export_import_export_is_byte_identical(taboo, played, tmp_path):
    first, second, copy = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "copy.db"
    assert taboo("export", "--format", "jsonl", "--out", first).code == 0
    assert taboo("import", first, "--db", copy).code == 0
    assert taboo("export", "--out", second, "--db", copy).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().count(b"\n") == 12
    assert taboo("export").out.encode() == first.read_bytes()
    again = taboo("import", first, "--db", copy)
    assert "0 matches read, 12 already there" in again.err


def damaged(lines: list[bytes], how: str) -> list[bytes]:
    """An export, damaged by hand in its third line."""
    changed = {
        "truncated": lambda line: line[: len(line) // 2],
        "turn": lambda line: line.replace(b'"turn":1', b'"turn":2', 1),
        "text": lambda line: line.replace(b'"text":"', b'"text":"well, ', 1),
        "bytes": lambda line: line[:40] + b"\xff\xfe" + line[40:],
        "schema": lambda line: line.replace(b"taboo.transcript/1", b"taboo.transcript/9"),
    }[how]
    return [*lines[:2], changed(lines[2]), *lines[3:]]


@pytest.mark.parametrize(
    ("how", "named"),
    [("truncated", "JSON"), ("turn", "events[1].turn"), ("text", "sha256"), ("bytes", "UTF-8"), ("schema", "schema")],
)
def test_a_damaged_export_names_line_and_field_and_keeps_what_was_whole(taboo, played, tmp_path, how, named):
    file, copy = tmp_path / "a.jsonl", tmp_path / "copy.db"
    taboo("export", "--out", file)
    file.write_bytes(b"".join(damaged(file.read_bytes().splitlines(keepends=True), how)))
    refused = taboo("import", file, "--db", copy)
    assert refused.code == 2
    assert "line 3" in refused.err
    assert named in refused.err
    assert len(refused.err.strip().splitlines()) == 1
    assert "2 matches replayed, every verdict stands" in taboo("replay", "--db", copy).out


def test_a_file_that_is_not_there_is_named(taboo, tmp_path):
    refused = taboo("import", tmp_path / "none.jsonl")
    assert refused.code == 2
    assert "none.jsonl: cannot be read" in refused.err


@pytest.mark.parametrize("command", [("replay",), ("export",)])
def test_reading_a_log_that_is_not_there_makes_none(taboo, db, command):
    refused = taboo(*command)
    assert refused.code == 3
    assert str(db) in refused.err
    assert not db.exists()


@pytest.mark.parametrize("command", [("replay",), ("match", "--seed", "7")])
def test_a_corrupt_database_is_named_and_left_alone(taboo, db, command):
    db.write_bytes(b"this is no database at all, but it is long enough to look like a page\n" * 100)
    before = db.read_bytes()
    refused = taboo(*command)
    assert refused.code == 3
    assert str(db) in refused.err
    assert len(refused.err.strip().splitlines()) == 1
    assert db.read_bytes() == before


def test_a_match_that_lost_its_first_event_is_found_by_replay(taboo, played, db):
    match = played["matches"][4]["match"]
    with sqlite3.connect(db) as raw:
        raw.execute("delete from event where match = ? and seq = 0", (match,))
    raw.close()
    shown = taboo("replay", "--quiet")
    assert shown.code == 1
    assert f"BROKEN {match}" in shown.out
    assert "12 matches replayed, 1 do not stand or differ" in shown.out


def test_an_export_into_a_folder_is_refused(taboo, played, tmp_path):
    refused = taboo("export", "--out", tmp_path)
    assert refused.code == 2
    assert refused.err == f"taboo: {tmp_path}: cannot be written: it is a folder\n"


def test_more_jobs_than_matches_are_no_burden(taboo):
    done = taboo("tournament", "--agents", "direct,honest", "--words", "1", "--seed", "7", "--jobs", 10**9, "--json")
    assert done.code == 0, done.err
    assert len(json.loads(done.out)["matches"]) == 1


def test_a_match_that_lost_its_end_is_found_by_replay(taboo, played, db):
    match = played["matches"][0]["match"]
    with sqlite3.connect(db) as raw:
        raw.execute('delete from event where match = ? and line like \'%"type":"finished"%\'', (match,))
    raw.close()
    shown = taboo("replay", match)
    assert shown.code == 1
    assert match in shown.out
