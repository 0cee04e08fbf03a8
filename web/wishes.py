"""What somebody wants to play, as the lobby's form has it: read, checked as far as a form can, and shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from starlette.datastructures import QueryParams

from arena.core.hits import Language
from arena.core.rules import PRESETS
from arena.core.verdict import Role
from arena.server.errors import InputError
from arena.server.lobby import AgentRow, Terms
from web.render import Sent

AGAINST = ("agent", "anyone", "seat", "link", "person")
"""Whom one can play against: a program, whoever the queue finds, an open seat's taker, a friend, a person by name."""
_NUMBERS = {"max_turns": ("max_turns", 1), "guess_limit": ("guess_limit", 1), "turn_seconds": ("turn_ms", 1000)}
_NUMBERS["bank_seconds"] = ("bank_ms", 1000)
_BY_LINK = ("role", "against", "agent", "person", "preset")
_CHOICES = ("wrong_guess", "form", "evasion")


@dataclass(frozen=True)
class Wish:
    """The form as it stands. All fields are text, empty where the preset decides."""

    role: str = "attacker"
    against: str = "agent"
    agent: str = ""
    person: str = ""
    language: str = "en"
    preset: str = "paper"
    max_turns: str = ""
    guess_limit: str = ""
    turn_seconds: str = ""
    bank_seconds: str = ""
    wrong_guess: str = ""
    form: str = ""
    evasion: str = ""
    word_list: str = ""
    nickname: str = ""
    with_people: bool = True
    with_agents: bool = True
    unrated: bool = False

    @classmethod
    def fresh(cls, language: Language, query: QueryParams) -> "Wish":
        """The form of a visitor who comes by a link, which may have chosen some of it."""
        wish = cls(language=language.value)
        for name in _BY_LINK:
            if name in query:
                chosen: dict[str, Any] = {name: query[name][:60]}
                wish = replace(wish, **chosen)
        return wish if wish.against in AGAINST and wish.preset in PRESETS else cls(language=language.value)

    @classmethod
    def read(cls, sent: Sent) -> "Wish":
        """The form that was sent. Raises InputError."""
        texts: dict[str, Any] = {
            it.name: sent.text(it.name, 60) for it in fields(cls) if it.type is str and it.name in sent.fields
        }
        ticks: dict[str, Any] = {it.name: sent.has(it.name) for it in fields(cls) if it.type is bool}
        wish = replace(cls(), **texts, **ticks)
        if wish.against not in AGAINST:
            raise InputError("against", "choose one of " + ", ".join(AGAINST))
        return wish

    def with_agent(self, agents: Sequence[AgentRow]) -> "Wish":
        """The form with a program chosen that plays this language and the other side."""
        other = {"attacker": Role.DEFENDER, "defender": Role.ATTACKER}.get(self.role)
        fits = [it for it in agents if self.language in it.languages and (other is None or other in it.roles)]
        return replace(self, agent=fits[0].name if fits else "")

    @property
    def has_changes(self) -> bool:
        """Whether single rules differ from the preset."""
        return any(getattr(self, name) for name in (*_NUMBERS, *_CHOICES, "word_list"))

    @property
    def seat(self) -> Role | None:
        """The side that is wanted, None for either. Raises InputError."""
        if self.role == "any":
            return None
        if self.role not in list(Role):
            raise InputError("role", "choose attacker, defender or any")
        return Role(self.role)

    def terms(self) -> Terms:
        """What is proposed. Raises InputError; whether the rules can be played is for the lobby to say."""
        if self.language not in list(Language):
            raise InputError("language", "choose one of " + ", ".join(Language))
        language = Language(self.language)
        return Terms(language, self.preset, self._changes(), self.word_list or None, rated=not self.unrated)

    def _changes(self) -> Mapping[str, Any]:
        changes: dict[str, Any] = {name: value for name in _CHOICES if (value := getattr(self, name))}
        for name, (rule, unit) in _NUMBERS.items():
            given = getattr(self, name)
            if given and not (given.isascii() and given.isdecimal() and len(given) < 8):
                raise InputError(name, "give a whole number")
            if given:
                changes[rule] = int(given) * unit
        return changes
