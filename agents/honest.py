"""The agent `honest`: answers with what the attacker's words bring to mind, whatever that is."""

from typing import ClassVar

from agents.answers import answer
from agents.guessing import guess
from agents.speech import as_defender, refuse_argument, words_of
from agents.suspicion import suspects
from agents.thoughts import associations
from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role
from arena.core.views import DefenderView


class Honest:
    """Defends by being good company. Suspects nothing, and so says the target easily; guesses in the last turn only."""

    card: ClassVar[AgentCard] = AgentCard(
        "honest", "1", "answers with the best association", roles=frozenset({Role.DEFENDER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """An answer; in the last turn a guess, where one is left."""
        seat = as_defender(view)
        if seat.turns_left == 1 and seat.guesses_left and (word := _best(seat)) is not None:
            return guess(seat, word, "guess.last")
        return Action(answer(seat))

    async def close(self) -> None:
        """Nothing is held."""


def _best(view: DefenderView) -> str | None:
    """The word of the list that the attacker's words of the whole match bring to mind most."""
    language = view.rules.language
    told = words_of(view, Role.ATTACKER)
    left = set(suspects(view.rules.word_list, language).words) - told - words_of(view, Role.DEFENDER)
    scores = associations(sorted(told), language)
    return max((word for word in scores if word in left), key=lambda word: (scores[word], word), default=None)
