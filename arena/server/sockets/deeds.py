"""What each message of a client does. One table, from the type of a message to what is done about it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from arena.core.actions import Action, Note
from arena.core.errors import TabooError
from arena.core.fields import is_storable
from arena.core.machine import Act
from arena.core.projection import project
from arena.core.verdict import Role
from arena.server.errors import BannedError, DrainingError, NotAgreedError, ThrottledError
from arena.server.hall import LiveMatch, messages
from arena.server.lobby import Terms
from arena.server.people import Account, Scope
from arena.server.players import Kind, Player
from arena.server.sockets.connection import Connection
from arena.wire import messages as wire
from arena.wire.closing import Close
from arena.wire.messages import TurnAckData

CODES: dict[type[TabooError], str] = {
    DrainingError: "draining",
    ThrottledError: "throttled",
    NotAgreedError: "not_agreed",
    BannedError: "banned",
}
"""What an error is called in an `error` message; every other is `refused`."""


def code_of(problem: TabooError) -> str:
    """The short name of an error on the wire."""
    return CODES.get(type(problem), "refused")


# --- who it is --------------------------------------------------------------------------------------------------------


async def identify(it: Connection, message: wire.Identify) -> None:
    """Find out who connects, and let them play."""
    data = message.data
    account, refusal = await _account_of(it, data)
    if account is None:
        it.close(refusal or Close.UNAUTHORIZED)
        return
    if not account.has_agreed:
        it.refuse("not_agreed", str(NotAgreedError()), message.id)
        it.close(Close.FORBIDDEN)
        return
    it.account = account
    if data.ticket is not None:
        it.player, it.bound = Player.person(account.id, account.name), data.match
    elif data.agent is not None:
        agent = data.agent
        it.player = Player.agent(account.id, account.name, agent.name, agent.version)
        it.roles, it.languages = frozenset(agent.roles), frozenset(agent.languages)
        it.summary, it.is_open, it.instance = agent.summary, data.is_open, data.instance
    else:
        it.refuse("no_agent", "name the agent that plays: identify.data.agent.name", message.id)
        it.close(Close.BAD_MESSAGE)
        return
    if not it.house.switchboard.admit(it):
        return
    capacity = min(data.seats, it.house.settings.seats_per_connection) if data.agent is not None else 2
    it.identified(capacity)
    row = {"id": message.id, "player": it.player.name, "session": it.session, "seats": capacity}
    it.tell("ready", {**row, "matches": _free_seats(it)})
    if data.agent is not None:
        it.house.lobby.arrive(it)


async def _account_of(it: Connection, data: wire.IdentifyData) -> tuple[Account | None, Close | None]:
    """Whose connection it is, or the code to close it with."""
    people = it.house.people
    if data.ticket is not None:
        owner = people.redeem_ticket(data.ticket)
        account = None if owner is None else await people.account(owner)
    else:
        scheme, _, secret = it.socket.headers.get("authorization", "").partition(" ")
        found = await people.token(secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            return None, Close.UNAUTHORIZED
        account, token = found
        it.token = token.id
        if Scope.PLAY not in token.scopes:
            return None, Close.FORBIDDEN
    if account is not None and account.is_banned:
        return None, Close.BANNED
    return account, Close.UNAUTHORIZED


def _seats(it: Connection) -> list[tuple[LiveMatch, Role]]:
    """The live seats of this player: a person's, or this very agent's."""
    if it.account is None or it.player is None:
        return []
    return [
        (live, role)
        for live, role in it.house.hall.seats_of(it.account.id)
        if live.opening.seats[role].name == it.player.name and it.bound in (None, live.id)
    ]


def _free_seats(it: Connection) -> list[dict[str, Any]]:
    return [
        {"match": live.id, "role": role.value, "seq": len(live.events) - 1}
        for live, role in _seats(it)
        if live.link_of(role) is None or it.bound is not None
    ]


# --- going on ---------------------------------------------------------------------------------------------------------


async def resume(it: Connection, message: wire.Resume) -> None:
    """Take seats up again, each from the event that the client saw last."""
    own: dict[str, list[tuple[LiveMatch, Role]]] = {}
    for live, role in _seats(it):
        own.setdefault(live.id, []).append((live, role))
    for wish in message.data.matches:
        seats = [
            (live, role)
            for live, role in own.get(wish.match, ())
            if live.link_of(role) in (None, it) or it.bound is not None
        ]
        if not seats:
            await _resume_over(it, message.id, wish)
        for live, role in seats:
            _resume_live(it, message.id, wish, live, role)


def _resume_live(it: Connection, id_: str, wish: wire.ResumeMatch, live: LiveMatch, role: Role) -> None:
    newest = len(live.events) - 1
    if wish.seq > newest:
        it.tell("resume_failed", {"id": id_, "reason": "ahead"}, live.id)
        it.tell("snapshot", {"role": role.value, "events": live.rows(messages.AUDIENCE[role])}, live.id)
        it.serve(live, role, newest)
    else:
        replayed = it.serve(live, role, wish.seq)
        it.tell("resumed", {"id": id_, "role": role.value, "seq": newest, "replayed": replayed}, live.id)
    live.ask_again(role)


async def _resume_over(it: Connection, id_: str, wish: wire.ResumeMatch) -> None:
    """A match that is over by now: the client is told what it missed, once, and how it ended."""
    past = None if it.player is None else await it.house.hall.past(wish.match, it.player)
    if past is None or it.bound not in (None, wish.match):
        it.tell("resume_failed", {"id": id_, "reason": "unknown"}, wish.match)
        return
    if wish.seq >= len(past.events):
        audience = messages.AUDIENCE[past.role]
        it.tell("resume_failed", {"id": id_, "reason": "ahead"}, wish.match)
        rows = [project(event, audience) for event in past.events]
        it.tell("snapshot", {"role": past.role.value, "events": rows}, wish.match)
        it.tell("match.end", past.end, wish.match)
        return
    missed = past.events[wish.seq + 1 :]
    for event in missed:
        line = messages.event_line(event, messages.AUDIENCE[past.role])
        it.send(messages.event_message(wish.match, event.seq, line))
    newest = len(past.events) - 1
    it.tell("resumed", {"id": id_, "role": past.role.value, "seq": newest, "replayed": len(missed)}, wish.match)
    it.tell("match.end", past.end, wish.match)


# --- playing ----------------------------------------------------------------------------------------------------------


async def act(it: Connection, message: wire.TurnAction) -> None:
    """A seat acts."""
    seat = it.seat_in(message.match)
    if seat is None:
        _no_seat(it, message)
        return
    live, role = seat
    data = message.data
    if not is_storable(data.text) or not is_storable(data.guess or ""):
        ack = TurnAckData(id=message.id, status="rejected", reason="not_text")
        it.send(messages.ack_message(live.id, message.turn, ack))
        return
    began = time.perf_counter()

    def heard(ack: TurnAckData) -> None:
        it.send(messages.ack_message(live.id, message.turn, ack))
        it.house.metrics.action(time.perf_counter() - began)

    notes = tuple(Note(it.kind, it.text, tuple(it.facts.items())) for it in data.notes or ())
    act = Act(role, message.turn, message.id, Action(data.text, data.guess), notes)
    live.post_action(act, heard, it.credit_ms)


async def resign(it: Connection, message: wire.TurnResign) -> None:
    """A seat gives up."""
    seat = it.seat_in(message.match)
    if seat is None:
        _no_seat(it, message)
        return
    seat[0].post_resignation(seat[1])


def _no_seat(it: Connection, message: wire.TurnAction | wire.TurnResign) -> None:
    sentence = "this connection serves no seat of that match; `resume` takes one up, and a match that is over has none"
    it.refuse("no_seat", sentence, message.id, message.match)


# --- finding a match --------------------------------------------------------------------------------------------------


async def queue_join(it: Connection, message: wire.QueueJoin) -> None:
    """Look for a match."""
    if it.player is None or it.player.kind is not Kind.AGENT:
        it.refuse("refused", "people find matches in the lobby", message.id)
        return
    data = message.data
    terms = Terms(language=data.language, preset=data.preset, word_list=data.word_list, rated=data.rated)
    await it.house.lobby.seek_worker(it, message.id, data.role, terms, data.with_agents, data.with_people)
    it.tell("queue.joined", {"id": message.id})


async def queue_leave(it: Connection, message: wire.QueueLeave) -> None:
    """Look for no match any more."""
    it.house.lobby.leave_worker(it)
    it.tell("queue.left", {"id": message.id})


async def accept(it: Connection, message: wire.MatchAccept) -> None:
    """Take an offered seat."""
    _answer(it, message.data.offer, message.id, accepted=True)


async def decline(it: Connection, message: wire.MatchDecline) -> None:
    """Leave an offered seat."""
    _answer(it, message.data.offer, message.id, accepted=False)


def _answer(it: Connection, offer: str, id_: str, *, accepted: bool) -> None:
    answer = it.offers.get(offer)
    if answer is None or answer.done():
        it.refuse("offer_gone", "this offer was answered before, or its time is over", id_)
    else:
        answer.set_result(accepted)


# --- the journey ------------------------------------------------------------------------------------------------------


async def ping(it: Connection, message: wire.Ping) -> None:
    """Answer that we are here."""
    it.tell("pong", {"id": message.id})


async def pong(it: Connection, message: wire.Pong) -> None:
    """The client is here."""
    it.ponged(message.id)


DEEDS: dict[str, Callable[[Connection, Any], Awaitable[None]]] = {
    "resume": resume,
    "turn.action": act,
    "turn.resign": resign,
    "queue.join": queue_join,
    "queue.leave": queue_leave,
    "match.accept": accept,
    "match.decline": decline,
    "ping": ping,
    "pong": pong,
}
