"""Every message of the protocol as a model: what fields it has, what they mean, and what may not be in them.

Both sides ignore fields they do not know. A server reads with `read_client`, a client with `read_server`. The forms of
a view, an action and an event are those of `arena.wire.values` and `arena.core.projection`: here they are plain
objects, since whoever sends one has made it there.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.wire.values import WireError

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
"""A name that a client gives to what it sends: 1 to 64 printable ASCII characters, no spaces."""
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
MatchId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
Json: TypeAlias = dict[str, Any]


class Part(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


RoleName: TypeAlias = Annotated[Role, Field(strict=False)]
LanguageName: TypeAlias = Annotated[Language, Field(strict=False)]

# --- what a client sends ----------------------------------------------------------------------------------------------


class ClientMessage(Part):
    """`id` is the client's own name for the message; whatever answers it repeats it as `data.id`."""

    id: Id
    """The sender's own name for the message: 1 to 64 printable ASCII characters, no spaces."""


class AgentName(Part):
    """The program that plays, as its author names it. The account's name is put before it: `alice/parrot`."""

    name: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Letters, digits, `.`, `_` and `-`."""
    version: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[!-~]+$")] = "1"
    """Is kept with every match, so that results of two versions can be told apart."""
    summary: Annotated[str, Field(max_length=200)] = ""
    """One line about it, shown to whoever may challenge it."""
    roles: tuple[RoleName, ...] = tuple(Role)
    """Roles that it plays."""
    languages: tuple[LanguageName, ...] = tuple(Language)
    """Languages that it plays in."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=False)


class IdentifyData(Part):
    """Who connects: a program names its agent and proves itself by a bearer token in a header; a browser has a ticket.

    `match` binds the connection to one seat (a page that shows one match); without, it serves all of the agent's seats.
    `seats` is how many matches the agent plays at once. `instance` tells several workers of one agent apart: a new
    connection evicts an older one of the same agent and instance. `is_open` lets others challenge the agent.
    """

    agent: AgentName | None = None
    """Wanted with a bearer token."""
    seats: Annotated[int, Field(ge=1, le=1024)] = 1
    """Matches at once; the server may grant fewer."""
    instance: Annotated[str, Field(max_length=40, pattern=r"^[!-~]*$")] = ""
    """Tells several workers of one agent apart. Printable ASCII."""
    is_open: bool = True
    """Whether others may challenge the agent."""
    ticket: Annotated[str, Field(max_length=128)] | None = None
    """One use, 30 seconds: `POST /api/v1/tickets`."""
    match: MatchId | None = None
    """The one match that the connection is for."""


class Identify(ClientMessage):
    """The first message of a client."""

    type: Literal["identify"] = "identify"
    data: IdentifyData


class ResumeMatch(Part):
    """A match that the client knows, and the last `seq` it saw there; -1 for none."""

    match: MatchId
    seq: Annotated[int, Field(ge=-1)] = -1
    """The newest event that was seen; -1 for none."""


class ResumeData(Part):
    """What the client wants to go on with."""

    matches: Annotated[tuple[ResumeMatch, ...], Field(max_length=1024, strict=False)]


class Resume(ClientMessage):
    """Asks for every event after the ones the client saw, and takes the seats up again."""

    type: Literal["resume"] = "resume"
    data: ResumeData


class Ping(ClientMessage):
    """Is answered by a `pong` with the same id."""

    type: Literal["ping"] = "ping"


class Pong(ClientMessage):
    """Answers the server's `ping`, repeating its id."""

    type: Literal["pong"] = "pong"


class QueueData(Part):
    """What kind of match is looked for. An offer follows when one is found."""

    role: RoleName | None = None
    """null takes either."""
    language: LanguageName = Language.ENGLISH
    preset: Annotated[str, Field(max_length=40)] = "paper"
    """`paper` or `spag`."""
    word_list: Annotated[str, Field(max_length=40)] | None = None
    """A list of the language; null is its easy one."""
    rated: bool = True
    """Whether the result shall count."""
    with_agents: bool = True
    """Whether a program may sit opposite."""
    with_people: bool = True
    """Whether a person may sit opposite."""


