"""The conformance kit for logs."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from arena.core.actions import Action
from arena.core.events import Departure, Event
from arena.core.hits import Policy
from arena.core.machine import Act, Begin, Leave, Record
from arena.core.ports import Log
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.testing.report import BreachError, Examination, Report, require
from arena.testing.samples import new_match


def check_log(make: Callable[[], Awaitable[Log]], reopen: Callable[[Log], Awaitable[Log]] | None = None) -> Report:
    """Whether a log keeps the laws of its port.

    `make` opens an empty log; `reopen` leaves one behind and opens what it wrote anew, where that can be done. A log
    that has a `close` is closed.
    """
    return asyncio.run(_check_log(make, reopen))


async def _check_log(make: Callable[[], Awaitable[Log]], reopen: Callable[[Log], Awaitable[Log]] | None) -> Report:
    exam = Examination(f"log {make!r}")
    one, other = _transcript("one"), _transcript("other")
    for name, law in _LOG_LAWS:
        with exam.law(name):
            log = await make()
            try:
                await law(log, one, other)
            finally:
                await _close(log)
    if reopen is not None:
        with exam.law("what was appended is there when the log is opened again"):
            log = await make()
            await log.append(one)
            log = await reopen(log)
            await _expect(log, one)
            await _close(log)
    return exam.report()


async def _close(log: Log) -> None:
    close = getattr(log, "close", None)
    closing = close() if close is not None else None
    if inspect.isawaitable(closing):
        await closing


async def _expect(log: Log, events: Sequence[Event]) -> None:
    name = events[0].match
    found = await log.read(name)
    require([event.seq for event in found] == [event.seq for event in events], f"match {name} holds other events")
    require([event.to_line() for event in found] == [event.to_line() for event in events], f"match {name} was changed")


async def _is_refused(log: Log, events: Sequence[Event], what: str) -> None:
    try:
        await log.append(events)
    except Exception:  # noqa: BLE001 - which error it is, is the log's own affair
        return
    raise BreachError(f"{what} was accepted")


async def _reads_back(log: Log, one: list[Event], other: list[Event]) -> None:
    require(await log.read("one") == [], "a match that nobody played has events")
    await log.append(one[:1])
    await log.append(one[1:4])
    await log.append(other)
    await log.append(one[4:])
    await _expect(log, one)
    await _expect(log, other)


async def _keeps_apart(log: Log, one: list[Event], other: list[Event]) -> None:
    async def write(events: list[Event]) -> None:
        for event in events:
            await log.append([event])

    await asyncio.gather(write(one), write(other))
    await _expect(log, one)
    await _expect(log, other)


async def _gives_copies(log: Log, one: list[Event], _: list[Event]) -> None:
    await log.append(one)
    (await log.read("one")).clear()
    await _expect(log, one)


async def _is_dense(log: Log, one: list[Event], _: list[Event]) -> None:
    await log.append(one[:3])
    await _is_refused(log, one[2:3], "an event that was there")
    await _is_refused(log, one[4:5], "an event after a gap")
    await _expect(log, one[:3])


async def _is_atomic(log: Log, one: list[Event], _: list[Event]) -> None:
    await log.append(one[:2])
    await _is_refused(log, [one[2], one[4]], "a batch with a gap")
    await _expect(log, one[:2])
    await log.append(one[2:])
    await _expect(log, one)


_LOG_LAWS: tuple[tuple[str, Callable[[Log, list[Event], list[Event]], Awaitable[None]]], ...] = (
    ("what was appended is read back, in order, to the byte", _reads_back),
    ("matches that are written at once are kept apart", _keeps_apart),
    ("what was read may be changed without changing the log", _gives_copies),
    ("an event that was there, or that leaves a gap, is refused", _is_dense),
    ("a batch is kept whole or not at all", _is_atomic),
)


class _Deaf:
    """A matcher to which nothing says anything."""

    fingerprint = "0" * 16

    def said(self, text: str, target: str, policy: Policy) -> tuple[Any, ...]:  # noqa: ARG002
        return ()

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:  # noqa: ARG002
        return False


def _transcript(name: str) -> list[Event]:
    """The events of a short match with everything in it that a log might spoil."""
    match = new_match(Rules(judges=()), "b\u00e1nana \u9999\u8549", _Deaf(), name)
    effects = list(match.receive(Begin(), 0))
    lines = ("line\u2028break \x00 \U0001f34c", "\u4f60\u597d", "'; drop table events; --", '{"v": 2}')
    for place, text in enumerate(lines):
        role = (Role.ATTACKER, Role.DEFENDER)[place % 2]
        if place == 1:
            effects += match.receive(Act(role, 1, "refused", Action("")), 5)
        action = Action(text, "guess" if place == 1 else None)
        effects += match.receive(Act(role, place // 2 + 1, f"id{place}", action), 10 * place)
    effects += match.receive(Leave(Role.ATTACKER, Departure.RESIGNED), 50)
    return [effect.event for effect in effects if isinstance(effect, Record)]
