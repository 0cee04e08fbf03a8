"""Reads a file of prompts: its settings and its texts, each text with the line that it begins on.

Nothing is checked here but the shape; what the texts say is checked where they become a style.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from agents.llm.prompts.errors import PromptError
from agents.llm.prompts.parts import PARTS, parts_of
from agents.llm.prompts.templates import Place
from arena.core.hits import Language
from arena.core.verdict import Role

SETTINGS = ("name", "version", "base", "layout", "answer", "thinks", "stop")
"""What a file may say of the whole style."""

Seat = tuple[Language, Role]
Texts = Mapping[str, tuple[str, Place]]
"""Texts by the name of their part, each with its place."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a file: settings as they were read, and the texts of each language and role that it has."""

    source: str
    settings: Mapping[str, Any]
    texts: Mapping[Seat, Texts]


def read_sheet(raw: str, source: str) -> Sheet:
    """Read a file's text. Raises PromptError where it is no TOML or has names that no prompts have."""
    lines = _Lines(raw.replace("\r\n", "\n"), source)
    try:
        rows = tomllib.loads(lines.raw)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), ", str(error))
        raise PromptError(source, f"is not TOML: {error}", int(found[1]) if found else None) from None
    except RecursionError:
        raise PromptError(source, "is nested too deep") from None
    languages = tuple(language.value for language in Language)
    lines.require_known(rows, (*SETTINGS, *languages), "")
    texts: dict[Seat, Texts] = {}
    for language in Language:
        if language.value in rows:
            texts.update(_seats(rows[language.value], language, lines))
    return Sheet(source, {name: rows[name] for name in SETTINGS if name in rows}, texts)


def _seats(table: object, language: Language, lines: "_Lines") -> dict[Seat, Texts]:
    """The texts of both roles in one language: those that both share, and each role's own."""
    shared = lines.table(table, language.value, (*PARTS, *(role.value for role in Role)))
    found: dict[Seat, Texts] = {}
    for role in Role:
        where = f"{language}.{role}"
        own = lines.table(shared.get(role.value, {}), where, parts_of(role))
        both = {name: text for name, text in shared.items() if name in parts_of(role)}
        found[language, role] = {
            **{name: lines.text(text, language.value, name) for name, text in both.items()},
            **{name: lines.text(text, where, name) for name, text in own.items()},
        }
    return found


@dataclass(frozen=True, slots=True)
class _Lines:
    """The text of a file, asked where things stand in it."""

    raw: str
    source: str

    def require_known(self, names: Mapping[str, object], known: tuple[str, ...], table: str) -> None:
        for name in names:
            if name not in known:
                near = tuple(get_close_matches(name, known, n=2))
                where = f" in [{table}]" if table else ""
                line = self._line(self._key(table, name))
                raise PromptError(self.source, f"nothing is called {name!r}{where}", line, near, known)

    def table(self, value: object, table: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise PromptError(self.source, f"{table} must be a table, as in [{table}]")
        self.require_known(value, known, table)
        return value

    def text(self, value: object, table: str, name: str) -> tuple[str, Place]:
        """A text with its place, which is exact where the file holds the text as it is read (between three quotes)."""
        key = self._key(table, name)
        place = Place(self.source, f"{table}.{name}", self._line(key))
        if not isinstance(value, str):
            raise place.wrong("must be text")
        if key is not None and (quotes := re.compile(r"""('''\n?|\"""\n?|'|")""").match(self.raw, key.end())):
            is_verbatim = self.raw.startswith(value, quotes.end())
            line = self.raw.count("\n", 0, quotes.end()) + 1 if is_verbatim else place.line
            return value, Place(self.source, place.part, line)
        return value, place

    def _key(self, table: str, name: str) -> re.Match[str] | None:
        """Where a name is given its value, or opens a table."""
        full = re.escape(f"{table}.{name}" if table else name)
        if opened := re.search(rf"^[ \t]*\[{full}[.\]]", self.raw, re.MULTILINE):
            return opened
        head = re.search(rf"^[ \t]*\[{re.escape(table)}\]", self.raw, re.MULTILINE) if table else None
        given = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*=[ \t]*", re.MULTILINE)
        return given.search(self.raw, head.end() if head else 0)

    def _line(self, key: re.Match[str] | None) -> int | None:
        return None if key is None else self.raw.count("\n", 0, key.start()) + 1
