"""The agent `direct`: asks straight for the target, through another of its relations each turn."""

from typing import ClassVar

from agents.questions import question
from agents.speech import as_attacker, refuse_argument
from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role


class Direct:
    """Attacks by asking: "What do you call the kind of fruit that goes with monkeys?"."""

    card: ClassVar[AgentCard] = AgentCard(
        "direct", "1", "asks for the target through its relations", roles=frozenset({Role.ATTACKER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """The next question."""
        return Action(question(as_attacker(view)))

    async def close(self) -> None:
        """Nothing is held."""
