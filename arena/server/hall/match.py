"""One live match: performs what the machine asks for, for seats near and far, and never tells what is not durable.

Everything that happens to it goes through one inbox, one thing after the other. Match time stands still while an event
is on its way to the disk, while judges think, while the host's own untimed agents think, and while a seat that is to
move has lost its connection and has grace left.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog

from arena.core.events import Departure, Event, Finished
from arena.core.machine import (
    Act,
    Begin,
    Effect,
    Fault,
    Leave,
    Match,
    Message,
    NeedRuling,
    Record,
    Refuse,
    Resume,
    Rule,
    Suspend,
    Tell,
)
from arena.core.ports import AnyView
from arena.core.position import Position
from arena.core.projection import Audience, project
from arena.core.verdict import Role, Verdict
from arena.server.hall import messages
from arena.server.hall.clock import SeatClock
from arena.server.hall.judging import rule
from arena.server.hall.office import Office
from arena.server.hall.receipts import Heard, Receipts
from arena.server.hall.seats import Link, SeatPlace
from arena.server.hall.thinking import think
from arena.server.hall.watchers import Frame, Watcher
from arena.server.players import Kind, Opening
from arena.store.changes import Job
from arena.wire.messages import TurnAckData

MAX_INBOX = 64
"""Deeds that may wait for one match; who sends more is told to wait."""


@dataclass(slots=True)
class _Deed:
    """Something that shall happen to the match. `message` None only looks at the clock."""

    message: Message | None
    credit_ms: int = 0
    done: asyncio.Future[None] | None = None


class LiveMatch:
    """A match in play on this server. Make it with `Hall.open`."""

    def __init__(self, machine: Match, opening: Opening, places: dict[Role, SeatPlace], office: Office) -> None:
        self.id = machine.id
        self.opening = opening
        self.events: list[Event] = []
        self._machine, self._office, self._places = machine, office, places
        self._clock = SeatClock(machine.last)
        self._inbox: deque[_Deed] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._asked: Tell | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thinking: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._receipts = Receipts()
        self._requests = messages.Requests(machine.started.rules)
        self._watchers: set[Watcher] = set()
        self._over = asyncio.Event()
        self._is_leaving = False

    # --- what anybody may ask ---

    @property
    def position(self) -> Position:
        """Where the match stands."""
        return self._machine.position

    @property
    def verdict(self) -> Verdict | None:
        """How it ended, once that is durable."""
        return messages.verdict_of(self.events) if self._over.is_set() else None

    @property
    def started_at(self) -> str:
        """When it began, as ISO 8601 in UTC."""
        return self._machine.started.started_at

    @property
    def watchers(self) -> int:
        """How many look on."""
        return len(self._watchers)

    def role_of(self, account: str | None) -> Role | None:
        """The seat that an account holds, as a person or by its agent."""
        if account is None:
            return None
        return next((role for role, place in self._places.items() if place.player.account == account), None)

    def roles_of(self, account: str | None) -> tuple[Role, ...]:
        """Every seat that an account holds."""
        if account is None:
            return ()
        return tuple(role for role, place in self._places.items() if place.player.account == account)

    def link_of(self, role: Role) -> Link | None:
        """How the seat is reached at present."""
        return self._places[role].link

    def is_here(self, role: Role) -> bool:
        """Whether somebody could act in the seat now."""
        return self._places[role].is_here

    def rows(self, audience: Audience, after: int = -1) -> list[dict[str, Any]]:
        """The events beyond `after` as an audience may see them. A live match has no audience for its record."""
        return [project(event, audience) for event in self.events[after + 1 :]]

    def view(self, role: Role) -> AnyView | None:
        """What the seat is asked now, or None while it is not to move."""
        tell = self._asked
        if tell is None or tell.role is not role or self._over.is_set():
            return None
        return replace(tell.view, ms_left=self._ms_left())

    async def ended(self) -> None:
        """Wait for the end."""
        await self._over.wait()

    def watch(self, after: int = -1) -> Watcher:
        """Follow the match as a spectator, from the event after `after`."""
        missed = [self._frame(event) for event in self.events[after + 1 :]]
        over = self._over.is_set()
        if over:
            missed.append(self._end_frame())
        watcher = Watcher(missed, self._watchers.discard, is_over=over)
        if not over:
            self._watchers.add(watcher)
        return watcher

    def beat(self) -> None:
        """Give those who look on a sign of life."""
        for watcher in list(self._watchers):
            watcher.beat()

    # --- what seats do ---

    def attach(self, role: Role, link: Link, after: int = -1) -> int:
        """Let a link serve the seat: it is sent the events beyond `after`, and its turn. How many events that were."""
        place = self._places[role]
        if place.link is not None and place.link is not link:
            place.link.left(self.id)
        was_gone = place.link is None
        place.link = link
        missed = self.replay(role, link, after)
        if was_gone and not self._over.is_set():
            self._tell_of_peer("peer.back", place)
        return missed

    def _tell_of_peer(self, type_: str, place: SeatPlace) -> None:
        """Tell the other seat that this one came or went, and look at the clock again."""
        if self._pump is None:
            self._set_clock()
        other = self._places[place.role.other].link
        if other is not None:
            data = {"role": place.role.value, "grace_ms": place.grace_ms}
            other.send(messages.message(type_, data, self.id))

    def replay(self, role: Role, link: Link, after: int) -> int:
        """Send the events beyond `after` as the seat may see them. How many that were."""
        missed = self.events[after + 1 :]
        for event in missed:
            line = messages.event_line(event, messages.AUDIENCE[role])
            link.send(messages.event_message(self.id, event.seq, line))
        return len(missed)

    def ask_again(self, role: Role) -> None:
        """Tell the seat once more that it is to move, where it is."""
        view, link = self.view(role), self._places[role].link
        if view is not None and link is not None:
            link.send(self._request(view))

    def detach(self, role: Role, link: Link) -> None:
        """The link is gone. Match time waits for the seat as long as it has grace."""
        place = self._places[role]
        if place.link is not link:
            return
        place.link = None
        if not self._over.is_set():
            self._tell_of_peer("peer.gone", place)

    def post_action(self, act: Act, heard: Heard, credit_ms: int = 0) -> None:
        """A seat acts; `heard` is called with the acknowledgement once that is durable."""
        if len(self._inbox) >= MAX_INBOX:
            heard(TurnAckData(id=act.id, status="rejected", reason="busy"))
        elif self._receipts.expect(act.role, act.id, heard):
            self._post(_Deed(act, credit_ms))

    async def act(self, act: Act) -> TurnAckData:
        """The same, for a caller that waits. Raises nothing: a refusal is an acknowledgement too."""
        answer: asyncio.Future[TurnAckData] = asyncio.get_running_loop().create_future()
        self.post_action(act, lambda ack: None if answer.done() else answer.set_result(ack))
        return await answer

    def post_resignation(self, role: Role) -> None:
        """A seat gives up."""
        self._post(_Deed(Leave(role, Departure.RESIGNED)))

    async def resign(self, role: Role) -> None:
        """The same, for a caller that waits until it is durable."""
        await self._do(Leave(role, Departure.RESIGNED))

    # --- what the host does ---

    async def begin(self, along: Job) -> None:
        """Start the match; `along` is written with its first event. Raises LogError: there is no match then."""
        effects = self._machine.receive(Begin(), 0)
        events = [effect.event for effect in effects if isinstance(effect, Record)]
        await self._office.append(events, along)
        self._publish(events, effects)
        self._set_clock()

    async def go_on(self, events: list[Event]) -> None:
        """Take the match up again after these events of its log."""
        self.events = list(events)
        for event in events:
            self._receipts.note(event, events[: event.seq])
        self._clock.stand(self._machine.last)
        await self._do(Resume())

    async def suspend(self) -> None:
        """Stop the match durably, to go on in another life of the server. Those who look on are told to come back."""
        self._is_leaving = True
        await self._do(Suspend())
        self._dismiss(Frame("draining", "{}"))

    async def abort(self) -> None:
        """End the match by the platform's own fault."""
        await self._do(Fault())

    async def close(self) -> None:
        """Let go of everything without a word."""
        self._is_leaving = True
        if self._alarm is not None:
            self._alarm.cancel()
        tasks = [task for task in (*self._tasks, self._thinking, self._pump) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._dismiss()
        await self._close_agents()

    # --- one thing after the other ---

    async def _do(self, message: Message) -> None:
        done = asyncio.get_running_loop().create_future()
        self._post(_Deed(message, done=done))
        await done

    def _post(self, deed: _Deed) -> None:
        self._inbox.append(deed)
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._inbox:
                deed = self._inbox.popleft()
                try:
                    await self._perform(deed)
                except Exception as crash:  # noqa: BLE001 - a bug of ours, or of a judge's or a matcher's author
                    await self._fail(crash)
                if deed.done is not None and not deed.done.done():
                    deed.done.set_result(None)
        finally:
            self._pump = None
        self._set_clock()

    async def _fail(self, crash: Exception) -> None:
        """Something that should not happen did: the match ends where the log has it, and nobody loses by it."""
        structlog.get_logger("hall").error("match_failed", match=self.id, error=type(crash).__name__)
        self._machine = Match.resumed(self.events, self._office.matcher)
        self._clock.stand(self._machine.last)
        if self._machine.verdict is None:
            await self._perform(_Deed(Fault()))

    async def _perform(self, deed: _Deed) -> None:
        now = self._time_of(deed)
        effects = self._machine.tick(now) if deed.message is None else self._machine.receive(deed.message, now)
        self._clock.stand(self._machine.last)
        events = [effect.event for effect in effects if isinstance(effect, Record)]
        if events:
            await self._office.append(events)
        self._publish(events, effects)

    def _time_of(self, deed: _Deed) -> int:
        last = self._machine.last
        if self._machine.stands_still:
            return last
        return max(last, self._clock.now() - deed.credit_ms)

    def _publish(self, events: list[Event], effects: tuple[Effect, ...]) -> None:
        """Tell everyone who may know of what is durable now."""
        for event in events:
            self.events.append(event)
            self._receipts.note(event, self.events[: event.seq])
            self._broadcast(event)
        for effect in effects:
            if isinstance(effect, Tell):
                self._asked = effect
                self._ask(effect)
            elif isinstance(effect, NeedRuling):
                self._asked = None
                self._spawn(self._judge(effect))
            elif isinstance(effect, Refuse):
                self._receipts.refuse(effect)
        if events and isinstance(events[-1].body, Finished):
            self._finish()

    def _broadcast(self, event: Event) -> None:
        """Tell seats and watchers of an event; what all may see is written once."""
        public = messages.event_line(event, Audience.SPECTATOR)
        for role, place in self._places.items():
            if place.link is not None:
                audience = messages.AUDIENCE[role]
                line = messages.event_line(event, audience) if messages.is_shown_apart(event, audience) else public
                place.link.send(messages.event_message(self.id, event.seq, line))
        if self._watchers:
            frame = Frame("match.event", public, event.seq)
            for watcher in list(self._watchers):
                watcher.give(frame)

    def _frame(self, event: Event) -> Frame:
        return Frame("match.event", messages.event_line(event, Audience.SPECTATOR), event.seq)

    def _end_frame(self) -> Frame:
        verdict = messages.verdict_of(self.events)
        if verdict is None:
            raise RuntimeError(f"match {self.id} has no verdict")
        return Frame("match.end", messages.dumps(messages.end_data(self.opening, self._machine.started, verdict)))

    # --- whose turn it is ---

    def _ask(self, tell: Tell) -> None:
        place = self._places[tell.role]
        if place.agent is not None:
            self._thinking = asyncio.get_running_loop().create_task(self._think(place, tell))
        elif place.link is not None:
            place.link.send(self._request(tell.view))

    def _request(self, view: AnyView) -> str:
        return self._requests.write(self.id, view)

    async def _think(self, place: SeatPlace, tell: Tell) -> None:
        is_watched_by_a_person = self._places[place.role.other].player.kind is Kind.PERSON
        answer = await think(place, tell.view, self._office, is_seen=is_watched_by_a_person)
        if isinstance(answer, Departure):
            self._post(_Deed(Leave(place.role, answer)))
        elif answer is not None:
            attempt = f"{tell.view.turn}{place.role[0]}{tell.view.refusals}"
            self._post(_Deed(Act(place.role, tell.view.turn, attempt, answer.action, answer.notes)))

    async def _judge(self, need: NeedRuling) -> None:
        rulings = await rule(need, self._office.judges_for(self._machine.started.rules))
        self._post(_Deed(Rule(need.case.turn, need.case.role, rulings)))

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- match time ---

    def _ms_left(self) -> int:
        return max(0, self.position.deadline - self._clock.now())

    def _set_clock(self) -> None:
        """Let match time run where somebody may use it, and wake up when it, or the grace of a seat, is over."""
        machine = self._machine
        if self._pump is not None or self._is_leaving or machine.stands_still or machine.verdict is not None:
            self._clock.stand()
            return
        place = self._places[machine.position.to_move]
        if place.agent is not None and not place.is_timed:
            self._clock.stand()
            return
        waits_ms = place.grace_left(asyncio.get_running_loop().time())
        if waits_ms > 0:
            self._clock.stand()
            self._wake_in(waits_ms)
        else:
            self._clock.run()
            self._wake_in(self._ms_left() + self._office.credit_ms)

    def _wake_in(self, ms: int) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + ms / 1000
        if self._alarm is not None and not self._alarm.cancelled() and self._alarm.when() <= when:
            return  # an earlier alarm looks again
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = loop.call_at(when, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        if self._over.is_set() or self._is_leaving:
            return
        if self._clock.runs and self._clock.now() >= self.position.deadline + self._office.credit_ms:
            self._post(_Deed(None))
        elif self._pump is None:
            self._set_clock()

    # --- the end ---

    def _finish(self) -> None:
        self._over.set()
        self._asked = None
        if self._alarm is not None:
            self._alarm.cancel()
        self._clock.stand()
        frame = self._end_frame()
        end = messages.wrap("match.end", frame.line, self.id)
        self._receipts.finish()
        for place in self._places.values():
            if place.link is not None:
                place.link.send(end)
                place.link.left(self.id)
        self._dismiss(frame)
        self._office.ended(self)
        self._spawn(self._close_agents())

    def _dismiss(self, last: Frame | None = None) -> None:
        """Give those who look on a last frame, and let them go."""
        for watcher in list(self._watchers):
            if last is not None:
                watcher.give(last)
            watcher.finish()
        self._watchers.clear()

    async def _close_agents(self) -> None:
        for place in self._places.values():
            agent, place.agent = place.agent, None
            if agent is not None:
                with suppress(Exception):
                    await self._office.studio.perform(agent.close, 10)
