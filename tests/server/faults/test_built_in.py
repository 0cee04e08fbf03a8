"""The host's own agents fail: each loses its own match, and the others play on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from server.hall.halls import ALICE, QUICK, Counts, built_in, make_agent, opening, says

from arena import registry
from arena.core.actions import Action
from arena.core.events import Departure, Left
from arena.core.machine import Act
from arena.core.ports import Agent, AnyView
from arena.core.verdict import Reason, Role, Verdict
from arena.server.hall import Hall
from arena.server.players import Player
from arena.store import open_log
from arena.words import WordMatcher


class Wrong:
    """An agent that does one thing wrong, and refuses to be let go as well."""

    def __init__(self, what: str) -> None:
        self._what = what

    async def act(self, view: AnyView) -> Any:
        if self._what == "waits":
            await asyncio.Event().wait()
        if self._what == "raises":
            raise RuntimeError(view.history)
        return self._what

    async def close(self) -> None:
        raise OSError("not now")


def make(player: Player) -> tuple[Agent, bool]:
    """One of the host's agents, or one that does something wrong."""
    return make_agent(player) if player.name == "honest" else (Wrong(player.name), True)


@asynccontextmanager
async def hall_of_wrongs(path: str) -> AsyncIterator[Hall]:
    with open_log(path) as log:
        hall = Hall(log, WordMatcher(), registry.judges_for, make, Counts(), pace_ms=0, credit_ms=0)
        try:
            yield hall
        finally:
            await hall.close()


@pytest.mark.parametrize(
    ("what", "how"),
    [("raises", Departure.CRASH), ("answers in prose", Departure.CRASH), ("waits", Departure.TIME)],
)
def test_one_of_the_hosts_agents_that_fails_loses_its_match_and_no_other(tmp_path, what, how):
    rules = replace(QUICK, turn_ms=1000, bank_ms=0)

    async def play() -> None:
        async with hall_of_wrongs(str(tmp_path / "log.db")) as hall, asyncio.timeout(20):
            bad = await hall.open(opening(ALICE, built_in(what), rules=rules))
            good = await hall.open(opening(ALICE, built_in("honest")))
            assert (await says(bad, Role.ATTACKER, "something yellow")).status == "accepted"
            assert (await says(good, Role.ATTACKER, "something long")).status == "accepted"
            await bad.ended()
            assert bad.verdict == Verdict(Role.ATTACKER, Reason.FORFEIT, cause=how.value)
            assert bad.events[-2].body == Left(Role.DEFENDER, how)
            async with good.watch(after=1) as watcher:
                await anext(watcher)
            assert good.events[2].body.role is Role.DEFENDER
            again = await good.act(Act(Role.ATTACKER, 2, "more", Action("and what else")))
            assert again.status == "accepted"

    asyncio.run(play())