class QueueJoin(ClientMessage):
    """Looks for one match. A client that has several free seats may send several."""

    type: Literal["queue.join"] = "queue.join"
    data: QueueData = QueueData()


class QueueLeave(ClientMessage):
    """Stops looking."""

    type: Literal["queue.leave"] = "queue.leave"


class OfferData(Part):
    """Which offer is answered."""

    offer: Id


class MatchAccept(ClientMessage):
    """Takes a seat that was offered."""

    type: Literal["match.accept"] = "match.accept"
    data: OfferData


class MatchDecline(ClientMessage):
    """Leaves a seat that was offered to somebody else."""

    type: Literal["match.decline"] = "match.decline"
    data: OfferData


class NoteData(Part):
    """What a program keeps about its action: nobody is shown it before the match is over."""

    kind: Annotated[str, Field(min_length=1, max_length=500)]
    """A short name: `prompt` (how a model was asked), `reasoning`, `tool`, or one of your own."""
    text: Annotated[str, Field(max_length=64_000)] = ""
    facts: dict[str, str | bool | int | float | None] = {}
    """Named values, as `{"model": "...", "tokens": 31}`."""


class ActionData(Part):
    """What the seat does: an utterance, a guess (defender only), or both."""

    text: Annotated[str, Field(max_length=100_000)] = ""
    """The utterance; may be empty only with a guess. `rules.max_chars` bounds it further."""
    guess: Annotated[str, Field(max_length=100_000)] | None = None
    """What the defender takes the target to be, alone: no sentence around it."""
    notes: tuple[NoteData, ...] | None = None
    """A program may say how it came to its action. 32 notes of 64,000 characters together are kept; a person's are not.
    """


class TurnAction(ClientMessage):
    """A seat's action for a turn. Sending the same id again is harmless and gets the same acknowledgement."""

    type: Literal["turn.action"] = "turn.action"
    match: MatchId
    turn: Annotated[int, Field(ge=1, le=100_000)]
    """The turn of the request that is answered."""
    data: ActionData


class TurnResign(ClientMessage):
    """Gives the match up."""

    type: Literal["turn.resign"] = "turn.resign"
    match: MatchId


FromClient: TypeAlias = Annotated[
    Identify | Resume | Ping | Pong | QueueJoin | QueueLeave | MatchAccept | MatchDecline | TurnAction | TurnResign,
    Field(discriminator="type"),
]

# --- what a server sends ----------------------------------------------------------------------------------------------


class ServerMessage(Part):
    """`ts` is the server's clock in milliseconds since 1970, for display only."""

    ts: int = 0


class HelloData(Part):
    """What a client must know before it speaks."""

    protocol: str
    """The subprotocol that was agreed upon."""
    server: str
    """Program and version."""
    heartbeat_ms: int
    """How often either side shows that it is there."""
    identify_ms: int
    """How long the client may take to identify."""
    max_message: int
    """Bytes of the largest message that a client may send."""
    rate: int
    """Messages that a client may send in a second, on average over ten."""


class Hello(ServerMessage):
    """The first message of a server."""

    type: Literal["hello"] = "hello"
    data: HelloData


class LiveSeat(Part):
    """A seat of this player in a live match."""

    match: MatchId
    role: RoleName
    seq: int
    """The newest event that the seat may see."""


class ReadyData(Part):
    """The answer to `identify`. `matches` are the live seats that nobody else serves: `resume` takes them up."""

    id: str
    """The id of the message that is answered."""
    player: str
    """The name that the log will have: `alice/parrot`, or `@alice` for a person."""
    session: str
    """A name of this connection, for questions to the host."""
    seats: int
    """Matches at once that the server grants."""
    matches: Annotated[tuple[LiveSeat, ...], Field(strict=False)] = ()
    """Live seats that wait for somebody."""


