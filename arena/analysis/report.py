"""Reports as one HTML file: no script, nothing fetched, light and dark, readable on a phone and in print.

Knows how a page is put together and how others' texts are made harmless; knows nothing of what is reported. Parts are
strings of HTML: whoever makes one passes every text through `shown` or `escaped`. `charts` draws.
"""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.resources import files

# Whatever a text smuggles in, a browser runs and fetches nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_MOST_MARKS = 3
"""Combining marks on one letter that are drawn; a pile of more would paint over the lines around."""


def page(title: str, lead: str, parts: Iterable[str]) -> str:
    """A whole document. `title` and `lead` are texts, `parts` HTML."""
    style = files("arena.analysis").joinpath("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{shown(title)}</h1><p>{shown(lead)}</p></header>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def section(title: str, lead: str, *parts: str) -> str:
    """A part of the page with its heading. `title` and `lead` are texts, `parts` HTML."""
    told = f'<p class="lead">{shown(lead)}</p>' if lead else ""
    return f"<section><h2>{shown(title)}</h2>{told}{''.join(parts)}</section>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table, which becomes a list of cards on a phone. `heads` and `caption` are texts, cells HTML.

    The first cell of a row names it.
    """
    names = [escaped(head) for head in heads]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = []
    for first, *others in rows:
        cells = "".join(f'<td data-of="{name}">{cell}</td>' for name, cell in zip(names[1:], others, strict=True))
        body.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll"><table><caption>{escaped(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def escaped(text: str) -> str:
    """The text as HTML and as the value of an attribute, what cannot be seen left out."""
    return html.escape("".join(char for char in text if unicodedata.category(char) not in _UNSEEN))


def shown(text: str) -> str:
    """The text as HTML, what cannot be seen made visible: U+202E stands as a sign of that name and turns nothing."""
    if text.isascii() and text.isprintable():
        return html.escape(text)
    parts, marks = [], 0
    for char in [*text, ""]:
        if char and unicodedata.category(char) in ("Mn", "Me"):
            marks += 1
            parts.append(char if marks <= _MOST_MARKS else "")
            continue
        if marks > _MOST_MARKS:
            parts.append(f'<span class="sign">+{marks - _MOST_MARKS} marks</span>')
        marks = 0
        parts.append(_shown(char) if char else "")
    return "".join(parts)


def _shown(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in _UNSEEN:
        return html.escape(char)
    name = unicodedata.name(char, "unnamed").lower()
    return f'<span class="sign" title="{name}">U+{ord(char):04X}</span>'
