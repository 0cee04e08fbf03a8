"""What today's matcher and judges would say of a match that was played under yesterday's."""

import asyncio
from collections.abc import Mapping, Sequence

from arena.core.actions import Case, Said
from arena.core.events import Acted, Event, Started
from arena.core.ports import Judge, Matcher
from arena.core.position import Position
from arena.core.verdict import Role


def recheck_match(events: Sequence[Event], matcher: Matcher, judges: Mapping[str, Judge]) -> tuple[str, ...]:
    """A sentence for each difference. Redacted words cannot be asked about and are left out."""
    return asyncio.run(_recheck(events, matcher, judges))


async def _recheck(events: Sequence[Event], matcher: Matcher, judges: Mapping[str, Judge]) -> tuple[str, ...]:
    started = events[0].body
    if not isinstance(started, Started):
        return ()
    position = Position.opening(started)
    found: list[str] = []
    for event in events[1:]:
        body = event.body
        if isinstance(body, Acted) and (body.seal is None or body.action.text or body.action.guess):
            found += _words(event.seq, body, position, matcher)
            found += await _rulings(event.seq, body, position.history, position, judges)
        position = position.after(body, event.at)
    return tuple(found)


def _words(seq: int, acted: Acted, position: Position, matcher: Matcher) -> list[str]:
    rules = position.rules
    policy = rules.attacker_policy if acted.role is Role.ATTACKER else rules.defender_policy
    found = []
    hits = matcher.said(acted.action.text, position.target, policy) if acted.action.text else ()
    if hits != acted.hits:
        then, now = (", ".join(f"{hit.found} ({hit.rule})" for hit in it) or "no hit" for it in (acted.hits, hits))
        found.append(f"event {seq}: the matcher then found {then}, now {now}")
    if acted.action.guess is not None:
        right = matcher.guessed(acted.action.guess, position.target, policy)
        if right is not acted.right:
            found.append(f"event {seq}: the guess was {_right(acted.right)}, now it is {_right(right)}")
    return found


def _right(right: bool | None) -> str:
    return "right" if right else "wrong"


async def _rulings(
    seq: int, acted: Acted, history: tuple[Said, ...], position: Position, judges: Mapping[str, Judge]
) -> list[str]:
    found = []
    case = Case(acted.role, acted.turn, acted.action.text, history, position.rules.language)
    for ruling in acted.rulings:
        if ruling.score is None:
            continue
        again = (await judges[ruling.judge].rule(case)).settled()
        threshold = position.rules.judge(ruling.judge).threshold
        if again.is_against(threshold) is not ruling.is_against(threshold):
            then, now = (
                f"against ({it.label})" if it.is_against(threshold) else "nothing against it" for it in (ruling, again)
            )
            found.append(f"event {seq}: judge {ruling.judge} ruled {then}, now {now}")
    return found
