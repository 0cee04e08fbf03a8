"""The text after which the target is looked for: the defender's own view, written out, and then a beginning of its own.

One text for every model, chat format or not, so that the numbers of two models answer one question. What the defender
was not shown cannot enter it: it is made of a `DefenderView`, which has no field for the target.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from arena.core.verdict import Role
from arena.core.views import DefenderView


class Place(StrEnum):
    """Where the target is looked for."""

    NEXT = "next"
    """As the next word of the defender: how near it is to saying the word unaware."""
    GUESS = "guess"
    """After "I know the word! It is": how near it is to naming the word when asked."""


@lru_cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))


def texts_hash(place: Place) -> str:
    """16 hex digits over every text that may stand before the target."""
    rows = sorted((language, name, text) for language, row in _texts().items() for name, text in row.items())
    return sha256(repr((place.value, rows)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text that ends where the target is looked for; `left_out` utterances of the talk did not fit."""

    text: str
    left_out: int


def cloze(view: DefenderView, place: Place, fits: Callable[[str], bool] = lambda _: True) -> Cloze | None:
    """The talk that the defender was shown, up to where it would speak; None where not even its end fits.

    Where the whole does not fit, its middle is left out: the first exchange and the latest ones stay, and at last the
    latest utterance alone.
    """
    texts = _texts()[view.rules.language.value]
    lines = [_line(said.role, said.text or "", said.guess, texts) for said in view.history]
    cut = ([*lines[:2], *lines[start:]] for start in range(4, len(lines), 2))
    for some in (lines, *cut, lines[-1:]):
        text = "\n".join([texts["opening"], *some, texts[place]])
        if fits(text):
            return Cloze(text, len(lines) - len(some))
    return None


def _line(role: Role, said: str, guess: str | None, texts: dict[str, str]) -> str:
    """One utterance on one line, so that nobody can write lines in the other's name."""
    if guess is not None:
        said = f"{said} {texts['guessed'].format(guess=guess)}"
    return texts[role].format(said=" ".join(said.split()))


def spellings(word: str) -> tuple[str, ...]:
    """How a word may be written: as it is listed, or with a capital."""
    return tuple(dict.fromkeys((word, f"{word[:1].upper()}{word[1:]}")))
