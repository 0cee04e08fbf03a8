"""The agent `detector`: works out the target from what the attacker says, and guesses when it is sure.

Source: the intention detection of Adversarial Language Games for Advanced Natural Language Intelligence (AAAI 2021).
Ours weighs words on a concept graph (`agents.suspicion`) where the paper trains a model.
"""

from typing import ClassVar

from agents.answers import answer
from agents.guessing import best_guess, is_worth_it
from agents.speech import as_defender, refuse_argument
from agents.suspicion import suspect
from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role

SURE = 0.9
"""The confidence from which it guesses."""
_AVOIDED = 1


class Detector:
    """Defends by guessing as soon as one word stands out; until then it answers, and spares its first suspect."""

    card: ClassVar[AgentCard] = AgentCard(
        "detector", "1", "infers the target and guesses when confident", roles=frozenset({Role.DEFENDER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """A guess when it is sure or has nothing to lose, else an answer."""
        seat = as_defender(view)
        suspicion = suspect(seat)
        if is_worth_it(seat, suspicion, SURE):
            return best_guess(seat, suspicion, SURE)
        return Action(answer(seat, avoid=suspicion.top(_AVOIDED)))

    async def close(self) -> None:
        """Nothing is held."""
