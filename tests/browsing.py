"""A browser without scripts, for tests of the pages: it keeps cookies, fills in forms, and reads what it is shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from server.asking import ORIGIN, Place

PASSWORD = "a long sentence is a good one"
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect", "source", "wbr"})


@dataclass
class Element:
    """One element of a page, with the text that stands directly and deeply in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


class Page:
    """What the browser was shown."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self.status, self.html = response, response.status_code, response.text
        reader = _Reader()
        reader.feed(self.html)
        self.elements = reader.elements

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of a tag that has these attributes; `class_` needs one of its classes."""
        return [it for it in self.elements if it.tag == tag and _fits(it, attributes)]

    def one(self, tag: str, **attributes: str) -> Element:
        """The first such element."""
        found = self.all(tag, **attributes)
        assert found, f"no <{tag} {attributes}> in the page"
        return found[0]

    @property
    def text(self) -> str:
        """All that can be read on it, spaces as one."""
        return " ".join(self.one("main").text.split())


def _fits(element: Element, attributes: dict[str, str]) -> bool:
    for name, value in attributes.items():
        if name == "class_":
            if value not in element.attributes.get("class", "").split():
                return False
        elif element.attributes.get(name) != value:
            return False
    return True


@dataclass(eq=False)
class Browser:
    """One visitor."""

    place: Place
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Accept": "text/html", "Accept-Language": self.language, **options.pop("headers", {})}
        response = self.place.ask(method, path, cookies=self.cookies, headers=headers, **options)
        for name, value in _set_cookies(response):
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return response

    def get(self, path: str, **options: Any) -> Page:
        """A page; a redirection is not followed."""
        return Page(self.ask("GET", path, **options))

    def send(self, path: str, *, to: Page | None = None, **fields: Any) -> Page:
        """A form of a page (the first page, where none is given). `csrf` is taken from there, unless it is a field."""
        shown = to if to is not None else self.get("/")
        csrf = shown.one("input", name="csrf").attributes["value"]
        return Page(self.ask("POST", path, data={"csrf": csrf, **fields}, headers={"Origin": ORIGIN}))

    def follow(self, page: Page) -> Page:
        """Where a page leads to."""
        assert page.status == 303, page.html[:500]
        return self.get(page.response.headers["location"])

    def register(self, name: str) -> "Browser":
        """Make an account."""
        page = self.send("/register", name=name, password=PASSWORD, agree="yes")
        assert page.status == 303, page.text
        return self


def _set_cookies(response: httpx.Response) -> Iterator[tuple[str, str]]:
    for header in response.headers.get_list("set-cookie"):
        found = re.match(r'([^=]+)="?([^;"]*)"?', header)
        assert found is not None
        yield found[1], found[2]
