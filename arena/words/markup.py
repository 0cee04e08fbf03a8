"""Markup that stands inside a word and vanishes when the text is shown: ban**ana**, <b>ban</b>ana, ban`ana`."""

import re

_INLINE = "a|abbr|b|big|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr"
_TAGS = re.compile(rf"(?<=[^\W\d_])(?:</?(?:{_INLINE})(?: [^<>]{{0,200}})?/?>)+(?=[^\W\d_])")
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
    for chunk in _CHUNK.finditer(text):
        marks += _joining(text, chunk.start(), chunk.end())
    return sorted(marks)


def _joining(text: str, start: int, end: int) -> list[tuple[int, int]]:
    runs = [match.span() for match in _RUN.finditer(text, start, end)]
    inner = [
        (left, right) for left, right in runs if left > start and right < end and _is_inside(text[left - 1], text[right])
    ]
    if not inner or _is_spelled(text, start, end):
        return []
    return [span for span in inner if _is_paired(text, span, runs, start, end)]


def _is_inside(before: str, after: str) -> bool:
    return before.isalpha() and after.isalpha()


def _is_spelled(text: str, start: int, end: int) -> bool:
    """Whether the marks part single Latin letters, as in b*a*n*a*n*a: those are separators."""
    return all(len(piece) == 1 and piece.isascii() for piece in _RUN.split(text[start:end]) if piece)


def _is_paired(text: str, span: tuple[int, int], runs: list[tuple[int, int]], start: int, end: int) -> bool:
    mark = text[slice(*span)]
    if mark[0] == "_":
        edges = (runs[0][0] == start, runs[-1][1] == end)
        return len(runs) == 2 and text[slice(*runs[0])] == text[slice(*runs[1])] and (
            edges == (False, True) or (len(mark) > 1 and edges == (True, False))
        )
    if len(mark) >= 4 and len(mark) % 2 == 0:
        return True  # opened and closed at once
    alike = sum(text[left:right] == mark for left, right in runs)
    return alike % 2 == 0 or (mark in _BOLD and text.count(mark) % 2 == 0)
