"""First-class doubles for attacks on the game: an attack that tries what it is told, agents that do as told."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from doubles import CARD, Player

from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.core.views import DefenderView
from arena.registry import AgentRef
from attacks.core.beam import full_greedy
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.game.goals import Aim
from attacks.game.matches import Contest, Help

RULES = Rules(judges=(), max_turns=3)


class Trying:
    """Tries these words in place of others, all at once, nothing else."""

    name, reads = "trying", ""
    needs = frozenset({Capability.SCORES})

    def __init__(self, instead: Mapping[str, Sequence[str]]) -> None:
        self._instead = instead

    def read(self, written: str) -> Text:
        return Text.of(written, lambda text: _words(text))

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        return full_greedy(text, base, lambda it, at: self._instead.get(it.words[at], ()), lambda _: True)


def _words(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for word in text.split(" "):
        if word:
            spans.append((at, at + len(word)))
        at += len(word) + 1
    return spans


def agent(answer: Callable[[AnyView], object], name: str = "player", card: AgentCard = CARD) -> AgentRef:
    """An agent as it was asked for: every instance answers with what a function makes of the view."""
    return AgentRef(name, None, lambda _: Player(answer), card)


def saying(*lines: str) -> AgentRef:
    """An attacker that says these lines, turn by turn, and the last one from then on."""
    return agent(lambda view: Action(lines[min(view.turn, len(lines)) - 1]), "sayer")


def reacting(view: AnyView) -> Action:
    """Guesses at 'fruit', says the word at 'monkey', is unsure of all else."""
    assert isinstance(view, DefenderView)
    heard = view.said_by(Role.ATTACKER)[-1]
    if "fruit" in heard:
        return Action(guess="banana")
    return Action("they eat banana" if "monkey" in heard else "no idea")


def contest(
    attacker: AgentRef, defender: AgentRef, rules: Rules = RULES, words: tuple[str, ...] = ("banana",), seeds: int = 1
) -> Contest:
    """A contest with seed 0."""
    return Contest(attacker, defender, rules, words, seeds, 0)


def helped(instead: Mapping[str, Sequence[str]], aim: Aim = Aim.HIDE, budget: int | None = None) -> Help:
    """The help of an attack that tries these words."""
    return Help(Trying(instead), aim, budget, "trying")
