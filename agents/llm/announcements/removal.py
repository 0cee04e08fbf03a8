"""Takes spans out of a text and tidies what stays."""

import re
from collections.abc import Iterable

_LOOSE = " \t\n,:;([<\u2014\u2013-\uff0c\uff1a"
_JOINING = (" and", ",and", " so", ",so", " but", ",but", " because")
# Lines on which nothing but markup stayed.
_EMPTY_LINE = re.compile(r"^[ \t*_`~#>\-\[\]()<>\"\u201c\u201d]+$", re.MULTILINE)
_BLANKS = re.compile(r"[ \t]{2,}")
_LINES = re.compile(r"\n{2,}")


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without the spans, in order, with no loose ends where they stood."""
    kept, at = [], 0
    for start, end in sorted(spans):
        if start > at:
            kept.append(_without_loose_end(text[at:start]))
        at = max(at, end)
    kept.append(text[at:].lstrip(" )]>*_`~"))
    joined = _EMPTY_LINE.sub("", "\n".join(piece for piece in kept if piece.strip()))
    return _LINES.sub("\n", _BLANKS.sub(" ", joined)).strip()


def _without_loose_end(piece: str) -> str:
    """The piece without what a cut leaves at its end: a comma, a joining word, an opening bracket."""
    piece = piece.rstrip(_LOOSE)
    for word in _JOINING:
        if piece.lower().endswith(word):
            return piece[: -len(word)].rstrip(_LOOSE)
    return piece
