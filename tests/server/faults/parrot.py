"""A program of the SDK in a process of its own: `python parrot.py URL NAME`, with its token in TABOO_TOKEN."""

import asyncio
import os
import sys

from agents.sdk import State, Status, serve
from arena.core.ports import AnyView


class Parrot:
    """Answers at once, always the same."""

    async def act(self, view: AnyView) -> str:
        return f"I would not say anything about this before number {view.turn} is done"


def show(status: Status) -> None:
    """Say when it is connected, so that whoever started it need not guess."""
    if status.state is State.CONNECTED:
        sys.stdout.write("connected\n")
        sys.stdout.flush()


if __name__ == "__main__":
    url, name = sys.argv[1:]
    asyncio.run(serve(Parrot, server=url, token=os.environ["TABOO_TOKEN"], name=name, seats=64, watch=show))
