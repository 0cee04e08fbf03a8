"""What views, rules, verdicts and events look like on the wire, as models that documents are made of.

Nothing is read or written with these: `arena.wire.values` and `arena.core.projection` do that, and a test holds the two
together. `arena.wire.schema` turns them into JSON Schema.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from arena.core.events import Departure, Refusal
from arena.core.hits import Evasion, Form, HitRule, Language
from arena.core.rules import MAX_CHARS, MAX_TURNS, AttackerLeak, OnRuling, WrongGuess
from arena.core.verdict import Cause, Reason, Role
from arena.wire.messages import Part

Count: TypeAlias = Annotated[int, Field(ge=0)]
Turn: TypeAlias = Annotated[int, Field(ge=1, le=MAX_TURNS)]


class Shape(Part):
    """A value that is only described here."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=False)


# --- rules and verdicts -----------------------------------------------------------------------------------------------


class Judge(Shape):
    """A judge of the match, and the score in [0, 1] from which it rules against an utterance."""

    name: str
    version: str
    threshold: Annotated[float, Field(gt=0, le=1)]


class Rules(Shape):
    """Everything that can differ between two matches of the game, as docs/rules.md has it. Times are milliseconds."""

    max_turns: Turn
    """Turns of the match; a turn is one action of each side, the attacker's first."""
    guess_limit: Annotated[int, Field(ge=0, le=MAX_TURNS)]
    """Guesses that the defender may make."""
    wrong_guess: WrongGuess
    """What a wrong guess costs the defender."""
    attacker_leak: AttackerLeak
    """What happens when the attacker says the target."""
    form: Form
    """Which forms of the target count as saying it."""
    evasion: Evasion
    """Whether spelling out, leet and reversal count against the attacker."""
    judges: tuple[Judge, ...]
    """Who rules on each utterance."""
    on_ruling: OnRuling
    """What a ruling against an utterance does."""
    language: Language
    """Language of the match."""
    word_list: Annotated[str, Field(min_length=1)]
    """The list that the target is dealt from."""
    max_chars: Annotated[int, Field(ge=1, le=MAX_CHARS)]
    """Characters of the longest text or guess."""
    turn_ms: Annotated[int, Field(ge=1, le=86_400_000)]
    """Time for an action before the bank is touched."""
    bank_ms: Annotated[int, Field(ge=0, le=86_400_000)]
    """Time that a seat may use up over the whole match, besides."""
    judge_ms: Annotated[int, Field(ge=1, le=600_000)]
    """How long judges may take; match time stands still meanwhile."""


class Verdict(Shape):
    """How the match ended (docs/rules.md). Fields that do not apply are absent."""

    winner: Role | None
    """null means nobody."""
    reason: Reason
    cause: Cause | None = None
    """What made a seat forfeit."""
    judge: str | None = None
    """The judge whose ruling decided."""
    label: str | None = None
    """What the judge called it."""


# --- views ------------------------------------------------------------------------------------------------------------


class Said(Shape):
    """One accepted action, as both players saw it."""

    role: Role
    turn: Turn
    text: str | None
    """The utterance; null where a person had it erased."""
    guess: str | None
    """What the defender announced as the target."""
    warned: bool
    """Whether a judge's ruling warned the seat for it."""


class View(Shape):
    """What both sides are shown when they are to move."""

    turn: Turn
    """Counted from 1."""
    ms_left: Count
    """Time for this action, the bank included, when the message was written."""
    guesses_left: Count
    """Guesses that the defender still has."""
    refusals: Count
    """How often this very action was refused already: the second refusal in a turn forfeits."""
    seed: Count
    """A number of this seat's own for agents that draw lots. Below 2**63: more than a double holds exactly."""
    history: tuple[Said, ...]
    """Everything said before, oldest first."""
    rules: Rules


class DefenderView(View):
    """What the defender is shown. It has no field for the target."""

    role: Literal[Role.DEFENDER]


class AttackerView(View):
    """What the attacker is shown."""

    role: Literal[Role.ATTACKER]
    target: str
    """The word that the defender shall say."""


# --- events -----------------------------------------------------------------------------------------------------------


class Event(Shape):
    """What every event has."""

    v: Literal[1]
    """Version of the form."""
    match: str
    seq: Count
    """Its number in the match, from 0, no gaps."""
    at: Count
    """Match time in milliseconds. It stands still while judges think and while the match is suspended."""


class StartedEvent(Event):
    """The match began; always event 0."""

    type: Literal["started"]
    started_at: str
    """Wall clock in UTC, ISO 8601."""
    rules: Rules
    target: str | None = None
    """The word, sent to the attacker's seat alone."""


class SeenHit(Shape):
    """A place in the attacker's own words that says the target: `start` and `end` in characters."""

    start: Count
    end: Count
    rule: HitRule


class SeenRuling(Shape):
    """What a judge found. Its score stays in the log."""

    judge: str
    label: str


class ActedEvent(Event):
    """An action was accepted."""

    type: Literal["acted"]
    role: Role
    turn: Turn
    text: str | None
    """The utterance, which may be empty where something was guessed; null where it was erased."""
    guess: str | None
    right: bool | None
    """Whether the guess was the target; null where nothing was guessed."""
    rulings: tuple[SeenRuling, ...]
    hits: tuple[SeenHit, ...] = ()
    """Where the attacker said the target, sent to the attacker's seat alone."""


class NotedEvent(Event):
    """A seat noted something about the action that comes next. What it was stands in the record of the ended match."""

    type: Literal["noted"]
    role: Role
    turn: Turn


class RefusedEvent(Event):
    """An action was refused and changed nothing; the second in a turn forfeits the match. Its words are not shown."""

    type: Literal["refused"]
    role: Role
    turn: Turn
    why: Refusal | None = None
    """The reason, sent to the seat that acted alone."""


class LeftEvent(Event):
    """A seat ran out of time, crashed or gave up."""

    type: Literal["left"]
    role: Role
    how: Departure


class SuspendedEvent(Event):
    """Match time stands still from here: the server restarts."""

    type: Literal["suspended"]


class ResumedEvent(Event):
    """The match goes on, after a suspension or after the server was killed."""

    type: Literal["resumed"]


class FaultedEvent(Event):
    """The server itself could not go on with the match."""

    type: Literal["faulted"]


class FinishedEvent(Event):
    """The match is over."""

    type: Literal["finished"]
    verdict: Verdict


class RedactedEvent(Event):
    """The words of the event numbered `of` were erased at a person's wish."""

    type: Literal["redacted"]
    of: Count


AnyView: TypeAlias = Annotated[AttackerView | DefenderView, Field(discriminator="role")]
AnyEvent: TypeAlias = Annotated[
    StartedEvent
    | NotedEvent
    | ActedEvent
    | RefusedEvent
    | LeftEvent
    | SuspendedEvent
    | ResumedEvent
    | FaultedEvent
    | FinishedEvent
    | RedactedEvent,
    Field(discriminator="type"),
]
