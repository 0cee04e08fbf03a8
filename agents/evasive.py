"""The agent `evasive`: never says a word that it suspects, and guesses when it has been sure for a while.

Source: the inducement prevention of Adversarial Language Games for Advanced Natural Language Intelligence (AAAI 2021).
Ours weighs words on a concept graph (`agents.suspicion`) where the paper trains a model.
"""

from typing import ClassVar

from agents.answers import answer
from agents.guessing import best_guess, is_worth_it
from agents.speech import as_defender, refuse_argument
from agents.suspicion import Suspicion, suspect
from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role
from arena.core.views import DefenderView
from arena.words import said

SURE = 0.9
"""The confidence, gathered over turns, from which it guesses."""
MEMORY = 0.5
"""The share of its confidence that stays from turn to turn."""
AVOIDED = 5
"""How many suspects it never says."""
_AROUND = 0.3


class Evasive:
    """Defends by speaking around whatever the target could be."""

    card: ClassVar[AgentCard] = AgentCard(
        "evasive", "1", "speaks around what the target could be", roles=frozenset({Role.DEFENDER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """A guess when it is sure or has nothing to lose, else an answer that says none of its suspects."""
        seat = as_defender(view)
        suspicion = suspect(seat, MEMORY)
        if is_worth_it(seat, suspicion, SURE):
            return best_guess(seat, suspicion, SURE)
        return Action(_around(seat, suspicion))

    async def close(self) -> None:
        """Nothing is held."""


def _around(view: DefenderView, suspicion: Suspicion) -> str:
    avoided, policy = suspicion.top(AVOIDED), view.rules.defender_policy

    def says_none(text: str) -> bool:
        return not any(said(text, word, policy) for word in avoided)

    return answer(view, avoided, says_none, _AROUND)
