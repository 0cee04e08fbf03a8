"""A whole match between the person at this terminal and an opponent that says what it is told; prints the verdict.

python terminal_match.py ROLE GUESSES OPPONENT_LINE...
"""

import asyncio
import fcntl
import json
import sys
import termios

from agents.human import HumanAgent
from arena.core.actions import Action
from arena.core.events import Departure, Seat, Started
from arena.core.hits import Hit, HitRule
from arena.core.machine import Act, Begin, Leave, Match, Tell
from arena.core.ports import Resign
from arena.core.rules import Rules
from arena.core.verdict import Role


class Substring:
    fingerprint = "0" * 16

    def said(self, text, target, policy):
        at = text.find(target)
        return () if at < 0 else (Hit(at, at + len(target), target, HitRule.EXACT, counts=True),)

    def guessed(self, guess, target, policy):
        return guess == target


async def main(role, guesses, lines):
    seat = Seat("human", "1", is_human=True)
    rules = Rules(max_turns=3, guess_limit=guesses, judges=(), max_chars=60)
    started = Started(rules, "banana", "7", seat, seat, "2026-01-01T00:00:00+00:00")
    match, human = Match("m", started, Substring()), HumanAgent(None)
    effects = match.receive(Begin(), 0)
    while match.verdict is None:
        tell = next(effect for effect in effects if isinstance(effect, Tell))
        view = tell.view
        answer = await human.act(view) if tell.role is role else Action(lines[view.turn - 1])
        if isinstance(answer, Resign):
            effects = match.receive(Leave(tell.role, Departure.RESIGNED), 0)
        else:
            effects = match.receive(Act(tell.role, view.turn, f"{view.turn}{tell.role}", answer), 0)
    await human.close()
    said = [[one.role, one.text, one.guess] for one in match.position.history]
    sys.stdout.write(f"\nRESULT {json.dumps([match.verdict.to_json(), said])}\n")


if __name__ == "__main__":
    role, guesses, *lines = sys.argv[1:]
    if sys.stdin.isatty():  # so that Ctrl-C reaches this program and no other
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    asyncio.run(main(Role(role), int(guesses), lines))
