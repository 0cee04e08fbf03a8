"""Exports, and what of them is taken back."""

import hashlib
import io
import json
import re

import pytest
from store.made import PERSON, play_into, played

from arena.core.verdict import Role
from arena.store import open_log
from arena.store.errors import DuplicateEventError, TranscriptError
from arena.store.transcripts import ImportSummary, export_transcripts, from_line, import_transcripts


@pytest.fixture
def open_new(tmp_path):
    opened = []

    def open_one():
        opened.append(open_log(str(tmp_path / f"log{len(opened)}.db")))
        return opened[-1]

    yield open_one
    for log in opened:
        log.close()


def exported(log, matches=None) -> list[bytes]:
    out = io.StringIO()
    export_transcripts(log, out, matches)
    return out.getvalue().encode().splitlines(keepends=True)


CHINESE = "\u5b83\u662f\u9ec4\u8272\u7684\u6c34\u679c \u2028\U0001f34c"


@pytest.fixture
def filled(open_new):
    """A log with everything in it: matches interleaved, people in both seats, redactions, an unfinished match."""
    log = open_new()
    play_into(
        log,
        played("zeta", turns=3),
        played("\u9999\u8549", text=CHINESE, defender=PERSON, refused=True),
        played("open", ends=False, attacker=PERSON),
        played("both", attacker=PERSON, defender=PERSON, turns=4),
    )
    log.redact("both", 2)
    log.redact_seat("both", Role.ATTACKER)
    return log


def test_export_import_export_is_byte_identical(filled, open_new):
    lines, copy = exported(filled), open_new()
    assert [json.loads(line)["match"] for line in lines] == ["zeta", "\u9999\u8549", "open", "both"]
    assert import_transcripts(copy, lines) == ImportSummary(new=4, known=0)
    assert exported(copy) == lines
    assert list(copy.iter_stored()) == list(filled.iter_stored())
    assert list(copy.results()) == list(filled.results())


def test_importing_again_changes_nothing(filled):
    lines = exported(filled)
    assert import_transcripts(filled, [*lines, lines[0]]) == ImportSummary(new=0, known=5)
    assert exported(filled) == lines


def test_an_imported_match_goes_on(filled, open_new):
    copy = open_new()
    import_transcripts(copy, exported(filled, ["open"]))
    copy.append_now(played("open", attacker=PERSON)[-2:])
    assert copy.matches(finished=True) == ["open"]


def test_named_matches_are_exported_in_the_order_in_which_they_began(filled):
    assert [json.loads(line)["match"] for line in exported(filled, ["both", "zeta"])] == ["zeta", "both"]


def test_the_digest_is_that_of_the_events_as_written(filled):
    for line in exported(filled):
        row = json.loads(line)
        assert (
            b'"events":'
            + json.dumps(row["events"], ensure_ascii=False, separators=(",", ":"))
            .encode()
            .replace("\u2028".encode(), rb"\u2028")
            in line
        )
        array = line[line.index(b'"events":') + 9 : line.rindex(b',"words":')]
        assert hashlib.sha256(array).hexdigest() == row["sha256"]


def test_more_matches_than_are_written_together_are_taken(open_new):
    log, copy, told = open_new(), open_new(), []
    play_into(log, *(played(f"m{number}", turns=1) for number in range(450)))
    lines = exported(log)
    assert import_transcripts(copy, iter(lines), told.append) == ImportSummary(450, 0)
    assert told == list(range(1, 451))
    assert exported(copy) == lines


def test_a_match_that_differs_from_the_one_in_the_log_is_refused(filled, open_new):
    copy = open_new()
    copy.append_now(played("open", ends=False))
    with pytest.raises(
        TranscriptError, match=r"^transcript line 3: match: the log holds a match of this name with other"
    ):
        import_transcripts(copy, exported(filled))
    assert copy.matches() == ["open", "zeta", "\u9999\u8549"]
    assert len(next(copy.iter_events(["open"]))) == 4


def test_a_whole_match_is_written_only_where_there_is_none(filled, open_new):
    copy, (line,) = open_new(), exported(filled, ["zeta"])
    copy.write_now(from_line(1, line))
    with pytest.raises(DuplicateEventError, match="event 0 of match 'zeta'"):
        copy.write_now(from_line(1, line))
    assert exported(copy) == [line]


def test_redacted_words_do_not_come_back_by_an_older_export(filled):
    before = exported(filled)
    filled.redact_seat("\u9999\u8549", Role.DEFENDER)
    with pytest.raises(TranscriptError, match="line 2: match"):
        import_transcripts(filled, before)
    assert next(filled.iter_stored(["\u9999\u8549"])).words == ()


# --- lines that nobody exported -------------------------------------------------------------------------------------


def edit(change):
    """Change a line as a program would that reads it, changes it and writes it, digest included."""

    def edited(line: bytes) -> bytes:
        row = json.loads(line)
        change(row)
        array = json.dumps(row.get("events"), ensure_ascii=False, separators=(",", ":"))
        if "sha256" in row:
            row["sha256"] = hashlib.sha256(array.encode()).hexdigest()
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    return edited


def put(*path):
    """The edit that puts the last of the path's parts at the place that the others name."""

    def change(row):
        *way, last, value = path
        for part in way:
            row = row[part]
        row[last] = value

    return edit(change)


def drop(*path):
    def change(row):
        *way, last = path
        for part in way:
            row = row[part]
        del row[last]

    return edit(change)


def swap(old: bytes, new: bytes):
    """The edit of a text editor: nothing else changes."""
    return lambda line: line.replace(old, new, 1)


