"""What became of each action of a match: the same id always gets the same acknowledgement."""

from collections.abc import Callable, Iterable

from arena.core.events import Acted, Event, Refusal, Refused
from arena.core.machine import Refuse
from arena.core.referee import MAX_REFUSALS
from arena.core.verdict import Role
from arena.wire.messages import TurnAckData

MAX_HEARERS = 8
"""Who may wait for the same acknowledgement: an action may be sent again before its judges have ruled."""

Heard = Callable[[TurnAckData], None]
"""Is called once with the acknowledgement of an action, when what it says is durable."""


class Receipts:
    """The acknowledgements given, and whoever still waits for one. Ids are a seat's own: another's never collide."""

    def __init__(self) -> None:
        self._given: dict[tuple[Role, str], TurnAckData] = {}
        self._waiting: dict[tuple[Role, str], list[Heard]] = {}

    def expect(self, role: Role, id_: str, heard: Heard) -> bool:
        """Call `heard` when the action is acknowledged; False where it is known already, and need not be done."""
        given = self._given.get((role, id_))
        if given is not None:
            heard(_again(given))
            return False
        waiting = self._waiting.setdefault((role, id_), [])
        waiting[:] = [*waiting[1 - MAX_HEARERS :], heard]
        return len(waiting) == 1

    def note(self, event: Event, before: Iterable[Event]) -> None:
        """Acknowledge what an event wrote down; `before` are the events of the match up to it."""
        body = event.body
        if isinstance(body, Acted):
            ack = TurnAckData(id=body.id, status="accepted", seq=event.seq)
        elif isinstance(body, Refused):
            refusals = sum(
                isinstance(it.body, Refused) and (it.body.role, it.body.turn) == (body.role, body.turn) for it in before
            )
            left = max(0, MAX_REFUSALS - 1 - refusals)
            ack = TurnAckData(id=body.id, status="rejected", reason=body.why.value, attempts_left=left, seq=event.seq)
        else:
            return
        self._given[(body.role, body.id)] = ack
        self._tell(body.role, ack)

    def refuse(self, refuse: Refuse) -> None:
        """Acknowledge what the machine refused without writing it down."""
        if refuse.attempts_left is not None:
            return  # it was written down, and `note` has told
        given = self._given.get((refuse.role, refuse.id))
        if given is not None:
            self._tell(refuse.role, _again(given))
        elif refuse.why is not Refusal.DUPLICATE:  # one that waits for its judges will be acknowledged with them
            self._tell(refuse.role, TurnAckData(id=refuse.id, status="rejected", reason=refuse.why.value))

    def finish(self) -> None:
        """The match is over: whoever still waits is told so."""
        for role, id_ in list(self._waiting):
            self._tell(role, TurnAckData(id=id_, status="rejected", reason=Refusal.ENDED.value))

    def _tell(self, role: Role, ack: TurnAckData) -> None:
        for heard in self._waiting.pop((role, ack.id), ()):
            heard(ack)


def _again(ack: TurnAckData) -> TurnAckData:
    """The acknowledgement of an action that is sent once more: what was taken is a duplicate now."""
    return ack.model_copy(update={"status": "duplicate"}) if ack.status == "accepted" else ack
