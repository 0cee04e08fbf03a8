"""What may be written: each change checks itself against where its match stands, and becomes rows."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection

from arena.core.events import Acted, Body, Event, Finished, Redacted, Refused, Started, seal
from arena.core.verdict import Role, Verdict
from arena.store import words as words_form
from arena.store.errors import (
    DuplicateEventError,
    EventGapError,
    MatchNotFoundError,
    RedactionError,
    UnfitEventError,
)
from arena.store.results import Result
from arena.store.stored import StoredMatch


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a match stands in the log: all that the next event is checked against, and its result at the end."""

    match: str
    started: Started
    next_seq: int = 1
    at: int = 0
    turns: int = 0
    verdict: Verdict | None = None

    def after(self, event: Event) -> "Standing":
        """Where the match stands with one more event."""
        body = event.body
        turns = body.turn if isinstance(body, Acted) else self.turns
        verdict = body.verdict if isinstance(body, Finished) else self.verdict
        return Standing(self.match, self.started, event.seq + 1, event.at, turns, verdict)

    def result(self) -> Result | None:
        """The result, or None while the match goes on."""
        return None if self.verdict is None else Result.of(self.match, self.started, self.turns, self.verdict)


def standing_of(events: Iterable[Event]) -> Standing | None:
    """Where a match of these events stands; None where there are none. Raises UnfitEventError."""
    standing: Standing | None = None
    for event in events:
        standing = _opening(event) if standing is None else standing.after(event)
    return standing


def _opening(event: Event) -> Standing:
    if not isinstance(event.body, Started):
        raise UnfitEventError(event.match, event.seq, "is not 'started', with which a match begins")
    body = event.body
    # What stands in a column of its own, without the escapes of JSON.
    names = (event.match, body.target, body.pair or "", body.started_at, body.rules.word_list)
    seats = (name for seat in (body.attacker, body.defender) for name in (seat.agent, seat.version))
    if any("\0" in name for name in (*names, *seats)):
        raise UnfitEventError(event.match, event.seq, "holds a name with a zero byte")
    return Standing(event.match, event.body, at=event.at)


Job: TypeAlias = Callable[[Connection], Any]
"""What is done with the tables that stand beside the log; raising leaves none of it behind."""


@dataclass(slots=True)
class Rows:
    """What one transaction writes: table rows, words to erase as (match, seq), and where the matches stand then.

    `answer` is what a `Work` returned.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    erased: list[tuple[str, int]] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    replaces_results: bool = False
    answer: Any = None

    def add(self, other: "Rows") -> None:
        """Take the rows of one more change."""
        self.events += other.events
        self.words += other.words
        self.results += other.results
        self.erased += other.erased
        self.standings |= other.standings
        self.replaces_results |= other.replaces_results

    def enter(self, standing: Standing, event: Event) -> None:
        """Write one event of the match that stands so; at its end, its result."""
        self.events.append({"match": event.match, "seq": event.seq, "line": _storable(event, event.to_line())})
        self.standings[event.match] = standing
        if isinstance(event.body, Finished) and (result := standing.result()) is not None:
            self.results.append(result.to_row())


def _storable(event: Event, line: str) -> str:
    try:
        line.encode()
    except UnicodeEncodeError:
        raise UnfitEventError(event.match, event.seq, "holds half a character (a lone surrogate)") from None
    return line


class Desk(Protocol):
    """What a change may look up while it is written: the log with everything that was written before it."""

    def standing(self, match: str) -> Standing | None:
        """Where the match stands, or None where the log has none of it."""

    def trusts_new(self, match: str) -> bool:
        """Whether a match that begins need not be looked up: were it there, the transaction would fail by itself."""

    def is_played(self, match: str) -> bool:
        """Whether the match is being played through this log right now."""

    def stored(self, match: str) -> StoredMatch | None:
        """The match as it is stored, or None where the log has none of it."""

    def everything(self) -> Iterable[StoredMatch]:
        """Every match of the log."""

    def perform(self, job: Job) -> Any:  # noqa: ANN401 - whatever the job returns
        """Run the job on the connection: where it raises, nothing of it stays."""


class Change(Protocol):
    """One request to write: kept as a whole or not at all."""

    @property
    def match(self) -> str:
        """The match that it belongs to."""

    def rows(self, desk: Desk) -> Rows:
        """What to write. Raises LogError, and then nothing of the change is written."""


@dataclass(frozen=True, slots=True)
class Append:
    """The next events of one match. A person's words are sealed and kept apart; `along` is written with them."""

    match: str
    events: tuple[Event, ...]
    along: Job | None = None
    new_salt: Callable[[], str] = lambda: secrets.token_hex(16)

    def rows(self, desk: Desk) -> Rows:
        """What to write. Raises DuplicateEventError, EventGapError or UnfitEventError."""
        begins_new = self.events[0].seq == 0 and desk.trusts_new(self.match)
        rows, standing = Rows(), None if begins_new else desk.standing(self.match)
        for event in self.events:
            if event.match != self.match:
                raise UnfitEventError(event.match, event.seq, f"came together with events of match {self.match!r}")
            expected = 0 if standing is None else standing.next_seq
            if event.seq < expected:
                raise DuplicateEventError(event.match, event.seq)
            if event.seq > expected:
                raise EventGapError(event.match, event.seq, expected)
            standing = _opening(event) if standing is None else standing.after(event)
            rows.enter(standing, self._without_words(event, standing.started, rows))
        if self.along is not None:
            desk.perform(self.along)
        return rows

    def _without_words(self, event: Event, started: Started, rows: Rows) -> Event:
        body = event.body
        if isinstance(body, Redacted):
            raise UnfitEventError(event.match, event.seq, "is a redaction, which only the log itself can make")
        if not isinstance(body, Acted | Refused):
            return event
        if body.seal is not None:
            raise UnfitEventError(event.match, event.seq, "is sealed already; give it with its words")
        if not (started.attacker if body.role is Role.ATTACKER else started.defender).is_human:
            return event
        sealed, words = seal(event, self.new_salt())
        line = _storable(event, words_form.to_line(event.seq, words))
        rows.words.append({"match": event.match, "seq": event.seq, "line": line})
        return sealed