EDITED = [
    ("cut off", lambda line: line[: len(line) // 2], "line", "the file seems to be cut off here"),
    ("empty", lambda line: b"\n", "line", "is not JSON from character 2 on"),
    ("not UTF-8", swap(b"yellow", b"yel\xfcow"), "text", r"byte \d+ is not UTF-8"),
    ("not a number", swap(b'"at":1', b'"at":NaN'), "line", "NaN is not a number"),
    ("nested", lambda line: b"[" * 100_000, "line", "nested too deep"),
    ("a list", lambda line: b"[]\n", "line", "is not a JSON object"),
    ("no schema", drop("schema"), "schema", "is missing"),
    ("another schema", put("schema", "taboo.transcript/2"), "schema", "this program reads 'taboo.transcript/1', not"),
    ("no events", drop("events"), "events", "is missing"),
    ("no words", drop("words"), "words", "is missing"),
    ("events no list", put("events", {}), "events", "must be a list"),
    ("match no text", put("match", 7), "match", "must be text"),
    ("one field more", put("note", "x"), "note", "is not a field of a transcript"),
    ("events none", edit(lambda row: row.update(events=[], words=[])), "events", "there are none"),
    ("another match", put("match", "other"), "events[0].match", "is 'm', but the line is of match 'other'"),
    ("a gap", drop("events", 2), "events[2].seq", "is 3, but the events before it lead to 2"),
    ("no start", put("events", 0, {"v": 1, "match": "m", "seq": 0, "at": 0, "type": "resumed"}), "events[0]", "is not"),
    ("field missing", drop("events", 1, "text"), "events[1].text", "is missing"),
    ("field unknown", put("events", 1, "mood", "good"), "events[1].mood", "is not a field of this event"),
    (
        "the winner edited",
        put("events", 5, "verdict", "winner", "attacker"),
        "events[5].verdict",
        "but the events give",
    ),
    ("the end cut", drop("events", 5), "events", "was decided (inferred) but never finished"),
    ("too long a text", put("events", 1, "text", "x" * 501), "events[1].text", "was not legal: too_long"),
    ("a text edited", swap(b"yellow", b"purple"), "sha256", "at least one of them was changed after the export"),
    ("half a character", swap(b"yellow", rb"yel\ud800ow"), "events[1].text", "must be text"),
    ("half a person's character", swap(b"I see", rb"\udfff"), "words[0].text", "must be text"),
    ("a digest edited", swap(b'"sha256":"', b'"sha256":"0'), "sha256", "does not fit the events"),
    ("a person's text edited", put("words", 0, "text", "no"), "words[0]", "are not the ones that were said"),
    ("a salt edited", put("words", 0, "salt", "00"), "words[0]", "are not the ones that were said"),
    ("a person's text missing", drop("words", 0), "words", "those of event 2 are missing, and no event redacts them"),
    ("a person's field missing", drop("words", 0, "salt"), "words[0].salt", "is missing"),
    ("a person's field wrong", put("words", 0, "guess", 7), "words[0].guess", "must be text"),
    ("a person's field unknown", put("words", 0, "mood", "x"), "words[0].mood", "is not a field of words"),
    ("words no object", put("words", 0, 7), "words[0]", "is not a JSON object"),
    ("words of nothing", put("words", 0, "seq", 77), "words[0].seq", "77 is not the next event"),
    ("words twice", put("words", 1, "seq", 2), "words[1].seq", "2 is not the next event"),
    ("words of a program", put("words", 0, "seq", 1), "words[0]", "are not the ones that were said"),
    ("a space", swap(b'"seq":1', b'"seq": 1'), "events[1]", r"is not as this program writes it"),
    ("a space at the front", swap(b'{"schema":', b'{ "schema":'), "line", "byte 2 of the line is not as"),
    ("a space at the end", swap(b"]}\n", b"]} \n"), "line", "is not as this program writes it"),
]


@pytest.mark.parametrize(("change", "field", "problem"), [row[1:] for row in EDITED], ids=[row[0] for row in EDITED])
def test_an_edited_line_is_named_with_its_field(open_new, change, field, problem):
    log, copy = open_new(), open_new()
    play_into(log, played("first"), played("m", defender=PERSON), played("last"))
    first, second, last = exported(log)
    with pytest.raises(TranscriptError, match=problem if "\\" in problem else re.escape(problem)) as refused:
        import_transcripts(copy, [first, change(second), last])
    assert (refused.value.line, refused.value.field) == (2, field)
    assert copy.matches() == ["first"]


REDACTED = [
    ("its words back", "words", "those of event 2 are given, although they were redacted"),
    ("another event", "events", "event 1 is redacted, but holds no person's words"),
]


@pytest.mark.parametrize(("case", "field", "problem"), REDACTED, ids=[row[0] for row in REDACTED])
def test_an_edited_redaction_is_named_with_its_field(open_new, case, field, problem):
    log, copy = open_new(), open_new()
    log.append_now(played("m", defender=PERSON))
    (before,) = exported(log)
    log.redact("m", 2)
    (after,) = exported(log)
    words = json.loads(before)["words"]
    extra = json.loads(after)["events"][-1] | {"seq": 7, "of": 1}
    change = put("words", words) if case == "its words back" else edit(lambda row: row["events"].append(extra))
    with pytest.raises(TranscriptError, match=problem) as refused:
        import_transcripts(copy, [change(after)])
    assert (refused.value.line, refused.value.field) == (1, field)


def test_a_last_line_without_its_end_is_whole(filled, open_new):
    lines, copy = exported(filled), open_new()
    lines[-1] = lines[-1].removesuffix(b"\n")
    assert import_transcripts(copy, lines).new == 4
