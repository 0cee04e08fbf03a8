"""Files of sentences: different ones in order, with what was said before; what is wrong is named by its line."""

import json
from hashlib import sha256

import pytest

from agents.llm.judges.errors import SentenceError, SentencesFileError
from agents.llm.judges.sentences import Sentence, read_sentences
from arena.core.hits import Language
from arena.core.verdict import Role


def test_plain_text_is_one_sentence_a_line_each_counted_once(tmp_path):
    path = tmp_path / "good.txt"
    path.write_bytes("Hello.\n\n  Hello. \r\nHow are you?\u2028Fine.".encode())
    found = read_sentences(path)
    assert [row.text for row in found.rows] == ["Hello.", "How are you?\u2028Fine."]
    assert (found.file, found.repeated) == ("good.txt", 1)
    assert found.sha256 == sha256(path.read_bytes()).hexdigest()


def test_json_lines_hold_what_was_said_before(jsonl):
    found = read_sentences(jsonl([{"text": "Yes.", "earlier": ["Hi.", "Tea?"]}, {"text": "Yes."}]))
    assert found.rows == (Sentence("Yes.", ("Hi.", "Tea?")), Sentence("Yes."))


def test_a_sentence_is_said_by_the_attacker_after_the_others_in_turn():
    case = Sentence("Yes.", ("Hi.", "Tea?", "What?")).case(Language.ENGLISH)
    assert [said.role for said in case.history] == [Role.DEFENDER, Role.ATTACKER, Role.DEFENDER]
    assert (case.role, case.text) == (Role.ATTACKER, "Yes.")
    assert Sentence("Yes.").case(Language.CHINESE).history == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", 'is not an object with a "text"'),
        ('{"text": " "}', 'is not an object with a "text"'),
        ('{"text": "a", "earlier": "b"}', '"earlier" is not a list of texts'),
        ('{"text": "a", "earlier": [1]}', '"earlier" is not a list of texts'),
        (json.dumps({"text": "a" * 100_001}), "has 100001 characters"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(tmp_path, row, problem):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "good"}\n' + row + "\n")
    with pytest.raises(SentenceError, match=f"rows.jsonl, line 2: {problem}"):
        read_sentences(path)


def test_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / "good.txt").write_bytes(b"fine\nno\xff\n")
    with pytest.raises(SentenceError, match="line 2: is not UTF-8"):
        read_sentences(tmp_path / "good.txt")


def test_a_sentence_with_nothing_before_it_is_refused_where_something_must_be(jsonl):
    with pytest.raises(SentenceError, match=r"line 2: nothing was said before it; this judge needs a \.jsonl file"):
        read_sentences(jsonl([{"text": "a", "earlier": ["b"]}, {"text": "a"}]), with_earlier=True)


@pytest.mark.parametrize(("name", "problem"), [("none.txt", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read_is_called_what_it_is(tmp_path, name, problem):
    with pytest.raises(SentencesFileError) as wrong:
        read_sentences(tmp_path / name)
    said = f"sentences '{tmp_path / name}' cannot be read: {problem}; name a file with one sentence a line"
    assert str(wrong.value) == said
