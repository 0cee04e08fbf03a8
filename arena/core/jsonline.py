"""One JSON value on one line, whatever a reader takes for the end of a line."""

import json

# Inside a string, JSON allows line separators, at which many a reader splits, and halves of characters, which no
# encoding can write.
_ESCAPED = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029, *range(0xD800, 0xE000))}


def to_line(row: object) -> str:
    """The value as compact JSON with no line break of any kind inside, readable in any script."""
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return line if line.isascii() else line.translate(_ESCAPED)
