"""Text grows by whole characters, and what may become a stop text is held back."""

import os
from pathlib import Path

import pytest

pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.engines.local.spelling import Spelling, respelled
from agents.llm.engines.local.tokens import Tokens

DATA = Path(os.environ.get("TABOO_DATA", ""))


@pytest.fixture(scope="module", params=["tinystories-656k", "stories260k"])
def tokens(request):
    if not (DATA / request.param / "tokenizer.json").is_file():
        pytest.skip(f"TABOO_DATA names no folder with {request.param}")
    from transformers import AutoTokenizer

    return Tokens(request.param, AutoTokenizer.from_pretrained(DATA / request.param), [2])


def spell(tokens, ids, stop=(), prompt=(1,)):
    pieces = []
    spelling = Spelling(tokens, prompt, stop, pieces.append)
    for token in ids:
        if spelling.take(token):
            break
    return *spelling.finished(), pieces


TEXTS = ["said Tom. Then he", " a boy", "x\n\ny", "caf\u00e9 \u82f9\u679c \U0001f34e!", "  two  spaces ", ""]


def require_known(tokens, text):
    if not text.isascii() and tokens.model == "tinystories-656k":
        pytest.skip("its tokenizer knows no such characters")


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_shown_piece_by_piece_is_the_text(tokens, text):
    require_known(tokens, text)
    before = tokens.of("Once upon a time")
    ids = tokens.after(before, text)
    found, is_stopped, pieces = spell(tokens, ids, prompt=before)
    assert (found, is_stopped) == (text, False)
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)


@settings(max_examples=150, deadline=None)
@given(ids=st.lists(st.integers(0, 511), max_size=24))
def test_any_tokens_are_spelled_the_same_one_by_one_and_all_at_once(tokens, ids):
    before = tokens.of("Once upon a time")
    found, _, pieces = spell(tokens, ids, prompt=before)
    assert found == "".join(pieces) == respelled(tokens, before, ids)


@pytest.mark.parametrize(
    ("text", "stop", "left"),
    [
        ("one two three", ("two",), "one "),
        ("one two three", ("three", "e t"), "on"),
        ("one two three", ("nothing", ""), "one two three"),
        ("aaab", ("aab",), "a"),
        ("line\nUser: hi", ("\nUser:",), "line"),
        ("line\nUse", ("\nUser:",), "line\nUse"),
        ("\u82f9\u679c\u6c41", ("\u6c41",), "\u82f9\u679c"),
        ("stop", ("stop",), ""),
    ],
)
def test_text_ends_before_the_first_stop_text(tokens, text, stop, left):
    require_known(tokens, text)
    before = tokens.of("Once upon a time")
    found, is_stopped, pieces = spell(tokens, tokens.after(before, text), stop, before)
    assert (found, is_stopped) == (left, left != text)
    assert "".join(pieces) == left


def test_the_beginning_of_a_stop_text_is_not_shown_before_it_is_none(tokens):
    before = tokens.of("Once upon a time")
    shown = []
    spelling = Spelling(tokens, before, ["xyz!"], shown.append)
    for token in tokens.after(before, "abxyz"):
        assert not spelling.take(token)
        assert "x" not in "".join(shown)
    assert spelling.finished() == ("abxyz", False)
    assert "".join(shown) == "abxyz"
