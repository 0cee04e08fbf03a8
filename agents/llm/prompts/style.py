"""A style: checked templates for each language and role, and how answers are given.

A file may name another style as its `base`, and then says only what differs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from agents.llm.prompts.errors import PromptError
from agents.llm.prompts.parts import OWN, PARTS, SHOWING_TARGET, parts_of
from agents.llm.prompts.sheets import Seat, Sheet, Texts, read_sheet
from agents.llm.prompts.templates import Template
from arena.core.verdict import Role

STYLES = ("standard", "reasoning", "fewshot", "compact", "plain")
"""The styles that come along."""
MAX_FILE = 128 * 1024
"""The largest file of a user's own prompts, in bytes."""
_NAME = re.compile(r"[\w.+-]{1,40}")
_MAX_STOPS = 8

_Kind = TypeVar("_Kind", bound=StrEnum)


class Layout(StrEnum):
    """What a prompt is."""

    CHAT = "chat"
    """Messages, one for each utterance."""
    TEXT = "text"
    """One text to be continued."""


class AnswerForm(StrEnum):
    """What a model is to answer with."""

    JSON = "json"
    """One object with `say`, and `guess` for the defender."""
    TEXT = "text"
    """Plain words; a guess is announced in them."""


@dataclass(frozen=True, slots=True)
class Style:
    """Templates by language and role, then by part. `thinks` says that thoughts come before the answer."""

    source: str
    name: str
    version: str
    layout: Layout
    answer: AnswerForm
    thinks: bool
    stop: tuple[str, ...]
    templates: Mapping[Seat, Mapping[str, Template]]


def built_in(name: str) -> Style:
    """A style that comes along."""
    return style_of(_built_in_sheet(name))


