"""Plays matches into a log until it is killed, and says on standard output which events were acknowledged.

Arguments: the log, and a name for this run. One line for each acknowledged append: match, a space, the last number.
"""

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from store.made import PERSON, PROGRAM, played

from arena.store import StoreLog, open_log

AT_ONCE, ACKNOWLEDGED = 16, sys.stdout.fileno()


async def play(log: StoreLog, run: str, number: int) -> None:
    """Match after match: one event at a time, the last two together."""
    match = f"{run}-{number}"
    while True:
        events = played(match, turns=4, defender=PERSON if number % 4 == 0 else PROGRAM)
        for some in (*([event] for event in events[:-2]), events[-2:]):
            await log.append(some)
            os.write(ACKNOWLEDGED, f"{match} {some[-1].seq}\n".encode())
        match += "+"


async def play_all(log: StoreLog, run: str) -> None:
    """Many matches at a time, for ever."""
    await asyncio.gather(*(play(log, run, number) for number in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(play_all(open_log(sys.argv[1]), sys.argv[2]))
