"""Diagnostics never hold a secret, whoever writes them."""

import io
import json
import logging

import pytest
import structlog

from arena.server.diagnostics import BLOT, configure, is_secret, redact
from arena.server.settings import Settings

TOKEN = "taboo_0123456789abcdefABCDEF"


@pytest.fixture
def printed():
    """What is printed as JSON lines; the diagnostics of this program are put back after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    access = logging.getLogger("uvicorn.access").disabled
    out = io.StringIO()
    configure(Settings(log_format="json", log_level="debug"), out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = access
    structlog.reset_defaults()


def test_a_line_tells_what_happened_where_and_when(printed):
    structlog.get_logger("hall").warning("agent_crashed", match="m1", seconds=2)
    (row,) = printed()
    assert {name: row[name] for name in ("event", "logger", "level", "match", "seconds")} == {
        "event": "agent_crashed",
        "logger": "hall",
        "level": "warning",
        "match": "m1",
        "seconds": 2,
    }
    assert row["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "key",
    [
        *("token", "api_token", "password", "new_password", "target", "target_word", "text", "guess", "Cookie", "word"),
        *("Set-Cookie", "authorization", "ticket", "csrf", "master", "history", "hits", "utterance", "secret_file"),
    ],
)
def test_a_secret_key_is_blotted_out_at_any_depth(key):
    assert is_secret(key)
    row = redact(None, "info", {key: "banana", "deep": [{"more": {key: "banana"}}]})
    assert "banana" not in json.dumps(row)
    assert BLOT in json.dumps(row)


@pytest.mark.parametrize("key", ["match", "seq", "player", "context", "language", "word_list", "reference", "problem"])
def test_other_keys_are_shown(key):
    assert redact(None, "info", {key: "shown"}) == {key: "shown"}


@pytest.mark.parametrize(
    "text",
    [f"got {TOKEN} here", f"Authorization: Bearer {TOKEN}", "bearer abc.def", "/socket?ticket=abc123&x=1", "token=abc"],
)
def test_a_key_inside_a_text_is_blotted_out(text):
    row = redact(None, "info", {"event": text, "problem": [text]})
    for part in (TOKEN, "abc"):
        assert part not in json.dumps(row)


def test_bytes_and_what_lies_too_deep_are_blotted_out():
    deep: object = "banana"
    for _ in range(20):
        deep = [deep]
    assert "banana" not in json.dumps(redact(None, "info", {"a": deep, "b": b"banana"}))


def test_a_trace_tells_where_and_which_kind_but_no_sentence_and_no_code(printed):
    word = "banana"
    try:
        try:
            raise KeyError(word)
        except KeyError as first:
            raise ValueError(f"leaks {word}\n{word}\n  {word}") from first
    except ValueError as bug:
        structlog.get_logger("api").error("bug", exc_info=(type(bug), bug, bug.__traceback__))
    (row,) = printed()
    assert word not in json.dumps(row)
    assert "ValueError" in row["exception"]
    assert "KeyError" in row["exception"]
    assert "test_diagnostics.py" in row["exception"]


def test_libraries_print_the_same_way(printed):
    try:
        raise OSError("cookie=banana")
    except OSError:
        logging.getLogger("uvicorn.error").exception("failed with session=%s", "banana")
    (row,) = printed()
    assert "banana" not in json.dumps(row)
    assert row["logger"] == "uvicorn.error"


def test_requests_are_not_listed(printed):
    logging.getLogger("uvicorn.access").info("GET /watch/m1")
    assert printed() == []


def test_less_severe_lines_are_left_out():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    try:
        configure(Settings(log_format="console", log_level="error"), out)
        structlog.get_logger("hall").info("nothing")
        structlog.get_logger("hall").error("something", target="banana")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("uvicorn.access").disabled = False
        structlog.reset_defaults()
    assert "nothing" not in out.getvalue()
    assert "something" in out.getvalue()
    assert "banana" not in out.getvalue()