class Ready(ServerMessage):
    """The client is known, and may play."""

    type: Literal["ready"] = "ready"
    data: ReadyData


class ResumedData(Part):
    """The missed events have all been sent before this message."""

    id: str
    """The id of the `resume`."""
    role: RoleName
    seq: int
    """The newest event that the seat has now been shown; -1 for none."""
    replayed: int
    """How many events were sent again."""


class Resumed(ServerMessage):
    """The seat is the client's again. Where it is to move, a `turn.request` follows."""

    type: Literal["resumed"] = "resumed"
    match: MatchId
    data: ResumedData


class ResumeFailedData(Part):
    """`reason` is `unknown` (no such match, or not the client's), `ended`, or `ahead`: a `snapshot` follows then."""

    id: str
    """The id of the `resume`."""
    reason: Literal["unknown", "ended", "ahead"]


class ResumeFailed(ServerMessage):
    """The seat cannot be taken up from where the client thinks it stood."""

    type: Literal["resume_failed"] = "resume_failed"
    match: MatchId
    data: ResumeFailedData


class SnapshotData(Part):
    """All that the seat may see of the match: forget what was known of it, and begin from here."""

    role: RoleName
    events: tuple[Json, ...] = Field(strict=False)
    """Every event so far, in order."""


class Snapshot(ServerMessage):
    """The match from its beginning."""

    type: Literal["snapshot"] = "snapshot"
    match: MatchId
    data: SnapshotData


class IdData(Part):
    """Which message is meant."""

    id: str
    """The id that the message has, or the id of the one that it answers."""


class ServerPing(ServerMessage):
    """Must be answered by a `pong` with the same id before the next heartbeat."""

    type: Literal["ping"] = "ping"
    data: IdData


class ServerPong(ServerMessage):
    """Answers a `ping`."""

    type: Literal["pong"] = "pong"
    data: IdData


class QueueJoined(ServerMessage):
    """The client's wish waits in the queue."""

    type: Literal["queue.joined"] = "queue.joined"
    data: IdData


class QueueLeft(ServerMessage):
    """No wish of the client waits any more."""

    type: Literal["queue.left"] = "queue.left"
    data: IdData


class MatchOfferData(Part):
    """A seat that is free for the client. Who sits opposite is told when the match is over."""

    offer: str
    """The name of the offer."""
    role: RoleName
    rules: Json
    rated: bool
    """Whether the result will count."""
    expires_ms: int
    """How long the offer stands."""


class MatchOffer(ServerMessage):
    """Answer with `match.accept` or `match.decline`; no answer in time declines."""

    type: Literal["match.offer"] = "match.offer"
    data: MatchOfferData


class MatchStartData(Part):
    """The seat that the client holds from now on. `offer` is the offer that led here, where there was one."""

    role: RoleName
    rules: Json
    rated: bool
    """Whether the result will count."""
    offer: str | None = None
    """The offer that led here."""


class MatchStart(ServerMessage):
    """A match begins. Its events follow, the first with `seq` 0."""

    type: Literal["match.start"] = "match.start"
    match: MatchId
    data: MatchStartData


class TurnRequest(ServerMessage):
    """It is the client's turn. `data` is a view (docs/protocol.md): all that the seat may know, time left included."""

    type: Literal["turn.request"] = "turn.request"
    match: MatchId
    turn: int
    data: Json


class TurnAckData(Part):
    """What became of an action.

    `accepted`: it stands in the log as event `seq`. `duplicate`: an action of this id was taken before.
    `rejected`: it changed nothing; `reason` says why. `attempts_left` is set where the refusal counts against the seat:
    at 0 the match was forfeited by it.
    """

    id: str
    """The id of the action."""
    status: Literal["accepted", "duplicate", "rejected"]
    reason: str | None = None
    """Why it was rejected."""
    attempts_left: int | None = None
    """How often the seat may still try in this turn; null where the rejection does not count."""
    seq: int | None = None
    """The event that holds the action."""


