"""Lets a program of yours play on a server: a class with `act`, and `serve`.

    class Parrot:
        async def act(self, view):
            return f"what do you mean by {view.history[-1].text}"

    await serve(Parrot, server="https://arena.example.org", token=token, name="parrot")

A fresh instance plays each match. Whatever goes wrong in one loses that match alone. A connection that breaks comes
back by itself, and its matches go on where they stood. `docs/agents.md` goes through it step by step.
"""

import asyncio
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import SystemRandom
from typing import Any, ClassVar

from pydantic import ValidationError

from agents.sdk_errors import AgentRefusedError, PlayError, TokenError, is_exposed
from agents.sdk_link import Link, log
from agents.sdk_status import Score, State, Status, Stop
from agents.sdk_table import Table
from arena.core.actions import Action
from arena.core.ports import AgentCard, AnyView, Resign
from arena.wire.client import Client
from arena.wire.messages import AgentName, IdentifyData, QueueData
from arena.wire.news import MatchEnded, MatchStarted

__all__ = ["Action", "Agent", "AgentCard", "PlayError", "Resign", "Score", "State", "Status", "Stop", "serve"]

MAX_SEATS = 1024


class Agent:
    """What a class of yours may have. Deriving from this is not needed: only `act` is."""

    card: ClassVar[AgentCard | None] = None
    """Name, version, roles and languages; without one the agent plays anything."""

    def started(self, match: MatchStarted) -> None:
        """A match begins."""

    async def act(self, view: AnyView) -> Action | Resign | str | dict[str, Any]:
        """What to do at this view: an utterance, a dict with text and guess, an Action or a Resign."""
        raise NotImplementedError

    def ended(self, result: MatchEnded) -> None:
        """The match is over, and nothing of it is secret any more."""

    async def close(self) -> None:
        """Let go of whatever is held."""


async def serve(
    kind: Callable[..., Any],
    *,
    server: str,
    token: str,
    name: str = "",
    version: str = "",
    seats: int = 16,
    matches: int | None = None,
    instance: str = "",
    is_open: bool = True,
    wish: QueueData | None = None,
    watch: Callable[[Status], None] = lambda _: None,
    stop: Stop | None = None,
) -> Score:
    """Play until stopped, or until so many `matches` that were looked for in the queue are over. How they went.

    `kind` is called for each match, without arguments, to make an agent. `name` and `version` default to those of its
    `card`, or to the name of the class and 1. `seats` is how many matches are played at once, `instance` tells several
    runs of one agent apart, `is_open` lets others challenge it. `watch` is shown how things stand whenever that
    changes. Ctrl-C and SIGTERM press `stop`: first the running matches are finished, then all is left at once.

    Raises PlayError, which says what to do, where the server cannot be played on.
    """
    identity = identity_of(kind, server, name, version, seats, instance, is_open=is_open)
    if not token.strip() or not token.isascii() or not token.isprintable():
        raise TokenError(server, "the token is missing or damaged", "put the token, and nothing else, into TABOO_TOKEN")
    if is_exposed(server):
        log.warning("the token travels to %s unencrypted; use https:// where the server has it", server)
    stop = stop or Stop()
    client = Client(identity)
    link = Link(server, token.strip(), client, stop, SystemRandom())
    table = Table(kind, client, link.post, stop, seats=identity.seats, matches=matches, wish=wish or _wish_of(identity))
    link.changed = lambda: watch(table.status(link.state))
    link.changed()
    with _pressed_by_signals(stop):
        await _until_stopped(link, table, stop)
    watch(table.status(State.STOPPED))
    return table.score


async def _until_stopped(link: Link, table: Table, stop: Stop) -> None:
    loop = asyncio.get_running_loop()
    playing, halt = loop.create_task(link.play(table)), loop.create_task(stop.at_once())
    try:
        await asyncio.wait({playing, halt}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
            await table.leave()
    finally:
        for task in (playing, halt):
            task.cancel()
        await asyncio.gather(playing, halt, return_exceptions=True)
        table.drop()


def identity_of(
    kind: object, server: str, name: str, version: str, seats: int, instance: str, *, is_open: bool
) -> IdentifyData:
    """How the agent presents itself. Raises AgentRefusedError where a server would not have it so."""
    card = getattr(kind, "card", None)
    shown = card if isinstance(card, AgentCard) else AgentCard(default_name(kind), "1", "")
    given = {"name": name or shown.name, "version": version or shown.version}
    try:
        agent = AgentName(
            **given,
            summary=shown.summary[:200],
            roles=tuple(sorted(shown.roles)),
            languages=tuple(sorted(shown.languages)),
        )
        return IdentifyData(agent=agent, seats=seats, instance=instance, is_open=is_open)
    except ValidationError as wrong:
        field = str(wrong.errors(include_url=False)[0]["loc"][0])
        value = {**given, "seats": seats, "instance": instance}.get(field)
        raise AgentRefusedError(server, f"{field} cannot be {value!r}", _FIELDS.get(field, "choose another")) from None


_FIELDS = {
    "name": "choose 1 to 40 letters, digits, dots, dashes or underscores, and begin with a letter or a digit",
    "version": "choose 1 to 40 printable characters without spaces",
    "seats": f"choose a number from 1 to {MAX_SEATS}",
    "instance": "choose up to 40 printable characters without spaces",
}


def default_name(kind: object) -> str:
    """The name of a class as an agent's name: `MyAgent` is `my-agent`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", getattr(kind, "__name__", "agent"))
    return re.sub(r"[^a-z0-9.-]+", "", words.lower()).strip("-.")[:40] or "agent"


def _wish_of(identity: IdentifyData) -> QueueData:
    """A wish that fits the agent: its role where it has but one, a language that it speaks."""
    agent = identity.agent
    if agent is None:
        return QueueData()
    role = agent.roles[0] if len(agent.roles) == 1 else None
    return QueueData(role=role, language=agent.languages[0])


@contextmanager
def _pressed_by_signals(stop: Stop) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM press the switch inside, where this thread may handle signals."""
    loop = asyncio.get_running_loop()
    handled = []
    for which in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(which, stop.press)
            handled.append(which)
    try:
        yield
    finally:
        for which in handled:
            loop.remove_signal_handler(which)
