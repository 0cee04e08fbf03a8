"""A server is killed ten times in the middle of two hundred matches: nothing is lost, doubled or reordered."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from random import Random

import pytest
from server.faults.browsers import Page, Person
from server.faults.crews import crew
from server.faults.ledger import Ledger, check_match
from serving import Served

from agents.sdk import Stop
from arena.cli import main
from arena.core.events import Event, Resumed
from arena.core.verdict import Role
from arena.store import open_log
from arena.wire.messages import QueueData

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
KILLS, SEED = 10, 20211
PAIRED, ALONE, PEOPLE, CHALLENGED, HOUSE = 60, 60, 5, 8, 8
LIVE = PAIRED + ALONE + PEOPLE * (CHALLENGED + HOUSE)
SEATS = 2 * PAIRED + ALONE + PEOPLE * (2 * CHALLENGED + HOUSE)
PATIENT = {"max_turns": 12, "judges": []}


def matches(database: str) -> Iterator[list[Event]]:
    """Every match of a log."""
    with open_log(database, create=False) as log:
        yield from log.iter_events()


async def people_sit_down(people: list[Person], ledger: Ledger, chance: Random) -> list[Page]:
    """Everybody challenges programs of the house, and programs that are online."""
    pages = []
    for person in people:
        opponents = ["crew/online"] * CHALLENGED + ["honest", "direct"] * (HOUSE // 2)
        for index, opponent in enumerate(opponents):
            role = {"honest": Role.ATTACKER, "direct": Role.DEFENDER}.get(opponent, list(Role)[index % 2])
            match = await person.challenge(opponent, role, changes=PATIENT)
            pages.append(Page(person, match, role, ledger, chance))
    return pages


async def kill_again_and_again(served: Served, ledger: Ledger, chance: Random) -> list[int]:
    """Kill the server at random moments, each in a turn of its own, and start it again; the live matches at each."""
    lives = []
    for number in range(1, KILLS + 1):
        await ledger.open_round(number)
        async with asyncio.timeout(60):
            await ledger.reached(ledger.acts + chance.randrange(5, 120))
        lives.append(await asyncio.to_thread(_live_matches, served))
        await asyncio.to_thread(served.kill)
        await asyncio.to_thread(served.start)
    return lives


def _live_matches(served: Served) -> int:
    with served.client() as http:
        return int(http.get("/readyz").json()["live_matches"])


def test_a_server_that_is_killed_ten_times_loses_doubles_and_reorders_nothing(tmp_path, capsys):
    chance, ledger = Random(SEED), Ledger()

    async def play(served: Served, token: str, other: str) -> list[int]:
        stop = Stop()
        pairs = {"role": Role.ATTACKER}, {"role": Role.DEFENDER}
        north, south = (QueueData(with_people=False, **role) for role in pairs)
        east = QueueData(with_people=False, role=Role.DEFENDER, word_list="en-hard")
        programs = [
            crew(ledger, served.url, token, "north", PAIRED, stop, north),
            crew(ledger, served.url, other, "south", PAIRED, stop, south),
            crew(ledger, served.url, token, "east", ALONE, stop, east),
            crew(ledger, served.url, token, "online", PEOPLE * CHALLENGED, stop),
        ]
        async with AsyncExitStack() as stack:
            visitors = [Person(served.url, f"person{number}") for number in range(PEOPLE)]
            people = [await stack.enter_async_context(person) for person in visitors]
            pages = await people_sit_down(people, ledger, chance)
            playing = [asyncio.get_running_loop().create_task(page.play()) for page in pages]
            async with asyncio.timeout(60):
                await ledger.all_seated(SEATS)
            lives = await kill_again_and_again(served, ledger, chance)
            await ledger.open_round(100)
            async with asyncio.timeout(60):
                await asyncio.gather(*playing)
                stop.press()
                await asyncio.gather(*programs)
        return lives

    with Served(tmp_path, message_rate=1000, queue_agent_after_seconds=0, queue_built_in_after_seconds=3) as served:
        lives = asyncio.run(play(served, served.member("crew"), served.member("rivals")))
        assert served.terminate() == 0
    assert lives[0] == LIVE
    assert len(ledger.ended) == SEATS
    cut_off = 0
    for events in matches(served.database):
        check_match(events, ledger)
        cut_off += sum(isinstance(event.body, Resumed) for event in events)
    # A match may end between being counted and the kill that follows at once; more than one a kill would be a loss.
    assert sum(lives) - len(lives) <= cut_off <= sum(lives)
    assert ledger.duplicates > 0, "no kill fell between an action and its acknowledgement: the test shows too little"
    assert main(["replay", "--quiet", "--db", served.database]) == 0
    assert f"{LIVE} matches" in capsys.readouterr().out
