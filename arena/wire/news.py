"""What a client's half of the protocol asks of whoever drives it, and what it has to tell: values, nothing else.

`Send` and `HangUp` must be done, in order. All others are news. Times are milliseconds of the driver's own clock.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from arena.core.ports import AnyView
from arena.core.rules import Rules
from arena.core.verdict import Role, Verdict
from arena.wire.closing import Meaning
from arena.wire.messages import Opponent


@dataclass(frozen=True, slots=True)
class Send:
    """Send this text as one message."""

    text: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection: nothing more can come of it."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Greeted:
    """The server spoke first. `rate` is how many messages it takes in a second, on average over ten."""

    server: str
    protocol: str
    rate: int


@dataclass(frozen=True, slots=True)
class Identified:
    """The server knows the client, which may now play."""

    player: str
    session: str
    seats: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A seat is free for the client until `expires`: `accept` or `decline` it."""

    offer: str
    role: Role
    rules: Rules
    rated: bool
    expires: int


@dataclass(frozen=True, slots=True)
class MatchStarted:
    """The client holds a seat. `is_resumed` says that the match began before this program knew of it.

    `offer` is the offer or the wish that led here, where there was one. `rules` and `rated` are None where a resumed
    match did not tell.
    """

    match: str
    role: Role
    rules: Rules | None = None
    rated: bool | None = None
    offer: str | None = None
    is_resumed: bool = False


@dataclass(frozen=True, slots=True)
class TurnAsked:
    """The seat is to act before `deadline`.

    `again` says that this very action was asked for before, and that nothing is new but the deadline.
    """

    match: str
    role: Role
    turn: int
    view: AnyView
    deadline: int
    again: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Which action of the match is asked for: its turn, and how often it was refused."""
        return self.turn, self.view.refusals


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the match, as the seat may see it (`arena.core.projection`). Each is told once, in order."""

    match: str
    seq: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """All that the seat may see of the match from its beginning: forget the events that were told before."""

    match: str
    role: Role
    events: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """The action stands in the log. `seq` is None where the server took it earlier and did not say where."""

    match: str
    turn: int
    seq: int | None


@dataclass(frozen=True, slots=True)
class ActionRefused:
    """The action changed nothing. `attempts_left` is None where the refusal does not count against the seat."""

    match: str
    turn: int
    reason: str
    attempts_left: int | None


@dataclass(frozen=True, slots=True)
class PeerGone:
    """The other seat lost its connection; the match waits for it so long."""

    match: str
    grace_ms: int


@dataclass(frozen=True, slots=True)
class PeerBack:
    """The other seat is there again."""

    match: str


@dataclass(frozen=True, slots=True)
class MatchEnded:
    """The match is over, and nothing of it is secret any more."""

    match: str
    role: Role
    verdict: Verdict
    target: str
    opponent: Opponent
    rated: bool


@dataclass(frozen=True, slots=True)
class MatchLost:
    """The seat is not the client's any more: it `ended` while it was away, or the server knows of none."""

    match: str
    role: Role | None
    reason: str


@dataclass(frozen=True, slots=True)
class Draining:
    """The server restarts within so many seconds; live matches are kept."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The server could not follow a message. `retry_ms` is set where it is tried again by itself."""

    code: str
    problem: str
    match: str | None
    retry_ms: int | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A message of the server's could not be understood and was passed over."""

    problem: str


@dataclass(frozen=True, slots=True)
class ComeBack:
    """The connection is gone: connect again at `at`. Nothing was lost by it."""

    at: int
    why: Meaning


@dataclass(frozen=True, slots=True)
class Over:
    """The connection is gone for good. `code` is the close code, None where there was none."""

    code: int | None
    why: Meaning


Effect: TypeAlias = (
    Send
    | HangUp
    | Greeted
    | Identified
    | Offered
    | MatchStarted
    | TurnAsked
    | Happened
    | Redrawn
    | ActionTaken
    | ActionRefused
    | PeerGone
    | PeerBack
    | MatchEnded
    | MatchLost
    | Draining
    | Refused
    | Unread
    | ComeBack
    | Over
)
