"""The lobby in requests and answers: terms of a match, open seats, places in the queue."""

from typing import Annotated, Any, Literal

from pydantic import Field

from arena.core.hits import Evasion, Form, Language
from arena.core.rules import AttackerLeak, OnRuling, WrongGuess
from arena.core.verdict import Role
from arena.registry import JudgeVersionError
from arena.server.api.agents import AgentShape
from arena.server.api.asking import Given, PlayerName, Sent, Storable
from arena.server.errors import InputError
from arena.server.lobby import OpenSeat, Seeking, Terms

Short = Annotated[Storable, Field(min_length=1, max_length=40)]


class JudgeSent(Sent):
    """A judge, and the score from which it rules against an utterance."""

    name: Short = Field(examples=["form"])
    version: Short = Field(examples=["1"])
    threshold: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = Field(examples=[0.5])


class Changes(Sent):
    """Rules that shall differ from the preset's; what is left out stays. A match with changes is not rated."""

    max_turns: Annotated[int, Field(ge=1, le=50)] | None = None
    guess_limit: Annotated[int, Field(ge=0, le=50)] | None = None
    wrong_guess: WrongGuess | None = None
    attacker_leak: AttackerLeak | None = None
    form: Form | None = None
    evasion: Evasion | None = None
    judges: Annotated[list[JudgeSent], Field(max_length=8)] | None = None
    on_ruling: OnRuling | None = None
    max_chars: Annotated[int, Field(ge=1, le=2000)] | None = None
    turn_ms: Annotated[int, Field(ge=1000, le=600_000)] | None = None
    bank_ms: Annotated[int, Field(ge=0, le=3_600_000)] | None = None


class TermsSent(Sent):
    """What a match is played by. `word_list` null is the easy list of the language."""

    language: Language = Language.ENGLISH
    preset: Short = Field(default="paper", examples=["paper"])
    changes: Changes = Changes()
    word_list: Short | None = Field(default=None, examples=["en-easy"])
    rated: bool = True

    def terms(self) -> Terms:
        """The terms, checked. Raises RulesError, UnknownNameError or InputError."""
        changes = self.changes.model_dump(mode="json", exclude_none=True)
        terms = Terms(self.language, self.preset, changes, self.word_list, self.rated)
        try:
            terms.rules()
        except JudgeVersionError as wrong:
            raise InputError("judges", str(wrong)) from None
        return terms


class ChallengeSent(Sent):
    """Whom to play: one of the host's agents (`hiding`), an agent online (`bob/parrot`), or a person (`@bob`)."""

    opponent: PlayerName = Field(examples=["hiding"])
    role: Role | None = Field(default=None, description="The caller's own role; null for either.")
    terms: TermsSent = TermsSent()
    is_private: bool = False


class SeatSent(Sent):
    """A seat for somebody else to take. `reserved_for` names the person who may."""

    role: Role | None = Field(default=None, description="The caller's own role; null for either.")
    terms: TermsSent = TermsSent()
    is_private: bool = Field(default=False, description="Known by its code only, and its match is listed nowhere.")
    reserved_for: PlayerName | None = Field(default=None, examples=["bob"])


class QueueSent(Sent):
    """What kind of match is sought. People are found before programs."""

    role: Role | None = Field(default=None, description="The caller's own role; null for either.")
    terms: TermsSent = TermsSent()
    with_agents: bool = True
    with_people: bool = True


class TermsShape(Given):
    """What a match is played by."""

    language: Language
    preset: str = Field(examples=["paper"])
    word_list: str = Field(examples=["en-easy"])
    rated: bool
    rules: dict[str, Any]

    @classmethod
    def of(cls, terms: Terms) -> "TermsShape":
        """The terms as they are told."""
        rules = terms.rules()
        return cls(
            language=terms.language,
            preset=terms.name,
            word_list=rules.word_list,
            rated=terms.is_rated,
            rules=rules.to_json(),
        )


class SeatCard(Given):
    """An open seat. `role` is what whoever opened it plays; `by` is null where the name is not shown.

    `match` is set for whoever opened it, once somebody sat down.
    """

    code: str
    role: Role | None
    terms: TermsShape
    is_private: bool
    posted_at: str
    expires_at: str
    by: str | None
    reserved_for: str | None
    is_own: bool
    match: str | None

    @classmethod
    def of(cls, seat: OpenSeat) -> "SeatCard":
        """The seat as it is told."""
        return cls(
            code=seat.code,
            role=seat.role,
            terms=TermsShape.of(seat.terms),
            is_private=seat.is_private,
            posted_at=seat.posted_at,
            expires_at=seat.expires_at,
            by=seat.by,
            reserved_for=seat.reserved_for,
            is_own=seat.is_own,
            match=seat.match,
        )


class MatchOpened(Given):
    """A match that has begun, and the caller's role in it."""

    kind: Literal["match"] = "match"
    match: str
    role: Role


class SeatOpened(Given):
    """Nobody sits opposite yet: the seat waits for whoever may take it."""

    kind: Literal["seat"] = "seat"
    seat: SeatCard


Opened = Annotated[MatchOpened | SeatOpened, Field(discriminator="kind")]


class QueuePlace(Given):
    """The caller's place in the queue. `match` is set once it is found, `problem` once there will be none."""

    since: str
    role: Role | None
    terms: TermsShape
    match: str | None
    problem: str | None

    @classmethod
    def of(cls, seeking: Seeking) -> "QueuePlace":
        """The place as it is told."""
        return cls(
            since=seeking.since,
            role=seeking.role,
            terms=TermsShape.of(seeking.terms),
            match=seeking.match,
            problem=seeking.problem,
        )


class LobbyShape(Given):
    """What is going on: seats that the caller could take or opened, agents, and the caller's place in the queue."""

    seats: list[SeatCard]
    agents: list[AgentShape]
    live_matches: int
    queue: QueuePlace | None
