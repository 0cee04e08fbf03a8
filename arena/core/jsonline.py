"""One JSON value on one line, whatever a reader takes for the end of a line."""

import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# JSON allows these three inside a string, but many a reader splits lines at them.
_LINE_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def to_line(row: object) -> str:
    """The value as compact JSON with no line break of any kind inside, readable in any script."""
    line = _ENCODER.encode(row)
    return line if line.isascii() else line.translate(_LINE_BREAKS)
