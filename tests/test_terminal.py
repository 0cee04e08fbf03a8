import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.terminal import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hello there.", "Hello there."),
        ("\u4f60\u597d\uff0c\u9999\u8549", "\u4f60\u597d\uff0c\u9999\u8549"),
        ("caf\u00e9 \U0001f34c", "caf\u00e9 \U0001f34c"),
        ("[bold]loud[/bold] :smile:", "[bold]loud[/bold] :smile:"),
        ("\x1b[2J\x1b]0;owned\x07", "\u241b[2J\u241b]0;owned\u2407"),
        ("\x9b2J\x7f\x00", "\ufffd2J\u2421\u2400"),
        ("two\nlines\r\nand\ttabs\u2028here", "two lines  and tabs here"),
        ("\u202egnihton\u202c ba\u200bna\u00adna\ufeff", "gnihton banana"),
        ("half \ud800", "half \ufffd"),
        ("z" + "\u0300" * 40 + "o", "z" + "\u0300" * 3 + "o"),
        ("", ""),
    ],
)
def test_nothing_is_left_that_a_terminal_would_obey(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_what_is_shown_is_one_printable_line_and_stays_as_it_is(text):
    shown = plain(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert len(shown.splitlines()) <= 1
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert plain(shown) == shown
