"""The client's half of the protocol as a machine without IO: messages and times go in, messages and news come out.

A driver owns the socket and the clock. It calls `connected`, `receive`, `tick` and `lost` for what happens to the
connection, and `answer`, `resign`, `accept`, `decline`, `seek` and `leave` for what the user wants; each returns values
of `arena.wire.news` to act upon in order. `now` is integer milliseconds of any clock that runs forwards.

However often the connection breaks, the user sees each event of a match once and in order, and each action stands in
the log once: an action is held until it is acknowledged and sent again, under the same id, after every resumption. The
id is made of the turn and the refusals, so that even another run of the program cannot act twice.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, ClassVar

from pydantic import ValidationError

from arena.core.actions import settled_notes
from arena.core.ports import Answer, Given, Resign
from arena.wire import messages as m
from arena.wire.closing import Close
from arena.wire.comeback import backoff_ms, meaning_of
from arena.wire.news import (
    ComeBack,
    Draining,
    Effect,
    Greeted,
    HangUp,
    Identified,
    MatchLost,
    Offered,
    Over,
    Refused,
    Send,
    TurnAsked,
    Unread,
)
from arena.wire.place import Place, rules_from
from arena.wire.pulse import Beat, Pulse
from arena.wire.values import WireError

GREETING_MS = 10_000
"""How long a server may take to greet and to identify."""
STEADY_MS = 10_000
"""A connection that lasted so long was a good one: the next window of waiting is narrow again."""
_MOST_RESUMED = 1024

Effects = tuple[Effect, ...]


def _nothing(client: "Client", message: object) -> Effects:  # noqa: ARG001 - for messages that say nothing new
    return ()


class Phase(Enum):
    """How far a connection has come."""

    OFFLINE = auto()
    CONNECTED = auto()
    IDENTIFYING = auto()
    READY = auto()
    OVER = auto()


class Client:
    """One player's side of one connection after the other. Make one for the life of a program."""

    def __init__(self, identity: m.IdentifyData) -> None:
        self._identity = identity
        self._places: dict[str, Place] = {}
        self._wishes: dict[str, m.QueueData] = {}
        self._offers: dict[str, int] = {}
        self._phase = Phase.OFFLINE
        self._since = self._now = 0
        self._failures = 0
        self._numbers = 0
        self._pulse = Pulse(0, GREETING_MS)
        self._max_message = 1 << 20

    # --- what can be asked ---

    @property
    def phase(self) -> Phase:
        """How far the present connection has come."""
        return self._phase

    @property
    def live(self) -> tuple[str, ...]:
        """The matches that the client holds a seat in."""
        return tuple(self._places)

    @property
    def wishes(self) -> int:
        """How many matches it is looking for."""
        return len(self._wishes)

    @property
    def accepted(self) -> int:
        """How many offers it took that have not led to a match yet."""
        return len(self._offers)

    def next_tick(self) -> int | None:
        """When `tick` has something to look at, or None while there is no connection."""
        if self._phase in (Phase.OFFLINE, Phase.OVER):
            return None
        if self._phase is not Phase.READY:
            return self._since + GREETING_MS
        return min(
            [self._pulse.due, *self._offers.values(), *(at for it in self._places.values() if (at := it.retry_at))]
        )

    # --- what happens to the connection ---

    def connected(self, now: int) -> Effects:
        """A new connection stands. The server speaks first."""
        self._phase, self._since = Phase.CONNECTED, now
        self._pulse = Pulse(now, GREETING_MS)
        return ()

    def receive(self, text: str | bytes, now: int) -> Effects:
        """The server sent a message. One that cannot be read is passed over, and said so."""
        self._now = now
        self._pulse.heard(now)
        try:
            message = m.read_server(text)
            phases, handle = self._TABLE[type(message)]
            if self._phase not in phases:
                return (Unread(f"{message.type} came while {self._phase.name.lower()}"),)
            return handle(self, message)
        except WireError as wrong:
            return (Unread(str(wrong)),)

    def tick(self, now: int) -> Effects:
        """Time has passed: asks for a sign of life, gives a silent server up, sends again what was to wait."""
        due = self.next_tick()
        if due is None or now < due:
            return ()
        if self._phase is not Phase.READY:
            return (HangUp(Close.DONE, "the server did not greet"),)
        self._offers = {offer: until for offer, until in self._offers.items() if until > now}
        effects = [effect for place in self._places.values() for effect in place.retry(now)]
        beat = self._pulse.look(now)
        if beat is Beat.ASK:
            effects.append(_send(m.Ping(id=self._name("p"))))
        elif beat is Beat.SILENT:
            effects.append(HangUp(Close.DONE, "the server is silent"))
        return tuple(effects)

    def lost(self, code: int | None, now: int, chance: float) -> Effects:
        """The connection is gone, or none could be made. `chance` is drawn from [0, 1) and spreads the comers-back."""
        if self._phase is Phase.READY and now - self._since >= STEADY_MS:
            self._failures = 0
        for place in self._places.values():
            place.lose_link()
        self._offers.clear()
        self._wishes.clear()
        why = meaning_of(code)
        if not why.comes_back:
            self._phase = Phase.OVER
            return (Over(code, why),)
        self._phase = Phase.OFFLINE
        wait = backoff_ms(self._failures, chance)
        self._failures += 1
        return (ComeBack(now + wait, why),)

    # --- what the user wants ---

    def answer(self, asked: TurnAsked, given: Given) -> Effects:
        """Act in a seat as it was asked to. An answer to what is no longer asked for is dropped.

        Raises WireError where no message can hold the action; nothing was sent then.
        """
        place = self._places.get(asked.match)
        if place is None:
            return ()
        does, notes = (given.given, given.notes) if isinstance(given, Answer) else (given, ())
        if isinstance(does, Resign):
            return place.resign(self._phase is Phase.READY)
        try:
            noted = tuple(m.NoteData(kind=it.kind, text=it.text, facts=dict(it.facts)) for it in settled_notes(notes))
            data = m.ActionData(text=does.text, guess=does.guess, notes=noted or None)
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            raise WireError(".".join(map(str, first["loc"])), first["msg"]) from None
        return place.answer(asked, data, self._phase is Phase.READY, self._max_message)

    def resign(self, match: str) -> Effects:
        """Give a match up."""
        place = self._places.get(match)
        return () if place is None else place.resign(self._phase is Phase.READY)

    def accept(self, offered: Offered) -> Effects:
        """Take the seat that was offered. What came of it shows when a match starts."""
        if self._phase is not Phase.READY:
            return ()
        self._offers[offered.offer] = offered.expires + GREETING_MS
        return (_send(m.MatchAccept(id=self._name("a"), data=m.OfferData(offer=offered.offer))),)

    def decline(self, offered: Offered) -> Effects:
        """Leave the seat that was offered to somebody else."""
        if self._phase is not Phase.READY:
            return ()
        return (_send(m.MatchDecline(id=self._name("a"), data=m.OfferData(offer=offered.offer))),)

    def seek(self, wish: m.QueueData) -> Effects:
        """Look for one match. A wish ends with its match or with the connection."""
        if self._phase is not Phase.READY:
            return ()
        name = self._name("q")
        self._wishes[name] = wish
        return (_send(m.QueueJoin(id=name, data=wish)),)

    def leave(self) -> Effects:
        """Look for no match any more."""
        if self._phase is not Phase.READY or not self._wishes:
            return ()
        self._wishes.clear()
        return (_send(m.QueueLeave(id=self._name("q"))),)

    # --- what the server says ---

    def _on_hello(self, message: m.Hello) -> Effects:
        hello = message.data
        self._phase = Phase.IDENTIFYING
        self._pulse.every_ms, self._max_message = max(1, hello.heartbeat_ms), hello.max_message
        greeted = Greeted(hello.server, hello.protocol, hello.rate)
        return greeted, _send(m.Identify(id="identify", data=self._identity))

    def _on_ready(self, message: m.Ready) -> Effects:
        ready = message.data
        self._phase, self._since = Phase.READY, self._now
        for seat in ready.matches:
            self._places.setdefault(seat.match, Place(seat.match, seat.role))
        return Identified(ready.player, ready.session, ready.seats), *self._resume(self._places)

    def _resume(self, names: Any) -> Effects:  # noqa: ANN401 - any iterable of match ids
        """Ask for all that was missed in these matches, as few messages as may be."""
        wanted = [m.ResumeMatch(match=name, seq=self._places[name].seq) for name in names]
        chunks = [wanted[at : at + _MOST_RESUMED] for at in range(0, len(wanted), _MOST_RESUMED)]
        return tuple(_send(m.Resume(id=self._name("r"), data=m.ResumeData(matches=tuple(part)))) for part in chunks)

    def _on_resumed(self, message: m.Resumed) -> Effects:
        return self._place(message.match).resumed(message.data)

    def _on_resume_failed(self, message: m.ResumeFailed) -> Effects:
        if message.data.reason == "ahead":  # a snapshot follows
            return ()
        place = self._places.pop(message.match, None)
        return (MatchLost(message.match, place.role if place else None, message.data.reason),)

    def _on_snapshot(self, message: m.Snapshot) -> Effects:
        return self._place(message.match).redraw(message.data)

    def _on_start(self, message: m.MatchStart) -> Effects:
        start = message.data
        self._offers.pop(start.offer or "", None)
        # No message says which wish a match fulfils. Counting the oldest asks for one too many at worst, never too few.
        self._wishes.pop(next(iter(self._wishes), ""), None)
        place = self._places.setdefault(message.match, Place(message.match, start.role))
        if place.role is not start.role:  # events do not say which of two seats they are for
            raise WireError("role", f"the other seat of match {message.match!r} is held over this connection already")
        return place.start(rules_from(start.rules), start.rated, start.offer)

    def _on_request(self, message: m.TurnRequest) -> Effects:
        return self._place(message.match).ask(message.data, self._now)

    def _on_ack(self, message: m.TurnAck) -> Effects:
        place = self._places.get(message.match)
        return () if place is None else place.acknowledge(message.turn, message.data, self._now)

    def _on_event(self, message: m.MatchEvent) -> Effects:
        place = self._places.get(message.match)
        if place is None:  # of a match that is over here
            return ()
        if place.has_gap(message.prev):
            return () if place.is_resuming else (*place.begin_resuming(), *self._resume([message.match]))
        return place.happen(message.seq, message.data)

    def _on_end(self, message: m.MatchEnd) -> Effects:
        place = self._places.get(message.match)
        if place is None:
            return ()
        del self._places[message.match]
        return (place.end(message.data),)

    def _on_peer(self, message: m.PeerGone | m.PeerBack) -> Effects:
        place = self._places.get(message.match)
        return () if place is None else place.peer(message)

    def _on_offer(self, message: m.MatchOffer) -> Effects:
        it = message.data
        return (Offered(it.offer, it.role, rules_from(it.rules), it.rated, self._now + it.expires_ms),)

    def _on_ping(self, message: m.ServerPing) -> Effects:
        return (_send(m.Pong(id=message.data.id)),)

    def _on_error(self, message: m.Error) -> Effects:
        error = message.data
        self._wishes.pop(error.id or "", None)
        place = self._places.get(message.match or "")
        if place is None and message.match is not None:  # of a match that is over here
            return ()
        retried = place is not None and error.id is not None and place.refuse(error.id, error.retry_ms, self._now)
        return (Refused(error.code, error.message, message.match, error.retry_ms if retried else None),)

    def _on_draining(self, message: m.Draining) -> Effects:
        return (Draining(message.data.seconds),)

    def _place(self, match: str) -> Place:
        place = self._places.get(match)
        if place is None:
            raise WireError("match", f"no seat is held in {match!r}")
        return place

    def _name(self, kind: str) -> str:
        self._numbers += 1
        return f"{kind}{self._numbers}"

    _TABLE: ClassVar[dict[type, tuple[frozenset[Phase], Callable[..., Effects]]]] = {
        kind: (frozenset(phases), handle)
        for phases, rows in (
            ({Phase.CONNECTED}, ((m.Hello, _on_hello),)),
            ({Phase.IDENTIFYING}, ((m.Ready, _on_ready),)),
            (
                {Phase.IDENTIFYING, Phase.READY},
                ((m.ServerPing, _on_ping), (m.ServerPong, _nothing), (m.Error, _on_error), (m.Draining, _on_draining)),
            ),
            (
                {Phase.READY},
                (
                    (m.Resumed, _on_resumed),
                    (m.ResumeFailed, _on_resume_failed),
                    (m.Snapshot, _on_snapshot),
                    (m.MatchOffer, _on_offer),
                    (m.MatchStart, _on_start),
                    (m.TurnRequest, _on_request),
                    (m.TurnAck, _on_ack),
                    (m.MatchEvent, _on_event),
                    (m.PeerGone, _on_peer),
                    (m.PeerBack, _on_peer),
                    (m.MatchEnd, _on_end),
                    (m.QueueJoined, _nothing),
                    (m.QueueLeft, _nothing),
                ),
            ),
        )
        for kind, handle in rows
    }
    """What each message does, and in which phases it may come."""


def _send(message: m.ClientMessage) -> Send:
    return Send(message.model_dump_json(exclude_none=True))
