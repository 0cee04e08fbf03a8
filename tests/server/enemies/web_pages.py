"""What a page must not hold: a script, a style or a handler that stands in it."""

from html.parser import HTMLParser

_EMBEDS = frozenset({"iframe", "object", "embed", "base", "applet", "frame", "portal"})

_ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "poster", "xlink:href"})
_RUNNING = ("javascript:", "data:", "vbscript:")


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _EMBEDS or tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            runs = name in _ADDRESSES and (value or "").strip().lower().startswith(_RUNNING)
            if name == "style" or name.startswith("on") or runs:
                self.found.append(f"<{tag} {name}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def inline_parts(html: str) -> list[str]:
    """Every part of the page that runs, or styles, by standing in it."""
    reader = _Inline()
    reader.feed(html)
    return reader.found
