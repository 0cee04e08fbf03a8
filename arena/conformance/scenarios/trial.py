"""What scenarios are made of: seating the client, taking its actions, letting it come back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from arena.conformance.finding import DeviationError
from arena.conformance.guest import Guest
from arena.conformance.staged import Row, StagedMatch
from arena.core.actions import Action
from arena.core.verdict import Role
from arena.wire import messages as m

OFFER_MS = 10_000


@dataclass
class Trial:
    """One scenario in play: the client, and the matches it was given.

    `grace` is how many seconds a client may take to come back, `stay_away` how many an evicted one is watched.
    """

    guest: Guest
    numbers: "Numbers"
    stay_away: float
    grace: float
    _opening: list[Row] = field(default_factory=list)

    # --- sitting down ---

    async def seat(self, role: Role = Role.DEFENDER) -> StagedMatch:
        """Offer the client a seat, whether it looks for one or not. Nothing of the match is told yet."""
        match = StagedMatch(self.numbers.next("match"), role)
        self._opening = match.begin()
        self.guest.live.add(match.id)
        await self.guest.tell(match.start(await self._offer(match)))
        return match

    async def _offer(self, match: StagedMatch) -> str:
        if self.guest.visit.wishes:
            self.guest.visit.wishes.popleft()
        offer = self.numbers.next("offer")
        data = {"offer": offer, "role": match.role.value, "rules": match.rules.to_json(), "rated": False}
        message = {"type": "match.offer", "ts": 0, "data": {**data, "expires_ms": OFFER_MS}}
        await self.guest.tell(message)
        answer = await self.guest.expect(m.MatchAccept, m.MatchDecline)
        if isinstance(answer, m.MatchDecline):
            raise DeviationError("declined an offer; it must play both roles, in English, to be tried")
        if answer.data.offer != offer:
            raise DeviationError(f"accepted the offer {answer.data.offer!r}; it was offered {offer!r}")
        return offer

    def opening(self) -> list[Row]:
        """What the match that was seated last begins with: its first events, and the client's turn."""
        return self._opening

    async def begin(self, role: Role = Role.DEFENDER) -> StagedMatch:
        """Seat the client and tell it all: it is to move."""
        match = await self.seat(role)
        await self.guest.tell(*self.opening())
        return match

    # --- playing ---

    async def action(self, match: StagedMatch) -> m.TurnAction:
        """The client's next action in the match, not performed yet."""
        message = await self.guest.expect(m.TurnAction, m.TurnResign, match=match.id)
        if isinstance(message, m.TurnResign):
            raise DeviationError("gave the match up, so that it cannot be tried further")
        known = match.turns.setdefault(message.id, message.turn)
        if known != message.turn:
            self.guest.fault(f"used the id {message.id!r} of turn {known} again in turn {message.turn}")
        elif match.view is not None and message.turn != match.view.turn and message.id not in match.acks:
            self.guest.fault(f"answered the request for turn {match.view.turn} with an action for turn {message.turn}")
        taken: m.TurnAction = message
        return taken

    def perform(self, match: StagedMatch, message: m.TurnAction) -> list[Row]:
        """What the action leads to, its acknowledgement first."""
        rows = match.act(message.turn, message.id, Action(message.data.text, message.data.guess))
        ack = rows[0]["data"]
        if ack["status"] == "rejected":
            self.guest.fault(f"acted so that it was refused: {ack['reason']} (turn {message.turn}, id {message.id!r})")
        return rows

    async def move(self, match: StagedMatch) -> m.TurnAction:
        """One action of the client, taken and acknowledged."""
        message = await self.action(match)
        await self.guest.tell(*self.perform(match, message))
        return message

    async def finish(self, match: StagedMatch) -> None:
        """Play to the end, and see that the client leaves it at that."""
        while not match.is_over:
            await self.move(match)
        await self.rests(match)

    async def rests(self, match: StagedMatch) -> None:
        """See that the client has nothing more to say in a match that is over."""
        await self.guest.keeps_up()
        for message in self.guest.heard():
            if getattr(message, "match", None) == match.id:
                self.guest.fault(f"sent `{message.type}` in a match after its `match.end`")

    # --- coming back ---

    async def comes_back(self, match: StagedMatch) -> m.Resume:
        """Let the client connect again, and ask for what it missed. The answer is the scenario's to give."""
        last = self.guest.told.get(match.id, -1)
        await self.guest.arrive([match], within=self.grace)
        return await self.asks_to_resume(match, last)

    async def asks_to_resume(self, match: StagedMatch, last: int) -> m.Resume:
        """The client's `resume` for a match of which it was shown the events up to `last`."""
        message: m.Resume = await self.guest.expect(m.Resume)
        wish = next((it for it in message.data.matches if it.match == match.id), None)
        if wish is None:
            raise DeviationError(f"did not name the match {match.id!r} in `resume`")
        if wish.seq != last:
            self.guest.fault(f"resumed from event {wish.seq} of {match.id!r}; the last that it was shown is {last}")
        return message

    async def resumes(self, match: StagedMatch) -> None:
        """Let the client come back, and show it what it missed."""
        message = await self.comes_back(match)
        last = next(it.seq for it in message.data.matches if it.match == match.id)
        await self.guest.tell(*match.replay(message.id, last))


class Numbers:
    """Names that are never used twice."""

    def __init__(self) -> None:
        self._count = 0

    def next(self, kind: str) -> str:
        """The next name of a kind."""
        self._count += 1
        return f"{kind}-{self._count}"


Play: TypeAlias = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that happens to a client, and what it must do then."""

    name: str
    promise: str
    remedy: str
    play: Play
