"""Programs of the SDK that play at their own pace, and note what they hear."""

import asyncio
from typing import Any

from server.faults.ledger import Ledger, line_of

from agents.sdk import Score, Stop, serve
from arena.core.ports import AnyView
from arena.wire.messages import QueueData
from arena.wire.news import MatchEnded, MatchStarted


def steady(ledger: Ledger) -> type[Any]:
    """A class of agents that write to the ledger what they hear."""

    class Steady:
        """Says its line in every turn that may be played."""

        async def started(self, match: MatchStarted) -> None:
            self.seat = (match.match, match.role)
            await ledger.sit(self.seat)

        async def act(self, view: AnyView) -> str:
            before = ledger.heard.get(self.seat, ())
            assert view.history[: len(before)] == before, "what was said before has changed"
            own = [said for said in view.history if said.role is view.role]
            assert [said.text for said in own] == [line_of(view.role, turn) for turn in range(1, view.turn)]
            ledger.heard[self.seat] = view.history
            if own:
                await ledger.taken()
            await ledger.may_play(view.turn)
            return line_of(view.role, view.turn)

        async def ended(self, result: MatchEnded) -> None:
            await ledger.end(self.seat, result.verdict.reason.value)

    return Steady


def crew(
    ledger: Ledger, url: str, token: str, name: str, seats: int, stop: Stop, wish: QueueData | None = None
) -> asyncio.Task[Score]:
    """Let a program play so many matches at once: those that it looks for, or those that it is challenged to."""
    matches = None if wish is None else seats
    work = serve(steady(ledger), server=url, token=token, name=name, seats=seats, matches=matches, wish=wish, stop=stop)
    return asyncio.get_running_loop().create_task(work)
