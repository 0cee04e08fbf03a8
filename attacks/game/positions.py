"""A position before an attacker's utterance: whether it passes, what the defender is shown then, what comes of it.

Decides nothing itself: legality and verdicts are the referee's, and what an action changes is the position's, so that
what is foreseen here is what the match then does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from arena.core import referee
from arena.core.actions import Action, Case, Ruling
from arena.core.events import Acted, Refused
from arena.core.ports import Given, Judge, Matcher, Resign
from arena.core.position import Position, first_against
from arena.core.rules import JudgeSpec
from arena.core.verdict import Reason, Role
from arena.core.views import AttackerView, DefenderView
from arena.runner import parted
from attacks.game.goals import Reaction

_REACTIONS = {Reason.INFERRED: Reaction.INFERRED, Reason.INDUCED: Reaction.INDUCED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the attacker stands, and the seed of the defender that it plays.

    Whoever attacks an agent may ask it as often as it likes: that is the worst case, an opponent who has the same agent
    at home. `judges` are those of the match.
    """

    view: AttackerView
    defender_seed: int
    matcher: Matcher
    judges: Mapping[str, Judge]

    async def after(self, text: str) -> Position | None:
        """The position once this was said; None where the attacker does not get away with it.

        It does where the utterance is legal, nothing in it counts as the word, and no judge rules against it, be it for
        a warning only. The rules' own policy decides what counts: under `watch` an evasion does not, under `strict` it
        does. A judge that fails or is late never decides, as in a match.
        """
        at, action = self._before(), Action(text)
        if referee.refusal(at, Role.ATTACKER, action) is not None:
            return None
        acted = self._acted(at, Role.ATTACKER, action)
        if any(hit.counts for hit in acted.hits):
            return None
        if referee.needs_judges(at, acted):
            acted = replace(acted, rulings=await self._rulings(text))
        return None if first_against(at.rules, acted) is not None else at.after(acted, 0)

    def shown(self, at: Position) -> DefenderView:
        """What the defender is shown in a position in which it is to move. Its clock has not run yet."""
        return DefenderView(
            at.rules, at.turn, at.history, at.guesses_left, at.deadline, self.defender_seed, at.refusals
        )

    async def reaction(self, at: Position, ask: Callable[[DefenderView], Awaitable[Given]]) -> Reaction:
        """What the defender does in a position, by the referee; an action that is refused it may make once more.

        Raises what the agent raises, and TypeError where it answers with no action.
        """
        while at.refusals < referee.MAX_REFUSALS:
            action, _ = parted(await ask(self.shown(at)))
            if isinstance(action, Resign):
                break
            if not isinstance(action, Action):
                raise TypeError(f"an agent answers with an Action or a Resign, not {type(action).__name__}")
            why = referee.refusal(at, Role.DEFENDER, action)
            if why is None:
                verdict = referee.verdict(at, self._acted(at, Role.DEFENDER, action))
                return Reaction.QUIET if verdict is None else _REACTIONS.get(verdict.reason, Reaction.QUIET)
            at = at.after(Refused(Role.DEFENDER, at.turn, "", action, why), 0)
        return Reaction.QUIET

    def _before(self) -> Position:
        view, bank = self.view, self.view.rules.bank_ms
        return Position(
            view.rules,
            view.target,
            view.history,
            view.turn,
            guesses_left=view.guesses_left,
            refusals=view.refusals,
            warned=frozenset(said.role for said in view.history if said.warned),
            attacker_bank=bank,
            defender_bank=bank,
        )

    def _acted(self, at: Position, role: Role, action: Action) -> Acted:
        policy = at.rules.attacker_policy if role is Role.ATTACKER else at.rules.defender_policy
        right = None if action.guess is None else self.matcher.guessed(action.guess, at.target, policy)
        hits = self.matcher.said(action.text, at.target, policy) if action.text else ()
        return Acted(role, at.turn, "", action, right, hits, (), self.matcher.fingerprint)

    async def _rulings(self, text: str) -> tuple[Ruling, ...]:
        rules, view = self.view.rules, self.view
        case = Case(Role.ATTACKER, view.turn, text, view.history, rules.language)
        return tuple([await self._ruling(spec, case) for spec in rules.judges])

    async def _ruling(self, spec: JudgeSpec, case: Case) -> Ruling:
        try:
            within = self.view.rules.judge_ms / 1000
            given: object = await asyncio.wait_for(self.judges[spec.name].rule(case), within)
        except Exception:  # noqa: BLE001 - a judge may raise anything, and is unavailable then
            given = None
        if isinstance(given, Ruling) and (given.judge, given.version) == (spec.name, spec.version):
            return given.settled()
        return Ruling.unavailable(spec.name, spec.version)
