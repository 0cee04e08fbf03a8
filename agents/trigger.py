"""The agent `trigger`: opens with a pair, a saying or a completion whose likeliest natural reply is the target.

Which targets have an opening, `coverage` tells. For the others, and once its openings are used up, it asks as `direct`
does.
"""

from typing import ClassVar

from agents.openings import openings
from agents.questions import question
from agents.speech import as_attacker, first_fit, is_safe, match_chance, refuse_argument
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role
from arena.core.views import AttackerView


class Trigger:
    """Attacks by inviting the one reply that everybody gives: "When the cat is away, who will play?"."""

    card: ClassVar[AgentCard] = AgentCard(
        "trigger", "1", "opens so that the natural reply is the target", roles=frozenset({Role.ATTACKER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """The next opening for the target, or else a question."""
        seat = as_attacker(view)
        opening = first_fit(seat, _shuffled(seat), is_safe(seat))
        return Action(question(seat) if opening is None else opening)

    async def close(self) -> None:
        """Nothing is held."""


def coverage(language: Language) -> frozenset[str]:
    """The targets for which there is an opening."""
    return frozenset(openings(language))


def _shuffled(view: AttackerView) -> list[str]:
    lines = list(openings(view.rules.language).get(view.target, ()))
    match_chance(view, "openings").shuffle(lines)
    return lines