@dataclass(frozen=True, slots=True)
class Redaction:
    """Erase what a person wrote: in one event, or in all of a seat's."""

    match: str
    of: int | Role

    def rows(self, desk: Desk) -> Rows:
        """What to write and what to erase. Raises MatchNotFoundError or RedactionError."""
        stored, standing = desk.stored(self.match), desk.standing(self.match)
        if stored is None or standing is None:
            raise MatchNotFoundError(self.match)
        if desk.is_played(self.match):
            raise self._refusal("it is being played; redact it when it is over")
        rows = Rows()
        for seq in self._events(stored):
            event = Event(self.match, standing.next_seq, standing.at, Redacted(seq))
            standing = standing.after(event)
            rows.enter(standing, event)
            rows.erased.append((self.match, seq))
        return rows

    def _events(self, stored: StoredMatch) -> Sequence[int]:
        """The numbers of the events whose words shall go."""
        kept = stored.kept()
        bodies = [event.body for event in stored.sealed_events()]
        if isinstance(self.of, Role):
            found = [seq for seq in kept if _is_said_by(bodies[seq], self.of)]
            if not found:
                raise self._refusal("no person's words are kept there")
            return found
        if not 0 <= self.of < len(bodies):
            raise self._refusal(f"the match has events 0 to {len(bodies) - 1}")
        if self.of not in kept:
            raise self._refusal(_why_nothing_is_kept(bodies[self.of]))
        return [self.of]

    def _refusal(self, problem: str) -> RedactionError:
        part = f"the {self.of}'s words" if isinstance(self.of, Role) else f"event {self.of}"
        return RedactionError(self.match, part, problem)


def _is_said_by(body: Body, role: Role) -> bool:
    return isinstance(body, Acted | Refused) and body.role is role


def _why_nothing_is_kept(body: Body) -> str:
    if not isinstance(body, Acted | Refused):
        return "nobody said anything in it"
    return "its words were said by a program, not a person" if body.seal is None else "its words were erased before"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A whole match out of another log, already checked, kept byte for byte."""

    stored: StoredMatch
    standing: Standing

    @property
    def match(self) -> str:
        """The match that is taken over."""
        return self.stored.match

    def rows(self, desk: Desk) -> Rows:
        """What to write. Raises DuplicateEventError where the log has events of the match."""
        if desk.standing(self.match) is not None:
            raise DuplicateEventError(self.match, 0)
        result = self.standing.result()
        return Rows(
            events=[{"match": self.match, "seq": seq, "line": line} for seq, line in enumerate(self.stored.lines)],
            words=[
                {"match": self.match, "seq": seq, "line": line}
                for seq, line in zip(self.stored.kept(), self.stored.words, strict=True)
            ],
            results=[] if result is None else [result.to_row()],
            standings={self.match: self.standing},
        )


@dataclass(frozen=True, slots=True)
class Work:
    """Something done with the tables that stand beside the log, as a whole or not at all."""

    job: Job
    match: str = ""

    def rows(self, desk: Desk) -> Rows:
        """No rows of the log, and what the job answered. Raises whatever the job raises."""
        return Rows(answer=desk.perform(self.job))


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Derive the results of all matches again from their events."""

    match: str = ""

    def rows(self, desk: Desk) -> Rows:
        """Every result there is; those in the table are replaced. Raises EventError where an event cannot be read."""
        rows = Rows(replaces_results=True)
        for stored in desk.everything():
            standing = standing_of(stored.sealed_events())
            result = None if standing is None else standing.result()
            if result is not None:
                rows.results.append(result.to_row())
        return rows
