"""What a bench server finds when it starts: two accounts with their tokens, and matches that wait to go on.

The matches are opened by a hall of our own and suspended durably, just as a draining server leaves them, so the server
under test takes them up like any other.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import cycle, islice

from arena import registry
from arena.core.errors import UnknownNameError
from arena.core.events import Acted
from arena.core.hits import Policy
from arena.core.ports import Agent
from arena.core.rules import preset
from arena.core.verdict import Role
from arena.server.hall import Hall
from arena.server.metrics import Metrics
from arena.server.people import Account, People, Scope
from arena.server.players import Opening, Player
from arena.store import StoreLog, open_log
from arena.words import WordMatcher, said
from arena.words.lists import load_list

TURNS = 50
"""Turns of a match: the most that a host lets players choose."""
AGENT = "bench"
UTTERANCES = (
    "it is something that you would find in a kitchen and people often use it in the morning with some milk",
    "do you mean the thing that my neighbour and her children want for the evening, or is it rather bigger?",
    "i have not thought about it much, but last summer we went somewhere and they had it along every road",
    "well, most of us have seen one before we could read - so tell me what you would call it yourself then",
)
"""What is said in turn, 20 words each; no target is ever among them."""
_TOGETHER = 200


@dataclass(frozen=True)
class Scene:
    """The ids of the matches, and the token of the account whose agent sits in each role."""

    matches: tuple[str, ...]
    tokens: dict[Role, str] = field(repr=False)


def set_up(database: str, matches: int) -> Scene:
    """Fill a new database. Raises LogError."""
    with open_log(database) as log:
        return asyncio.run(_fill(log, matches))


def count_acted(database: str) -> int:
    """How many actions a database holds. Raises LogError, or EventError where one cannot be read."""
    with open_log(database, create=False) as log:
        return sum(isinstance(event.body, Acted) for events in log.iter_events() for event in events)


async def _fill(log: StoreLog, matches: int) -> Scene:
    people = People(log)
    accounts = {role: await people.register(f"{role}-account", f"{role} of a bench", True) for role in Role}
    tokens = {
        role: (await people.issue_token(account.id, "bench", frozenset({Scope.PLAY, Scope.READ}), 1))[1]
        for role, account in accounts.items()
    }
    hall = Hall(log, WordMatcher(), registry.judges_for, _make_nobody, Metrics(), max_live=max(1, matches))
    opened: list[str] = []
    openings = list(islice(_openings(accounts), matches))
    for start in range(0, matches, _TOGETHER):
        lives = await asyncio.gather(*(hall.open(it) for it in openings[start : start + _TOGETHER]))
        opened += [live.id for live in lives]
    await hall.drain()
    await hall.close()
    return Scene(tuple(opened), tokens)


def _openings(accounts: dict[Role, Account]) -> "cycle[Opening]":
    """A match about each word of a list, then again; none about a word that the utterances say."""
    rules = preset("spag", max_turns=TURNS)
    seats = {role: Player.agent(it.id, it.name, AGENT, "1") for role, it in accounts.items()}
    everything = " ".join(UTTERANCES)
    words = [word for word in load_list(rules.word_list).words if not said(everything, word, Policy())]
    return cycle([Opening(rules, word, seats) for word in words])


def _make_nobody(player: Player) -> tuple[Agent, bool]:
    raise UnknownNameError("agent of the bench", player.name)
