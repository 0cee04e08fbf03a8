"""The conformance kit for agents."""

import asyncio
from dataclasses import replace

from arena.core import referee
from arena.core.actions import Action, Said
from arena.core.hits import Language
from arena.core.machine import Act, Begin, Effect, Tell
from arena.core.ports import Agent, AgentCard, AgentKind, Answer, AnyView, Given, Matcher, Resign
from arena.core.position import Position
from arena.core.rules import Rules
from arena.core.verdict import Reason, Role
from arena.core.views import AttackerView, DefenderView
from arena.testing.report import BreachError, Examination, Report, require
from arena.testing.samples import HOSTILE, SMALL_TALK, TARGETS, history, new_match


def check_agent(kind: AgentKind, argument: str | None = None, matcher: Matcher | None = None) -> Report:
    """Whether an agent kind keeps the laws of its port, in every role and language of its card.

    `matcher` says what leaks; the project's own where None. Of a person only the card is checked.
    """
    if matcher is None:
        from arena.words import WordMatcher

        matcher = WordMatcher()
    return asyncio.run(_check_agent(kind, argument, matcher))


def assert_agent_conforms(kind: AgentKind, argument: str | None = None, matcher: Matcher | None = None) -> None:
    """Raise ConformanceError where `check_agent` finds a broken law."""
    check_agent(kind, argument, matcher).require()


async def _check_agent(kind: AgentKind, argument: str | None, matcher: Matcher) -> Report:
    card = getattr(kind, "card", None)
    exam = Examination(f"agent {card.name if isinstance(card, AgentCard) else kind!r}")
    with exam.law("the card is complete"):
        require(isinstance(card, AgentCard), "there is no card of type AgentCard")
        _check_card(kind.card)
    if not isinstance(card, AgentCard) or card.is_human or exam.report().broken:
        return exam.report()
    with exam.law("each match gets an agent of its own, which may be closed unused"):
        one, other = kind(argument), kind(argument)
        require(one is not other, "the same object was made twice")
        await one.close()
        await other.close()
    for role in sorted(card.roles):
        for language in sorted(card.languages):
            for name, view in agent_views(role, language):
                with exam.law(f"acts legally as {role} in {language}: {name}"):
                    first = await _answer(kind, argument, view)
                    _check_legal(first, view)
                    if not card.is_timed:
                        again = await _answer(kind, argument, view)
                        require(first == again, f"the same view was answered with {first!r} and with {again!r}")
            with exam.law(f"plays a whole match as {role} in {language}"):
                await _play(kind(argument), role, language, matcher)
    return exam.report()


def _check_card(card: AgentCard) -> None:
    for field in ("name", "version", "summary"):
        text = getattr(card, field)
        require(isinstance(text, str) and text.strip() == text != "", f"{field} is {text!r}")
    require("\n" not in card.summary, "summary has more than one line")
    require(":" not in card.name, "name holds a colon, which begins the argument")
    require(bool(card.roles) and all(isinstance(role, Role) for role in card.roles), f"roles are {card.roles!r}")
    known = all(isinstance(language, Language) for language in card.languages)
    require(bool(card.languages) and known, f"languages are {card.languages!r}")


def agent_views(role: Role, language: Language) -> list[tuple[str, AnyView]]:
    """Named views that an agent of this role must be able to answer."""
    rules = Rules(judges=(), language=language, word_list=f"{language}-easy", max_chars=512)
    opening = () if role is Role.ATTACKER else (Said(Role.ATTACKER, 1, SMALL_TALK[language][0]),)
    said = history(role, 3, SMALL_TALK[language])
    hostile = history(role, 3, tuple(text[:500] for text in HOSTILE if text.strip() and "\ud800" not in text))
    erased = tuple(replace(one, text=None) for one in said)
    last = history(role, rules.max_turns, SMALL_TALK[language])
    return [
        ("opening", _view(role, rules, 1, opening)),
        ("third turn", _view(role, rules, 3, said)),
        ("another seed", _view(role, rules, 3, said, seed=2**63 - 1)),
        ("hostile words", _view(role, rules, 3, hostile)),
        ("erased words", _view(role, rules, 3, erased)),
        ("last turn", _view(role, rules, rules.max_turns, last)),
        ("no guess left", _view(role, rules, 3, said, guesses_left=0)),
        ("after a refusal", _view(role, rules, 3, said, refusals=1)),
        ("little room", _view(role, replace(rules, max_chars=120), 3, said)),
    ]


def _view(
    role: Role,
    rules: Rules,
    turn: int,
    said: tuple[Said, ...],
    *,
    guesses_left: int = 1,
    seed: int = 7,
    refusals: int = 0,
) -> AnyView:
    shared = (rules, turn, said, guesses_left, rules.turn_ms, seed, refusals)
    return AttackerView(*shared, TARGETS[rules.language]) if role is Role.ATTACKER else DefenderView(*shared)


async def _answer(kind: AgentKind, argument: str | None, view: AnyView) -> Given:
    agent = kind(argument)
    try:
        return await _in_time(agent, view)
    finally:
        await agent.close()


async def _in_time(agent: Agent, view: AnyView) -> Given:
    try:
        return await asyncio.wait_for(agent.act(view), view.ms_left / 1000)
    except TimeoutError:
        raise BreachError(f"did not answer within {view.ms_left} ms") from None


def _check_legal(given: object, view: AnyView) -> None:
    answer = given.given if isinstance(given, Answer) else given
    if isinstance(answer, Resign):
        return
    if not isinstance(answer, Action):
        raise BreachError(f"answered with {type(answer).__name__}, not an Action or a Resign")
    position = Position(view.rules, "", turn=view.turn, to_move=view.role, guesses_left=view.guesses_left)
    why = referee.refusal(position, view.role, answer)
    require(why is None, f"{answer!r} is refused: {why}")


async def _play(agent: Agent, role: Role, language: Language, matcher: Matcher) -> None:
    """Play a match against small talk; break where it ends by the agent's own fault."""
    rules = Rules(judges=(), language=language, word_list=f"{language}-easy")
    match = new_match(rules, TARGETS[language], matcher)
    effects, lines = match.receive(Begin(), 0), SMALL_TALK[language]
    try:
        while (tell := _told(effects)) is not None:
            lines = SMALL_TALK[language]
            given = (
                await _in_time(agent, tell.view) if tell.role is role else Action(lines[tell.view.turn % len(lines)])
            )
            _check_legal(given, tell.view)
            answer, notes = (given.given, given.notes) if isinstance(given, Answer) else (given, ())
            if isinstance(answer, Resign):
                return
            effects = match.receive(Act(tell.role, tell.view.turn, f"{match.seq}", answer, notes), 0)
    finally:
        await agent.close()
    said = match.position.history[-1].text
    require(match.verdict is None or match.verdict.reason is not Reason.LEAKED, f"said its own word: {said!r}")


def _told(effects: tuple[Effect, ...]) -> Tell | None:
    return next((effect for effect in effects if isinstance(effect, Tell)), None)
