"""Markup that stands inside a word and vanishes when the text is shown: ban**ana**, <b>ban</b>ana, ban&shy;ana."""

import re
from collections import Counter
from html.entities import html5

_INLINE = "a|abbr|b|big|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr"
_TAG = rf"</?(?:{_INLINE})(?: [^<>]{{0,200}})?/?>"
_COMMENT = r"<!--(?:(?!-->).){0,200}-->"
_TAGS = re.compile(rf"(?<=[^\W\d_])(?:{_TAG}|{_COMMENT})+(?=[^\W\d_])")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,30}));")
_LAST_CODE = 0x10FFFF
_RUN = re.compile(r"\*+|`+|~~+|\|\|+|_+")
_CHUNK = re.compile(r"\S+")
_BOLD = ("**", "***", "`", "``", "~~", "||")
"""Marks that nothing but markup puts between two letters, so that their partner may stand in another word."""


def hidden_marks(text: str) -> list[tuple[int, int]]:
    """The slices of a folded text that are markup joining letters, in order."""
    marks: list[tuple[int, int]] = []
    if "<" in text:
        marks += [match.span() for match in _TAGS.finditer(text)]
    if not any(mark in text for mark in ("*", "`", "~~", "||", "_")):
        return marks
    in_text = Counter(_RUN.findall(text))
    for chunk in _CHUNK.finditer(text):
        marks += _joining(text, chunk.start(), chunk.end(), in_text)
    return sorted(marks)


def references(text: str) -> list[tuple[int, int, str]]:
    """The slices of a text that are character references, as &shy; is, in order; each with what it shows."""
    if "&" not in text or ";" not in text:
        return []
    found = ((match, _shown(match)) for match in _REFERENCE.finditer(text))
    return [(*match.span(), shown) for match, shown in found if shown]


def _shown(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return html5.get(f"{name};", "")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code <= _LAST_CODE else ""


def _joining(text: str, start: int, end: int, in_text: Counter[str]) -> list[tuple[int, int]]:
    runs = [match.span() for match in _RUN.finditer(text, start, end)]
    inner = [span for span in runs if start < span[0] and span[1] < end and _is_inside(text, span)]
    if not inner or _is_spelled(text[start:end]):
        return []
    in_chunk = Counter(text[slice(*span)] for span in runs)
    edges = (runs[0][0] == start, runs[-1][1] == end)
    return [span for span in inner if _is_markup(text[slice(*span)], in_chunk, in_text, edges)]


def _is_inside(text: str, span: tuple[int, int]) -> bool:
    return text[span[0] - 1].isalpha() and text[span[1]].isalpha()


def _is_spelled(chunk: str) -> bool:
    """Whether the marks part single Latin letters, as in b*a*n*a*n*a: those are separators."""
    return all(len(piece) == 1 and piece.isascii() for piece in _RUN.split(chunk) if piece)


def _is_markup(mark: str, in_chunk: Counter[str], in_text: Counter[str], edges: tuple[bool, bool]) -> bool:
    """Whether a mark has a partner; a lone underscore is no emphasis but a part of a snake_case name."""
    if mark[0] == "_":
        is_emphasis = edges == (False, True) or (len(mark) > 1 and edges == (True, False))
        return is_emphasis and in_chunk[mark] == in_chunk.total() == 2
    if len(mark) >= 4 and len(mark) % 2 == 0:
        return True  # opened and closed at once
    return in_chunk[mark] % 2 == 0 or (mark in _BOLD and in_text[mark] % 2 == 0)
