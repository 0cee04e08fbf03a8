"""First-class doubles: a matcher that knows whole words only, agents and judges that behave as they are told."""

import asyncio
from collections.abc import Callable, Sequence

from arena.core.actions import Action, Case, Ruling
from arena.core.events import Seat, Started
from arena.core.hits import Hit, HitRule, Policy
from arena.core.ports import AgentCard, AnyView, Resign
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.runner import Sitting


class WholeWords:
    """A matcher to which only the target itself, as a word between spaces, says the target."""

    fingerprint = "0" * 16

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        at, hits = 0, []
        for word in text.split(" "):
            if word == target:
                hits.append(Hit(at, at + len(word), word, HitRule.EXACT, counts=True))
            at += len(word) + 1
        return tuple(hits)

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:
        return guess == target


class Player:
    """An agent that answers with what a function makes of the view, and remembers that it was closed."""

    def __init__(self, answer: Callable[[AnyView], object]) -> None:
        self._answer = answer
        self.is_closed = False
        self.views: list[AnyView] = []

    async def act(self, view: AnyView) -> Action | Resign:
        self.views.append(view)
        answer = self._answer(view)
        return await answer if asyncio.iscoroutine(answer) else answer

    async def close(self) -> None:
        self.is_closed = True


def says(*lines: str) -> Player:
    """A player that says these lines, turn by turn, and the last one from then on."""
    return Player(lambda view: Action(lines[min(view.turn, len(lines)) - 1]))


class Bench:
    """A judge that scores by a function, or fails by it."""

    name, version, fingerprint = "bench", "1", "b" * 16

    def __init__(self, score: Callable[[Case], float]) -> None:
        self._score = score

    async def rule(self, case: Case) -> Ruling:
        score = self._score(case)
        return Ruling(self.name, self.version, "told so", await score if asyncio.iscoroutine(score) else score, "b")


CARD = AgentCard("player", "1", "does as it is told")
TIMED = AgentCard("player", "1", "does as it is told, on the clock", is_timed=True)


def started(rules: Rules | None = None, target: str = "banana", **changes: object) -> Started:
    """The start of a match between two players."""
    rules = rules or Rules(judges=())
    seats = {"attacker": Seat("player", "1"), "defender": Seat("player", "1")}
    return Started(rules, target, "7", started_at="2026-01-01T00:00:00+00:00", **(seats | changes))


def seats(attacker: Player, defender: Player, card: AgentCard = CARD) -> dict[Role, Sitting]:
    """Both seats taken."""
    return {Role.ATTACKER: Sitting(attacker, card), Role.DEFENDER: Sitting(defender, card)}


def texts(events: Sequence) -> list[str]:
    """What was said, in order."""
    return [event.body.action.text for event in events if hasattr(event.body, "hits")]