def from_file(path: Path) -> Style:
    """A user's own style. Raises PromptError."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise PromptError(str(path), f"has more than {MAX_FILE} bytes")
        raw = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PromptError(str(path), f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise PromptError(str(path), f"is not UTF-8 at byte {error.start}") from None
    sheet = read_sheet(raw, str(path))
    settings = {"name": _named(path), "version": "1", **sheet.settings}
    if settings["name"] in STYLES:
        raise PromptError(sheet.source, f"name cannot be {settings['name']!r}: a style that comes along is called so")
    return style_of(Sheet(sheet.source, settings, sheet.texts))


def _named(path: Path) -> str:
    """A name for a file that says none."""
    return re.sub(r"[^\w.+-]+", "-", path.stem)[:40]


@cache
def _built_in_sheet(name: str) -> Sheet:
    file = f"{name}.toml"
    raw = files("agents.llm.prompts").joinpath("styles", file).read_text(encoding="utf-8")
    return read_sheet(raw, file)


def style_of(sheet: Sheet) -> Style:
    """The style of a sheet that has a name and a version, with what it takes from its base. Raises PromptError."""
    settings, texts = sheet.settings, sheet.texts
    if (base := settings.get("base")) is not None:
        if base not in STYLES:
            near = tuple(get_close_matches(str(base), STYLES, n=1))
            raise PromptError(sheet.source, f"base: there is no style {base!r}", None, near, STYLES)
        settings, texts = _over(_flat(base), sheet)
    told = _Settings(Sheet(sheet.source, settings, texts))
    layout, answer = told.member("layout", Layout, "chat"), told.member("answer", AnswerForm, "json")
    if layout is Layout.TEXT and answer is AnswerForm.JSON:
        raise PromptError(sheet.source, 'layout = "text" needs answer = "text": a transcript has lines of plain words')
    if not texts:
        raise PromptError(sheet.source, 'has no texts; write [en.attacker] and so on, or name a base = "standard"')
    templates = {
        seat: _templates(own, seat, sheet.source, answer) for seat, own in texts.items() if _is_meant(own, seat)
    }
    if not templates:
        raise PromptError(sheet.source, "has neither [en.attacker] nor another role's own texts")
    return Style(
        sheet.source, told.text("name"), told.text("version"), layout, answer, told.flag("thinks"), told.stops(),
        templates,
    )  # fmt: skip


def _flat(name: str) -> Sheet:
    """A built-in sheet with what its own base gives it."""
    sheet = _built_in_sheet(name)
    base = sheet.settings.get("base")
    if base is None:
        return sheet
    settings, texts = _over(_flat(base), sheet)
    return Sheet(sheet.source, settings, texts)


def _over(base: Sheet, sheet: Sheet) -> tuple[Mapping[str, Any], Mapping[Seat, Texts]]:
    """Settings and texts of a sheet laid over those of its base."""
    seats = {*base.texts, *sheet.texts}
    texts: dict[Seat, Texts] = {
        seat: {**base.texts.get(seat, {}), **sheet.texts.get(seat, {})} for seat in sorted(seats)
    }
    return {**base.settings, **sheet.settings}, texts


def _is_meant(texts: Texts, seat: Seat) -> bool:
    """Whether a role has texts of its own, not only those that both roles share."""
    return any(place.part.startswith(f"{seat[0]}.{seat[1]}.") for _, place in texts.values())


def _templates(texts: Texts, seat: Seat, source: str, answer: AnswerForm) -> dict[str, Template]:
    """The checked templates of one role. Raises PromptError for one that is missing or does not show what it must."""
    language, role = seat
    where = f"{language}.{role}"
    found = {name: Template.parse(text, place, PARTS[name].slots(role)) for name, (text, place) in texts.items()}
    if OWN in found and answer is AnswerForm.JSON:
        raise found[OWN].place.wrong('is never shown: earlier answers are shown as JSON; set answer = "text" to use it')
    for name in parts_of(role):
        part = PARTS[name]
        if name not in found:
            if name == OWN and answer is AnswerForm.TEXT:
                raise PromptError(source, f"[{where}] has no {name!r}: {part.about}")
            if part.is_needed:
                lender = 'a base = "standard" would lend one'
                raise PromptError(source, f"[{where}] has no {name!r}: {part.about}; {lender}")
        elif part.shows and not found[name].uses & set(part.shows):
            slots = " nor ".join(f"{{{{ {slot} }}}}" for slot in part.shows)
            raise found[name].place.wrong(f"shows {'neither ' if len(part.shows) > 1 else 'no '}{slots}: {part.why}")
    if role is Role.ATTACKER and not any(name in found and "target" in found[name].uses for name in SHOWING_TARGET):
        raise PromptError(
            source, f"[{where}] never shows {{{{ target }}}}: the attacker would not know its word; put it in 'secret'"
        )
    return found


class _Settings:
    """The settings of a sheet, read with their types."""

    def __init__(self, sheet: Sheet) -> None:
        self._source, self._values = sheet.source, sheet.settings

    def member(self, name: str, kind: type[_Kind], default: str) -> _Kind:
        value = self._values.get(name, default)
        try:
            return kind(value)
        except ValueError:
            near = tuple(get_close_matches(str(value), [*kind], n=1))
            raise PromptError(self._source, f"{name} cannot be {value!r}", None, near, tuple(kind)) from None

    def text(self, name: str) -> str:
        value = self._values[name]
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not _NAME.fullmatch(text):
            raise PromptError(self._source, f"{name} cannot be {value!r}: up to 40 letters, digits, dots and dashes")
        return text

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise PromptError(self._source, f"{name} cannot be {value!r}: write true or false")
        return value

    def stops(self) -> tuple[str, ...]:
        value = self._values.get("stop", [])
        is_fine = isinstance(value, list) and len(value) <= _MAX_STOPS
        if not is_fine or not all(isinstance(each, str) and 0 < len(each) <= 40 for each in value):
            raise PromptError(self._source, f"stop must be a list of at most {_MAX_STOPS} texts of 1 to 40 characters")
        return tuple(value)
