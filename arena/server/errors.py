"""What a server refuses, and the one table that maps every error to an HTTP status.

Each error composes a sentence that may be sent to whoever caused it: none holds a target, a token or another's words.
"""

from dataclasses import dataclass
from typing import NamedTuple

from arena.core.errors import RulesError, TabooError, UnknownNameError
from arena.registry import JudgeVersionError
from arena.store.errors import LogError, MatchNotFoundError, RedactionError
from arena.words.errors import TargetError
from arena.words.lists import WordListError


@dataclass(eq=False)
class InputError(TabooError):
    """A field of a request cannot be used."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


@dataclass(eq=False)
class NameTakenError(TabooError):
    """The name, or one that looks like it, belongs to somebody."""

    name: str

    def __str__(self) -> str:
        return f"the name {self.name!r}, or one that looks like it, is taken; choose another"


class WrongLoginError(TabooError):
    """Name and password do not fit. Says nothing about which of them is wrong."""

    def __str__(self) -> str:
        return "name and password do not fit; check both, or register"


class NotSignedInError(TabooError):
    """The request needs to know who asks."""

    def __str__(self) -> str:
        return "sign in first, or send a valid token as 'Authorization: Bearer TOKEN'"


@dataclass(eq=False)
class ForbiddenError(TabooError):
    """Whoever asks may not do that."""

    remedy: str

    def __str__(self) -> str:
        return self.remedy


class NotAgreedError(TabooError):
    """Nobody says a word before agreeing that it is stored."""

    def __str__(self) -> str:
        return "agree first that what you say is stored and used for research"


class BannedError(TabooError):
    """The account was shut out by an admin."""

    def __str__(self) -> str:
        return "this account may not play here any more; ask the host"


@dataclass(eq=False)
class NotFoundError(TabooError):
    """There is no such thing, or it is not for whoever asks: the answer is the same."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"there is no {self.kind} {self.name!r}"


@dataclass(eq=False)
class ConflictError(TabooError):
    """The request was sound, but things stand otherwise by now."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class ThrottledError(TabooError):
    """Too many requests of one kind. `seconds` is how long to wait."""

    limit: str
    seconds: int

    def __str__(self) -> str:
        return f"too many requests ({self.limit}); try again in {self.seconds} s"


class DrainingError(TabooError):
    """The server is about to restart."""

    def __str__(self) -> str:
        return "the server is about to restart and opens no new matches; try again in a minute"


@dataclass(eq=False)
class FullError(TabooError):
    """A bound of the server is reached."""

    what: str
    limit: int

    def __str__(self) -> str:
        return f"there are {self.limit} {self.what} already, which is the most there may be; try again later"


class Problem(NamedTuple):
    """How an error is told over HTTP: status and a title that never changes."""

    status: int
    title: str


PROBLEMS: dict[type[TabooError], Problem] = {
    InputError: Problem(422, "input refused"),
    NameTakenError: Problem(409, "name taken"),
    WrongLoginError: Problem(401, "wrong login"),
    NotSignedInError: Problem(401, "not signed in"),
    ForbiddenError: Problem(403, "forbidden"),
    NotAgreedError: Problem(403, "not agreed"),
    BannedError: Problem(403, "banned"),
    NotFoundError: Problem(404, "not found"),
    ConflictError: Problem(409, "conflict"),
    ThrottledError: Problem(429, "too many requests"),
    DrainingError: Problem(503, "restarting"),
    FullError: Problem(503, "full"),
    RulesError: Problem(422, "rules refused"),
    UnknownNameError: Problem(422, "unknown name"),
    JudgeVersionError: Problem(422, "judge refused"),
    TargetError: Problem(422, "word refused"),
    WordListError: Problem(422, "word list refused"),
    MatchNotFoundError: Problem(404, "not found"),
    RedactionError: Problem(409, "cannot be redacted"),
    LogError: Problem(503, "log unavailable"),
}


def problem_of(error: TabooError) -> Problem:
    """The nearest entry of the table; 500 for an error that nobody foresaw."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return Problem(500, "internal error")
