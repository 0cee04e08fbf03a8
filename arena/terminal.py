"""What others wrote, made safe to show on a terminal. Knows nothing of matches and imports nothing heavy."""

import codecs
import io
import json
import sys
import unicodedata
from functools import lru_cache

_MOST_MARKS = 3
"""Combining marks on one letter that are kept; a pile of more would paint over the lines around."""

_ESCAPE = "taboo.escape"


def speak_anywhere() -> None:
    """Let output survive a terminal that lacks a character: it is written as JSON escapes it, and nothing fails."""
    codecs.register_error(_ESCAPE, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPE)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def plain(text: str) -> str:
    """The text on one line, with nothing in it that a terminal would obey.

    Control characters become their pictures, line breaks and tabs a space; marks that turn the direction of writing or
    take no room are left out. Markup is not escaped: print it as `rich.text.Text`, or plainly.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = []
    marks = 0
    for char in text:
        if seen := _shown(char):
            marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
            shown.append(seen if marks <= _MOST_MARKS else "")
    return "".join(shown)


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    if char in "\n\r\t\v\f\x1c\x1d\x1e\x1f\x85":
        return " "
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Cf":
        return ""
    if category == "Cc":
        return chr(0x2400 + ord(char)) if ord(char) < 0x20 else "\u2421" if char == "\x7f" else "\ufffd"
    return "\ufffd" if category == "Cs" else char
