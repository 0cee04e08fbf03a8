"""Reads a flat object that is JSON but for its quotes, commas or end, as small models write it."""

import re

# A key with its colon: quoted either way, or a bare word. What may stand before it are commas and blanks.
_KEY = re.compile(
    r"[\s,]{0,200}(?:[\"'\u201c\u2018]([^\"'\u2018-\u201d\n]{1,40})[\"'\u201d\u2019]|(\w{1,40}))\s{0,20}[:=]\s{0,200}"
)
# A number or a literal, up to the comma or the end of the object.
_BARE = re.compile(r"[^\s,{}\[\]\"'][^,{}\[\]\"'\n]{0,200}")
# A closing quote is one that a comma and a key, or the end of the object, follow; others belong to the text.
_AFTER_VALUE = re.compile(
    r"\s{0,200}(?:,?\s{0,200}(?:\}|\Z)|,\s{0,200}\w{1,40}\s{0,20}[:=]"
    r"|,?\s{0,200}[\"'\u201c]\w{1,40}[\"'\u201d]\s{0,20}:)"
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": ""}
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}
_LITERALS: dict[str, bool | None] = {
    "null": None,
    "none": None,
    "undefined": None,
    "nil": None,
    "true": True,
    "false": False,
}
_MAX_FIELDS = 32


def read_object(text: str, start: int) -> dict[str, str | bool | None] | None:
    """The fields of the object that begins at the brace at `start`, or None where they cannot be read safely."""
    fields: dict[str, str | bool | None] = {}
    at = start + 1
    for _ in range(_MAX_FIELDS):
        key = _KEY.match(text, at)
        if key is None:
            break
        read = _value(text, key.end())
        if read is None:
            return None
        fields[key[1] or key[2]], at = read
    return fields or None


def _value(text: str, at: int) -> tuple[str | bool | None, int] | None:
    if closer := _QUOTES.get(text[at : at + 1]):
        return _quoted(text, at + 1, closer)
    if bare := _BARE.match(text, at):
        word = bare[0].strip()
        return _LITERALS.get(word.lower(), word), bare.end()
    return None


def _quoted(text: str, start: int, closer: str) -> tuple[str, int]:
    """The text up to its closing quote, or to the end of everything where the model was cut off."""
    at = text.find(closer, start)
    while at >= 0:
        if text[at - 1] != "\\" and _AFTER_VALUE.match(text, at + 1):
            return _unescaped(text[start:at]), at + 1
        at = text.find(closer, at + 1)
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return _unescaped(text[start:end].rstrip("\\}` ")), end


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda it: chr(int(it[1], 16)) if it[1] else _ESCAPED.get(it[2], it[2]), text)
