"""Matches for the tests of the log, made by the machine itself with scripted words."""

from doubles import WholeWords

from arena.core.actions import Action
from arena.core.events import Event, Seat, Started
from arena.core.machine import Act, Begin, Match, Record
from arena.core.rules import Rules
from arena.core.verdict import Role

PROGRAM, PERSON = Seat("scripted", "1"), Seat("human", "1", is_human=True)


def played(
    match: str,
    *,
    turns: int = 2,
    defender: Seat = PROGRAM,
    attacker: Seat = PROGRAM,
    text: str = "it is yellow",
    ends: bool = True,
    refused: bool = False,
) -> list[Event]:
    """A match of `turns` turns that the defender wins by guessing; without its last action where it does not end."""
    started = Started(Rules(judges=()), "banana", "7", attacker, defender, "2026-01-02T03:04:05Z")
    machine = Match(match, started, WholeWords())
    messages: list[Begin | Act] = [Begin()]
    for turn in range(1, turns + 1):
        messages.append(Act(Role.ATTACKER, turn, f"{turn}a", Action(f"{text} {turn}")))
        if refused and turn == 1:
            messages.append(Act(Role.DEFENDER, turn, "1d-refused", Action("")))
        said = Action(f"I see, {text}", "banana" if turn == turns else None)
        messages.append(Act(Role.DEFENDER, turn, f"{turn}d", said))
    effects = [
        effect
        for at, message in enumerate(messages if ends else messages[:-1])
        for effect in machine.receive(message, at)
    ]
    return [effect.event for effect in effects if isinstance(effect, Record)]


def play_into(log, *matches: list[Event]) -> None:
    """Append matches event by event in turns, as concurrent matches do; the last two events come together."""
    longest = max(len(events) for events in matches)
    for index in range(longest):
        for events in matches:
            ended = len(events) - 1
            if index < ended - 1:
                log.append_now([events[index]])
            elif index == ended - 1:
                log.append_now(events[index:])