class TurnAck(ServerMessage):
    """Acknowledges a `turn.action`, once what it says is durable."""

    type: Literal["turn.ack"] = "turn.ack"
    match: MatchId
    turn: int
    data: TurnAckData


class MatchEvent(ServerMessage):
    """One event of the log, as far as the seat may see it. `prev` is the `seq` before it for this seat: a gap shows."""

    type: Literal["match.event"] = "match.event"
    match: MatchId
    seq: int
    prev: int
    data: Json


class PeerData(Part):
    """Which seat is meant; `grace_ms` is how long the match waits for it."""

    role: RoleName
    grace_ms: int = 0
    """How much longer match time will stand still for the seat."""


class PeerGone(ServerMessage):
    """The other seat lost its connection."""

    type: Literal["peer.gone"] = "peer.gone"
    match: MatchId
    data: PeerData


class PeerBack(ServerMessage):
    """The other seat is there again."""

    type: Literal["peer.back"] = "peer.back"
    match: MatchId
    data: PeerData


class Opponent(Part):
    """Who sat in a role: `kind` is `person`, `agent` or `built_in`."""

    player: str
    """The name: `hiding`, `alice/parrot` or `@alice`."""
    version: str
    kind: Literal["person", "agent", "built_in"]


class MatchEndData(Part):
    """How the match ended, and all that was secret until then."""

    verdict: Json
    target: str
    attacker: Opponent
    defender: Opponent
    rated: bool
    """Whether the result counts."""


class MatchEnd(ServerMessage):
    """The match is over and the seat is free."""

    type: Literal["match.end"] = "match.end"
    match: MatchId
    data: MatchEndData


class ErrorData(Part):
    """What was wrong with the message `id`; nothing of it was acted upon. `retry_ms` is set where waiting helps."""

    code: str
    """A short name that never changes."""
    message: str
    """A sentence for whoever reads the client's log."""
    id: str | None = None
    """The id of the message that could not be followed, where it could be read."""
    retry_ms: int | None = None
    """How long to wait before sending it again."""


class Error(ServerMessage):
    """A message was understood but cannot be followed. The connection stays."""

    type: Literal["error"] = "error"
    match: MatchId | None = None
    data: ErrorData


class DrainingData(Part):
    """How long until the server goes, and that live matches are kept."""

    seconds: float
    """The longest that it takes until the matches are suspended and the connection is closed."""


class Draining(ServerMessage):
    """The server is about to restart: no new matches, and running ones go on after it is back."""

    type: Literal["draining"] = "draining"
    data: DrainingData


FromServer: TypeAlias = Annotated[
    Hello
    | Ready
    | Resumed
    | ResumeFailed
    | Snapshot
    | ServerPing
    | ServerPong
    | QueueJoined
    | QueueLeft
    | MatchOffer
    | MatchStart
    | TurnRequest
    | TurnAck
    | MatchEvent
    | PeerGone
    | PeerBack
    | MatchEnd
    | Error
    | Draining,
    Field(discriminator="type"),
]

CLIENT: TypeAdapter[Any] = TypeAdapter(FromClient)
SERVER: TypeAdapter[Any] = TypeAdapter(FromServer)


def read_client(text: str | bytes) -> Any:  # noqa: ANN401 - one of FromClient
    """The message that a client sent. Raises WireError naming the field; a value it holds is never quoted."""
    return _read(CLIENT, text)


def read_server(text: str | bytes) -> Any:  # noqa: ANN401 - one of FromServer
    """The message that a server sent. Raises WireError."""
    return _read(SERVER, text)


def _read(adapter: TypeAdapter[Any], text: str | bytes) -> Any:  # noqa: ANN401
    try:
        return adapter.validate_json(text)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        problem = "is not a kind of message" if first["type"] == "union_tag_invalid" else first["msg"]
        raise WireError(place, problem) from None
