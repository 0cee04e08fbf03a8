"""Saying one thing: the first draft that fits, and chance that comes from the view alone.

A built-in agent is a pure function of its view, so a match that was killed goes on as if nothing had happened.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agents.hearing import heard
from agents.phrases import drafts
from arena.core.errors import TabooError
from arena.core.ports import AnyView
from arena.core.seeds import derive
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView
from arena.words import said


@dataclass(eq=False)
class AgentArgumentError(TabooError):
    """A built-in agent was given an argument that it has no use for, or one that it cannot use."""

    agent: str
    argument: str | None
    remedy: str

    def __str__(self) -> str:
        return f"agent {self.agent!r} cannot take {self.argument!r}: {self.remedy}"


@dataclass(eq=False)
class SeatError(TabooError):
    """An agent was shown the view of a seat that it cannot take."""

    role: Role

    def __str__(self) -> str:
        return f"this agent does not sit as {self.role}; its card names the seats that it takes"


def refuse_argument(agent: str, argument: str | None) -> None:
    """Raises AgentArgumentError where there is an argument."""
    if argument is not None:
        raise AgentArgumentError(agent, argument, f"name it {agent!r} alone")


def chance(view: AnyView, purpose: str) -> random.Random:
    """Chance for one purpose of this turn."""
    return random.Random(derive(str(view.seed), "turn", view.turn, purpose))


def match_chance(view: AnyView, purpose: str) -> random.Random:
    """Chance for one purpose that is the same in every turn of this seat's match."""
    return random.Random(derive(str(view.seed), "match", purpose))


def words_of(view: AnyView, role: Role) -> set[str]:
    """Every word that one side has mentioned so far."""
    return {word for text in view.said_by(role) for word in heard(text, view.rules.language)}


def last_words(view: AnyView, role: Role) -> tuple[str, ...]:
    """The words of the last utterance of one side."""
    texts = view.said_by(role)
    return heard(texts[-1], view.rules.language) if texts else ()


def anything(_text: str) -> bool:
    """Every text fits."""
    return True


def is_safe(view: AttackerView) -> Callable[[str], bool]:
    """Whether the attacker can say a text: it says the target in no way, hidden ones included."""
    policy = view.rules.attacker_policy
    return lambda text: not said(text, view.target, policy)


def first_fit(view: AnyView, drafts: Iterable[str], fits: Callable[[str], bool]) -> str | None:
    """The first draft that fits, is short enough and was not said by this seat before, or None."""
    before = frozenset(view.said_by(view.role))
    limit = view.rules.max_chars
    return next((text for text in drafts if len(text) <= limit and text not in before and fits(text)), None)


def fallback(view: AnyView, fits: Callable[[str], bool]) -> str:
    """What is left to say when no draft fits: a mark alone always does."""
    limit = view.rules.max_chars
    left = drafts("left", view.rules.language, view.seed, view.turn)
    return next((text for text in left if len(text) <= limit and fits(text)), "?")


def as_attacker(view: AnyView) -> AttackerView:
    """The view of an attacker. Raises SeatError for a defender's."""
    if isinstance(view, AttackerView):
        return view
    raise SeatError(view.role)


def as_defender(view: AnyView) -> DefenderView:
    """The view of a defender. Raises SeatError for an attacker's."""
    if isinstance(view, DefenderView):
        return view
    raise SeatError(view.role)
