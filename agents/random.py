"""The agent `random`: says something about random words, whatever it hears. The floor that others are measured from."""

import random
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from agents.grammar import NOUNS, spoken
from agents.hearing import stop_words
from agents.phrases import drafts
from agents.speech import anything, chance, fallback, first_fit, is_safe, refuse_argument
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role
from arena.core.views import AttackerView
from arena.words.graph import graph

_MIN_FREQUENCY = 4.0
_TRIES = 5


class Random:
    """Takes either seat and plays neither: its sentences have nothing to do with the game."""

    card: ClassVar[AgentCard] = AgentCard("random", "1", "says something about random words")

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """A sentence about two random words; an attacker does not say the target."""
        fits = is_safe(view) if isinstance(view, AttackerView) else anything
        return Action(first_fit(view, _babble(view), fits) or fallback(view, fits))

    async def close(self) -> None:
        """Nothing is held."""


def _babble(view: AnyView) -> Iterator[str]:
    language, draw = view.rules.language, chance(view, "babble")
    act = "babble" if view.role is Role.ATTACKER else "babble.back"  # words of the other seat's would be pasted back
    for _ in range(_TRIES):
        yield from drafts(act, language, view.seed, view.turn, _noun(language, draw), _noun(language, draw))


def _noun(language: Language, draw: random.Random) -> str:
    words = _vocabulary(language)
    while True:
        word = words[draw.randrange(len(words))]
        if spoken(word, language).kind in NOUNS:
            return word


@lru_cache(maxsize=2)
def _vocabulary(language: Language) -> tuple[str, ...]:
    """The words that everybody knows."""
    known, stops = graph(language), stop_words(language)
    common = language is Language.CHINESE
    return tuple(
        word for word in known.words() if word not in stops and (common or known.frequency(word) >= _MIN_FREQUENCY)
    )
